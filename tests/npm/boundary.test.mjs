// No input makes the package throw or trap, and the engine still works after each.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import typescript from "typescript";
import { Engine, decodeUnverified, matchPattern, parseJwks, parsePolicies } from "claimgate";
import { exchangeBody, goodClaims, jwks, make, now, policies, request, signed, url } from "./helpers.mjs";

const engine = make(Engine);
const token = signed();
const stillAnswers = () => assert.equal(engine.decide({ token, request, now }).decision, "allowed");

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withNullPrototype: true,
  withObjectString: true,
  withSparseArray: true,
  withUnicodeString: true,
});
const mutant = (text) =>
  fc.tuple(fc.nat(text.length), fc.nat(8), fc.string({ unit: "binary" })).map(([at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut));
const halves = fc.array(fc.integer({ min: 0xd7ff, max: 0xe000 }), { maxLength: 9 }).map((units) => String.fromCharCode(...units));
const names = fc.constantFrom("token", "claims", "verifiedClaims", "request", "now", "skip", "issuer", "issuers", "policies", "keys", "rules", "iss", "sub", "aud", "0", "length");
/** Objects with computed members that change with each access, or throw. */
const getters = fc.dictionary(names, fc.array(fc.oneof(anything, halves), { maxLength: 3 }), { maxKeys: 5 }).map((members) => {
  const object = {};
  for (const [name, values] of Object.entries(members)) {
    let reads = 0;
    const get = () => {
      reads += 1;
      if (values.length === 0 || reads > 3) throw values.length === 0 ? new Error(name) : undefined;
      return values[reads % values.length];
    };
    Object.defineProperty(object, name, { get, enumerable: true });
  }
  return object;
});
const cyclic = fc.dictionary(names, anything, { minKeys: 1, maxKeys: 5 }).map((object) => {
  for (const name of Object.keys(object)) if (name < "k") object[name] = [object, { [name]: object }];
  return object;
});
const huge = fc.constantFrom(1 << 16, 1 << 20, (1 << 24) + 1).map((length) => "x".repeat(length));
const polluting = fc
  .tuple(fc.constantFrom("__proto__", "constructor", "prototype", "toString", "toJSON"), names, fc.jsonValue())
  .map(([outer, inner, value]) => JSON.parse(`{${JSON.stringify(outer)}: {${JSON.stringify(inner)}: ${JSON.stringify(value)}}, ${JSON.stringify(inner)}: 1}`));
const nasty = fc.oneof(
  { weight: 4, arbitrary: halves },
  { weight: 4, arbitrary: getters },
  { weight: 4, arbitrary: cyclic },
  { weight: 4, arbitrary: polluting },
  { weight: 4, arbitrary: fc.bigInt() },
  { weight: 1, arbitrary: huge },
);
const odd = fc.oneof(anything, nasty, mutant(token), mutant(exchangeBody(token)), mutant(JSON.stringify(policies)), mutant(JSON.stringify(jwks)));
const some = (value) => fc.oneof({ weight: 2, arbitrary: fc.constant(value) }, odd);
const keys = fc.constantFrom("iss", "sub", "aud", "__proto__", "constructor", "toJSON", "exp");
const claims = fc.oneof(odd, fc.dictionary(keys, odd).map((more) => ({ ...goodClaims, ...more })));
const requests = fc.oneof(some(request), fc.record({ tokenType: fc.constantFrom("team", "personal", "runner"), teamName: odd, userLogin: odd, runnerID: odd }));
const config = fc.record({
  issuers: fc.oneof(odd, fc.array(fc.oneof(odd, fc.record({ url: some(url), jwks: some(jwks), policies: some(policies), name: some("a"), maxExpiration: some(60) })), { maxLength: 3 })),
  organization: some("a"),
  leeway: some(60),
  maxSize: some(100),
  dialect: some("pulumi"),
});

const untouched = Object.getOwnPropertyNames(Object.prototype);
const isAnswer = (value) => typeof value === "object" && value !== null && ("ok" in value || "decision" in value);

test("any input returns a value", async () => {
  const property = fc.asyncProperty(odd, odd, claims, requests, some(now), config, async (one, other, someClaims, asked, time, made) => {
    const created = Engine.create(made);
    if (created.ok) created.engine.free();
    const answers = [
      created,
      Engine.create(one),
      engine.decide(one),
      engine.decide({ token: one, request: asked, now: time }),
      engine.decide({ verifiedClaims: someClaims, request: asked, now: time }),
      engine.explain(one),
      engine.explain({ token: one, request: asked, now: time, skip: other, issuer: one }),
      engine.explain({ claims: someClaims, request: asked, issuer: other }),
      engine.explainText({ claims: someClaims, request: asked }),
      engine.exchange(one, other),
      engine.exchange(one, { now: time, contentType: other }),
      engine.setKeys(one, other),
      decodeUnverified(one),
      parsePolicies(one),
      parseJwks(one),
      matchPattern(one, other, one),
      await engine.decideAsync({ token: one, request: asked, now: time }),
      await engine.explainAsync(one),
      await engine.exchangeAsync(one, other),
      await engine.fetchKeys(one, other),
    ];
    for (const answer of answers) assert.ok(isAnswer(answer), JSON.stringify(answer));
    assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), untouched);
    stillAnswers();
  });
  await fc.assert(property, { numRuns: 1_000 });
});

