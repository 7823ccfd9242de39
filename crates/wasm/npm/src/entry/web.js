// Browsers and bundlers: `init()` fetches the Wasm.
import * as glue from "./claimgate.js";
import { createPackage } from "../engine.js";
import { host } from "./signatures-web.js";

let wasm;
let loading;

/** Loads the Wasm, by default from next to this file. Later calls wait for the first one. */
export function init(source) {
  const place = source ?? new URL("./claimgate_bg.wasm", import.meta.url);
  loading ??= glue.default({ module_or_path: place }).then(
    (loaded) => {
      wasm = loaded;
    },
    (error) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

const later = { ...glue, isReady: () => wasm !== undefined, memory: () => wasm.memory };

export const { Engine, decodeUnverified, parsePolicies, parseJwks, matchPattern } = createPackage(later, host);
