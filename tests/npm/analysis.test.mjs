// `claimgate/analysis`: questions about all tokens, in Node.js.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { analyze, diff, init, runTests, who } from "claimgate/analysis";
import { Engine } from "claimgate";
import { url } from "./helpers.mjs";

const allow = (rules, more = {}) => ({ decision: "allow", tokenType: "organization", rules, ...more });
const deny = (rules, more = {}) => ({ decision: "deny", tokenType: "organization", rules, ...more });
const config = (...policies) => ({ issuers: [{ url, policies }] });
const value = (answer) => {
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.value;
};

test("who gets in: each class of outsiders, with a token that the engine allows or with a proof", async () => {
  await init();
  const asked = config(allow({ sub: "repo:acme*" }), deny({ event_name: "pull_request*" }));
  const [{ issuer, ours, rungs, facts }] = value(who(asked));
  assert.equal(issuer, url);
  assert.deepEqual(ours[0], { part: "owner", values: ["acme"], isStated: false });
  assert.equal(facts.provider, "GitHub Actions");
  const admitted = Object.fromEntries(rungs.map(({ id, answer }) => [id, answer.answer]));
  assert.equal(admitted["anyone"], "no");
  assert.equal(admitted["look-alike-owner"], "yes");
  assert.equal(admitted["pull-request"], "no");
  const created = Engine.create(asked);
  for (const { answer, policies } of rungs) {
    if (answer.answer === "no") assert.ok(answer.proof.steps.length > 0);
    else {
      const { claims, request, matters } = answer.witness;
      assert.ok(matters.includes("sub"));
      assert.equal(created.engine.decide({ verifiedClaims: { ...claims }, request }).decision, "allowed");
      assert.deepEqual(policies, [0]);
    }
  }
});

test("what is ours can be stated, and nothing be assumed", () => {
  const asked = config(allow({ sub: "repo:*" }));
  const [stated] = value(who(asked, { mine: "github-actions:octo-org/web" }));
  assert.deepEqual(stated.ours, [
    { part: "owner", values: ["octo-org"], isStated: true },
    { part: "repository", values: ["web"], isStated: true },
  ]);
  assert.equal(stated.rungs[0].answer.answer, "yes");
  const [without] = value(who(asked, { facts: false }));
  assert.deepEqual([without.rungs, without.facts.provider], [[], null]);
});

test("a witness for a team can be decided as it is", () => {
  const asked = config({ decision: "allow", tokenType: "team", teamName: "ops*", rules: { sub: "repo:acme*" } });
  const [{ rungs }] = value(who(asked));
  const { claims, request } = rungs.find(({ id }) => id === "look-alike-owner").answer.witness;
  assert.deepEqual(Object.keys(request), ["tokenType", "teamName"]);
  assert.equal(Engine.create(asked).engine.decide({ verifiedClaims: claims, request }).decision, "allowed");
});

test("what a change opens and closes, for each kind of request", () => {
  const [before, after] = [config(allow({ sub: "repo:acme/web:ref:refs/heads/main" })), config(allow({ sub: "repo:acme/web:ref:*" }))];
  const [{ relation, kinds }] = value(diff(before, after));
  assert.equal(relation, "wider");
  assert.deepEqual(kinds[0].kind, { tokenType: "organization", admin: false });
  assert.match(kinds[0].opened[0].witness.claims.sub, /^repo:acme\/web:ref:/);
  assert.deepEqual(kinds[0].closed, []);
  assert.equal(value(diff(after, before))[0].relation, "narrower");
  assert.equal(value(diff(after, after))[0].relation, "equivalent");
  // An issuer that is new, and one that is gone.
  const [other] = value(diff({ issuers: [] }, after));
  assert.equal(other.relation, "wider");
  assert.equal(value(diff(after, { issuers: [] }))[0].relation, "narrower");
});

test("report-only denies count only if asked", () => {
  const asked = config(allow({ sub: "repo:acme/web:*" }), deny({ event_name: "pull_request*" }, { reportOnly: true }));
  const isAdmitted = (options) => value(who(asked, options))[0].rungs.find(({ id }) => id === "pull-request").answer.answer;
  assert.deepEqual([isAdmitted(), isAdmitted({ enforced: true })], ["yes", "no"]);
});

test("findings have a token, a proof or a fix", () => {
  const [{ findings }] = value(analyze(config(allow({ sub: "repo:acme/*" }), allow({ sub: "repo:acme/web:*" }), deny({ sub: "repo:*" }))));
  const dead = findings.find(({ code, policies }) => code === "allow-dead" && policies[0] === 0);
  assert.deepEqual([dead.path, dead.becauseOf], ["policies[0]", [2]]);
  assert.ok(dead.proof.steps.length > 0);
  const redundant = config(allow({ sub: "repo:acme/*" }), allow({ sub: "repo:acme/web:*" }));
  const [report] = value(analyze(redundant));
  const { fixes } = report.findings.find(({ code }) => code === "allow-redundant");
  assert.deepEqual(fixes[0].edits, [{ edit: "removePolicy", policy: 1 }]);
});

