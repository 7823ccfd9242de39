// The app in a real browser: the demonstration, and what must hold on every page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { addPolicy, axe, base, claims, decide, expired, launch, openPage, prepare, register, tampered, token, toPlayground, url } from "./support.mjs";

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

test("the demonstration: issuer, policies, token, decision", async () => {
  const page = await openPage(browser);
  await page.getByText("An issuer signs tokens that say who is asking").waitFor();
  await prepare(page);

  await page.reload();
  const first = page.getByRole("group", { name: "Policy 1", exact: true });
  await first.waitFor();
  assert.equal(await first.getByLabel("Decision").inputValue(), "allow");
  assert.equal(await first.getByLabel("Pattern", { exact: true }).nth(1).inputValue(), "repo:octo-org/octo-repo:*");
  const second = page.getByRole("group", { name: "Policy 2", exact: true });
  assert.equal(await second.getByLabel("Decision").inputValue(), "deny");
  assert.equal(await page.getByLabel("Max expiration").inputValue(), "2");

  await toPlayground(page);
  const allowed = await decide(page, token(), "Allowed");
  assert.match(allowed, /allowed by policy 1/);
  assert.equal(await page.getByRole("list", { name: "Checks" }).getByRole("listitem").count(), 7);
  await page.getByText("`*` took `ref:refs/heads/main`").or(page.locator("mark.took", { hasText: "ref:refs/heads/main" })).first().waitFor();

  const pull = await decide(page, token({ sub: "repo:octo-org/octo-repo:pull_request" }), "Denied");
  assert.match(pull, /denied by policy 2: a matching deny wins over any allow/);

  const other = await decide(page, token({ sub: "repo:octo-org/other:ref:refs/heads/main" }), "denied by default");
  assert.match(other, /no allow policy matches/);
  await page.locator("mark.stopped", { hasText: "ther:ref:refs/heads/main" }).first().waitFor();
  await page.getByText(/found `o?ther:ref/).first().waitFor();
  assert.deepEqual(page.problems, []);
});

test("each refusal has a sentence of its own", async () => {
  const page = await openPage(browser);
  await prepare(page);
  await toPlayground(page);
  const unsigned = token({}, { alg: "none" }).replace(/[^.]*$/, "");
  const cases = [
    [expired(), "expired 2 hours ago"],
    [tampered(), "the signature is not one of key `test-key` over this token"],
    [token({ aud: "https://github.com/another-org" }), "denied by default: no allow policy matches"],
    [token({ iss: "https://issuer.example" }), "no issuer is registered with the URL `https://issuer.example`"],
    [token({ iss: `${url}/` }), "they differ in a trailing slash only"],
    [unsigned, "the token is not signed at all"],
    [token({}, { alg: "HS256" }), "signed with a shared secret"],
    [token({}, { kid: "another" }), "the header names key `another`, the issuer has `test-key`"],
    [token({ exp: undefined }), "expected claim `exp`"],
    [token().slice(0, 300), "expected three parts joined by `.`, found 2"],
  ];
  const sentences = new Set();
  for (const [text, words] of cases) {
    const decision = await decide(page, text, words);
    assert.match(decision, /Denied/);
    sentences.add(decision);
  }
  assert.equal(sentences.size, cases.length);
  assert.deepEqual(page.problems, []);
});

test("claims without a token are evaluated, and it is said what was not checked", async () => {
  const page = await openPage(browser);
  await prepare(page);
  await toPlayground(page);
  await page.getByRole("button", { name: "From claims" }).click();
  const decision = page.getByRole("status", { name: "Decision" });
  const field = page.getByLabel("Claims", { exact: true });
  await field.fill(JSON.stringify(claims()));
  await decision.filter({ hasText: "allowed by policy 1" }).waitFor();
  await page.getByText("No token: signature, issuer and time were not checked.").first().waitFor();
  await field.fill('{"sub": "a", "sub": "b"}');
  await page.getByText("member `sub` stands twice in one object").first().waitFor();
  await field.fill(JSON.stringify(claims({ sub: "repo:octo-org/octo-repo:pull_request" })));
  await field.press("Control+Enter");
  await decision.filter({ hasText: "denied by policy 2" }).waitFor();
});

