// Edge runtimes that import Wasm as a module.
import module from "./claimgate_bg.wasm";
import * as glue from "./claimgate.js";
import { createPackage } from "../engine.js";
import { host } from "./signatures-web.js";

const wasm = glue.initSync({ module });
const ready = { ...glue, isReady: () => true, memory: () => wasm.memory };

/** For programs that also run in browsers: edge runtimes have nothing to load. */
export async function init() {}

export const { Engine, decodeUnverified, parsePolicies, parseJwks, matchPattern } = createPackage(ready, host);
