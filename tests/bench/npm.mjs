// Compares the npm package with other libraries in one Node.js process: `cargo xtask bench-npm`.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { createRequire } from "node:module";
import { availableParallelism, loadavg } from "node:os";
import { Engine } from "claimgate";
import * as pure from "claimgate/pure";
import { createVerifier } from "fast-jwt";
import { importJWK, jwtVerify } from "jose";
import picomatch from "picomatch";
import { newEnforcer, newModelFromString } from "casbin";

const cedar = createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs");
const dist = new URL("node_modules/claimgate/dist/", import.meta.url);
const { createPackage } = await import(new URL("engine.js", dist).href);
const glue = await import(new URL("host/claimgate.js", dist).href);
const memory = () => glue.initSync().memory.buffer.byteLength;

const url = "https://token.actions.githubusercontent.com";
const request = { tokenType: "organization" };
const now = 1_763_942_500;

// The shape of crates/bench/src/shape.rs.
const isSpecial = (i) => i % 10 === 3 || i % 5 === 1 || i % 100 === 50;
function policy(i) {
  const org = i % 100;
  const rules = { aud: `urn:pulumi:org:org${org}`, sub: `repo:org${org}/repo${i}:*` };
  if (i % 20 === 3) rules.sub = `repo:org${org}/*:environment:prod*`;
  else if (i % 10 === 3) rules.sub = `repo:org${org}/*${i}*:environment:prod*`;
  else if (i % 10 === 1) rules.environment = "prod*";
  else if (i % 10 === 6) rules.ref = "refs/heads/release/*";
  return { decision: i % 100 === 50 ? "deny" : "allow", tokenType: "organization", rules };
}
const claims = (org, repository) => ({
  jti: "4a8e5c0b-0d5c-4b0e-9d7c-7a1c5b1c2d3e",
  sub: `repo:org${org}/${repository}:ref:refs/heads/main`,
  aud: `urn:pulumi:org:org${org}`,
  ref: "refs/heads/main",
  sha: "f9d3b7c1c0e5a4d2b8a6978685746352413f0e1d",
  repository: `org${org}/${repository}`,
  repository_owner: `org${org}`,
  repository_owner_id: "65",
  run_id: "6412589153",
  run_number: "10",
  run_attempt: "1",
  repository_visibility: "private",
  repository_id: "74",
  actor_id: "12",
  actor: "octocat",
  workflow: "deploy",
  head_ref: "",
  base_ref: "",
  event_name: "push",
  ref_protected: "true",
  ref_type: "branch",
  workflow_ref: `org${org}/${repository}/.github/workflows/deploy.yml@refs/heads/main`,
  job_workflow_ref: `org${org}/${repository}/.github/workflows/deploy.yml@refs/heads/main`,
  runner_environment: "github-hosted",
  iss: url,
  nbf: 1_763_942_100,
  exp: 1_763_946_000,
  iat: 1_763_942_400,
});
function requests(n) {
  const all = [];
  for (let i = n - 1; i >= 0 && all.length < 64; i -= 1) {
    if (isSpecial(i)) continue;
    all.push({ claims: claims(i % 100, `repo${i}`), policy: i }, { claims: claims(i % 100, `other${i}`), policy: null });
  }
  return all;
}

