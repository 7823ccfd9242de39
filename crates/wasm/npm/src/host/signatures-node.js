// Checks signatures with node:crypto, synchronously.
import { constants, createPublicKey, verify } from "node:crypto";

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const ecdsa = { dsaEncoding: "ieee-p1363" };
/** By algorithm (RFC 7518, section 3.1; RFC 8037, section 3.1): digest and key options. */
const ALGORITHMS = {
  RS256: ["sha256", {}],
  RS384: ["sha384", {}],
  RS512: ["sha512", {}],
  PS256: ["sha256", pss],
  PS384: ["sha384", pss],
  PS512: ["sha512", pss],
  ES256: ["sha256", ecdsa],
  ES384: ["sha384", ecdsa],
  EdDSA: [null, {}],
  Ed25519: [null, {}],
};

export const host = {
  isAsync: false,

  importKey(jwk, algorithm) {
    const key = createPublicKey({ key: JSON.parse(jwk), format: "jwk" });
    const [digest, options] = ALGORITHMS[algorithm];
    return { digest, key: Object.keys(options).length === 0 ? key : { key, ...options } };
  },

  verify(_algorithm, { digest, key }, input, signature) {
    return verify(digest, Buffer.from(input, "latin1"), key, Buffer.from(signature, "base64url"));
  },
};
