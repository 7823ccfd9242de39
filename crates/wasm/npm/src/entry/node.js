// Node.js: the Wasm is read from beside this file.
import { readFileSync } from "node:fs";
import * as glue from "./claimgate.js";
import { createPackage } from "../engine.js";
import { host } from "./signatures-node.js";

const wasm = glue.initSync({ module: readFileSync(new URL("./claimgate_bg.wasm", import.meta.url)) });
const ready = { ...glue, isReady: () => true, memory: () => wasm.memory };

/** Here for programs that run in browsers, too: in Node.js there is nothing to wait for. */
export async function init() {}

export const { Engine, decodeUnverified, parsePolicies, parseJwks, matchPattern } = createPackage(ready, host);