// Other ways
const regExp = (pattern) => new RegExp(`^${pattern.replace(/[\\^$+{}[\]|()]/g, "\\$&").replace(/\?/g, "[^]?").replace(/\./g, "[^]").replace(/\*/g, "[^]*")}$`, "u");
function loop(policies, compile) {
  const compiled = policies.map(({ decision, rules }) => ({ decision, rules: Object.entries(rules).map(([claim, pattern]) => [claim, compile(pattern)]) }));
  return (given) => {
    let allowed = null;
    for (let i = 0; i < compiled.length; i += 1) {
      const { decision, rules } = compiled[i];
      if (decision === "allow" && allowed !== null) continue;
      let matches = true;
      for (const [claim, test] of rules) {
        if (!(claim in given) || !test(given[claim])) {
          matches = false;
          break;
        }
      }
      if (!matches) continue;
      if (decision === "deny") return null;
      allowed = i;
    }
    return allowed;
  };
}
/** By audience, then by the literal start of `sub` up to a `:` or `/`. */
function byPrefix(policies) {
  const index = new Map();
  policies.forEach(({ decision, rules }, i) => {
    const star = rules.sub.indexOf("*");
    const end = Math.max(rules.sub.lastIndexOf("/", star), rules.sub.lastIndexOf(":", star)) + 1;
    const key = `${rules.aud} ${rules.sub.slice(0, end)}`;
    const entry = { i, decision, rules: Object.entries(rules).map(([claim, pattern]) => [claim, regExp(pattern)]) };
    index.has(key) ? index.get(key).push(entry) : index.set(key, [entry]);
  });
  return (given) => {
    let allowed = null;
    for (let end = 1; end <= given.sub.length; end += 1) {
      const last = given.sub.charCodeAt(end - 1);
      if (last !== 47 && last !== 58) continue;
      for (const { i, decision, rules } of index.get(`${given.aud} ${given.sub.slice(0, end)}`) ?? []) {
        if (!rules.every(([claim, test]) => claim in given && test.test(given[claim]))) continue;
        if (decision === "deny") return null;
        allowed ??= i;
      }
    }
    return allowed;
  };
}
/** One preparsed set per audience: Cedar's fastest form. */
function withCedar(policies, n) {
  const sets = new Map();
  policies.forEach(({ decision, rules }, i) => {
    const condition = Object.entries(rules).map(([claim, pattern]) => `context has ${claim} && context.${claim} like "${pattern}"`).join(" && ");
    const text = `${decision === "allow" ? "permit" : "forbid"}(principal, action, resource) when { ${condition} };`;
    const set = sets.get(rules.aud) ?? {};
    set[`policy${i}`] = text;
    sets.set(rules.aud, set);
  });
  for (const [aud, set] of sets) {
    const answer = cedar.preparsePolicySet(`${n} ${aud}`, { staticPolicies: set, templates: {}, templateLinks: [] });
    assert.equal(answer.type, "success", JSON.stringify(answer).slice(0, 300));
  }
  return (given) => {
    const answer = cedar.statefulIsAuthorized({
      principal: { type: "Job", id: "a" },
      action: { type: "Action", id: "exchange" },
      resource: { type: "Org", id: "a" },
      context: given,
      preparsedPolicySetId: `${n} ${given.aud}`,
      entities: [],
    });
    if (answer.type !== "success") throw new Error(JSON.stringify(answer));
    return answer.response.decision === "allow" ? Number(answer.response.diagnostics.reason[0].slice(6)) : null;
  };
}
async function withCasbin(policies) {
  const model = newModelFromString(`[request_definition]
r = given
[policy_definition]
p = i, aud, sub, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.given.aud == p.aud && like(r.given.sub, p.sub)`);
  const enforcer = await newEnforcer(model);
  const compiled = new Map();
  await enforcer.addFunction("like", (value, pattern) => {
    if (!compiled.has(pattern)) compiled.set(pattern, regExp(pattern));
    return compiled.get(pattern).test(value);
  });
  await enforcer.addPolicies(policies.map(({ decision, rules }, i) => [String(i), rules.aud, rules.sub, decision]));
  return (given) => enforcer.enforceSync({ aud: given.aud, sub: given.sub });
}

/**
 * The least of eight rounds, in µs per call, each of at least 60 ms: the round that other work
 * disturbed least.
 */
function time(given, work) {
  const rounds = [];
  for (let round = 0; round < 9; round += 1) {
    let calls = 0;
    const start = performance.now();
    do {
      for (const one of given) work(one);
      calls += given.length;
    } while (performance.now() - start < 60);
    rounds.push(((performance.now() - start) * 1000) / calls);
  }
  return Math.min(...rounds.slice(1));
}
const show = (value) => (value === undefined ? "–" : value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString("en"));
function table(head, rows) {
  console.log(`\n| ${head.join(" | ")} |\n|${head.map((_, index) => (index === 0 ? "---" : "---:")).join("|")}|`);
  for (const row of rows) console.log(`| ${row.map((cell) => (typeof cell === "string" ? cell : show(cell))).join(" | ")} |`);
}

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwk = (key, alg) => ({ ...key.export({ format: "jwk" }), alg, kid: alg, use: "sig" });
const jwks = { keys: [jwk(publicKey, "RS256"), jwk(ec.publicKey, "ES256")] };
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
function signed(given, alg) {
  const input = `${encode({ typ: "JWT", alg, kid: alg })}.${encode(given)}`;
  const key = alg === "RS256" ? privateKey : { key: ec.privateKey, dsaEncoding: "ieee-p1363" };
  return `${input}.${sign("sha256", Buffer.from(input), key).toString("base64url")}`;
}
/** Reports every signature as valid, to measure the rest. */
const trusting = createPackage(
  { ...glue, isReady: () => true, memory: () => glue.initSync().memory },
  { isAsync: false, importKey: () => true, verify: () => true },
);