test("a token leaves the page in no way", async () => {
  const page = await openPage(browser);
  await prepare(page);
  await toPlayground(page);
  page.requested.length = 0;
  const secret = token();
  await decide(page, secret, "Allowed");
  await decide(page, tampered(), "Denied");
  await page.waitForTimeout(500);
  assert.deepEqual(page.requested, []);
  const kept = await page.evaluate(async () => {
    const databases = (await indexedDB.databases?.()) ?? [];
    return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, databases, document.cookie, location.href]);
  });
  assert.match(kept, /repo:octo-org/, "the policies are kept");
  for (const part of secret.split(".")) assert.ok(!kept.includes(part.slice(0, 40)), "a part of the token is kept");
});

test("storage that cannot be read is shown and kept", async () => {
  const page = await openPage(browser);
  await register(page);
  const key = await page.evaluate(() => Object.keys(localStorage).find((key) => localStorage[key].includes("issuers")));
  await page.evaluate((key) => localStorage.setItem(key, '{"version": 99, "issuers": "mine"}'), key);
  await page.goto(base);
  await page.getByText(/cannot be read|could not be read/i).first().waitFor();
  assert.equal(await page.evaluate((key) => localStorage.getItem(key), key), '{"version": 99, "issuers": "mine"}');
});

test("a deleted issuer comes back with Undo", async () => {
  const page = await openPage(browser);
  await register(page, "Mine");
  await page.getByRole("link", { name: "OIDC Issuers" }).first().click();
  await page.getByRole("button", { name: "Delete Mine" }).click();
  await page.getByText("No issuers yet").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("link", { name: "Mine" }).waitFor();
});

test("leaving unsaved policies asks first", async () => {
  const page = await openPage(browser);
  await register(page);
  await addPolicy(page, 1, "allow", [["sub", "repo:octo-org/*"]]);
  const address = page.url();
  let asked = 0;
  page.on("dialog", (dialog) => {
    asked += 1;
    return dialog.dismiss();
  });
  await page.getByRole("link", { name: "Playground" }).first().click();
  const dialog = page.getByRole("dialog");
  await page.waitForTimeout(300);
  assert.ok(asked === 1 || (await dialog.isVisible()), "nobody asked");
  assert.equal(page.url(), address);
});

test("what people write is text, never markup", async () => {
  const page = await openPage(browser);
  const attack = '<img src=x onerror="window.hit=1">';
  await register(page, attack);
  await addPolicy(page, 1, "allow", [["sub", attack]]);
  await page.getByRole("button", { name: "Save policies" }).click();
  await page.getByText("✓ Saved").waitFor();
  await toPlayground(page);
  await decide(page, token({ sub: `x${attack}` }), "denied by default");
  await page.getByRole("list", { name: "Checks" }).getByText(`registered as ${attack}`).waitFor();
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.equal(await page.locator("img[src=x]").count(), 0);
});

test("an unknown address says so, and a wrong URL is not registered", async () => {
  const page = await openPage(browser, { path: "nowhere" });
  await page.getByRole("heading", { name: /not found|no such page/i }).waitFor();
  await page.goto(`${base}issuers/new`);
  await page.getByLabel("Name", { exact: true }).fill("x");
  await page.getByLabel("URL", { exact: true }).fill("http://issuer.example");
  await page.getByRole("button", { name: "Register issuer" }).click();
  await page.getByText("expected a URL that starts with `https://`, found `http://issuer.example`").waitFor();
});

test("focus is visible from the first key on", async () => {
  const page = await openPage(browser);
  for (let press = 0; press < 5; press += 1) {
    await page.keyboard.press("Tab");
    const style = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return [document.activeElement.tagName, outlineStyle, parseFloat(outlineWidth)];
    });
    assert.notEqual(style[0], "BODY");
    assert.notEqual(style[1], "none", style.join());
    assert.ok(style[2] >= 2, style.join());
  }
});

for (const theme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    test(`every page is accessible and fits: ${theme}, ${width} px`, async () => {
      const page = await openPage(browser, { theme, width });
      const look = async (what) => {
        assert.deepEqual(await axe(page), [], what);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${what} is ${overflow} px too wide`);
      };
      await look("no issuers");
      await page.goto(`${base}issuers/new`);
      await page.getByLabel("JWKS").waitFor();
      await look("registration");
      await page.goto(base);
      await prepare(page);
      await look("issuer");
      await page.getByRole("link", { name: "OIDC Issuers" }).first().click();
      await page.getByRole("table").waitFor();
      await look("issuers");
      await toPlayground(page);
      await look("empty playground");
      await decide(page, token(), "Allowed");
      await look("allowed");
      await decide(page, token({ sub: "repo:octo-org/other:ref:refs/heads/main" }), "denied by default");
      await look("denied");
      await decide(page, expired(), "expired");
      await look("expired");
      assert.deepEqual(page.problems, []);
    });
  }
}
