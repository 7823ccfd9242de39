// Node.js: reads the Wasm from the package.
import { readFileSync } from "node:fs";
import * as glue from "./claimgate.js";
import { createPackage } from "../engine.js";
import { host } from "./signatures-node.js";

const wasm = glue.initSync({ module: readFileSync(new URL("./claimgate_bg.wasm", import.meta.url)) });
const ready = { ...glue, isReady: () => true, memory: () => wasm.memory };

/** For programs that also run in browsers: Node.js has nothing to load. */
export async function init() {}

export const { Engine, decodeUnverified, parsePolicies, parseJwks, matchPattern } = createPackage(ready, host);