console.log(`${new Date().toISOString()}, Node.js ${process.version}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}`);
const sizes = (process.env.SIZES ?? "10,1000,10000,100000").split(",").map(Number);
const decisions = [];
const making = [];
for (const n of sizes) {
  const policies = Array.from({ length: n }, (_, i) => policy(i));
  const asked = requests(n);
  const before = memory();
  const start = performance.now();
  const created = Engine.create({ issuers: [{ url, jwks, policies }] });
  const took = performance.now() - start;
  assert.ok(created.ok, JSON.stringify(created.errors));
  const { engine } = created;
  making.push([n.toLocaleString("en"), took, (memory() - before) / 1e6]);
  for (const { claims: verifiedClaims, policy: expected } of asked) {
    assert.equal(engine.decide({ verifiedClaims, request }).policy, expected, `a wrong policy among ${n}`);
  }
  const given = asked.map(({ claims: all }) => all);
  const row = [n.toLocaleString("en"), time(given.map((verifiedClaims) => ({ verifiedClaims, request })), (input) => engine.decide(input))];
  engine.free();
  const other = trusting.Engine.create({ issuers: [{ url, jwks, policies }] }).engine;
  const tokens = given.map((one) => ({ token: signed(one, "RS256"), request, now }));
  tokens.forEach((input, index) => assert.equal(other.decide(input).policy, asked[index].policy));
  row.push(time(tokens, (input) => other.decide(input)));
  other.free();
  const right = (decide) => {
    asked.forEach(({ claims: one, policy: expected }) => assert.equal(decide(one), expected));
    return decide;
  };
  row.push(time(given, right(byPrefix(policies))));
  row.push(time(given, right(loop(policies, (pattern) => { const one = regExp(pattern); return (text) => one.test(text); }))));
  row.push(time(given, right(withCedar(policies, n))));
  if (n <= 10_000) row.push(time(given, right(loop(policies, (pattern) => picomatch(pattern.replaceAll("*", "**"), { bash: true, dot: true })))));
  else row.push(undefined);
  if (n <= 1_000) {
    const casbin = await withCasbin(policies);
    const isAllowed = (index) => index !== null && policies[index].decision === "allow";
    asked.forEach(({ claims: one, policy: expected }) => assert.equal(casbin(one), isAllowed(expected)));
    row.push(time(given.slice(0, 4), casbin));
  } else row.push(undefined);
  decisions.push(row);
}
console.log("Deciding, µs:");
table(["policies", "claimgate, verified claims", "claimgate, token, signature known", "index by prefix in JS", "RegExp loop", "cedar-wasm", "picomatch loop", "casbin"], decisions);
console.log("\nCreating:");
table(["policies", "ms", "MB that the Wasm's memory grew"], making);

