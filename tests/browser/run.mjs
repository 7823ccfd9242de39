// Runs the browser tests: one browser for all files, and several files at a time. `node tests/browser/run.mjs --help`
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { availableParallelism, constants } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

const HELP = `Runs the browser tests, all of them or those of the files, in one headless Chromium.

  node tests/browser/run.mjs [--concurrency N] [--grep TEXT] [--list-needs] [FILES…]

  --concurrency N   run N files at a time; as many as there are processors if not given
  --grep TEXT       run only tests whose name contains it
  --list-needs      run nothing, and print what the chosen files need besides the app, one word a line:
                    "server" if they start \`claimgate\`
  --help            print this

  CLAIMGATE_APP_URL   the address of the served app
  CHROMIUM            the browser; /usr/bin/chromium if not set
  CLAIMGATE           the server program; target/xtask/claimgate if not set
`;

/** The timeout of a file, in milliseconds, so that a hanging one ends. */
const TIMEOUT = 30 * 60_000;

/** An error in the command line. */
class UsageError extends Error {}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      concurrency: { type: "string", default: String(availableParallelism()) },
      grep: { type: "string" },
      "list-needs": { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  if (!/^[1-9]\d*$/.test(values.concurrency)) throw new UsageError(`expected a number of files in --concurrency, found ${values.concurrency}`);
  const files = choose(positionals.length > 0 ? positionals.map((file) => resolve(file)) : all(), values.grep);
  if (values["list-needs"]) return void process.stdout.write(needs(files).map((need) => `${need}\n`).join(""));
  const words = [`--test-concurrency=${values.concurrency}`, `--test-timeout=${TIMEOUT}`, "--test-reporter=spec"];
  if (values.grep !== undefined) words.push(`--test-name-pattern=${values.grep.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&")}`);
  process.exitCode = await run([...words, ...files]);
}

/** All test files. */
const all = () => readdirSync(import.meta.dirname).filter((name) => name.endsWith(".test.mjs")).map((name) => join(import.meta.dirname, name));

const read = (file) => readFileSync(file, "utf8");

/**
 * The files that contain the text. A test name may be computed at run time: if no file contains the text, the files with
 * computed names are chosen.
 */
function choose(files, text) {
  if (text === undefined) return files;
  const chosen = files.filter((file) => read(file).includes(text));
  return chosen.length > 0 ? chosen : files.filter((file) => /\btest\(`/.test(read(file)));
}

/** What the files need besides the app. */
function needs(files) {
  const isServers = (text) => /connected-helpers\.mjs|state-servers\.mjs/.test(text) || /process\.env\.CLAIMGATE\b/.test(text);
  return files.some((file) => isServers(read(file))) ? ["server"] : [];
}

/** Runs `node --test` with a browser, and returns its exit code. */
async function run(words) {
  const { launchServer } = await import("./browser.mjs");
  let child;
  let stopped;
  // The tests end first, and then the browser.
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => {
      stopped = signal;
      child?.kill(signal);
    });
  }
  const browser = await launchServer();
  try {
    if (stopped) return 128 + constants.signals[stopped];
    const env = { ...process.env, CLAIMGATE_BROWSER: browser.wsEndpoint() };
    child = spawn(process.execPath, ["--test", ...words], { stdio: "inherit", env });
    return await new Promise((done, failed) => {
      child.on("error", failed);
      child.on("exit", (code, signal) => done(code ?? 128 + constants.signals[signal]));
    });
  } finally {
    await browser.close();
  }
}

try {
  await main();
} catch (error) {
  // An error of the command line needs no stack trace.
  const isUsageError = error instanceof UsageError || error instanceof SyntaxError || error.code?.startsWith("ERR_PARSE_ARGS");
  process.stderr.write(`${isUsageError ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
