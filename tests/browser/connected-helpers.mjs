// `claimgate serve` with the app embedded, for the tests of connected mode: each file has its own
// server on one port, so that it can be stopped and restarted.
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, afterEach, before } from "node:test";
import { launch } from "./browser.mjs";
import { closePages, newPage, visit } from "./helpers.mjs";

const program = process.env.CLAIMGATE ?? resolve(import.meta.dirname, "../../target/xtask/claimgate");
export const BOOTSTRAP = "the-bootstrap-token-of-the-connected-tests";
/** The demonstration's issuer. */
export const DEMO = "https://issuer.claimgate.invalid";

/** Keys to register an issuer with; the private key does not exist. */
export const KEYS = JSON.stringify({
  keys: [{ kty: "OKP", crv: "Ed25519", kid: "k", alg: "EdDSA", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }],
});

/**
 * A free port of the loopback address, below the system's ephemeral ports, so that it stays free
 * while a server is stopped.
 */
async function freePort() {
  for (;;) {
    const port = randomInt(10_000, 30_000);
    const probe = createServer().listen(port, "127.0.0.1");
    const isFree = await once(probe, "listening").then(() => true, () => false);
    await new Promise((resolve) => probe.close(resolve));
    if (isFree) return port;
  }
}

export class Server {
  #folder = mkdtempSync(join(tmpdir(), "claimgate-connected-"));
  #child;
  #port = 0;
  #options;

  constructor(options = ["--demo"]) {
    this.#options = options;
  }

  get url() {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** Sets the options of the next start. */
  configure(options) {
    this.#options = options;
  }

  async start() {
    this.#port ||= await freePort();
    const words = ["serve", "--listen", `127.0.0.1:${this.#port}`, "--database", `sqlite:${join(this.#folder, "claimgate.db")}`, ...this.#options];
    const child = spawn(program, words, { env: { ...process.env, CLAIMGATE_BOOTSTRAP_TOKEN: BOOTSTRAP }, stdio: ["ignore", "ignore", "pipe"] });
    this.#child = child;
    let log = "";
    await new Promise((resolve, reject) => {
      child.stderr.on("data", (data) => {
        log += data;
        if (log.includes('"message":"serving"')) resolve();
      });
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${log}`)));
    });
  }

  async stop() {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }

  async end() {
    await this.stop();
    rmSync(this.#folder, { recursive: true });
  }

  /** Calls the API, as another admin would; fails if the server refuses. */
  async call(method, path, body, token = BOOTSTRAP) {
    const headers = { authorization: `token ${token}`, "content-type": "application/json" };
    const answer = await fetch(new URL(path, this.url), { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  issuers(organization = "demo") {
    return this.call("GET", `/api/orgs/${organization}/oidc/issuers?policies=true`).then((body) => body.oidcIssuers);
  }

  async issuer(name) {
    return (await this.issuers()).find((issuer) => issuer.name === name);
  }

  add(name, url) {
    return this.call("POST", "/api/orgs/demo/oidc/issuers", { name, url, jwks: JSON.parse(KEYS) });
  }

  setPolicies(issuer, policies) {
    return this.call("PATCH", `/api/orgs/demo/auth/policies/${issuer.authPolicy.id}`, { policies });
  }

  /** Exchanges a token, as a job would. */
  exchange(token, { scope = "", type = "organization" } = {}) {
    const body = new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      audience: "urn:pulumi:org:demo",
      subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
      requested_token_type: `urn:pulumi:token-type:access_token:${type}`,
      subject_token: token,
      scope,
    });
    return fetch(new URL("api/oauth/token", this.url), { method: "POST", body }).then((answer) => answer.json());
  }

  samples() {
    return fetch(new URL("demo/tokens", this.url)).then((answer) => answer.json());
  }
}

/**
 * Starts a server and a browser for the tests of a file. A page that reports problems fails its test;
 * requests that the server refuses do not count.
 */
export function withServer() {
  const server = new Server();
  let browser;
  let open = [];
  before(async () => {
    await server.start();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server.end();
  });
  afterEach(async () => {
    const pages = open;
    open = [];
    await closePages(pages);
  });
  const openPage = async (path = "", options = {}) => {
    const page = await newPage(browser, options);
    page.expected = /Failed to load resource/;
    open.push(page);
    page.requests = [];
    page.context().on("request", (request) => page.requests.push(request));
    await visit(page, new URL(path, server.url).href);
    return page;
  };
  return { server, openPage };
}

/** Signs in on the page that asks for it. */
export async function signIn(page, token = BOOTSTRAP, { stay = false } = {}) {
  await page.getByLabel("Access token").fill(token);
  if (stay) await page.getByLabel("Stay signed in until this tab is closed").check();
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Waits until the server has all changes. */
export async function saved(page) {
  await page.getByText("Saving…").first().waitFor({ state: "detached" });
}

/** The browser's storage and the address of the page, as one text. */
export const kept = (page) =>
  page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, history.state, window.name]));
