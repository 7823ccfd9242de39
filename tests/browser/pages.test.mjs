// All pages: their theme, their Content Security Policy, their addresses and their shortcuts.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  appUrl, decision, demonstrated, eventually, githubClaims, makeIssuer, paste, policyForm, register, save, settled, text, visit,
  withBrowser,
} from "./helpers.mjs";
import { step, tabTo } from "./keyboard.mjs";

const openPage = withBrowser();
const issuer = makeIssuer();
let demo;
const demonstration = async () => (demo ??= await demonstrated(openPage, issuer));

test("the chosen theme is applied, survives a reload, and overrides the system's", async () => {
  const page = await openPage("", { colorScheme: "light" });
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.getByRole("button", { name: "Theme: System" }).click();
  await page.getByRole("button", { name: "Theme: Light" }).click();
  await page.getByRole("button", { name: "Theme: Dark" }).waitFor();
  const dark = await background();
  assert.notEqual(dark, light);
  await page.reload();
  await page.getByRole("heading", { level: 1 }).waitFor();
  assert.equal(await background(), dark);
});

test("the Content Security Policy is in force, and these tests would notice", async () => {
  const page = await openPage();
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "globalThis.hacked = true";
    document.body.append(script);
    const frame = document.createElement("iframe");
    frame.src = "https://evil.example/";
    document.body.append(frame);
    return globalThis.hacked;
  });
  assert.equal(ran, undefined);
  const isNoticed = () => {
    const blocked = page.problems.filter((problem) => problem.startsWith("CSP: ")).map((problem) => problem.split(" ")[1]);
    assert.deepEqual(blocked.sort(), ["frame-src", "script-src-elem"]);
    assert.ok(page.problems.some((problem) => problem.startsWith("console: ")));
  };
  await eventually(isNoticed);
  await settled(page);
  isNoticed();
  page.problems.length = 0;
});

describe("addresses", () => {
  test("an issuer's address works on its own and after a reload", async () => {
    const { storageState, path } = await demonstration();
    const page = await openPage(path, { storageState });
    await page.getByRole("heading", { level: 1, name: "GitHub Actions" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "GitHub Actions" }).waitFor();
    await policyForm(page, 2).waitFor();
  });

  test("an unknown address shows an error with a link back", async () => {
    for (const path of ["no/such/page", "issuers/0000000000000000", "playground/x"]) {
      const page = await openPage(path);
      await page.getByRole("heading", { level: 1, name: "Page not found" }).waitFor();
      await page.getByRole("main").getByRole("link", { name: "OIDC Issuers" }).click();
      await page.getByRole("heading", { name: "No issuers yet" }).waitFor();
    }
  });

  test("the issuer of the playground's address is chosen there", async () => {
    const { storageState, id } = await demonstration();
    const page = await openPage(`playground?issuer=${id}`, { storageState });
    assert.equal(await page.getByLabel("Issuer", { exact: true }).inputValue(), id);
    await page.getByLabel("Issuer", { exact: true }).selectOption("");
    await page.waitForURL(new URL("playground", appUrl).href);
    await page.getByLabel("Issuer", { exact: true }).selectOption(id);
    await page.waitForURL(new URL(`playground?issuer=${id}`, appUrl).href);
  });

  test("a deleted issuer is restored by Undo, with its policies", async () => {
    const { storageState } = await demonstration();
    const page = await openPage("", { storageState });
    await page.getByRole("button", { name: "Delete GitHub Actions" }).click();
    await page.getByRole("heading", { name: "No issuers yet" }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("row", { name: /GitHub Actions .* 1 allow, 1 deny/ }).waitFor();
    await page.reload();
    await page.getByRole("row", { name: /GitHub Actions .* 1 allow, 1 deny/ }).waitFor();
  });
});

describe("the keyboard", () => {
  for (const key of ["Control+Enter", "Meta+Enter"]) {
    test(`${key} evaluates at once, without the debounce`, async () => {
      const { storageState, id } = await demonstration();
      const page = await openPage(`playground?issuer=${id}`, { storageState, clock: true });
      // The clock is fixed from here: no timer fires.
      await page.clock.pauseAt(new Date(Date.now() + 60_000));
      const token = page.getByLabel("Token", { exact: true });
      await token.fill(issuer.token(githubClaims()));
      assert.match(await text(decision(page)), /No decision yet/);
      await page.keyboard.press(key);
      await decision(page).filter({ hasText: "Allowed" }).waitFor();
    });
  }

  test("completes the whole demonstration", async () => {
    const page = await openPage();
    const focusOn = (locator) => tabTo(page, locator, "the demonstration");
    await focusOn(page.getByRole("link", { name: "Register issuer" }));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Register issuer" }).waitFor();
    await focusOn(page.getByLabel("Name", { exact: true }));
    await page.keyboard.type("CI");
    await focusOn(page.getByLabel("URL", { exact: true }));
    await page.keyboard.type("https://token.actions.githubusercontent.com");
    await focusOn(page.getByLabel("JWKS"));
    await page.keyboard.insertText(issuer.jwks);
    await focusOn(page.getByRole("button", { name: "Register issuer" }));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "CI" }).waitFor();
    await focusOn(page.getByRole("button", { name: "Add policy" }));
    await page.keyboard.press("Enter");
    await focusOn(policyForm(page, 1).getByLabel("Claim", { exact: true }));
    await page.keyboard.type("sub");
    await step(page, "the demonstration");
    await page.keyboard.type("repo:octo-org/*");
    await focusOn(page.getByRole("button", { name: "Save policies" }));
    await page.keyboard.press("Space");
    await page.getByRole("dialog", { name: "Save these changes?" }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByText("✓ Saved").waitFor();
    await focusOn(page.getByRole("link", { name: "Playground", exact: true }));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
    await focusOn(page.getByLabel("Token", { exact: true }));
    await page.keyboard.insertText(issuer.token(githubClaims()));
    await decision(page).filter({ hasText: "Allowed" }).waitFor();
  });
});