test("what cannot be decided is said", () => {
  const hard = (end) => config(...["a", "b", "c"].map((letter) => allow({ sub: `*${letter}${".".repeat(28)}${end}` })));
  const [{ relation, kinds }] = value(diff(hard(""), hard("*"), { facts: false }));
  assert.ok(["wider", "undecided"].includes(relation), relation);
  for (const { undecided } of kinds) for (const { reason } of undecided) assert.match(reason, /^(too-many-|not-)/);
});

test("a file of tests has a report", () => {
  const file = {
    policies: "policies.json",
    cases: [{ name: "main", claims: { sub: "repo:acme/web:ref:refs/heads/main" }, expect: "allowed" }],
    properties: [{ never: { sub: "*:pull_request" } }],
  };
  const files = { "policies.json": config(allow({ sub: "repo:acme/web:*" })) };
  const report = value(runTests(file, { name: "web.test.json", files }));
  assert.deepEqual([report.passed, report.file, report.issuer], [false, "web.test.json", url]);
  assert.deepEqual([report.cases[0].id, report.cases[0].passed], ["web.test.json#main", true]);
  assert.match(report.properties[0].counterexamples[0].witness.claims.sub, /:pull_request$/);
  assert.equal(report.coverage.policies[0].cases, 1);
  assert.deepEqual(value(runTests(JSON.stringify(file), { name: "web.test.json", files })), report);
  const missing = runTests(file);
  assert.equal(missing.ok, false);
  assert.match(missing.errors[0].message, /policies\.json/);
});

test("errors are values with paths", () => {
  const broken = config({ decision: "allow", tokenType: "organization", rules: { "a b": "x" } });
  const paths = (answer) => answer.errors.map(({ path }) => path);
  assert.deepEqual(paths(who(broken)), ['issuers[0].policies[0].rules.a b']);
  assert.deepEqual(paths(diff(config(), broken)), ['new.issuers[0].policies[0].rules.a b']);
  assert.deepEqual(paths(who(config(), { mine: 1 })), ["mine"]);
  assert.deepEqual(paths(who(config(), { facts: "no" })), ["facts"]);
  assert.deepEqual(paths(analyze([])), ["config"]);
  assert.deepEqual(paths(diff(undefined, config())), ["old"]);
  assert.equal(who(config(), null).ok, true);
  const [{ path, code, help }] = who(config(), { fact: false }).errors;
  assert.deepEqual([path, code, help], ["fact", "unknown-key", "did you mean `facts`?"]);
  assert.deepEqual(paths(analyze(config(), { mine: "acme" })), ["mine"]);
  assert.match(who(config(allow({ sub: "repo:acme/*" })), { mine: "foo:x" }).errors[0].message, /expected a provider before `:`, found `foo`/);
  assert.deepEqual(paths(who(config(allow({ sub: "repo:acme/*" })), { mine: "github:a/b/c/d" })), ["mine"]);
});

test("no input makes it throw", () => {
  const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true, withSparseArray: true, withUnicodeString: true });
  const halves = fc.array(fc.integer({ min: 0xd7ff, max: 0xe000 }), { maxLength: 5 }).map((units) => String.fromCharCode(...units));
  const rules = fc.dictionary(fc.constantFrom("sub", "aud", "ref", "a.b", "a"), fc.oneof(fc.string(), halves, fc.constantFrom("*", "repo:a*", ".?*", "repo:acme/*:ref:*")));
  const policies = fc.array(rules.map((own) => allow(own)), { maxLength: 3 });
  const odd = fc.oneof(anything, policies.map((own) => config(...own)), fc.dictionary(fc.constantFrom("issuers", "dialect", "policies"), anything));
  const isAnswer = (answer) => assert.ok(answer.ok ? typeof answer.value === "object" : answer.errors.length > 0 && answer.errors.every(({ code }) => code !== ""));
  fc.assert(
    fc.property(odd, odd, anything, (one, other, options) => {
      for (const answer of [analyze(one, options), who(one, options), diff(one, other, options), runTests(one, options)]) isAnswer(answer);
    }),
    { numRuns: 300 },
  );
});

test("the reports are those of the command line", () => {
  assert.ok(existsSync(process.env.CLAIMGATE ?? ""), "expected the program in CLAIMGATE: cargo xtask test npm");
  const folder = mkdtempSync(join(tmpdir(), "claimgate-analysis-"));
  try {
    const [old, now] = [config(allow({ sub: "repo:acme/web:*" })), config(allow({ sub: "repo:acme*" }), deny({ sub: "*:pull_request" }))];
    const write = (name, content) => {
      writeFileSync(join(folder, name), JSON.stringify(content));
      return join(folder, name);
    };
    const files = [write("old.json", old), write("new.json", now)];
    const run = (...words) => {
      try {
        return JSON.parse(execFileSync(process.env.CLAIMGATE, words, { encoding: "utf8" }));
      } catch (error) {
        return JSON.parse(error.stdout);
      }
    };
    assert.deepEqual(run("who", files[1], "--format", "json"), value(who(now)));
    assert.deepEqual(run("diff", ...files, "--format", "json"), value(diff(old, now)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
