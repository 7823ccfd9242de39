// Optimizes Wasm modules for size, in place: `node web/build/optimize.mjs [--cache DIR] [--enable-FEATURE …] FILE…`.
// Does the same as `wasm-opt -Oz`, but loads binaryen once per thread instead of once per module.
// With a cache, a module that was optimized before, by the same versions of binaryen and this script
// and with the same features, is copied.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker, isMainThread, parentPort, threadId, workerData } from "node:worker_threads";

// binaryen is a dependency of tests/, which is not a parent folder of this file.
const require = createRequire(new URL("../../tests/package.json", import.meta.url));

/** wasm-opt's names of features, as binaryen.js names them. */
const FEATURES = {
  "bulk-memory": ["BulkMemory", "BulkMemoryOpt"],
  multivalue: ["Multivalue"],
  "mutable-globals": ["MutableGlobals"],
  "nontrapping-float-to-int": ["NontrappingFPToInt"],
  "reference-types": ["ReferenceTypes", "CallIndirectOverlong"],
  "sign-ext": ["SignExt"],
};

if (isMainThread) await main(process.argv.slice(2));
else await work(workerData);

async function main(words) {
  const files = [];
  const features = [];
  let cache;
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === "--cache") cache = words[++index];
    else if (word.startsWith("--enable-")) features.push(word.slice("--enable-".length));
    else if (word.startsWith("--")) throw new Error(`expected --cache, --enable-FEATURE or a file, found ${word}`);
    else files.push(word);
  }
  const unknown = features.find((feature) => !FEATURES[feature]);
  if (unknown) throw new Error(`expected one of the features ${Object.keys(FEATURES).join(", ")}, found ${unknown}`);
  if (cache) mkdirSync(cache, { recursive: true });
  const { version } = require("binaryen/package.json");
  // Contains the levels of optimization.
  const script = readFileSync(new URL(import.meta.url));
  const kept = (file) => {
    const hash = createHash("sha256").update(script).update(`${version} ${features} `).update(readFileSync(file)).digest("hex");
    return join(cache, `${hash}.wasm`);
  };
  const jobs = files.map((file) => ({ file, kept: cache && kept(file), size: statSync(file).size }));
  for (const job of jobs) if (job.kept && existsSync(job.kept)) copyFileSync(job.kept, job.file);
  // The largest first, so that no thread ends with a long job.
  const left = jobs.filter((job) => !(job.kept && existsSync(job.kept))).sort((a, b) => b.size - a.size);
  console.log(`${files.length - left.length} of ${files.length} modules are optimized already`);
  const threads = Math.min(availableParallelism(), left.length);
  await Promise.all(Array.from({ length: threads }, () => drain(left, features)));
}

/** Lets a thread take jobs until none is left. */
function drain(left, features) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: features });
    const next = () => {
      const job = left.shift();
      if (job) worker.postMessage(job);
      else worker.terminate().then(resolve, reject);
    };
    worker.on("message", next);
    worker.on("error", reject);
  });
}

async function work(features) {
  const { pathToFileURL } = await import("node:url");
  const { default: binaryen } = await import(pathToFileURL(require.resolve("binaryen")).href);
  const bits = features.flatMap((feature) => FEATURES[feature]).reduce((bits, name) => bits | binaryen.Features[name], 0);
  parentPort.on("message", ({ file, kept }) => {
    binaryen.setOptimizeLevel(2);
    binaryen.setShrinkLevel(2);
    const module = binaryen.readBinary(readFileSync(file));
    module.setFeatures(module.getFeatures() | bits);
    module.optimize();
    const optimized = module.emitBinary();
    module.dispose();
    if (kept) {
      // Written atomically: a partial file must not be used as a module.
      const draft = `${kept}.${process.pid}.${threadId}`;
      writeFileSync(draft, optimized);
      renameSync(draft, kept);
    }
    writeFileSync(file, optimized);
    parentPort.postMessage(null);
  });
  parentPort.postMessage(null);
}
