// Browsers and bundlers: `init()` fetches the Wasm.
import * as glue from "./claimgate.js";
import { createPackage } from "../engine.js";
import { loader } from "../load.js";
import { host } from "./signatures-web.js";

// Bundlers find the Wasm by this expression.
const { init, loaded } = loader(glue.default, () => new URL("./claimgate_bg.wasm", import.meta.url));

/** Loads the Wasm, by default from next to this file. Later calls wait for the first one. */
export { init };

const later = { ...glue, isReady: () => loaded() !== undefined, memory: () => loaded().memory };

export const { Engine, decodeUnverified, parsePolicies, parseJwks, matchPattern } = createPackage(later, host);
