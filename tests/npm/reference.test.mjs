// docs/npm-api.md and docs/npm-analysis-api.md are typedoc's output for the package's types, and the
// examples in the types compile.
//
// `cargo xtask npm-api` regenerates it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { Application } from "typedoc";

const here = new URL("./", import.meta.url).pathname;
const sources = new URL("../../crates/wasm/npm/src/", import.meta.url).pathname;
const docs = new URL("../../docs/", import.meta.url).pathname;
const types = ["index.d.ts", "analysis.d.ts"].map((file) => `${sources}${file}`);
const kept = `${docs}npm-api.md`;

/** The page on the types of a file. */
async function generate(file, name, page) {
  const work = mkdtempSync(`${tmpdir()}/claimgate-api-`);
  try {
    for (const source of ["index.d.ts", "analysis.d.ts", "analysis-words.d.ts"]) copyFileSync(`${sources}${source}`, `${work}/${source}`);
    const compilerOptions = { strict: true, target: "es2022", module: "nodenext", lib: ["es2023", "esnext.disposable", "dom"], types: [] };
    writeFileSync(`${work}/tsconfig.json`, JSON.stringify({ compilerOptions, files: [file] }));
    const app = await Application.bootstrapWithPlugins({
      entryPoints: [`${work}/${file}`],
      tsconfig: `${work}/tsconfig.json`,
      plugin: ["typedoc-plugin-markdown"],
      name,
      readme: "none",
      router: "module",
      entryFileName: page,
      hidePageHeader: true,
      hideBreadcrumbs: true,
      disableSources: true,
      parametersFormat: "table",
      interfacePropertiesFormat: "table",
      treatWarningsAsErrors: true,
      treatValidationWarningsAsErrors: true,
      logLevel: "Warn",
    });
    const project = await app.convert();
    app.validate(project);
    await app.outputs.writeOutput({ name: "markdown", path: `${work}/out` }, project);
    assert.ok(!app.logger.hasErrors() && !app.logger.hasWarnings(), "typedoc reported problems, above");
    return readFileSync(`${work}/out/${page}.md`, "utf8");
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

for (const [file, name, page] of [["index.d.ts", "claimgate", "npm-api"], ["analysis.d.ts", "claimgate/analysis", "npm-analysis-api"]]) {
  test(`docs/${page}.md is up to date`, async () => {
    const made = await generate(file, name, page);
    if (process.env.CLAIMGATE_WRITE_API !== undefined) writeFileSync(`${docs}${page}.md`, made);
    assert.equal(readFileSync(`${docs}${page}.md`, "utf8"), made, "how to fix: cargo xtask npm-api");
  });
}

test("every public member of the API is in it, with a comment", () => {
  const text = readFileSync(kept, "utf8");
  for (const name of ["create", "decide", "decideAsync", "explain", "explainAsync", "explainText", "exchange", "exchangeAsync", "setKeys", "fetchKeys", "free"]) {
    const section = text.split(`##### ${name}()\n`)[1]?.split("\n##### ")[0];
    assert.match(section ?? "", /\n\n(?:The|Reads|Decides|Gives|Gets) /, name);
  }
});

test("the examples in the types compile", () => {
  const dir = `${here}node_modules/.examples-of-types`;
  mkdirSync(dir, { recursive: true });
  const examples = [...types.map((file) => readFileSync(file, "utf8")).join("").matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code.replace(/^ *\* ?/gm, ""));
  assert.ok(examples.length >= 14, `expected the examples, found ${examples.length}`);
  const given = `import { Engine, decodeUnverified, init, matchPattern, parseJwks, parsePolicies, type Config } from "claimgate";
    import { analyze, diff, runTests, who } from "claimgate/analysis";
    declare const config: Config; declare const before: Config; declare const after: Config;
    declare const token: string; declare const body: string; declare function respond(status: number, body: object): void;\n`;
  examples.forEach((code, index) => {
    const own = code.includes("const { engine }") ? "" : "declare const engine: Engine;\n";
    writeFileSync(`${dir}/${index}.mts`, `${given}${own}${code}\nvoid [Engine, decodeUnverified, init, matchPattern, parseJwks, parsePolicies, analyze, diff, runTests, who];\nexport {};\n`);
  });
  const words = ["--strict", "--noEmit", "--target", "es2022", "--lib", "es2023,esnext.disposable,dom", "--module", "nodenext", "--types", "node"];
  const files = examples.map((_, index) => `${dir}/${index}.mts`);
  execFileSync(`${here}node_modules/.bin/tsc`, [...words, ...files], { cwd: here, stdio: ["ignore", "inherit", "inherit"] });
});
