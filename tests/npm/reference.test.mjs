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
const types = new URL("../../crates/wasm/npm/src/index.d.ts", import.meta.url).pathname;
const kept = new URL("../../docs/npm-api.md", import.meta.url).pathname;

async function generate() {
  const work = mkdtempSync(`${tmpdir()}/claimgate-api-`);
  try {
    copyFileSync(types, `${work}/index.d.ts`);
    const compilerOptions = { strict: true, target: "es2022", module: "nodenext", lib: ["es2023", "esnext.disposable", "dom"], types: [] };
    writeFileSync(`${work}/tsconfig.json`, JSON.stringify({ compilerOptions, files: ["index.d.ts"] }));
    const app = await Application.bootstrapWithPlugins({
      entryPoints: [`${work}/index.d.ts`],
      tsconfig: `${work}/tsconfig.json`,
      plugin: ["typedoc-plugin-markdown"],
      name: "claimgate",
      readme: "none",
      router: "module",
      entryFileName: "npm-api",
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
    return readFileSync(`${work}/out/npm-api.md`, "utf8");
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

test("docs/npm-api.md is up to date", async () => {
  const made = await generate();
  if (process.env.CLAIMGATE_WRITE_API !== undefined) writeFileSync(kept, made);
  assert.equal(readFileSync(kept, "utf8"), made, "how to fix: cargo xtask npm-api");
});

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
  const examples = [...readFileSync(types, "utf8").matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code.replace(/^ *\* ?/gm, ""));
  assert.ok(examples.length >= 14, `expected the examples, found ${examples.length}`);
  const given = `import { Engine, decodeUnverified, init, matchPattern, parseJwks, parsePolicies } from "claimgate";
    declare const token: string; declare const body: string; declare function respond(status: number, body: object): void;\n`;
  examples.forEach((code, index) => {
    const own = code.includes("const { engine }") ? "" : "declare const engine: Engine;\n";
    writeFileSync(`${dir}/${index}.mts`, `${given}${own}${code}\nvoid [Engine, decodeUnverified, init, matchPattern, parseJwks, parsePolicies];\nexport {};\n`);
  });
  const words = ["--strict", "--noEmit", "--target", "es2022", "--lib", "es2023,esnext.disposable,dom", "--module", "nodenext", "--types", "node"];
  const files = examples.map((_, index) => `${dir}/${index}.mts`);
  execFileSync(`${here}node_modules/.bin/tsc`, [...words, ...files], { cwd: here, stdio: ["ignore", "inherit", "inherit"] });
});
