// Node.js: reads the Wasm from the package.
import { readFileSync } from "node:fs";
import * as glue from "./claimgate_analysis.js";
import { createAnalysis } from "../analysis.js";

glue.initSync({ module: readFileSync(new URL("./claimgate_analysis_bg.wasm", import.meta.url)) });

/** For programs that also run in browsers: Node.js has nothing to load. */
export async function init() {}

export const { analyze, diff, runTests, who } = createAnalysis(glue, () => true);
