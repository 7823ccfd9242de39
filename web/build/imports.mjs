// Prints the imports of Wasm modules from `__wasm_split`, as text: `node web/build/imports.mjs
// NAMES FILE…`. It reads the files in their order until all NAMES, separated by commas, are found,
// in one process; `wasm-dis` would need one for each file.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../../tests/package.json", import.meta.url));
const { default: binaryen } = await import(pathToFileURL(require.resolve("binaryen")).href);

const [names, ...files] = process.argv.slice(2);
const missing = new Set(names.split(","));
for (const file of files) {
  if (missing.size === 0) break;
  const module = binaryen.readBinary(readFileSync(file));
  for (const line of module.emitText().split("\n")) {
    const [, name] = /^\s*\(import "__wasm_split" "([^"]+)" /.exec(line) ?? [];
    if (missing.delete(name)) console.log(line.trim());
  }
  module.dispose();
}
