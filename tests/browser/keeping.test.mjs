// Work is kept: unreadable data is not overwritten, and unsaved work is not left without a
// question.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  addPolicy, demonstrate, eventually, issuerUrl, makeIssuer, policyForm, register, save, settled, text, visit, withBrowser,
} from "./helpers.mjs";
import { codeIn } from "./editor-helpers.mjs";

const openPage = withBrowser();
const issuer = makeIssuer();

describe("stored data that cannot be read", () => {
  const stored = (page) => page.evaluate(() => ({ ...localStorage }));
  const texts = {
    "cut off": (text) => text.slice(0, text.length / 2),
    "of a later version": (text) => text.replace(/"version":\d+/, '"version":999'),
    "with a policy that the reader refuses": (text) => text.replace('"decision":"deny"', '"decision":"perhaps"'),
    "not JSON at all": () => "<html>",
    "empty": () => "",
  };
  for (const [what, spoil] of Object.entries(texts)) {
    test(`${what}: a message is shown, and nothing is overwritten`, async () => {
      const page = await openPage();
      await demonstrate(page, issuer);
      const [key, good] = Object.entries(await stored(page)).find(([, text]) => text.includes(issuerUrl));
      const raw = spoil(good);
      await page.evaluate(([key, raw]) => localStorage.setItem(key, raw), [key, raw]);

      await visit(page);
      const notice = page.getByRole("region", { name: "Stored data cannot be read" });
      await notice.waitFor();
      assert.match(await text(notice), /Nothing was changed or deleted/);
      assert.equal((await stored(page))[key], raw);

      // Further changes do not overwrite it either.
      await register(page, { name: "Another", jwks: issuer.jwks });
      await page.getByRole("alert").filter({ hasText: "Not stored" }).waitFor();
      assert.equal((await stored(page))[key], raw);
      await page.reload();
      await notice.waitFor();
      assert.equal((await stored(page))[key], raw);

      // The original text can be downloaded.
      const download = page.waitForEvent("download");
      await notice.getByRole("link", { name: "Download the text" }).click();
      const chunks = [];
      for await (const chunk of await (await download).createReadStream()) chunks.push(chunk);
      assert.equal(Buffer.concat(chunks).toString(), raw);

      // Once repaired by hand, it is read again.
      await page.evaluate(([key, good]) => localStorage.setItem(key, good), [key, good]);
      await visit(page);
      await page.getByRole("row", { name: /GitHub Actions .* 1 allow, 1 deny/ }).waitFor();
    });
  }

  test("it is discarded only after confirmation", async () => {
    const page = await openPage();
    await demonstrate(page, issuer);
    const [key] = Object.entries(await stored(page)).find(([, text]) => text.includes(issuerUrl));
    await page.evaluate((key) => localStorage.setItem(key, "{"), key);
    await visit(page);
    const startEmpty = page.getByRole("button", { name: "Delete and start empty" });
    page.once("dialog", (dialog) => dialog.dismiss());
    await startEmpty.click();
    assert.equal((await stored(page))[key], "{");
    page.once("dialog", (dialog) => dialog.accept());
    await startEmpty.click();
    await page.getByRole("region", { name: "Stored data cannot be read" }).waitFor({ state: "detached" });
    await register(page, { jwks: issuer.jwks });
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "GitHub Actions" }).waitFor();
  });
});

describe("policies that are not saved", () => {
  const edited = async () => {
    const page = await openPage();
    await demonstrate(page, issuer);
    await addPolicy(page, 3, "deny", [["actor", "mallory"]]);
    await page.getByText("● Not saved").waitFor();
    return page;
  };
  const asked = (page, answer) => {
    const dialogs = [];
    page.on("dialog", async (dialog) => {
      dialogs.push(dialog.type());
      await dialog[answer]();
    });
    return dialogs;
  };
  const stays = async (page) => {
    await page.getByRole("heading", { level: 1, name: "GitHub Actions" }).waitFor();
    assert.equal(await policyForm(page, 3).getByLabel("Claim", { exact: true }).inputValue(), "actor");
  };

  test("following a link asks: no stays, yes leaves", async () => {
    const page = await edited();
    const dialogs = asked(page, "dismiss");
    await page.getByRole("link", { name: "Playground", exact: true }).click();
    await stays(page);
    assert.deepEqual(dialogs, ["confirm"]);
    page.removeAllListeners("dialog");
    const again = asked(page, "accept");
    await page.getByRole("link", { name: "Playground", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
    assert.deepEqual(again, ["confirm"]);
  });

  test("reloading and closing ask", async () => {
    const page = await edited();
    const dialogs = asked(page, "dismiss");
    await page.evaluate(() => setTimeout(() => location.reload()));
    await eventually(() => assert.deepEqual(dialogs, ["beforeunload"]));
    await stays(page);
    await page.close({ runBeforeUnload: true });
    await eventually(() => assert.deepEqual(dialogs, ["beforeunload", "beforeunload"]));
    await stays(page);
    await settled(page);
    assert.equal(dialogs.length, 2);
  });

  test("going back asks: no stays", async () => {
    const page = await edited();
    const dialogs = asked(page, "dismiss");
    await page.evaluate(() => setTimeout(() => history.back()));
    await eventually(() => assert.deepEqual(dialogs, ["confirm"]));
    await stays(page);
    await settled(page);
    await page.waitForURL(/issuers\/[0-9a-f]+$/);
    assert.equal(dialogs.length, 1);
  });

  test("details and a half-written registration ask too", async () => {
    const page = await edited();
    await page.getByRole("button", { name: "Delete policy 3" }).click();
    await page.getByRole("tab", { name: "Details" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Renamed");
    const dialogs = asked(page, "dismiss");
    await page.getByRole("link", { name: "Playground", exact: true }).click();
    assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Renamed");
    await page.getByRole("button", { name: "Save details" }).click();
    await page.getByRole("heading", { level: 1, name: "Renamed" }).waitFor();
    await page.getByRole("link", { name: "OIDC Issuers", exact: true }).first().click();
    await page.getByRole("link", { name: "Register issuer" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Half");
    await page.getByRole("link", { name: "Cancel" }).click();
    assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Half");
    assert.deepEqual(dialogs, ["confirm", "confirm"]);
  });

  test("once saved or reverted, nothing asks", async () => {
    const page = await edited();
    const dialogs = asked(page, "dismiss");
    await page.getByRole("button", { name: "Delete policy 3" }).click();
    await page.getByRole("link", { name: "Playground", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
    assert.deepEqual(dialogs, []);
  });
});

test("policies written as JSON are the same policies", async () => {
  const page = await openPage();
  await demonstrate(page, issuer);
  await page.getByRole("button", { name: "JSON", exact: true }).click();
  const field = page.getByLabel("Policies as JSON");
  const policies = JSON.parse(await codeIn(page, "Policies as JSON"));
  const list = policies.policies ?? policies;
  assert.deepEqual(list.map((policy) => policy.rules.sub), ["repo:octo-org/octo-repo:*", "repo:octo-org/octo-repo:pull_request"]);
  await field.fill(JSON.stringify([{ ...list[0], decison: "allow" }]));
  await page.getByRole("status").filter({ hasText: "did you mean decision?" }).waitFor();
  await field.fill(JSON.stringify([list[0]]));
  await save(page);
  await page.goto(page.url().replace(/\?.*/, ""));
  await policyForm(page, 1).waitFor();
  assert.equal(await policyForm(page, 2).count(), 0);
});
