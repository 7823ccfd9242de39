// Helpers for the browser tests: the browser, a page that records all problems, an issuer that
// signs tokens like those of GitHub Actions, and the steps of the demonstration.
import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { after, afterEach, before } from "node:test";
import { setTimeout } from "node:timers/promises";
import { launch } from "./browser.mjs";

export const appUrl = process.env.CLAIMGATE_APP_URL;
if (!appUrl) {
  throw new Error("expected the address of the served app in CLAIMGATE_APP_URL, found none: cargo xtask test browser");
}

/**
 * The timeout of each wait, in milliseconds. The machine may be slow, and building at the same
 * time.
 */
const TIMEOUT = 60_000;

export const issuerUrl = "https://token.actions.githubusercontent.com";
export const audience = "https://github.com/octo-org";

/**
 * Starts a browser for the tests of a file. Every page is closed after its test, which fails if the
 * page logged an error or a warning, threw, or violated its Content Security Policy.
 */
export function withBrowser() {
  let browser;
  let open = [];
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());
  afterEach(async () => {
    const pages = open;
    open = [];
    await closePages(pages);
  });
  return async function openPage(path = "", options = {}) {
    const page = await newPage(browser, options);
    open.push(page);
    if (path !== null) await visit(page, path);
    return page;
  };
}

/** Closes pages, and fails if one of them reported a problem. */
export async function closePages(pages) {
  const problems = pages.flatMap((page) => page.problems);
  await Promise.all(pages.map((page) => page.context().close()));
  assert.deepEqual(problems, [], "the page reported problems");
}

/**
 * A page in a context of its own, with its problems in `page.problems`, except console messages
 * that match `page.expected`. `options` are those of the context, and three more: with `clock` the
 * page's clock is Playwright's, so that `aMinuteLater` can advance it; with `time`, in seconds, the
 * clock is fixed. `server` is the answer to the question which server exchanges tokens; null if it is still to be asked.
 */
export async function newPage(browser, { clock = false, time, server = "https://api.pulumi.com", ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(TIMEOUT);
  const page = await context.newPage();
  page.problems = [];
  page.on("console", (message) => {
    const text = message.text();
    const isAmiss = ["error", "warning"].includes(message.type()) && !isHarmless(text) && !page.expected?.test(text);
    if (isAmiss) page.problems.push(`console: ${text}`);
  });
  page.on("pageerror", (error) => page.problems.push(`thrown: ${error.message}`));
  page.on("crash", () => page.problems.push("the page crashed"));
  await page.exposeBinding("reportViolation", (_, text) => page.problems.push(`CSP: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      globalThis.reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ""}`);
    });
    // The clipboard belongs to the browser, and other files use it at the same time: so the page
    // records what it has copied.
    const { clipboard } = navigator;
    const writeText = clipboard?.writeText.bind(clipboard);
    if (clipboard) {
      clipboard.writeText = async (text) => {
        await writeText(text);
        globalThis.copied = text;
      };
    }
  });
  if (server) {
    await page.addInitScript((server) => {
      try {
        if (localStorage.getItem("claimgate.server") === null) localStorage.setItem("claimgate.server", server);
      } catch {
        // A page without storage is asked.
      }
    }, server);
  }
  if (clock) await page.clock.install();
  if (time !== undefined) await page.clock.setFixedTime(time * 1000);
  return page;
}

/** Whether a console message comes from the browser or the tests, and not from the app. */
const isHarmless = (text) =>
  // Chromium ignores the integrity of a preloaded module.
  /integrity/.test(text) ||
  // On a slow machine, the page may not have used the part yet.
  /was preloaded using link preload but not used within a few seconds/.test(text) ||
  // With `serviceWorkers: "block"`.
  /Service Worker registration blocked by Playwright/.test(text);

/** The text that the page has copied last. */
export const copied = (page) => page.evaluate(() => globalThis.copied);

