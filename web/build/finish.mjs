// Finishes a build of the app: `node web/build/finish.mjs dist`.
// Names the parts of the Wasm by their content; writes the list of files for offline use into
// sw.js, the size of the Wasm and each page's parts into index.html (for the progress bar, and so
// that they load in parallel), and compressed copies of all files for servers that send them as
// they are.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
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

const digest = (kind, bytes) => createHash(kind).update(bytes).digest();
const read = (file) => readFileSync(join(dist, file));

const LINK = "__wasm_split.js";

/**
 * Gives the parts of the Wasm, the module that loads them and the one that calls it names that
 * change with their content: no cache may mix two builds. Returns the files of the parts by the
 * function that loads them.
 */
function nameParts() {
  const main = walk("").find((file) => /^claimgate-web-[0-9a-f]+\.js$/.test(file));
  if (!main) throw new Error(`expected the app's JavaScript in ${dist}, found none`);
  let link = read(LINK).toString();
  const names = new Map();
  for (const [, file] of link.matchAll(/"\.\/(\w+\.wasm)"/g)) {
    const name = file.replace(/\.wasm$/, `-${digest("sha256", read(file)).toString("hex").slice(0, 16)}.wasm`);
    renameSync(join(dist, file), join(dist, name));
    names.set(file, name);
  }
  link = link.replace(/"\.\/(\w+\.wasm)"/g, (_, file) => `"./${names.get(file)}"`);
  // The two modules import each other: both get a name derived from the content of both.
  const common = digest("sha256", link + read(main)).toString("hex").slice(0, 16);
  const [newMain, newLink] = [`claimgate-web-${common}.js`, `wasm-parts-${common}.js`];
  writeFileSync(join(dist, newLink), link.replaceAll(`./${main}`, `./${newMain}`));
  // In the module it is also the name that the Wasm imports by, which stays.
  writeFileSync(join(dist, main), read(main).toString().replaceAll(`from "./${LINK}"`, `from "./${newLink}"`));
  renameSync(join(dist, main), join(dist, newMain));
  rmSync(join(dist, LINK));
  const integrity = (file) => `sha384-${digest("sha384", read(file)).toString("base64")}`;
  const [tag] = new RegExp(`<link rel="modulepreload" href="([^"]*)${main}"[^>]*>`).exec(read("index.html")) ?? [];
  if (!tag) throw new Error(`expected a preload of ${main} in index.html, found none`);
  const preload = (file) =>
    tag.replace(main, file).replace(/integrity="[^"]*"/, `integrity="${integrity(file)}"`);
  replace("index.html", [[tag, preload(newMain) + preload(newLink)], [main, newMain]]);
  return partsOf(link);
}

/** `load_issuer` → files, from the comments before each part: the functions that need it. */
function partsOf(link) {
  const parts = new Map();
  const add = (load, file) => parts.set(load, [...(parts.get(load) ?? []), file]);
  for (const [, loads, file] of link.matchAll(/\/\* ([\w, ]+) \*\/\nconst \w+ = makeLoad\(\(\) => \{\n\s*const src = fetch\(new URL\("\.\/([^"]+)"/g)) {
    for (const load of loads.split(", ")) add(load, file);
  }
  for (const [, load, file] of link.matchAll(/"\.\/(?:split_(load_\w+))(-[0-9a-f]+\.wasm)"/g)) add(load, `split_${load}${file}`);
  return parts;
}

const parts = walk("").includes(LINK) ? nameParts() : new Map();
const files = walk("").filter((file) => !/\.(br|gz)$/.test(file)).sort();
const wasm = files.find((file) => /^claimgate-web\b.*_bg\.wasm$/.test(file));
if (!wasm) throw new Error(`expected the app's Wasm in ${dist}, found none`);

const named = [...new Set([...parts.values()].flat())];
const pages = Object.fromEntries([...parts].map(([load, files]) => [load.replace(/^load_/, ""), files.map((file) => named.indexOf(file))]));
const attribute = (value) => JSON.stringify(value).replaceAll("&", "&amp;").replaceAll('"', "&quot;");
replace("index.html", [
  ['id="starter"', `id="starter" data-size="${statSync(join(dist, wasm)).size}" data-parts="${attribute({ files: named, pages })}"`],
]);

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