const policies = Array.from({ length: 1_000 }, (_, i) => policy(i));
const { engine } = Engine.create({ issuers: [{ url, jwks, policies }] });
const verifying = [];
for (const alg of ["RS256", "ES256"]) {
  const tokens = requests(1_000).slice(0, 32).map(({ claims: one }) => signed(one, alg));
  const key = alg === "RS256" ? publicKey : ec.publicKey;
  const fast = createVerifier({ key: key.export({ type: "spki", format: "pem" }), algorithms: [alg], clockTimestamp: now * 1000 });
  const josed = await importJWK(jwks.keys.find((one) => one.alg === alg), alg);
  const jose = async () => {
    const rounds = [];
    for (let round = 0; round < 20; round += 1) {
      const start = performance.now();
      for (let turn = 0; turn < 5; turn += 1) for (const token of tokens) await jwtVerify(token, josed, { currentDate: new Date(now * 1000) });
      rounds.push(((performance.now() - start) * 1000) / (5 * tokens.length));
    }
    return Math.min(...rounds);
  };
  await jose();
  const ours = time(tokens.map((token) => ({ token, request, now })), (input) => assert.notEqual(engine.decide(input).code, "signature-invalid"));
  verifying.push([alg, ours, time(tokens, fast), await jose()]);
}
console.log("\nVerifying, µs; ours decides among 1,000 policies, too:");
table(["", "claimgate, verify and decide", "fast-jwt, verify", "jose, verify"], verifying);

// In Rust, for hosts without cryptography
const inRust = pure.Engine.create({ issuers: [{ url, jwks, policies }] }).engine;
const rust = ["RS256", "ES256"].map((alg) => {
  const tokens = requests(1_000).slice(0, 4).map(({ claims: one }) => signed(one, alg));
  return [alg, time(tokens.map((token) => ({ token, request, now })), (input) => assert.notEqual(inRust.decide(input).code, "signature-invalid"))];
});
console.log("\nVerifying in Rust, µs:");
table(["", "claimgate/pure, verify and decide"], rust);

// The slowest shapes, as in crates/bench/src/worst.rs
const long = "a".repeat(47_000);
const shapes = [
  ["1 × `*a…a.c*` (4,000 `a`), 47 kB", 1, (i) => `*${"a".repeat(4_000 - i)}.c*`, long],
  ["5 × the same", 5, (i) => `*${"a".repeat(4_000 - i)}.c*`, long],
  ["50 × the same", 50, (i) => `*${"a".repeat(4_000 - i)}.c*`, long],
  ["1 × `*a?a?…c*b` (4,000), 47 kB", 1, () => `*${"a?".repeat(2_000)}c*b`, `${long}b`],
  ["300 × `*a…a*b` (1 to 300 `a`), 47 kB", 300, (i) => `*${"a".repeat(i + 1)}*b`, long],
  ["1000 × `*0?1{i}*`, 12,000 elements", 1_000, (i) => `*0?1${i}*`, Array.from({ length: 12_000 }, (_, i) => String(i % 100))],
];
const worst = shapes.map(([name, count, pattern, sub]) => {
  const denies = Array.from({ length: count }, (_, i) => ({ decision: "deny", tokenType: "organization", rules: { sub: pattern(i) } }));
  const one = Engine.create({ issuers: [{ url, policies: denies }] }).engine;
  const input = { verifiedClaims: { iss: url, sub }, request };
  const { code } = one.decide(input);
  const took = time([input], (given) => one.decide(given)) / 1_000;
  one.free();
  return [name, code, took];
});
console.log("\nThe slowest shapes, ms:");
table(["", "code", "decide"], worst);

// From `import` to the first decision, each time in a fresh process
const first = `
  const start = performance.now();
  const { Engine } = await import("claimgate");
  const imported = performance.now();
  const { engine } = Engine.create({ issuers: [{ url: "https://a.example", policies: [{ decision: "allow", tokenType: "organization", rules: { sub: "repo:octo-org/*" } }] }] });
  const { decision } = engine.decide({ verifiedClaims: { iss: "https://a.example", sub: "repo:octo-org/a:b" }, request: { tokenType: "organization" } });
  if (decision !== "allowed") throw new Error(decision);
  console.log(JSON.stringify([performance.now() - start, imported - start]));`;
const words = ["--input-type=module", "--eval", first];
const cwd = new URL("./", import.meta.url);
const runs = Array.from({ length: 15 }, () => JSON.parse(execFileSync(process.execPath, words, { cwd, encoding: "utf8" })));
const spread = (values) => values.toSorted((a, b) => a - b).filter((_, index) => index % 7 === 0).map((value) => value.toFixed(1));
console.log("\nFrom `import` to the first decision, ms (least, median, most of 15 processes):");
table(["", "least", "median", "most"], [["import", ...spread(runs.map(([, imported]) => imported))], ["import, create, decide", ...spread(runs.map(([all]) => all))]]);
