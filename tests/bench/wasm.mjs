// One evaluation and one RS256 verification in Wasm, in Node.js. `cargo xtask bench` builds what it loads.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const engine = createRequire(import.meta.url)("../../target/nodejs/claimgate_wasm.js");
const read = (name) => readFileSync(new URL(`../../examples/bench/${name}`, import.meta.url), "utf8").trim();
const token = read("token.jwt");
const policies = JSON.parse(read("policies.json"));
const options = {
  issuers: [{ url: "https://token.actions.githubusercontent.com", jwks: read("jwks.json"), policies }],
  request: { tokenType: "organization" },
  now: 1763942500,
};
const claims = JSON.stringify(engine.decodeUnverified(token).value.claims);

const whole = engine.evaluate(token, options);
if (!whole.ok || whole.value.decision !== "allowed") throw new Error(JSON.stringify(whole));

/** The median of nine rounds, after one to warm up, in µs a call. */
function row(name, count, work) {
  const times = Array.from({ length: 10 }, () => {
    const start = performance.now();
    for (let call = 0; call < count; call += 1) work();
    return ((performance.now() - start) * 1000) / count;
  })
    .slice(1)
    .toSorted((a, b) => a - b);
  console.log(`${name.padEnd(44)} ${times[4].toFixed(1).padStart(10)}`);
}

console.log(`${"Wasm in Node.js".padEnd(44)} ${"µs".padStart(10)}`);
row("decode the token", 1000, () => engine.decodeUnverified(token));
row("explain claims from JSON against 2 policies", 500, () => engine.explain(claims, { policies, request: options.request }));
row("evaluate the token, signature left out", 200, () => engine.evaluate(token, { ...options, skip: { signature: true } }));
row("evaluate the token, RS256 (2048 bits) verified", 100, () => engine.evaluate(token, options));
