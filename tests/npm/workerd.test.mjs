// The example of an edge worker, and the analysis, run by workerd.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import workerd from "workerd";
import { exchangeBody, jwks, policies, signed, url } from "./helpers.mjs";

const here = new URL("./", import.meta.url).pathname;
const work = `${here}node_modules/.workerd`;
const example = new URL("../../crates/wasm/npm/examples/worker.js", import.meta.url).pathname;
let worker;
let address;
let analysisAddress;

/** The ports of workerd by the names of its sockets, from its control pipe. */
const portsOf = (child) =>
  new Promise((resolve, reject) => {
    let output = "";
    child.stdio[3].setEncoding("utf8").on("data", (text) => {
      output += text;
      const events = output.split("\n").slice(0, -1).map((line) => JSON.parse(line));
      const ports = Object.fromEntries(events.filter(({ event }) => event === "listen").map(({ socket, port }) => [socket, port]));
      if (ports.http && ports.analysis) resolve(ports);
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => reject(new Error(`workerd ended with ${code ?? signal}`)));
  });

before(async () => {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  copyFileSync(example, `${work}/worker.js`);
  await build({ absWorkingDir: work, entryPoints: ["worker.js"], bundle: true, format: "esm", outfile: "bundle.js", conditions: ["workerd"], external: ["*.wasm"], logLevel: "error" });
  copyFileSync(`${here}node_modules/claimgate/dist/host/claimgate_bg.wasm`, `${work}/claimgate_bg.wasm`);
  const analysis = 'import { who } from "claimgate/analysis"; export default { fetch: async (asked) => Response.json(who(await asked.json())) };';
  writeFileSync(`${work}/analysis.js`, analysis);
  await build({ absWorkingDir: work, entryPoints: ["analysis.js"], bundle: true, format: "esm", outfile: "analysis-bundle.js", conditions: ["workerd"], external: ["*.wasm"], logLevel: "error" });
  copyFileSync(`${here}node_modules/claimgate/dist/analysis/claimgate_analysis_bg.wasm`, `${work}/claimgate_analysis_bg.wasm`);
  writeFileSync(`${work}/config.json`, JSON.stringify({ organization: "octo-org", issuers: [{ url, jwks, policies }] }));
  writeFileSync(
    `${work}/config.capnp`,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "bundle.js", esModule = embed "bundle.js"), (name = "./claimgate_bg.wasm", wasm = embed "claimgate_bg.wasm")],
    bindings = [(name = "CLAIMGATE", text = embed "config.json")],
    compatibilityDate = "2026-01-01")), (name = "analysis", worker = (
    modules = [(name = "analysis-bundle.js", esModule = embed "analysis-bundle.js"), (name = "./claimgate_analysis_bg.wasm", wasm = embed "claimgate_analysis_bg.wasm")],
    compatibilityDate = "2026-01-01"))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main"), (name = "analysis", address = "127.0.0.1:0", http = (), service = "analysis")]);
`,
  );
  worker = spawn(workerd.default, ["serve", "--control-fd=3", `${work}/config.capnp`], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
  const ports = await portsOf(worker);
  address = `http://127.0.0.1:${ports.http}/api/oauth/token`;
  analysisAddress = `http://127.0.0.1:${ports.analysis}/`;
});
after(() => worker?.kill());

const seconds = Math.floor(Date.now() / 1000);
const fresh = (changes) => signed({ iat: seconds - 5, nbf: seconds - 5, exp: seconds + 300, ...changes });
const post = (body) => fetch(address, { method: "POST", body, headers: { "content-type": "application/x-www-form-urlencoded" } });

test("a job's token is exchanged", async () => {
  const response = await post(exchangeBody(fresh()));
  assert.equal(response.status, 200);
  const { access_token, ...rest } = await response.json();
  assert.match(access_token, /^demo-/);
  assert.deepEqual(rest, {
    issued_token_type: "urn:pulumi:token-type:access_token:organization",
    token_type: "token",
    expires_in: 7200,
    scope: "",
  });
});

test("the tokens of a pull request and a tampered one are refused without details of the policies", async () => {
  for (const token of [fresh({ sub: "repo:octo-org/x:pull_request" }), `${fresh().slice(0, -5)}AAAAA`]) {
    const response = await post(exchangeBody(token));
    assert.equal(response.status, 400);
    const { error, error_description } = await response.json();
    assert.equal(error, "invalid_request");
    assert.ok(!error_description.includes("repo:"), error_description);
  }
  assert.equal((await fetch(address)).status, 404);
});

test("the analysis answers", async () => {
  const response = await fetch(analysisAddress, { method: "POST", body: JSON.stringify({ issuers: [{ url, policies }] }) });
  const { ok, value } = await response.json();
  assert.equal(ok, true);
  assert.equal(value[0].rungs.find(({ id }) => id === "anyone").answer.answer, "no");
});
