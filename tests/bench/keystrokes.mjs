// Measures a keystroke in headless Chromium: all work of the page's main thread, from the key to
// the painted result, without the debounce. 40 policies and a token of 4 kB:
// `node tests/bench/keystrokes.mjs URL`, with the app served there from `dist/`.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { chromium } from "playwright-core";

const url = process.argv[2] ?? process.env.CLAIMGATE_APP_URL;
if (!url) throw new Error("expected the address of the served app, found none: node tests/bench/keystrokes.mjs URL");
const keystrokes = 40;
const issuerUrl = "https://token.actions.githubusercontent.com";

const policies = Array.from({ length: 40 }, (_, index) => ({
  decision: index % 8 === 7 ? "deny" : "allow",
  tokenType: "organization",
  rules: { aud: "urn:pulumi:org:acme", sub: `repo:octo-org/service-${index}:ref:refs/heads/${index % 3 ? "*" : "release-?"}`, repository_owner: "octo-org" },
}));

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "bench", alg: "RS256", use: "sig" }] });
const now = Math.floor(Date.now() / 1000);
const claims = {
  iss: issuerUrl, aud: "urn:pulumi:org:acme", sub: "repo:octo-org/service-38:ref:refs/heads/main", repository_owner: "octo-org",
  iat: now, nbf: now, exp: now + 3600,
};
for (let index = 0; JSON.stringify(claims).length < 2700; index += 1) claims[`claim_${index}`] = randomBytes(24).toString("hex");
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const input = `${encode({ typ: "JWT", alg: "RS256", kid: "bench" })}.${encode(claims)}`;
const token = `${input}.${sign("sha256", Buffer.from(input), privateKey).toString("base64url")}`;

const issuer = { id: "bench", name: "Bench", url: issuerUrl, maxExpiration: null, jwks, policies, preset: "github-actions", created: now, modified: now };
/** The same policies with fourteen tests. */
const samples = Array.from({ length: 14 }, (_, index) => ({
  id: `s${index}`, name: `deploys service ${index}`, tokenType: "organization", target: "", admin: false, expect: "allowed",
  claims: JSON.stringify({ ...claims, sub: `repo:octo-org/service-${index * 2}:ref:refs/heads/main` }),
}));
const stored = JSON.stringify({ version: 4, issuers: [issuer, { ...issuer, id: "tested", name: "Tested", samples }], removed: [], conflicts: [] });

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const shown = (seconds) => `${(seconds * 1000).toFixed(1)} ms`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});

/** Waits until the page is idle and painted. */
const rest = (page) =>
  page.evaluate(() => new Promise((resolve) => requestIdleCallback(() => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))));

/** Has the page observe the next change of the element `answer`. */
const watch = (page, answer) =>
  page.evaluate((answer) => {
    globalThis.answered = new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        observer.disconnect();
        resolve();
      });
      const everything = { subtree: true, childList: true, characterData: true, attributes: true };
      for (const element of document.querySelectorAll(answer)) observer.observe(element, everything);
    });
  }, answer);

async function measure(name, path, answer, prepare) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript((text) => localStorage.setItem("claimgate.v1", text), stored);
  await page.goto(new URL(path, url).href);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await prepare(page);
  // The app stores its files for offline use once it is idle.
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await rest(page);
  const session = await context.newCDPSession(page);
  // Processor time of the page's main thread: other programs on the machine do not count.
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const metrics = async () => Object.fromEntries((await session.send("Performance.getMetrics")).metrics.map(({ name, value }) => [name, value]));
  const [task, script] = [[], []];
  for (let index = 0; index < keystrokes; index += 1) {
    await watch(page, answer);
    const before = await metrics();
    await page.keyboard.press(index % 2 ? "Backspace" : "x");
    await page.evaluate(() => globalThis.answered);
    await rest(page);
    const after = await metrics();
    task.push(after.TaskDuration - before.TaskDuration);
    script.push(after.ScriptDuration - before.ScriptDuration);
  }
  console.log(
    `${name}: script ${shown(median(script))} (at most ${shown(Math.max(...script))}), ` +
      `all with layout and paint ${shown(median(task))} (at most ${shown(Math.max(...task))})`,
  );
  await context.close();
}

console.log(`a keystroke, median of ${keystrokes}; 40 policies, a token of ${token.length} bytes`);
const result = ".bar, [aria-label=Result]";
await measure("playground, token", "playground?issuer=bench", result, async (page) => {
  const field = page.getByRole("textbox", { name: "Token", exact: true });
  await field.fill(token);
  await page.getByRole("status", { name: "Decision" }).filter({ hasText: /Allowed|Denied/ }).waitFor();
  // The claims are shown in place of the field.
  await page.getByRole("button", { name: "Encoded" }).click();
  await field.press("Control+End");
});
await measure("playground, claims", "playground?issuer=bench", result, async (page) => {
  await page.getByRole("button", { name: "From claims" }).or(page.getByRole("tab", { name: "Claims" })).first().click();
  const field = page.getByRole("textbox", { name: "Claims", exact: true });
  await field.fill(JSON.stringify(claims, null, 2).replace("refs/heads/main", "refs/heads/"));
  await page.getByRole("status", { name: "Decision" }).filter({ hasText: /Allowed|Denied/ }).waitFor();
  await field.focus();
});
await measure("playground, scratch policies", "playground?issuer=bench", result, async (page) => {
  await page.getByRole("textbox", { name: "Token", exact: true }).fill(token);
  await page.getByRole("status", { name: "Decision" }).filter({ hasText: /Allowed|Denied/ }).waitFor();
  await page.getByRole("button", { name: "Edit in a scratch set" }).click();
  await page.getByRole("button", { name: /^Policy 39 / }).click();
  await page.getByRole("group", { name: "Policy 39", exact: true }).getByLabel("Pattern", { exact: true }).nth(1).click();
});
await measure("policy editor, pattern", "issuers/bench", "main", async (page) => {
  await page.getByRole("button", { name: /^Policy 39 / }).click();
  await page.getByRole("group", { name: "Policy 39", exact: true }).getByLabel("Pattern", { exact: true }).nth(1).click();
});
await measure("policy editor, pattern, with 14 tests", "issuers/tested", "main", async (page) => {
  await page.getByRole("button", { name: /^Policy 39 / }).click();
  await page.getByRole("group", { name: "Policy 39", exact: true }).getByLabel("Pattern", { exact: true }).nth(1).click();
});
await measure("policy editor, filter", "issuers/tested", "main", async (page) => {
  await page.getByLabel("Filter policies").click();
});
await browser.close();
