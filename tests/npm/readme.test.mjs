// Runs the code of the package's README unchanged: in Node.js, with `require`, and in Chromium.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { answerAt, launch } from "./browser.mjs";
import { jwks, policies, signed, url } from "./helpers.mjs";

const here = new URL("./", import.meta.url).pathname;
const work = `${here}node_modules/.readme`;
const readme = readFileSync(`${here}node_modules/claimgate/README.md`, "utf8");

/** The only code block under that heading, or the one that contains `word`. */
function block(heading, word = "") {
  const section = readme.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const blocks = [...section.matchAll(/```(?:js|html)\n([^]*?)```/g)].map(([, code]) => code).filter((code) => code.includes(word));
  assert.equal(blocks.length, 1, `expected one block with \`${word}\` under ${heading}, found ${blocks.length}`);
  return blocks[0];
}

before(() => {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
});

function node(file, code, ...flags) {
  writeFileSync(`${work}/${file}`, code);
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, `${work}/${file}`], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout;
}

test("thirty seconds in Node.js", () => {
  const code = block("Thirty seconds in Node.js");
  const fetched = { [`${url}/.well-known/openid-configuration`]: { issuer: url, jwks_uri: `${url}/jwks` }, [`${url}/jwks`]: jwks };
  const given = `const answers = ${JSON.stringify(fetched)};
    globalThis.fetch = async (url) => Response.json(answers[url]);\n`;
  const output = node("node.mjs", given + code);
  assert.match(output, /^DENIED\[deny-matched\]/);
  const shown = /\n\/\/ (\{.*\})\n$/.exec(code)[1];
  const value = (text) => Function(`return (${text})`)();
  assert.deepEqual(value(output.slice(output.lastIndexOf("\n{"))), value(shown));
});

test("who gets in", () => {
  const output = node("analysis.mjs", block("Who gets in"));
  assert.match(output, /^an owner whose name begins like yours repo:acme-evil\/web:/m);
  assert.match(output, /^wider repo:acme\/web:ref:refs\/heads\/feature$/m);
  assert.match(output, /^error name-without-separator policies\[0\]/m);
});

test("the middleware for Express and Hono is that of the examples", () => {
  for (const name of ["express", "hono"]) {
    const example = readFileSync(new URL(`../../crates/wasm/npm/examples/${name}.js`, import.meta.url), "utf8");
    const shown = block("Express and Hono", name === "express" ? "(req, res, next)" : "(c, next)");
    assert.ok(example.includes(shown.trim()), `the README's middleware differs from examples/${name}.js`);
  }
});

test("CommonJS loads it with `require`, if Node.js supports that, and with `import()`", () => {
  const use = "const created = Engine.create({ issuers: [] }); process.stdout.write(String(created.ok));";
  const flags = process.features.require_module ? [] : ["--experimental-require-module"];
  if (flags.every((flag) => process.allowedNodeEnvironmentFlags.has(flag))) {
    for (const name of ["claimgate", "claimgate/pure"]) {
      assert.equal(node("require.cjs", `const { Engine } = require("${name}"); ${use}`, ...flags), "true", name);
    }
  } else console.log(`NOT RUN: \`require\` of ESM, which Node.js ${process.version} has not`);
  assert.equal(node("import.cjs", `import("claimgate").then(({ Engine }) => { ${use} });`), "true");
});

describe("in the browser", () => {
  const code = `${block("In the browser", "await init();")}\nwindow.answer = { decision, code };\n`;
  const importMap = block("In the browser", "importmap");
  const config = { issuers: [{ url, jwks, policies }] };
  const seconds = Math.floor(Date.now() / 1000);
  const token = signed({ iat: seconds - 5, nbf: seconds - 5, exp: seconds + 300 });
  const given = `<script>const issuers = ${JSON.stringify(config.issuers)}; const token = ${JSON.stringify(token)};</script>`;
  const page = (script, head = "") => `<!doctype html><link rel="icon" href="data:,">${given}${head}<script type="module" src="${script}"></script>`;
  const types = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };
  let browser;
  let server;

  before(async () => {
    browser = await launch();
    server = createServer((asked, answer) => {
      const path = new URL(asked.url, "http://localhost").pathname;
      const file = path.startsWith("/node_modules/claimgate/") ? `${here}${path}` : `${work}${path}`;
      const type = types[/\.\w+$/.exec(file)?.[0]];
      if (type === undefined || !existsSync(file)) return void answer.writeHead(404).end();
      answer.writeHead(200, { "content-type": type });
      createReadStream(file).pipe(answer);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });

  async function answers(address) {
    assert.deepEqual(await answerAt(browser, address), { decision: "allowed", code: "allow-matched" });
  }
  const own = (path) => `http://localhost:${server.address().port}${path}`;

  test("without a bundler, by an import map", async () => {
    writeFileSync(`${work}/plain.js`, code);
    writeFileSync(`${work}/plain.html`, page("plain.js", importMap));
    await answers(own("/plain.html"));
  });

  test("bundled by esbuild", async () => {
    const { build } = await import("esbuild");
    const [first, second] = block("In the browser", "claimgate.wasm").split("\n");
    writeFileSync(`${work}/bundled.js`, code.replace("await init();", second).replace(/^/, `${first}\n`));
    await build({ absWorkingDir: work, entryPoints: ["bundled.js"], bundle: true, format: "esm", outdir: "esbuild", loader: { ".wasm": "file" }, logLevel: "error" });
    writeFileSync(`${work}/esbuild/index.html`, page("bundled.js"));
    await answers(own("/esbuild/index.html"));
  });

  test("by Vite's development server, with the setting that the README names", async () => {
    const { createServer: vite } = await import("vite");
    const [, exclude] = /`optimizeDeps: \{ exclude: \["(.+)"\] \}`/.exec(readme);
    mkdirSync(`${work}/vite`, { recursive: true });
    writeFileSync(`${work}/vite/main.js`, code);
    writeFileSync(`${work}/vite/index.html`, page("/main.js"));
    const server = { port: 0, host: "127.0.0.1", hmr: false, ws: false, watch: null, fs: { allow: [here] } };
    const dev = await vite({ root: `${work}/vite`, configFile: false, logLevel: "error", server, optimizeDeps: { exclude: [exclude] } });
    try {
      await dev.listen();
      await answers(`http://127.0.0.1:${dev.httpServer.address().port}/`);
    } finally {
      await dev.close();
    }
  });
});
