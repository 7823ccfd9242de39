// The example of an edge worker, run by workerd.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { exchangeBody, jwks, policies, signed, url } from "./helpers.mjs";

const here = new URL("./", import.meta.url).pathname;
const work = `${here}node_modules/.workerd`;
const example = new URL("../../crates/wasm/npm/examples/worker.js", import.meta.url).pathname;
let worker;
let address;

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

before(async () => {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  copyFileSync(example, `${work}/worker.js`);
  await build({ absWorkingDir: work, entryPoints: ["worker.js"], bundle: true, format: "esm", outfile: "bundle.js", conditions: ["workerd"], external: ["*.wasm"], logLevel: "error" });
  copyFileSync(`${here}node_modules/claimgate/dist/host/claimgate_bg.wasm`, `${work}/claimgate_bg.wasm`);
  writeFileSync(`${work}/config.json`, JSON.stringify({ organization: "octo-org", issuers: [{ url, jwks, policies }] }));
  const port = await freePort();
  address = `http://127.0.0.1:${port}/api/oauth/token`;
  writeFileSync(
    `${work}/config.capnp`,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "bundle.js", esModule = embed "bundle.js"), (name = "./claimgate_bg.wasm", wasm = embed "claimgate_bg.wasm")],
    bindings = [(name = "CLAIMGATE", text = embed "config.json")],
    compatibilityDate = "2026-01-01"))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]);
`,
  );
  worker = spawn(`${here}node_modules/.bin/workerd`, ["serve", `${work}/config.capnp`], { stdio: ["ignore", "inherit", "inherit"] });
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await fetch(address).then(() => true, () => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("workerd did not answer within 10 seconds");
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

test("a pull request's and a changed one are refused, without the policies' secrets", async () => {
  for (const token of [fresh({ sub: "repo:octo-org/x:pull_request" }), `${fresh().slice(0, -5)}AAAAA`]) {
    const response = await post(exchangeBody(token));
    assert.equal(response.status, 400);
    const { error, error_description } = await response.json();
    assert.equal(error, "invalid_request");
    assert.ok(!error_description.includes("repo:"), error_description);
  }
  assert.equal((await fetch(address)).status, 404);
});
