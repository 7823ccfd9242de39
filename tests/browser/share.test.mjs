// Sharing: links, Markdown and files, and opening them.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  appUrl, copied, decision, demonstrated, eventually, githubClaims, issuerUrl, makeIssuer, now, paste, text, visit, withBrowser,
} from "./helpers.mjs";
import { asJson, editCopy, pane, sized, stored, unfold, widths } from "./playground-helpers.mjs";

const openPage = withBrowser();
const issuer = makeIssuer();
let demo;
const playground = async (options = {}) => {
  demo ??= await demonstrated(openPage, issuer);
  return openPage(`playground?issuer=${demo.id}`, { storageState: demo.storageState, permissions: ["clipboard-write"], ...options });
};
const scratch = (page) => page.getByRole("note").filter({ hasText: "Scratch set" });
const link = (page) => page.getByLabel("Link", { exact: true });
const copy = (page, what) => page.getByRole("button", { name: `Copy ${what}`, exact: true });

async function contents(download) {
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

for (const width of widths) {
  test(`${width} px: a link shows the same in another browser, without the token, and saves nothing there`, async () => {
    // A link stores its time.
    const time = now();
    const page = await playground(sized(width, { time }));
    const claims = githubClaims({ exp: time - 7205, iat: time - 9000, nbf: time - 9000 });
    const token = issuer.token(claims);
    await paste(page, token, "expired 2 hours");
    await pane(page, "Decision");
    await unfold(page, "Share");
    const share = page.getByRole("group", { name: "Share", exact: true });
    await link(page).waitFor();
    assert.match(await text(share), /Contains 2 policies, the decoded claims and the requested token type; never the token or its signature\./);
    assert.match(await text(share), /key and signature are not checked when it is opened/);
    await copy(page, "the link").click();
    await page.getByText("✓ Copied").waitFor();
    const address = await copied(page);
    assert.ok(address.startsWith(`${new URL("playground", appUrl).href}#v1.`), address);
    assert.equal(address, await link(page).inputValue());
    for (const part of token.split(".")) assert.ok(!address.includes(part));

    const other = await openPage(null, sized(width));
    await visit(other, address);
    await decision(other).filter({ hasText: "expired 2 hours" }).waitFor();
    await pane(other, "Policies");
    assert.match(await text(scratch(other)), /from a link, for GitHub Actions\. It is not saved\./);
    await pane(other, "Token");
    await other.getByRole("button", { name: /^Show \d+ other claims$/ }).click();
    const row = other.getByRole("table", { name: "Claims" }).getByRole("row", { name: /^jti/ });
    assert.ok((await text(row)).includes(claims.jti));
    await pane(other, "Decision");
    assert.match(await text(other.getByRole("region", { name: "Result" })), /the signature was not checked: anyone could have written this token/);
    assert.deepEqual(await other.evaluate(() => Object.keys(localStorage).filter((key) => localStorage.getItem(key).includes("token.actions"))), []);
    await other.reload();
    await decision(other).filter({ hasText: "expired 2 hours" }).waitFor();
    // Sharing it from there gives the same link.
    await pane(other, "Decision");
    await unfold(other, "Share");
    await link(other).waitFor();
    assert.equal(await link(other).inputValue(), address);
  });
}

test("a link has claims, the request and edited policies", async () => {
  const page = await playground();
  await editCopy(page);
  const policies = [{ decision: "allow", tokenType: "team", teamName: "ops-*", rules: { sub: "a*" } }];
  await page.getByLabel("Scratch policies as JSON").fill(JSON.stringify({ policies }));
  await page.getByRole("button", { name: "Edit claims" }).click();
  await page.getByLabel("Claims", { exact: true }).fill('{"sub": "ab",  "n": 1}');
  await page.getByLabel("Requested token type").selectOption("team");
  await page.getByLabel("Team name", { exact: true }).fill("ops-night");
  await decision(page).filter({ hasText: "Allowed" }).waitFor();
  await unfold(page, "Share");
  await link(page).waitFor();
  const address = await link(page).inputValue();

  const other = await openPage(null);
  await visit(other, address);
  await decision(other).filter({ hasText: "Allowed" }).waitFor();
  assert.equal(await other.getByRole("group", { name: "Request" }).getByLabel("Team name", { exact: true }).inputValue(), "ops-night");
  // A plain field is there until the code editor has loaded.
  await eventually(async () => assert.equal((await other.getByLabel("Claims", { exact: true }).innerText()).trim(), '{"sub": "ab",  "n": 1}'));
  await asJson(other);
  await eventually(async () => assert.match(await text(other.getByRole("region", { name: "Policies in the playground" })), /"teamName": "ops-\*"/));
});

test("a warning about a token within the claims appears before anything is copied", async () => {
  const page = await playground();
  await page.getByRole("button", { name: "Edit claims" }).click();
  const inner = issuer.token({ sub: "inner" });
  await page.getByLabel("Claims", { exact: true }).fill(JSON.stringify({ iss: issuerUrl, act: { token: inner } }));
  await decision(page).filter({ hasText: "Denied" }).waitFor();
  await unfold(page, "Share");
  const remarks = page.getByRole("status", { name: "Before you share" });
  await remarks.getByText("Check before you share.").waitFor();
  assert.match(await text(remarks), /claims\.act\.token: this looks like a token: anyone with the link gets it too/);
  await page.getByLabel("Claims", { exact: true }).fill(JSON.stringify({ iss: issuerUrl, act: {} }));
  await remarks.getByText("Check before you share.").waitFor({ state: "hidden" });
});

test("Markdown has decision, explanation, policies and claims, and no token", async () => {
  const page = await playground();
  const token = issuer.token(githubClaims({ sub: "repo:octo-org/other-repo:ref:refs/heads/main" }));
  await paste(page, token, "Denied");
  await unfold(page, "Share");
  await copy(page, "as Markdown").click();
  await page.getByText("✓ Copied").waitFor();
  const markdown = await copied(page);
  assert.match(markdown, /^## Denied\n\ndenied by default: no allow policy matches\n/);
  assert.match(markdown, /### Explanation\n\n```text\nDENIED\[default-deny\]/);
  assert.match(markdown, /### Policies\n\n```json\n\{\n {2}"policies"/);
  assert.match(markdown, /### Claims\n\n```json\n[^`]*"sub": "repo:octo-org\/other-repo:ref:refs\/heads\/main"/);
  for (const part of token.split(".")) assert.ok(!markdown.includes(part));
});

describe("a file", () => {
  test("is downloaded, and opened in another browser", async () => {
    const page = await playground();
    const token = issuer.token(githubClaims());
    await paste(page, token, "Allowed");
    await unfold(page, "Share");
    const downloading = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download the playground file" }).click();
    const download = await downloading;
    assert.equal(download.suggestedFilename(), "claimgate-playground.json");
    const written = await contents(download);
    assert.equal(JSON.parse(written).claimgatePlayground, 1);
    for (const part of token.split(".")) assert.ok(!written.includes(part));

    const other = await openPage("playground");
    await unfold(other, "Share");
    const field = other.getByLabel("Open a playground file");
    await field.setInputFiles({ name: "p.json", mimeType: "application/json", buffer: Buffer.from(written) });
    await decision(other).filter({ hasText: "Allowed" }).waitFor();
    assert.match(await text(scratch(other)), /from a file, for GitHub Actions/);
  });

  test("that is not a playground is refused with an error, and changes nothing", async () => {
    const page = await playground();
    await paste(page, issuer.token(githubClaims()), "Allowed");
    await unfold(page, "Share");
    const field = page.getByLabel("Open a playground file");
    for (const [content, problem] of [
      ["", "p.json: the file cannot be read: not JSON"],
      ["{}", "the file cannot be read: expected claimgatePlayground, found none"],
      ['{"claimgatePlayground": 1, "content": {"policies": [], "token": "x"}}', "unknown key token"],
    ]) {
      await field.setInputFiles({ name: "p.json", mimeType: "application/json", buffer: Buffer.from(content) });
      await page.getByText(problem).waitFor();
      assert.match(await text(decision(page)), /Allowed/);
      assert.equal(await scratch(page).count(), 0);
    }
  });
});

describe("a link that cannot be opened", () => {
  const address = (fragment) => `playground#${fragment}`;

  test("shows an error, and the playground still works", async () => {
    const page = await playground();
    for (const [fragment, problem] of [
      ["v2.abc", "expected a link that begins with v1."],
      ["v1.abc", "the link is damaged"],
      ["v1.AAAA", "the link is damaged"],
    ]) {
      await page.evaluate((hash) => (location.hash = hash), fragment);
      await page.getByRole("alert").filter({ hasText: problem }).waitFor();
    }
    await paste(page, issuer.token(githubClaims()), "Allowed");
    assert.deepEqual((await stored(page)).policies.length, 2);
    await visit(page, address("nothing"));
    await page.getByRole("alert").filter({ hasText: "This link cannot be opened" }).waitFor();
  });

  test("does nothing else: 300 damaged links", async () => {
    const page = await playground();
    await paste(page, issuer.token(githubClaims()), "Allowed");
    await unfold(page, "Share");
    const good = new URL(await link(page).inputValue()).hash.slice(1);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=%#&";
    // A generator with a fixed seed: failures are reproducible.
    let state = 20251124;
    const random = (below) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const damage = (fragment) => {
      const at = random(fragment.length);
      const end = at + random(4);
      const put = Array.from({ length: random(4) }, () => alphabet[random(alphabet.length)]).join("");
      return fragment.slice(0, at) + put + fragment.slice(end);
    };
    for (let round = 0; round < 300; round += 1) {
      let fragment = damage(good);
      for (let more = random(3); more > 0; more -= 1) fragment = damage(fragment);
      await page.evaluate((hash) => {
        location.hash = hash;
        return new Promise((done) => requestAnimationFrame(() => done()));
      }, fragment);
      assert.match(await text(decision(page)), /Allowed|Denied|Refused|No decision/, fragment);
    }
    await page.evaluate((hash) => (location.hash = hash), good);
    await decision(page).filter({ hasText: "Allowed" }).waitFor();
    assert.equal((await stored(page)).policies.length, 2, "nothing of it was saved");
  });
});
