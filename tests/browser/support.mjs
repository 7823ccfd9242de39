// What the browser tests share: a browser, tokens signed for the run, and the issuer of the demonstration.
import { createSign, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

export const base = process.env.CLAIMGATE_APP_URL;
if (!base) throw new Error("expected the app's address in CLAIMGATE_APP_URL, found none: run `cargo xtask test --only browser`");

const axeSource = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const kid = "test-key";
export const url = "https://token.actions.githubusercontent.com";
export const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" }] });

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const seconds = () => Math.floor(Date.now() / 1000);

/** The claims of a GitHub Actions job on the main branch, with changes. */
export function claims(changes = {}) {
  const now = seconds();
  return {
    jti: "example-id",
    sub: "repo:octo-org/octo-repo:ref:refs/heads/main",
    aud: "https://github.com/octo-org",
    ref: "refs/heads/main",
    repository: "octo-org/octo-repo",
    repository_owner: "octo-org",
    event_name: "push",
    run_attempt: "1",
    iss: url,
    nbf: now - 30,
    iat: now - 30,
    exp: now + 600,
    ...changes,
  };
}

/** A signed token with changed claims, or with a changed header. */
export function token(changes = {}, header = {}) {
  const input = `${encode({ typ: "JWT", alg: "RS256", kid, ...header })}.${encode(claims(changes))}`;
  return `${input}.${createSign("sha256").update(input).sign(privateKey).toString("base64url")}`;
}

export const expired = () => token({ exp: seconds() - 7200, iat: seconds() - 9000, nbf: seconds() - 9000 });

/** The genuine token with another repository written into it. */
export function tampered() {
  const [header, , signature] = token().split(".");
  return `${header}.${encode(claims({ repository: "octo-org/other" }))}.${signature}`;
}

/** A page that collects what goes wrong and what goes out. */
export async function openPage(browser, { width = 1280, theme = "light", path = "" } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme });
  const page = await context.newPage();
  page.problems = [];
  page.requested = [];
  page.on("pageerror", (error) => page.problems.push(String(error)));
  page.on("console", (message) => {
    // Chromium ignores the integrity of a preloaded module and says so.
    if (["error", "warning"].includes(message.type()) && !message.text().includes("integrity")) page.problems.push(message.text());
  });
  page.on("request", (request) => page.requested.push(request.url()));
  await page.goto(base + path);
  await page.locator("h1").first().waitFor();
  return page;
}

/** Registers the demonstration's issuer, through the form. */
export async function register(page, name = "GitHub Actions") {
  await page.getByRole("link", { name: "Register issuer" }).click();
  await page.getByRole("heading", { name: "Register issuer", level: 1 }).waitFor();
  await page.getByLabel("Provider").selectOption({ label: "Custom" }).catch(() => {});
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("URL", { exact: true }).fill(url);
  await page.getByLabel("Max expiration").fill("2");
  await page.getByLabel("Unit").selectOption("hours");
  await page.getByLabel("JWKS").fill(jwks);
  await page.getByRole("button", { name: "Register issuer" }).click();
  await page.getByRole("heading", { name, level: 1, exact: true }).waitFor();
}

/** Adds a policy of the issuer that is open. */
export async function addPolicy(page, number, decision, rules) {
  await page.getByRole("button", { name: "Add policy" }).click();
  const policy = page.getByRole("group", { name: `Policy ${number}`, exact: true });
  await policy.getByLabel("Decision").selectOption(decision);
  await policy.getByLabel("Token type").selectOption("organization");
  for (const [index, [claim, pattern]] of rules.entries()) {
    if ((await policy.getByLabel("Claim", { exact: true }).count()) <= index) await policy.getByRole("button", { name: "Add rule" }).click();
    await policy.getByLabel("Claim", { exact: true }).nth(index).fill(claim);
    await policy.getByLabel("Pattern", { exact: true }).nth(index).fill(pattern);
  }
}

/** The demonstration up to the saved policies. */
export async function prepare(page) {
  await register(page);
  await addPolicy(page, 1, "allow", [
    ["aud", "https://github.com/octo-org"],
    ["sub", "repo:octo-org/octo-repo:*"],
  ]);
  await addPolicy(page, 2, "deny", [["sub", "repo:octo-org/octo-repo:pull_request"]]);
  await page.getByRole("button", { name: "Save policies" }).click();
  await page.getByText("✓ Saved").waitFor();
}

/** Goes to the playground without loading the page anew. */
export async function toPlayground(page) {
  await page.getByRole("link", { name: "Playground" }).first().click();
  await page.getByRole("heading", { name: "Playground" }).waitFor();
}

/** Pastes a token and waits for the decision that holds `words`. */
export async function decide(page, text, words) {
  await page.getByLabel("Token", { exact: true }).fill(text);
  const decision = page.getByRole("status", { name: "Decision" });
  await decision.filter({ hasText: words }).waitFor({ timeout: 5000 }).catch(async () => {
    throw new Error(`expected a decision with "${words}", found "${await decision.innerText()}"`);
  });
  return decision.innerText();
}

/** What axe finds against WCAG 2.2 AA. */
export async function axe(page) {
  // The page's policy forbids injected scripts, so axe runs in the debugger's world.
  await page.evaluate(axeSource);
  const result = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  return result.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(" ")).join(", ")}`);
}
