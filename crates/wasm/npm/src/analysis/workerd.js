// Edge runtimes that import Wasm as a module.
import module from "./claimgate_analysis_bg.wasm";
import * as glue from "./claimgate_analysis.js";
import { createAnalysis } from "../analysis.js";

glue.initSync({ module });

/** For programs that also run in browsers: edge runtimes have nothing to load. */
export async function init() {}

export const { analyze, diff, runTests, who } = createAnalysis(glue, () => true);
