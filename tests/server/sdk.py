"""Pulumi's SDK for Python against `claimgate serve`: each of its operations. sdk-python.test.mjs runs it.

PULUMI_BACKEND_URL and PULUMI_ACCESS_TOKEN are those of the SDK; AUTHORITY is a file with the authority of the server's
certificate.
"""

import inspect
import os
import unittest

import pulumi_esc_sdk as esc
from pulumi_esc_sdk.exceptions import ApiException

ORG, PROJECT, NAME = "acme", "sdk", "all"
DEFINITION = """# a comment
values:
  greeting: hello
  password:
    fn::secret: hunter2
  list: [1, 2.5, true, two]
  nested: {"a key": "${greeting} world"}
"""
VALUES = {
    "greeting": "hello",
    "password": "hunter2",
    "list": [1, 2.5, True, "two"],
    "nested": {"a key": "hello world"},
}


class Recorded:
    """A client that records which of its operations are called."""

    def __init__(self, client):
        self.client = client
        self.called = set()

    def __getattr__(self, name):
        self.called.add(name)
        return getattr(self.client, name)


client = Recorded(esc.esc_client.default_client(ssl_ca_cert=os.environ["AUTHORITY"]))


class Operations(unittest.TestCase):
    """The tests run in the order of their names, each on what those before have left."""

    def refused(self, status, operation, *inputs):
        with self.assertRaises(ApiException) as refused:
            operation(*inputs)
        self.assertEqual(refused.exception.status, status, refused.exception.body)
        return refused.exception

    def test_1_creates_and_lists_environments(self):
        client.create_environment(ORG, PROJECT, NAME)
        self.refused(409, client.create_environment, ORG, PROJECT, NAME)
        listed = client.list_environments(ORG)
        [own] = [found for found in listed.environments if found.project == PROJECT]
        self.assertEqual((own.organization, own.name, listed.next_token), (ORG, NAME, ""))
        self.assertTrue(own.created and own.modified)
        self.refused(404, client.list_environments, "unknown")

    def test_2_saves_definitions_and_reads_them(self):
        saved = client.update_environment_yaml(ORG, PROJECT, NAME, DEFINITION)
        self.assertIsNone(saved.diagnostics)
        definition, raw = client.get_environment(ORG, PROJECT, NAME)
        text = raw.decode()
        self.assertTrue(text.startswith("# a comment\nvalues:\n  greeting: hello\n"), text)
        self.assertNotIn("hunter2", text)
        secret = definition.values.to_dict()["password"]["fn::secret"]
        self.assertTrue(secret["ciphertext"].startswith("ZXNjeA"))
        decrypted, text = client.decrypt_environment(ORG, PROJECT, NAME)
        self.assertEqual(text, DEFINITION)
        self.assertEqual(decrypted.values.to_dict()["password"], {"fn::secret": "hunter2"})
        definition.values.additional_properties["added"] = {"deep": [1, "two"]}
        client.update_environment(ORG, PROJECT, NAME, definition)
        newest, _ = client.get_environment(ORG, PROJECT, NAME)
        self.assertEqual(newest.values.to_dict()["added"], {"deep": [1, "two"]})
        second, earlier = client.get_environment_at_version(ORG, PROJECT, NAME, "2")
        self.assertEqual(earlier, raw)
        self.assertNotIn("added", second.values.to_dict())
        self.refused(404, client.get_environment_at_version, ORG, PROJECT, NAME, "9")
        self.refused(404, client.get_environment, ORG, PROJECT, "none")

    def test_3_reports_errors_in_definitions(self):
        bad = "values:\n  a: ${nope}\n"
        refused = self.refused(400, client.update_environment_yaml, ORG, PROJECT, NAME, bad)
        [problem] = refused.data.diagnostics
        self.assertEqual(problem.summary, 'unknown property "nope"')
        self.assertEqual((problem.range.environment, problem.range.begin.line), ("sdk/all", 2))
        self.assertEqual(len(client.list_environment_revisions(ORG, PROJECT, NAME)), 3)
        checked = client.check_environment_yaml(ORG, bad)
        self.assertEqual([p.summary for p in checked.diagnostics], ['unknown property "nope"'])
        values = esc.EnvironmentDefinitionValues(additional_properties={"a": 1, "b": "${a}"})
        good = client.check_environment(ORG, esc.EnvironmentDefinition(values=values))
        self.assertIsNone(good.diagnostics)
        self.assertEqual([good.properties[name].value for name in "ab"], [1, 1])

    def test_4_opens_environments_and_reads_what_they_yield(self):
        session = client.open_environment(ORG, PROJECT, NAME).id
        read, values, raw = client.read_open_environment(ORG, PROJECT, NAME, session)
        self.assertEqual(values, VALUES | {"added": {"deep": [1, "two"]}})
        self.assertTrue(read.properties["password"].secret)
        self.assertIn("hunter2", raw)
        paths = {"greeting": "hello", "list[1]": 2.5, 'nested["a key"]': "hello world", "password": "hunter2"}
        for path, expected in (paths | {"added": {"deep": [1, "two"]}}).items():
            _, value = client.read_open_environment_property(ORG, PROJECT, NAME, session, path)
            self.assertEqual(value, expected, path)
        self.refused(404, client.read_open_environment, ORG, PROJECT, NAME, "none")
        session = client.open_environment_at_version(ORG, PROJECT, NAME, "2").id
        _, values, _ = client.read_open_environment(ORG, PROJECT, NAME, session)
        self.assertEqual(values, VALUES)
        _, values, _ = client.open_and_read_environment(ORG, PROJECT, NAME)
        self.assertEqual(values["added"], {"deep": [1, "two"]})
        _, values, _ = client.open_and_read_environment_at_version(ORG, PROJECT, NAME, "2")
        self.assertEqual(values, VALUES)

    def test_5_lists_revisions_newest_first(self):
        revisions = client.list_environment_revisions(ORG, PROJECT, NAME)
        self.assertEqual([revision.number for revision in revisions], [3, 2, 1])
        self.assertTrue(all(revision.created and revision.creator_login for revision in revisions))
        some = client.list_environment_revisions(ORG, PROJECT, NAME, 3, 1)
        self.assertEqual([revision.number for revision in some], [2])
        self.assertEqual(client.list_environment_revisions(ORG, PROJECT, NAME, 1), [])

    def test_6_manages_tags_of_revisions(self):
        of = (ORG, PROJECT, NAME)
        client.create_environment_revision_tag(*of, "stable", 2)
        self.refused(409, client.create_environment_revision_tag, *of, "stable", 2)
        self.assertEqual(client.get_environment_revision_tag(*of, "stable").revision, 2)
        tagged, _ = client.get_environment_at_version(*of, "stable")
        self.assertNotIn("added", tagged.values.to_dict())
        client.update_environment_revision_tag(*of, "stable", 3)
        tags = client.list_environment_revision_tags(*of).tags
        self.assertEqual([(tag.name, tag.revision) for tag in tags], [("latest", 3), ("stable", 3)])
        page = client.list_environment_revision_tags(*of, "latest", 1).tags
        self.assertEqual([tag.name for tag in page], ["stable"])
        client.delete_environment_revision_tag(*of, "stable")
        self.refused(404, client.get_environment_revision_tag, *of, "stable")

    def test_7_manages_tags_of_environments(self):
        of = (ORG, PROJECT, NAME)
        made = client.create_environment_tag(*of, "team", "platform")
        self.assertEqual((made.name, made.value), ("team", "platform"))
        self.assertEqual(client.get_environment_tag(*of, "team"), made)
        self.refused(409, client.update_environment_tag, *of, "team", "other", "squad", "infra")
        changed = client.update_environment_tag(*of, "team", "platform", "squad", "infra")
        self.assertEqual((changed.name, changed.value), ("squad", "infra"))
        self.assertEqual(client.list_environment_tags(*of).tags, {"squad": changed})
        self.assertEqual(client.list_environment_tags(*of, "squad", 1).tags, {})
        client.delete_environment_tag(*of, "squad")
        self.refused(404, client.get_environment_tag, *of, "squad")

    def test_8_clones_environments_with_the_history_or_without(self):
        client.clone_environment(ORG, PROJECT, NAME, "copies", "short")
        client.clone_environment(ORG, PROJECT, NAME, "copies", "long", {"preserve_history": True})
        short, long = (len(client.list_environment_revisions(ORG, "copies", copy)) for copy in ("short", "long"))
        self.assertTrue(short < long == 3, f"{short} and {long} revisions")
        for copy in ("short", "long"):
            _, values, _ = client.open_and_read_environment(ORG, "copies", copy)
            self.assertEqual(values["password"], "hunter2")

    def test_9_deletes_environments(self):
        for project, name in (("copies", "short"), ("copies", "long"), (PROJECT, NAME)):
            client.delete_environment(ORG, project, name)
            self.refused(404, client.get_environment, ORG, project, name)
        self.assertEqual(client.list_environments(ORG).environments, [])

    def test_no_operation_is_left(self):
        functions = inspect.getmembers(esc.EscClient, inspect.isfunction)
        operations = {name for name, _ in functions if not name.startswith("_")}
        self.assertEqual(len(operations), 28)
        self.assertEqual(operations - client.called, set())


if __name__ == "__main__":
    unittest.main(verbosity=2, failfast=True)
