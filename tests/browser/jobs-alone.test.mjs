// The jobs that need no server: from registering an issuer to sharing a decision.
import assert from "node:assert/strict";
import { allow, deny, review } from "./editor-helpers.mjs";
import {
  copied, decision, eventually, explanation, githubClaims, issuerUrl, makeIssuer, paste, policyForm, withBrowser,
} from "./helpers.mjs";
import { readStored, storageState } from "./issuers-helpers.mjs";
import { jobTests } from "./jobs.mjs";
import { pane } from "./playground-helpers.mjs";

const openPage = withBrowser();
const issuer = makeIssuer();
const aud = "urn:pulumi:org:acme";
const octo = (rest) => `repo:octo-org/octo-repo:${rest}`;
const github = (changes = {}) =>
  ({ storageState: storageState([{ name: "GitHub Actions", url: issuerUrl, preset: "github-actions", jwks: issuer.jwks, ...changes }]) });
const withPolicies = () => github({ policies: [allow({ aud, sub: octo("ref:refs/heads/main") }), deny({ sub: octo("pull_request") })] });
const token = (rest) => issuer.token(githubClaims({ aud, sub: octo(rest) }));
const subjects = async (page) => (await readStored(page)).issuers[0].policies.map((policy) => policy.rules.sub);
const button = (page, name) => page.getByRole("button", { name, exact: true });
const playground = "playground?issuer=0000000000000001";
const showPane = (person, page, name) => pane(page, name, (button) => person.press(button));

/** The keys of the issuer, readable for the page. */
async function serveKeys(page) {
  const keys = `${issuerUrl}/.well-known/jwks`;
  const answer = (body) => ({ body, headers: { "content-type": "application/json", "access-control-allow-origin": "*" } });
  await page.route(`${issuerUrl}/**`, (route) =>
    route.fulfill(answer(route.request().url() === keys ? issuer.jwks : JSON.stringify({ issuer: issuerUrl, jwks_uri: keys }))));
}

/** Starts a scratch set with a policy that allows the token. */
async function fixed(page) {
  await paste(page, token("environment:production"), "Denied");
  await pane(page, "Decision");
  await button(page, "Try this in a scratch set").click();
  await decision(page).filter({ hasText: "Allowed" }).waitFor();
}

const jobs = [
  {
    name: "register an issuer",
    given: {},
    path: "",
    async work(person, page) {
      await person.press(page.getByRole("main").getByRole("link", { name: "GitHub Actions", exact: true }));
      for (const [label, value] of [["Pulumi organization", "acme"], ["Owner", "octo-org"], ["Repository", "octo-repo"], ["Branch", "main"]]) {
        await person.write(page.getByLabel(label, { exact: true }), value);
      }
      await person.press(button(page, "Register issuer"));
      await page.getByRole("heading", { level: 1, name: "GitHub Actions" }).waitFor();
      assert.deepEqual(await subjects(page), [octo("ref:refs/heads/main")]);
    },
  },
  {
    name: "write a policy",
    given: github(),
    path: "",
    async work(person, page) {
      await person.press(page.getByRole("link", { name: "GitHub Actions", exact: true }));
      await person.press(button(page, "Add policy"));
      const field = (label, place) => policyForm(page, 1).getByLabel(label, { exact: true }).nth(place);
      await person.write(field("Claim", 0), "aud");
      await person.write(field("Pattern", 0), aud);
      await person.press(policyForm(page, 1).getByRole("button", { name: "Add rule" }));
      await person.write(field("Claim", 1), "sub");
      await person.write(field("Pattern", 1), octo("*"));
      await person.press(button(page, "Save policies"));
      await person.press(review(page).getByRole("button", { name: "Save", exact: true }));
      await eventually(async () => assert.deepEqual(await subjects(page), [octo("*")]));
    },
  },
  {
    name: "try a token of an issuer without keys",
    given: github({ jwks: null, policies: [allow({ aud, sub: octo("*") })] }),
    path: "",
    prepare: serveKeys,
    async work(person, page) {
      await person.press(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Playground" }));
      await person.write(page.getByLabel("Token", { exact: true }), token("ref:refs/heads/main"));
      await decision(page).filter({ hasText: "Refused" }).waitFor();
      await showPane(person, page, "Decision");
      await person.press(button(page, "Fetch keys"));
      await decision(page).filter({ hasText: "Allowed" }).waitFor();
    },
  },
  {
    name: "understand a refusal",
    given: withPolicies(),
    path: playground,
    async work(person, page) {
      await person.write(page.getByLabel("Token", { exact: true }), token("environment:production"));
      await decision(page).filter({ hasText: "Denied" }).waitFor();
      await showPane(person, page, "Decision");
      assert.match(await explanation(page).innerText(), /expected\s.*environment:production/s);
      // From the rule to the claim, which a narrow screen shows in another pane.
      await person.press(explanation(page).getByRole("button", { name: "sub", exact: true }).first());
      await page.getByRole("table", { name: "Claims" }).getByRole("row", { name: /^sub .*production/ }).waitFor();
    },
  },
  {
    name: "fix a policy",
    given: withPolicies(),
    path: playground,
    prepare: (page) => paste(page, token("environment:production"), "Denied"),
    async work(person, page) {
      await showPane(person, page, "Decision");
      await person.press(button(page, "Try this in a scratch set"));
      await decision(page).filter({ hasText: "Allowed" }).waitFor();
      assert.deepEqual(await subjects(page), [octo("ref:refs/heads/main"), octo("pull_request")], "nothing is saved yet");
    },
  },
  {
    name: "save the fixed policy",
    given: withPolicies(),
    path: playground,
    prepare: fixed,
    async work(person, page) {
      await showPane(person, page, "Policies");
      await person.press(button(page, "Save to issuer…"));
      await person.press(page.getByRole("dialog", { name: "Save these changes?" }).getByRole("button", { name: "Save", exact: true }));
      await eventually(async () => assert.notEqual((await subjects(page))[0], octo("ref:refs/heads/main")));
    },
  },
  {
    name: "share a decision",
    given: { ...withPolicies(), permissions: ["clipboard-write"] },
    path: playground,
    prepare: (page) => paste(page, token("environment:production"), "Denied"),
    async work(person, page) {
      await person.press(page.locator("summary").filter({ hasText: "Share" }));
      await person.press(button(page, "Copy the link"));
      await eventually(async () => assert.match((await copied(page)) ?? "", /playground#v1\./));
    },
  },
];

jobTests(jobs, async (job, size) => {
  const page = await openPage(job.path, { ...job.given, ...size });
  await job.prepare?.(page);
  return page;
});
