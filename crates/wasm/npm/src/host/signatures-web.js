// Checks signatures with SubtleCrypto (WebCrypto), asynchronously.
const rsa = (name, hash, saltLength) => [{ name, hash }, saltLength === undefined ? { name } : { name, saltLength }];
const ecdsa = (namedCurve, hash) => [{ name: "ECDSA", namedCurve }, { name: "ECDSA", hash }];
/** By algorithm: the parameters to import its key, and to check its signature. */
const ALGORITHMS = {
  RS256: rsa("RSASSA-PKCS1-v1_5", "SHA-256"),
  RS384: rsa("RSASSA-PKCS1-v1_5", "SHA-384"),
  RS512: rsa("RSASSA-PKCS1-v1_5", "SHA-512"),
  PS256: rsa("RSA-PSS", "SHA-256", 32),
  PS384: rsa("RSA-PSS", "SHA-384", 48),
  PS512: rsa("RSA-PSS", "SHA-512", 64),
  ES256: ecdsa("P-256", "SHA-256"),
  ES384: ecdsa("P-384", "SHA-384"),
  EdDSA: [{ name: "Ed25519" }, { name: "Ed25519" }],
  Ed25519: [{ name: "Ed25519" }, { name: "Ed25519" }],
};
const encoder = new TextEncoder();

function bytes(base64url) {
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export const host = {
  isAsync: true,

  importKey(jwk, algorithm) {
    return crypto.subtle.importKey("jwk", JSON.parse(jwk), ALGORITHMS[algorithm][0], false, ["verify"]);
  },

  verify(algorithm, key, input, signature) {
    return crypto.subtle.verify(ALGORITHMS[algorithm][1], key, bytes(signature), encoder.encode(input));
  },
};
