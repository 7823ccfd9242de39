// Measures the npm package's Wasm by crate, before wasm-opt, which drops the names. Generic code of
// the standard library counts as the standard library. `cargo xtask bench-npm` calls it with the
// builds of both flavours.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";

/** The number at `at` in LEB128, and where it ends. */
function number(bytes, at) {
  let value = 0;
  for (let shift = 1; ; shift *= 128) {
    const byte = bytes[at];
    at += 1;
    value += (byte & 127) * shift;
    if (byte < 128) return [value, at];
  }
}

function* sections(bytes) {
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at];
    const [size, start] = number(bytes, at + 1);
    yield { id, body: bytes.subarray(start, start + size) };
    at = start + size;
  }
}

/** The sizes of the functions' bodies. */
function codeSizes(body) {
  let [left, at] = number(body, 0);
  const sizes = [];
  for (; left > 0; left -= 1) {
    const [size, start] = number(body, at);
    sizes.push(size);
    at = start + size;
  }
  return sizes;
}

/** The names of functions, by their number. */
function functionNames(body) {
  const names = new Map();
  let [length, at] = number(body, 0);
  if (body.toString("latin1", at, at + length) !== "name") return names;
  for (at += length; at < body.length; ) {
    const id = body[at];
    const [size, start] = number(body, at + 1);
    at = start + size;
    if (id !== 1) continue;
    let [left, place] = number(body, start);
    for (; left > 0; left -= 1) {
      const [index, afterIndex] = number(body, place);
      const [bytes, text] = number(body, afterIndex);
      names.set(index, body.toString("utf8", text, text + bytes));
      place = text + bytes;
    }
  }
  return names;
}

const STANDARD = "the standard library";
const STD = ["std", "core", "alloc", "hashbrown", "dlmalloc", "compiler_builtins", "rustc_demangle", "miniz_oxide", "gimli", "addr2line"];

/** The first crate in a name other than the standard library's. */
function crateOf(name, crates) {
  const found = [...name.matchAll(/(?<!\w)([a-z_]\w*)(?:\[[0-9a-f]+\])?::/g)].map(([, word]) => word);
  return found.find((word) => crates.has(word)) ?? STANDARD;
}

function measure(file, crates) {
  const bytes = readFileSync(file);
  const all = [...sections(bytes)];
  const sizes = codeSizes(all.find(({ id }) => id === 10).body);
  const names = all.filter(({ id }) => id === 0).reduce((found, { body }) => (found.size > 0 ? found : functionNames(body)), new Map());
  const module = new WebAssembly.Module(bytes);
  const first = WebAssembly.Module.imports(module).filter(({ kind }) => kind === "function").length;
  const exported = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  const sums = new Map([["constants and tables", all.find(({ id }) => id === 11)?.body.length ?? 0]]);
  sizes.forEach((size, index) => {
    const name = names.get(index + first) ?? "";
    const crate = exported.has(name) ? "claimgate_wasm" : crateOf(name, crates);
    sums.set(crate, (sums.get(crate) ?? 0) + size);
  });
  return sums;
}

/** The linked crates, from cargo's files next to the Wasm. */
function crates(folder) {
  const files = existsSync(`${folder}/deps`) ? readdirSync(`${folder}/deps`) : [];
  const names = files.map((file) => /^lib([a-z0-9_]+)-[0-9a-f]{16}\.rlib$/.exec(file)?.[1]).filter((name) => name !== undefined);
  return new Set([...names, "claimgate_wasm"].filter((name) => !STD.includes(name)));
}

const folders = process.argv.slice(2);
const measured = folders.map((folder) => measure(`${folder}/named.wasm`, crates(`${folder}/wasm32-unknown-unknown/npm`)));
const total = (sums) => [...sums.values()].reduce((sum, size) => sum + size, 0);
const rows = [...new Set(measured.flatMap((sums) => [...sums.keys()]))].sort(
  (a, b) => Math.max(...measured.map((sums) => sums.get(b) ?? 0)) - Math.max(...measured.map((sums) => sums.get(a) ?? 0)),
);
console.log("\nWhere the Wasm's bytes come from, before wasm-opt:");
console.log(`\n| crate |${measured.map((_, index) => (index === 0 ? " claimgate" : " claimgate/pure")).join(" |")} |\n|---|${measured.map(() => "---:").join("|")}|`);
const small = (name) => measured.every((sums) => (sums.get(name) ?? 0) < 1_000);
const line = (name, values) => console.log(`| ${name} | ${values.map((value) => (value === 0 ? "–" : value.toLocaleString("en"))).join(" | ")} |`);
for (const name of rows.filter((name) => !small(name))) line(name, measured.map((sums) => sums.get(name) ?? 0));
line("others, each below 1,000", measured.map((sums) => rows.filter(small).reduce((sum, name) => sum + (sums.get(name) ?? 0), 0)));
line("all", measured.map(total));

const dist = new URL("node_modules/claimgate/dist/", import.meta.url).pathname;
if (existsSync(dist)) {
  for (const name of ["host", "pure"]) {
    const bytes = readFileSync(`${dist}${name}/claimgate_bg.wasm`);
    const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
    console.log(`\n${name}, as packed: ${bytes.length.toLocaleString("en")} bytes, ${brotli.toLocaleString("en")} in brotli`);
  }
}