test("HTML is shown as text", async () => {
  const evil = `<img src=x onerror="globalThis.hacked = true"><script>globalThis.hacked = true</script>`;
  const page = await openPage();
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await register(page, { name: evil, jwks: issuer.jwks });
  await page.getByRole("button", { name: "Add policy" }).click();
  await policyForm(page, 1).getByLabel("Claim", { exact: true }).fill("sub");
  await policyForm(page, 1).getByLabel("Pattern", { exact: true }).fill(`${evil}*`);
  await save(page);
  const harmless = async () => {
    assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
    assert.equal(await page.locator("img[src=x], img[onerror], main script").count(), 0);
    assert.deepEqual(requests.filter((url) => url.endsWith("/x")), []);
  };
  await harmless();
  await visit(page);
  await page.getByRole("link", { name: evil, exact: true }).waitFor();
  await harmless();
  await visit(page, "playground");
  await paste(page, issuer.token(githubClaims({ sub: `${evil}!`, [evil]: evil })), "Allowed");
  await page.getByRole("button", { name: /claims that no rule uses$/ }).click();
  await page.getByRole("table", { name: "Claims" }).getByRole("cell", { name: evil, exact: true }).waitFor();
  await page.getByRole("rowheader", { name: evil, exact: true }).waitFor();
  assert.ok((await text(page.getByRole("list", { name: "Policies" }))).includes(`${evil}!`));
  await paste(page, issuer.token(githubClaims({ iss: evil }), { kid: evil }), "Refused");
  assert.ok((await text(decision(page))).includes(evil));
  await harmless();
  await page.getByRole("button", { name: "Edit claims" }).click();
  await page.getByLabel("Claims", { exact: true }).fill(JSON.stringify({ iss: "https://token.actions.githubusercontent.com", sub: evil }));
  await decision(page).filter({ hasText: "Allowed" }).waitFor();
  await harmless();
});