test("decisions on odd claims are the same in both forms of input", () => {
  const property = fc.property(fc.dictionary(fc.constantFrom("sub", "aud", "environment", "x"), fc.jsonValue()), (more) => {
    const verifiedClaims = { ...goodClaims, ...more };
    const explained = engine.explain({ claims: verifiedClaims, request });
    const decided = engine.decide({ verifiedClaims, request });
    if (explained.ok) assert.equal(decided.decision, explained.value.decision);
    else assert.equal(decided.decision, "denied");
  });
  fc.assert(property, { numRuns: 2_000 });
});

test("getters, proxies, cycles and other JavaScript values are refused without throwing", () => {
  const cycle = { ...goodClaims };
  cycle.sub = cycle;
  const thrower = {
    get token() {
      throw new Error("no such thing");
    },
  };
  const proxy = new Proxy({}, { get: () => { throw null; }, has: () => { throw null; }, ownKeys: () => { throw null; }, getOwnPropertyDescriptor: () => { throw null; } });
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const deep = JSON.parse(`${"[".repeat(5_000)}${"]".repeat(5_000)}`);
  const halves = ["\ud83d", "repo:octo-org/\udc00"];
  for (const verifiedClaims of [cycle, thrower, proxy, revoked.proxy, { ...goodClaims, sub: 1n }, { ...goodClaims, sub: deep }]) {
    assert.equal(engine.decide({ verifiedClaims, request }).decision, "denied");
    assert.equal(engine.explain({ claims: verifiedClaims, request }).ok, false);
  }
  for (const sub of halves) {
    // It would turn into U+FFFD, which `*` matches.
    assert.equal(engine.decide({ verifiedClaims: { ...goodClaims, sub: `repo:octo-org/${sub}` }, request }).code, "wrong-argument");
  }
  for (const input of [thrower, proxy, revoked.proxy, Symbol("a"), () => 1, class {}, new Date(), null]) {
    assert.equal(engine.decide(input).code, "wrong-argument");
    assert.equal(Engine.create(input).ok, false);
  }
  const polluted = JSON.parse('{"__proto__": {"sub": "repo:octo-org/x:y"}, "iss": "https://token.actions.githubusercontent.com", "aud": "urn:pulumi:org:octo-org"}');
  assert.equal(engine.decide({ verifiedClaims: polluted, request }).code, "default-deny");
  assert.equal({}.sub, undefined);
  stillAnswers();
});

test("huge texts are refused, and the engine still works", () => {
  const huge = "x".repeat(200_000_000);
  assert.equal(engine.decide({ token: huge, request, now }).code, "token-too-large");
  assert.equal(engine.decide({ verifiedClaims: { ...goodClaims, sub: huge }, request }).decision, "denied");
  assert.equal(engine.exchange(huge, { now }).code, "body-too-large");
  assert.equal(engine.explain({ claims: { ...goodClaims, sub: huge }, request }).ok, false);
  assert.equal(engine.setKeys(url, huge).ok, false);
  assert.equal(parsePolicies(huge).ok, false);
  assert.equal(decodeUnverified(huge).ok, false);
  assert.equal(matchPattern(huge, huge).ok, false);
  stillAnswers();
});

test("`using` frees an engine at the end of its block", async () => {
  const code = `
    let freed;
    {
      using engine = created.engine;
      freed = engine;
      if (engine.decide(input).decision !== "allowed") throw new Error("expected the engine to answer within the block");
    }
    return freed.decide(input).code;`;
  const { outputText } = typescript.transpileModule(`async function use(created, input) {${code}}`, { compilerOptions: { target: "es2022" } });
  const use = new Function(`${outputText}; return use;`)();
  assert.equal(await use({ engine: make(Engine) }, { token, request, now }), "engine-freed");
});

test("memory is freed", () => {
  const memory = () => glue_memory().byteLength;
  const round = () => {
    const other = make(Engine);
    other.decide({ verifiedClaims: goodClaims, request });
    other.free();
  };
  for (let index = 0; index < 1_000; index += 1) round();
  const before = memory();
  for (let index = 0; index < 100_000; index += 1) round();
  assert.equal(memory(), before, "the Wasm's memory has grown");
  const inputs = { token: `${token.slice(0, -4)}AAAA`, request, now };
  for (let index = 0; index < 20_000; index += 1) engine.decide(inputs);
  assert.equal(memory(), before, "the Wasm's memory has grown by decisions");
  stillAnswers();
});

/** The memory of the Wasm that the package has loaded. */
function glue_memory() {
  return installed.initSync().memory.buffer;
}
const installed = await import(new URL("node_modules/claimgate/dist/host/claimgate.js", import.meta.url).href);
