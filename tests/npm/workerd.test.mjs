// The example of an edge worker, run by workerd.
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

/** The port of workerd, from its control pipe. */
const portOf = (child) =>
  new Promise((resolve, reject) => {
    let output = "";
    child.stdio[3].setEncoding("utf8").on("data", (text) => {
      output += text;
      const port = /"event":"listen".*"port":(\d+)/.exec(output)?.[1];
      if (port) resolve(port);
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
  writeFileSync(`${work}/config.json`, JSON.stringify({ organization: "octo-org", issuers: [{ url, jwks, policies }] }));
  writeFileSync(
    `${work}/config.capnp`,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "bundle.js", esModule = embed "bundle.js"), (name = "./claimgate_bg.wasm", wasm = embed "claimgate_bg.wasm")],
    bindings = [(name = "CLAIMGATE", text = embed "config.json")],
    compatibilityDate = "2026-01-01"))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);
`,
  );
  worker = spawn(workerd.default, ["serve", "--control-fd=3", `${work}/config.capnp`], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
  address = `http://127.0.0.1:${await portOf(worker)}/api/oauth/token`;
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
