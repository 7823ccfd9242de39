// Which entries of a key set are used: the same in both builds, and with every check of signatures.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import * as host from "claimgate";
import * as pure from "claimgate/pure";
import { algorithms, issuer, jwks, make, now, request, signed, url } from "./helpers.mjs";

const dist = new URL("node_modules/claimgate/dist/", import.meta.url);
const { checkJws } = await import(new URL("pure/claimgate.js", dist).href);
const { host: web } = await import(new URL("host/signatures-web.js", dist).href);

const key = (kid) => jwks.keys.find((one) => one.kid === kid);
const padded = (number, count) => Buffer.concat([Buffer.alloc(count), Buffer.from(number, "base64url")]).toString("base64url");
const withZeros = (rsa, count = 1) => ({ ...rsa, n: padded(rsa.n, count), e: padded(rsa.e, count) });

/** The code of a decision on a token, in both builds. */
function decide(keys, token) {
  const codes = [host, pure].map(({ Engine }) => {
    const engine = make(Engine, { issuers: [{ ...issuer, jwks: { keys } }] });
    const { code } = engine.decide({ token, request, now });
    engine.free();
    return code;
  });
  assert.equal(codes[0], codes[1]);
  return codes[0];
}

test("zero bytes before the numbers of an RSA key change nothing, with any backend", async () => {
  for (const algorithm of algorithms.filter((name) => /^[RP]S/.test(name))) {
    const token = signed({}, {}, algorithm);
    const broken = `${token.slice(0, -9)}AAAAAAAAA`;
    for (const count of [1, 17]) {
      const keys = [withZeros(key(algorithm), count)];
      assert.equal(decide(keys, token), "allow-matched", algorithm);
      assert.equal(decide(keys, broken), "signature-invalid", algorithm);
      for (const jws of [token, broken]) {
        const { value } = checkJws(jws, JSON.stringify({ keys }));
        const dot = jws.lastIndexOf(".");
        const imported = await web.importKey(value.key, algorithm);
        assert.equal(await web.verify(algorithm, imported, jws.slice(0, dot), jws.slice(dot + 1)), value.genuine);
        assert.equal(value.genuine, jws === token);
      }
    }
  }
});

test("a problem of a key is never an invalid signature", () => {
  const ed25519 = (bytes) => ({ kty: "OKP", crv: "Ed25519", kid: "EdDSA", x: Buffer.from(bytes).toString("base64url") });
  const rsa = key("RS256");
  const ec = key("ES256");
  for (const [algorithm, entry] of [
    ["EdDSA", ed25519([2, ...Array(31).fill(0)])],
    ["EdDSA", ed25519([1, ...Array(31).fill(0)])],
    ["EdDSA", ed25519(Array(31).fill(7))],
    ["ES256", { ...ec, x: ec.y, y: ec.x }],
    ["ES384", { ...key("ES384"), y: key("ES384").x }],
    ["RS256", { ...rsa, n: rsa.n.slice(0, 300) }],
    ["RS256", { ...rsa, n: undefined }],
    ["RS256", { ...rsa, n: `${rsa.n}==` }],
    ["RS256", { ...rsa, e: "AQ" }],
    ["RS256", { ...rsa, kty: undefined }],
    ["RS256", { kid: "RS256", kty: "AKP", pub: "AA" }],
    ["RS256", { ...rsa, use: "enc" }],
  ]) {
    assert.equal(decide([entry, key("PS256")], signed({}, {}, algorithm)), "key-unfit", JSON.stringify(entry));
    // The other keys stay usable.
    assert.equal(decide([entry, 7, null, key("PS256")], signed({}, {}, "PS256")), "allow-matched");
  }
});

test("equal keys count once, and different ones of one name are refused", () => {
  const { alg, ...rsa } = key("RS256");
  assert.equal(decide([rsa, { ...rsa }, withZeros(rsa)], signed()), "allow-matched");
  assert.equal(decide([rsa, { ...rsa, kid: "other" }], signed({}, { kid: undefined })), "allow-matched");
  const { publicKey } = generate();
  assert.equal(decide([rsa, { ...publicKey, kid: "RS256" }], signed()), "key-repeated");
  assert.equal(decide([rsa, { ...publicKey, kid: "other" }], signed({}, { kid: undefined })), "key-ambiguous");
});

test("EdDSA and Ed25519 are one, and `use` may be that of SPIFFE", () => {
  const { alg, use, ...ed25519 } = key("EdDSA");
  for (const name of ["EdDSA", "Ed25519"]) {
    for (const more of [{}, { alg: "EdDSA" }, { alg: "Ed25519" }, { use: "jwt-svid" }]) {
      assert.equal(decide([{ ...ed25519, ...more }], signed({}, { kid: "EdDSA" }, name)), "allow-matched");
    }
  }
});

test("secrets refuse a set, and byte order marks are skipped", async () => {
  for (const { Engine, parseJwks } of [host, pure]) {
    const code = (entry) => parseJwks(JSON.stringify({ keys: [key("RS256"), entry] })).errors?.[0].code;
    assert.equal(code({ d: "AA" }), "jwks-private-key");
    assert.equal(code({ k: "AA" }), "jwks-private-key");
    assert.equal(code({ kty: "oct" }), "jwks-symmetric-key");
    assert.equal(code({}), undefined);
    const mark = "\ufeff";
    assert.equal(parseJwks(mark + JSON.stringify(jwks)).ok, true);
    const engine = make(Engine, { issuers: [{ ...issuer, jwks: undefined }] });
    const answers = { [`${url}/.well-known/openid-configuration`]: { issuer: url, jwks_uri: `${url}/keys` }, [`${url}/keys`]: jwks };
    const fetch = async (where) => ({ ok: true, status: 200, headers: new Headers(), text: async () => mark + JSON.stringify(answers[where]) });
    assert.equal((await engine.fetchKeys(fetch, { now })).value[0].ok, true);
    const login = async () => ({ ok: false, status: 401, headers: new Headers(), text: async () => "" });
    const page = async () => ({ ok: true, status: 200, headers: new Headers(), text: async () => "<!doctype html>" });
    const message = async (answer, at) => (await engine.fetchKeys(answer, { now: at, force: true })).value[0].errors[0].message;
    assert.match(await message(login, now + 40), /needs a login/);
    assert.match(await message(page, now + 80), /a page instead of JSON: does it need a login/);
    engine.free();
  }
});

function generate() {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { publicKey: publicKey.export({ format: "jwk" }) };
}
