// Browsers and bundlers: `init()` fetches the Wasm.
import * as glue from "./claimgate_analysis.js";
import { createAnalysis } from "../analysis.js";
import { loader } from "../load.js";

// Bundlers find the Wasm by this expression.
const { init, loaded } = loader(glue.default, () => new URL("./claimgate_analysis_bg.wasm", import.meta.url));

/** Loads the Wasm, by default from next to this file. Later calls wait for the first one. */
export { init };

export const { analyze, diff, runTests, who } = createAnalysis(glue, () => loaded() !== undefined);
