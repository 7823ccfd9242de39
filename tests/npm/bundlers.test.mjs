// In browsers: bundled by Vite, webpack and esbuild, and without a bundler.
import assert from "node:assert/strict";
import { createReadStream, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { answerAt, launch } from "./browser.mjs";
import { jwks, now, policies, signed, url } from "./helpers.mjs";

const here = new URL("./", import.meta.url).pathname;
const work = `${here}node_modules/.browsers`;
const token = signed({}, {}, "ES256");
const app = (from, load) => `
  import { Engine, init } from ${JSON.stringify(from)};
  ${load}
  const early = Engine.create({ issuers: [] });
  await start();
  const { engine } = Engine.create(${JSON.stringify({ issuers: [{ url, jwks, policies }] })});
  const input = { token: ${JSON.stringify(token)}, request: { tokenType: "organization" }, now: ${now} };
  const changed = { ...input, token: input.token.slice(0, -6) + "AAAAAA" };
  const [good, bad] = await Promise.all([engine.decideAsync(input), engine.decideAsync(changed)]);
  const summary = (await engine.explainAsync(input)).value.summary;
  window.answer = { early: early.errors?.[0].code, good: good.decision, bad: bad.code, summary, sync: engine.decide(input).code };
`;
/** The same for the analysis. */
const analysis = (from, load) => `
  import { init, who } from ${JSON.stringify(from)};
  ${load}
  const config = ${JSON.stringify({ issuers: [{ url, policies }] })};
  const early = who(config);
  await start();
  const [{ rungs }] = who(config).value;
  window.answer = { early: early.errors?.[0].code, rungs: Object.fromEntries(rungs.map(({ id, answer }) => [id, answer.answer])) };
`;
const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };

let browser;
let server;
let origin;

before(async () => {
  rmSync(work, { recursive: true, force: true });
  browser = await launch();
  server = createServer((asked, answer) => {
    const path = new URL(asked.url, "http://localhost").pathname;
    const file = path.startsWith("/package/") ? `${here}node_modules/claimgate/${path.slice(9)}` : `${work}${path}`;
    const type = TYPES[/\.\w+$/.exec(file)?.[0]];
    if (type === undefined || !existsSync(file)) return void answer.writeHead(404).end();
    answer.writeHead(200, { "content-type": type });
    createReadStream(file).pipe(answer);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://localhost:${server.address().port}`;
});
after(async () => {
  await browser?.close();
  server?.close();
});

function write(name, files) {
  mkdirSync(`${work}/${name}`, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(`${work}/${name}/${file}`, text);
  return `${work}/${name}`;
}

const answers = (path) => answerAt(browser, `${origin}${path}`);
const html = (script) => `<!doctype html><link rel="icon" href="data:,"><script type="module" src="${script}"></script>`;
const expected = { early: "not-ready", good: "allowed", bad: "signature-invalid", summary: "allowed by policy 1", sync: "signature-unchecked" };
const plain = "const start = () => init();";

const ladder = { early: "not-ready", rungs: { anyone: "no", "look-alike-owner": "no" } };
/** The first rungs are enough. */
const short = ({ early, rungs: { anyone, "look-alike-owner": owner } }) => ({ early, rungs: { anyone, "look-alike-owner": owner } });

describe("in Chromium", () => {
  test("bundled by Vite", async () => {
    const { build } = await import("vite");
    const root = write("vite", { "index.html": html("/main.js"), "main.js": app("claimgate", plain) });
    await build({ root, base: "/vite/dist/", logLevel: "error", build: { target: "esnext" } });
    assert.deepEqual(await answers("/vite/dist/index.html"), expected);
  });

  test("bundled by webpack", async () => {
    const { default: webpack } = await import("webpack");
    const root = write("webpack", { "index.html": html("/webpack/dist/main.js"), "main.js": app("claimgate", plain) });
    const config = { mode: "production", context: root, entry: "./main.js", output: { path: `${root}/dist`, publicPath: "/webpack/dist/" }, experiments: { topLevelAwait: true } };
    const stats = await new Promise((resolve, reject) => webpack(config, (error, done) => (error ? reject(error) : resolve(done))));
    assert.deepEqual(stats.toJson({ errors: true }).errors, []);
    assert.deepEqual(await answers("/webpack/index.html"), expected);
  });

  test("bundled by esbuild, the Wasm as a file of its own", async () => {
    const { build } = await import("esbuild");
    const load = 'import wasm from "claimgate/claimgate.wasm";\n const start = () => init(new URL(wasm, import.meta.url));';
    const root = write("esbuild", { "index.html": html("/esbuild/dist/main.js"), "main.js": app("claimgate", load) });
    await build({ absWorkingDir: root, entryPoints: ["main.js"], bundle: true, format: "esm", outdir: "dist", loader: { ".wasm": "file" }, logLevel: "error" });
    assert.deepEqual(await answers("/esbuild/index.html"), expected);
  });

  test("without a bundler", async () => {
    write("none", { "index.html": html("/none/main.js"), "main.js": app("/package/dist/host/web.js", plain) });
    assert.deepEqual(await answers("/none/index.html"), expected);
  });

  test("without a bundler, signatures checked in Rust", async () => {
    write("pure", { "index.html": html("/pure/main.js"), "main.js": app("/package/dist/pure/web.js", plain) });
    assert.deepEqual(await answers("/pure/index.html"), { ...expected, sync: "allow-matched" });
  });

  test("the analysis, bundled by Vite", async () => {
    const { build } = await import("vite");
    const root = write("vite-analysis", { "index.html": html("/main.js"), "main.js": analysis("claimgate/analysis", plain) });
    await build({ root, base: "/vite-analysis/dist/", logLevel: "error", build: { target: "esnext" } });
    assert.deepEqual(short(await answers("/vite-analysis/dist/index.html")), ladder);
  });

  test("the analysis, bundled by esbuild", async () => {
    const { build } = await import("esbuild");
    const load = 'import wasm from "claimgate/analysis.wasm";\n const start = () => init(new URL(wasm, import.meta.url));';
    const root = write("esbuild-analysis", { "index.html": html("/esbuild-analysis/dist/main.js"), "main.js": analysis("claimgate/analysis", load) });
    await build({ absWorkingDir: root, entryPoints: ["main.js"], bundle: true, format: "esm", outdir: "dist", loader: { ".wasm": "file" }, logLevel: "error" });
    assert.deepEqual(short(await answers("/esbuild-analysis/index.html")), ladder);
  });

  test("the analysis, without a bundler", async () => {
    write("none-analysis", { "index.html": html("/none-analysis/main.js"), "main.js": analysis("/package/dist/analysis/web.js", plain) });
    assert.deepEqual(short(await answers("/none-analysis/index.html")), ladder);
  });
});
