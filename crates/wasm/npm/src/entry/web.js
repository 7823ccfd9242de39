// Browsers and bundlers: the Wasm is fetched once `init()` is called.
import * as glue from "./claimgate.js";
import { createPackage } from "../engine.js";
import { host } from "./signatures-web.js";

let wasm;
let loading;

/** Loads the Wasm, from beside this file unless told from where. Calls after the first wait for the same. */
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
