// Measures `claimgate/analysis` in Node.js on sets of policies that the native benchmark prints:
// `cargo xtask bench-npm`, or `node tests/bench/analysis.mjs 40.json 1000.json`.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { pathToFileURL } from "node:url";

// Where the package is not installed here, its folder.
const folder = process.env.CLAIMGATE_PACKAGE;
const entry = folder ? pathToFileURL(`${folder}/analysis.js`).href : "claimgate/analysis";
const { analyze, diff, init, who } = await import(entry);

const url = "https://token.actions.githubusercontent.com";
const start = performance.now();
await init();
console.log(`init: ${(performance.now() - start).toFixed(1)} ms; load ${loadavg()[0].toFixed(1)}`);

function measure(name, runs, run) {
  const times = [];
  let says;
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    says = run();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  console.log(`| ${name} | ${times[runs >> 1].toFixed(2)} | ${says} |`);
}

const value = (answer) => {
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.value;
};

console.log("| analysis | ms | |\n|---|---:|---|");
for (const file of process.argv.slice(2)) {
  const { policies } = JSON.parse(readFileSync(file, "utf8"));
  const config = { issuers: [{ url, policies }] };
  const changed = structuredClone(config);
  changed.issuers[0].policies[3].rules.sub = "repo:acme/app-3:*";
  const [name, runs] = [`${policies.length} policies`, policies.length > 100 ? 3 : 15];
  measure(`${name}: findings`, runs, () => `${JSON.stringify(value(analyze(config))).length} characters`);
  measure(`${name}: who`, runs, () => {
    const [{ rungs }] = value(who(config, { mine: "acme/app-1" }));
    return `${rungs.filter(({ answer }) => answer.answer === "yes").length} of ${rungs.length} classes get in`;
  });
  measure(`${name}: difference of one policy`, runs, () => JSON.stringify(value(diff(config, changed))).length);
}
