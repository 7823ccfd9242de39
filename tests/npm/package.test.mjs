// The contents of the package, and the results of TypeScript and of package linters.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";

const here = new URL("./", import.meta.url).pathname;
const root = new URL("../../", import.meta.url).pathname;
const target = process.env.CARGO_TARGET_DIR ?? `${root}target`;
const manifest = JSON.parse(readFileSync(`${here}node_modules/claimgate/package.json`, "utf8"));
const tarball = `${target}/npm/claimgate-${manifest.version}.tgz`;
const run = (program, ...words) => execFileSync(program, words, { cwd: here, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

test("the tarball has these files and no others", () => {
  const files = run("tar", "-tzf", tarball).trim().split("\n").toSorted();
  const build = ["claimgate.js", "claimgate_bg.wasm", "node.js", "signatures-node.js", "signatures-web.js", "web.js", "workerd.js"];
  const expected = [
    ...["host", "pure"].flatMap((name) => build.map((file) => `package/dist/${name}/${file}`)),
    ...["claimgate_analysis.js", "claimgate_analysis_bg.wasm", "node.js", "web.js", "workerd.js"].map((file) => `package/dist/analysis/${file}`),
    "package/LICENSE",
    "package/README.md",
    "package/dist/address.js",
    "package/dist/analysis-words.d.ts",
    "package/dist/analysis.d.ts",
    "package/dist/analysis.js",
    "package/dist/engine.js",
    "package/dist/index.d.ts",
    "package/dist/input.js",
    "package/dist/load.js",
    "package/dist/protocol.js",
    "package/dist/special-addresses.js",
    "package/package.json",
  ];
  assert.deepEqual(files, expected.toSorted());
});

test("it needs no other package, and contains no local paths", () => {
  assert.equal(manifest.dependencies, undefined);
  assert.equal(manifest.scripts, undefined);
  for (const name of ["dist/address.js", "dist/analysis.js", "dist/engine.js", "dist/input.js", "dist/load.js", "dist/protocol.js", "dist/special-addresses.js", "dist/host/claimgate.js", "dist/host/claimgate_bg.wasm", "dist/pure/claimgate_bg.wasm", "dist/analysis/claimgate_analysis_bg.wasm"]) {
    const text = readFileSync(`${here}node_modules/claimgate/${name}`, "latin1");
    assert.ok(!text.includes("/root/") && !text.includes("/home/"), `${name} has a path of the machine that built it`);
  }
});

test("the Wasm is small", () => {
  const modules = [["host/claimgate", 226_000], ["pure/claimgate", 299_000], ["analysis/claimgate_analysis", 325_000]];
  for (const [name, limit] of modules) {
    const file = `${here}node_modules/claimgate/dist/${name}_bg.wasm`;
    const size = brotliCompressSync(readFileSync(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
    console.log(`${name}: ${statSync(file).size} bytes, ${size} in brotli`);
    assert.ok(size <= limit, `${name} has ${size} bytes in brotli, more than ${limit}`);
  }
});

test("publint and attw find nothing", () => {
  const publint = run(`${here}node_modules/.bin/publint`, `${here}node_modules/claimgate`, "--strict");
  assert.match(publint, /All good!/);
  // CommonJS programs load it with `import()`, or with `require` if Node.js supports that.
  run(`${here}node_modules/.bin/attw`, tarball, "--profile", "esm-only", "--exclude-entrypoints", "claimgate.wasm", "pure.wasm", "analysis.wasm");
});

test("a strict consumer compiles, and its mistakes do not", () => {
  const dir = `${here}node_modules/.consumer`;
  mkdirSync(dir, { recursive: true });
  const compile = (code, resolution = "NodeNext") => {
    writeFileSync(`${dir}/index.mts`, code);
    const words = ["--strict", "--noEmit", "--target", "es2022", "--lib", "es2023,esnext.disposable,dom", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--types", "node"];
    const module = resolution === "NodeNext" ? ["--module", "NodeNext"] : ["--module", "esnext", "--moduleResolution", resolution];
    return run(`${here}node_modules/.bin/tsc`, ...words, ...module, `${dir}/index.mts`);
  };
  const good = `
    import { Engine, decodeUnverified, init, matchPattern, type Decision, type Exchange } from "claimgate";
    import * as pure from "claimgate/pure";
    import { analyze, diff, runTests, who, type Finding } from "claimgate/analysis";
    await init();
    const created = Engine.create({ issuers: [{ url: "https://a.example", jwks: { keys: [] }, policies: [
      { decision: "allow", tokenType: "team", teamName: "a", rules: { sub: "a*" } }] }] });
    if (!created.ok) throw new Error(created.errors[0]?.message);
    using engine = created.engine;
    const decision: Decision = engine.decide({ token: "a", request: { tokenType: "team", teamName: "a" }, now: 1 });
    if (decision.decision === "allowed") { const policy: number = decision.policy; const admin: boolean = decision.grant.admin; void [policy, admin]; }
    else { const code: string = decision.code; void code; }
    const explained = engine.explain({ claims: { sub: "a" }, request: { tokenType: "organization" } });
    if (explained.ok) for (const policy of explained.value.policies) for (const rule of policy.rules) for (const value of rule.values) {
      if (value.trace.outcome === "stopped") { const place: number = value.trace.value.utf16; void place; }
      else { const text: string | undefined = value.trace.captures[0]?.text; void text; }
    }
    const exchanged: Exchange = await engine.exchangeAsync("", { now: 1 });
    if (exchanged.ok) exchanged.grant.expiresIn; else exchanged.error_description;
    await engine.fetchKeys(fetch);
    const decoded = decodeUnverified("a");
    if (decoded.ok) { const sub = decoded.value.claims["sub"]; if (typeof sub === "string") sub.length; }
    void [matchPattern("a", "b"), pure.Engine];
    const asked = who({ issuers: [{ url: "https://a.example", policies: [] }] }, { mine: "acme/web", facts: false });
    if (asked.ok) for (const { answer } of asked.value.flatMap(({ rungs }) => rungs)) {
      if (answer.answer === "yes") { const paths: string[] = answer.witness.matters; void paths; }
      else if (answer.answer === "no") { const depth: number | undefined = answer.proof.steps[0]?.depth; void depth; }
      else { const reason: "too-many-states" | "too-many-steps" | "too-many-branches" | "too-many-ways" | "not-confirmed" | "not-proved" = answer.reason; void reason; }
    }
    const compared = diff({ issuers: [] }, { issuers: [] });
    if (compared.ok) for (const { kind } of compared.value.flatMap(({ kinds }) => kinds)) if (kind.tokenType === "personal") kind.login.length;
    const analyzed = analyze({ issuers: [] }, { enforced: true });
    if (analyzed.ok) for (const finding of analyzed.value.flatMap(({ findings }): Finding[] => findings)) for (const { edits } of finding.fixes ?? []) {
      for (const edit of edits) { if (edit.edit === "setRule") edit.pattern.length; else if (edit.edit === "addDeny") edit.like.toFixed(); else edit.policy.toFixed(); }
    }
    const ran = runTests({ cases: [] }, { name: "a", files: { b: { issuers: [] } } });
    if (ran.ok) { const id: string | undefined = ran.value.cases[0]?.id; const token: string | undefined = ran.value.properties[0]?.counterexamples[0]?.witness.when; void [id, token]; }
  `;
  compile(good);
  compile(good, "bundler");
  const mistakes = [
    'engine.decide({ token: "a", request: { tokenType: "team" }, now: 1 });',
    'engine.decide({ token: "a", request: { tokenType: "org" }, now: 1 });',
    'engine.decide({ token: "a", request: { tokenType: "organization" } });',
    'new Engine();',
    'const decision = engine.decide({ verifiedClaims: {}, request: { tokenType: "organization" } }); decision.grant.admin;',
    'engine.explain({ claims: {}, request: { tokenType: "organization" } }).value;',
    'who({ issuers: [] }, { mine: ["acme"] });',
    'diff({ issuers: [] });',
    'const answer = who({ issuers: [] }); if (answer.ok) answer.value[0]?.rungs[0]?.answer.witness;',
  ];
  for (const mistake of mistakes) {
    const code = `import { Engine } from "claimgate"; import { diff, who } from "claimgate/analysis"; declare const engine: Engine; ${mistake}`;
    assert.throws(() => compile(code), /index\.mts/, mistake);
  }
  for (const types of ["index", "analysis", "analysis-words"]) {
    assert.ok(!/\bany\b(?! )/.test(readFileSync(`${here}node_modules/claimgate/dist/${types}.d.ts`, "utf8").replace(/\/\*\*[\s\S]*?\*\/|"[^"]*"/g, "")), types);
  }
});

test("it can be published", () => {
  const answer = JSON.parse(run("npm", "publish", tarball, "--dry-run", "--json", "--offline"));
  assert.match(JSON.stringify(answer), /claimgate/);
});
