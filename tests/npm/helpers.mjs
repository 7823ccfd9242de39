// Helpers for the tests of the npm package: an issuer, its keys, and tokens like those of GitHub
// Actions.
import { generateKeyPairSync, sign } from "node:crypto";

export const url = "https://token.actions.githubusercontent.com";
export const now = 1_800_000_000;
export const request = { tokenType: "organization" };
export const policies = [
  { decision: "allow", tokenType: "organization", rules: { aud: "urn:pulumi:org:octo-org", sub: "repo:octo-org/*" } },
  { decision: "deny", tokenType: "organization", rules: { sub: "repo:octo-org/*:pull_request" } },
  { decision: "allow", tokenType: "team", teamName: "ops-*", rules: { sub: "repo:octo-org/*" } },
  {
    decision: "allow",
    tokenType: "organization",
    roleID: "release",
    authorizedPermissions: ["admin"],
    rules: { sub: "repo:octo-org/release:*" },
  },
];

const pss = (digest) => ({ padding: 6, saltLength: digest });
const ecdsa = { dsaEncoding: "ieee-p1363" };
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" });
const ed25519 = generateKeyPairSync("ed25519");
const ALGORITHMS = {
  RS256: [rsa, "sha256", {}],
  RS384: [rsa, "sha384", {}],
  RS512: [rsa, "sha512", {}],
  PS256: [rsa, "sha256", pss(32)],
  PS384: [rsa, "sha384", pss(48)],
  PS512: [rsa, "sha512", pss(64)],
  ES256: [p256, "sha256", ecdsa],
  ES384: [p384, "sha384", ecdsa],
  EdDSA: [ed25519, null, {}],
  Ed25519: [ed25519, null, {}],
};
export const algorithms = Object.keys(ALGORITHMS);

/** A set with one key for each algorithm. */
export const jwks = {
  keys: algorithms.map((alg) => ({ ...ALGORITHMS[alg][0].publicKey.export({ format: "jwk" }), alg, kid: alg, use: "sig" })),
};

export const goodClaims = {
  iss: url,
  aud: "urn:pulumi:org:octo-org",
  sub: "repo:octo-org/octo-repo:ref:refs/heads/main",
  iat: now - 10,
  nbf: now - 10,
  exp: now + 300,
};

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A token with changes to valid claims and header. */
export function signed(changes = {}, header = {}, algorithm = "RS256") {
  const [{ privateKey }, digest, options] = ALGORITHMS[algorithm];
  const input = `${encode({ alg: algorithm, kid: algorithm, ...header })}.${encode({ ...goodClaims, ...changes })}`;
  return `${input}.${sign(digest, Buffer.from(input), { key: privateKey, ...options }).toString("base64url")}`;
}

export const issuer = { url, name: "CI", jwks, policies };
export const exchangeBody = (token, changes = {}) =>
  new URLSearchParams({
    audience: "urn:pulumi:org:octo-org",
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
    requested_token_type: "urn:pulumi:token-type:access_token:organization",
    subject_token: token,
    ...changes,
  }).toString();

/** An engine, or an error that fails the test. */
export function make(Engine, changes = {}) {
  const created = Engine.create({ issuers: [issuer], organization: "octo-org", ...changes });
  if (!created.ok) throw new Error(JSON.stringify(created.errors));
  return created.engine;
}
