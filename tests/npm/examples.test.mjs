// The middleware examples, each in a listening server, called over HTTP.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { describe, test } from "node:test";
import { serve } from "@hono/node-server";
import { jwks, policies, signed, url } from "./helpers.mjs";

const here = new URL("./", import.meta.url).pathname;
const examples = new URL("../../crates/wasm/npm/examples/", import.meta.url).pathname;
const work = `${here}node_modules/.examples`;
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });

/** Copied to a place where the installed package is found. */
async function load(name) {
  copyFileSync(`${examples}${name}.js`, `${work}/${name}.mjs`);
  return import(`${work}/${name}.mjs`);
}

const listening = (server) =>
  new Promise((resolve) => (server.listening ? resolve(server) : server.once("listening", () => resolve(server))));
const SERVERS = {
  express: (app) => createServer(app).listen(0, "127.0.0.1"),
  hono: (app) => serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }),
};

for (const [name, start] of Object.entries(SERVERS)) {
  describe(name, () => {
    test("allows the job, and no other client", async (t) => {
      const { app } = await load(name);
      const server = await listening(start(app({ issuers: [{ url, jwks, policies }] })));
      t.after(() => server.close());
      const log = t.mock.method(console, "log", () => undefined);
      const seconds = Math.floor(Date.now() / 1000);
      const fresh = (changes) => signed({ iat: seconds - 5, nbf: seconds - 5, exp: seconds + 300, ...changes });
      const call = async (authorization) => {
        const headers = authorization === undefined ? {} : { authorization };
        const response = await fetch(`http://127.0.0.1:${server.address().port}/deploy`, { method: "POST", headers });
        return [response.status, await response.json()];
      };
      assert.deepEqual(await call(`Bearer ${fresh()}`), [200, { policy: 0 }]);
      assert.equal(log.mock.callCount(), 0);
      const refused = [401, { error: "invalid_token" }];
      assert.deepEqual(await call(`Bearer ${fresh({ sub: "repo:octo-org/x:pull_request" })}`), refused);
      assert.deepEqual(await call(`Bearer ${fresh({ exp: 1 })}`), refused);
      assert.deepEqual(await call(`Bearer ${fresh().slice(0, -6)}AAAAAA`), refused);
      assert.deepEqual(await call(undefined), refused);
      const codes = log.mock.calls.map(({ arguments: [line] }) => JSON.parse(line).code);
      assert.deepEqual(codes, ["deny-matched", "token-expired", "signature-invalid", "token-empty"]);
    });

    test("does not start with an invalid configuration", async () => {
      const { app } = await load(name);
      assert.throws(() => app({ issuers: [{ url: "http://a.example" }] }), /^Error: issuers\[0\]\.url: /);
    });

    test("has a middleware of ten lines", () => {
      const text = readFileSync(`${examples}${name}.js`, "utf8");
      const middleware = /export const allowed[^]*?\n};\n/.exec(text)[0];
      assert.ok(middleware.trim().split("\n").length <= 10, middleware);
    });
  });
}
