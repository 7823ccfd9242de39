// Finishes a build of the app: `node web/build/finish.mjs dist`.
// Writes the files that are kept for offline use into sw.js, the size of the Wasm into index.html (for the progress bar), and
// compressed copies of everything beside it, for servers that hand them out as they are.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = process.argv[2];
if (!dist) throw new Error("expected the folder of the built app, found none: node web/build/finish.mjs dist");

const walk = (folder) =>
  readdirSync(join(dist, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
const replace = (file, changes) => {
  let text = readFileSync(join(dist, file), "utf8");
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`expected \`${from}\` in ${file}, found none`);
    text = text.replace(from, () => to);
  }
  writeFileSync(join(dist, file), text);
};

const files = walk("").filter((file) => !/\.(br|gz)$/.test(file)).sort();
const wasm = files.find((file) => file.endsWith("_bg.wasm"));
if (!wasm) throw new Error(`expected the app's Wasm in ${dist}, found none`);

replace("index.html", [['id="starter"', `id="starter" data-size="${statSync(join(dist, wasm)).size}"`]]);

const kept = files.filter((file) => file !== "sw.js");
const hash = createHash("sha256");
for (const file of kept) hash.update(file).update(readFileSync(join(dist, file)));
const version = hash.digest("hex").slice(0, 16);
replace("sw.js", [
  ['const VERSION = "";', `const VERSION = "${version}";`],
  ["const FILES = [];", `const FILES = ${JSON.stringify(kept)};`],
]);

for (const file of files.filter((file) => /\.(html|js|mjs|css|wasm|svg|json|webmanifest|txt)$/.test(file))) {
  const bytes = readFileSync(join(dist, file));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(join(dist, `${file}.br`), brotliCompressSync(bytes, { params }));
  writeFileSync(join(dist, `${file}.gz`), gzipSync(bytes, { level: 9 }));
}