/** Goes to an address of the app, and waits until the page has loaded. */
export async function visit(page, path = "") {
  const answer = await page.goto(new URL(path, appUrl).href);
  if (answer?.ok() === false) throw new Error(`expected a page at ${answer.url()}, found the status ${answer.status()}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
}

// Waiting

/**
 * Waits until `check` passes, and returns its result. It may throw until then; after the timeout,
 * its last error is thrown.
 */
export async function eventually(check) {
  const end = Date.now() + TIMEOUT;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (!(error instanceof assert.AssertionError) || Date.now() > end) throw error;
    }
    await setTimeout(50);
  }
}

/** Waits for a number of elements. */
export const hasCount = (locator, count) => eventually(async () => assert.equal(await locator.count(), count, `${locator}`));

/** Waits until the text of the element matches, as `text` has it. */
export const hasText = (locator, pattern) => eventually(async () => assert.match(await text(locator), pattern));

/** Waits until the field has the value. */
export const hasValue = (locator, value) => eventually(async () => assert.equal(await locator.inputValue(), value));

/** Waits until the element has the focus. */
export const hasFocus = (locator) => locator.and(locator.page().locator(":focus")).waitFor();

/** Waits until the page is idle, which a busy machine may never say of it, and painted. */
export const settled = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        requestIdleCallback(() => requestAnimationFrame(() => requestAnimationFrame(() => resolve())), { timeout: 2000 });
      }),
  );

/** Advances the clock of a page that was opened with `clock` by a minute, and runs its timers. */
export async function aMinuteLater(page) {
  await page.clock.runFor(60_000);
  await settled(page);
}

/**
 * Waits until the service worker has stored the app's files: after that, the app loads nothing
 * by itself.
 */
export const storedOffline = (page) =>
  page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active.state === "activated") return;
    await new Promise((resolve) => active.addEventListener("statechange", () => active.state === "activated" && resolve()));
  });

// Tokens

const encode = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** An issuer with a key pair of its own, new in every run. */
export function makeIssuer() {
  const kid = `key-${randomUUID()}`;
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" };
  const jwks = JSON.stringify({ keys: [jwk] }, null, 2);
  return {
    kid,
    jwks,
    /**
     * A token signed by this issuer; with another `alg`, forged as by an attacker who has only
     * the public key.
     */
    token(claims, header = {}) {
      const head = { typ: "JWT", alg: "RS256", kid, ...header };
      const input = `${encode(head)}.${encode(claims)}`;
      if (head.alg === "none") return `${input}.`;
      const signature = head.alg.startsWith("HS")
        ? createHmac("sha256", publicKey.export({ format: "pem", type: "spki" })).update(input).digest()
        : sign("sha256", Buffer.from(input), privateKey);
      return `${input}.${signature.toString("base64url")}`;
    },
  };
}

export const now = () => Math.floor(Date.now() / 1000);

/** The claims of a job on the main branch, as in GitHub Actions. */
export function githubClaims(changes = {}) {
  const issued = now() - 20;
  return {
    jti: randomUUID(),
    sub: "repo:octo-org/octo-repo:ref:refs/heads/main",
    aud: audience,
    ref: "refs/heads/main",
    sha: "f9d3b7c1c0e5a4d2b8a6978685746352413f0e1d",
    repository: "octo-org/octo-repo",
    repository_owner: "octo-org",
    repository_owner_id: "65",
    repository_id: "74",
    repository_visibility: "private",
    actor: "octocat",
    actor_id: "12",
    run_id: "6412589153",
    run_number: "10",
    run_attempt: "1",
    runner_environment: "github-hosted",
    workflow: "deploy",
    workflow_ref: "octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/main",
    job_workflow_ref: "octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/main",
    head_ref: "",
    base_ref: "",
    event_name: "push",
    ref_type: "branch",
    iss: issuerUrl,
    nbf: issued - 300,
    exp: issued + 600,
    iat: issued,
    ...changes,
  };
}

// Steps

export async function register(page, { name = "GitHub Actions", url = issuerUrl, number = "2", unit = "hours", jwks }) {
  await visit(page);
  await page.getByRole("link", { name: "Register issuer" }).or(page.getByRole("button", { name: "Register issuer" })).click();
  await page.getByRole("heading", { name: "Register issuer" }).waitFor();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("URL", { exact: true }).fill(url);
  await page.getByText("Advanced settings").click();
  await page.getByLabel("Max expiration").fill(number);
  await page.getByLabel("Unit").selectOption(unit);
  await page.getByLabel("JWKS").fill(jwks);
  await page.getByRole("button", { name: "Register issuer" }).click();
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
}

/** Adds a policy after the existing ones. */
export async function addPolicy(page, number, decision, rules) {
  await page.getByRole("button", { name: "Add policy" }).click();
  const policy = policyForm(page, number);
  await policy.getByLabel("Decision").selectOption(decision);
  await policy.getByLabel("Token type").selectOption("organization");
  for (const [index, [claim, pattern]] of rules.entries()) {
    if ((await policy.getByLabel("Claim", { exact: true }).count()) <= index) {
      await policy.getByRole("button", { name: "Add rule" }).click();
    }
    await policy.getByLabel("Claim", { exact: true }).nth(index).fill(claim);
    await policy.getByLabel("Pattern", { exact: true }).nth(index).fill(pattern);
  }
}

export const policyForm = (page, number) =>
  page.getByRole("group", { name: `Policy ${number}`, exact: true }).or(page.getByRole("region", { name: `Policy ${number}`, exact: true }));

export async function save(page) {
  await page.getByRole("button", { name: "Save policies" }).click();
  await page.getByRole("dialog", { name: "Save these changes?" }).getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("status").filter({ hasText: "✓ Saved" }).waitFor();
}

/** The demonstration up to its saved policies; ends on the issuer's page. */
export async function demonstrate(page, issuer) {
  await register(page, { jwks: issuer.jwks });
  await addPolicy(page, 1, "allow", [["aud", audience], ["sub", "repo:octo-org/octo-repo:*"]]);
  await addPolicy(page, 2, "deny", [["sub", "repo:octo-org/octo-repo:pull_request"]]);
  await save(page);
}

/** The state of a browser after the demonstration, for new contexts, and the issuer's address. */
export async function demonstrated(openPage, issuer) {
  const page = await openPage();
  await demonstrate(page, issuer);
  const path = new URL(page.url()).pathname.replace(new URL(appUrl).pathname, "");
  return { storageState: await page.context().storageState(), path, id: path.split("/").at(-1) };
}

export const decision = (page) => page.getByRole("status", { name: "Decision" });
/** The checks, also those that are folded into one line. */
export const checks = (page) =>
  page.getByRole("list", { name: "Checks", includeHidden: true }).getByRole("listitem", { includeHidden: true });
export const check = (page, title) => checks(page).filter({ hasText: new RegExp(`^[^A-Za-z]*${title}\\b`) });
export const explanation = (page) => page.getByRole("list", { name: "Policies" });

/** The field of the token, in sight: its claims are shown once it is whole. */
export async function tokenField(page) {
  const encoded = page.getByRole("group", { name: "View of the token" }).getByRole("button", { name: "Encoded" });
  if (await encoded.isVisible()) await encoded.click();
  return page.getByLabel("Token", { exact: true });
}

/** Pastes a token, and waits until the decision says `text`. */
export async function paste(page, token, text) {
  await (await tokenField(page)).fill(token);
  await decision(page).filter({ hasText: text }).waitFor();
}

/**
 * The text in one line, as it is written: without capitals of style, and also where it is folded. Code has backticks, as in
 * the engine's messages.
 */
export async function text(locator) {
  const shown = await locator.evaluate((element) => {
    const ticks = [];
    for (const code of element.querySelectorAll("code.said")) {
      ticks.push(document.createTextNode("`"), document.createTextNode("`"));
      code.prepend(ticks.at(-2));
      code.append(ticks.at(-1));
    }
    const capitals = [element, ...element.querySelectorAll("*")].filter((part) => getComputedStyle(part).textTransform === "uppercase");
    for (const part of capitals) part.style.textTransform = "none";
    const folded = element.parentElement.closest("details:not([open])");
    folded?.setAttribute("open", "");
    const text = element.innerText;
    folded?.removeAttribute("open");
    for (const part of capitals) part.style.textTransform = "";
    for (const tick of ticks) tick.remove();
    return text;
  });
  return shown.replaceAll(/\s+/g, " ").trim();
}
