// Who gets in, and what a change opens and closes: the analysis in its worker.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { appUrl, eventually, storedOffline, text, visit, withBrowser } from "./helpers.mjs";
import { allow, deny, review, withPolicies } from "./editor-helpers.mjs";

const openPage = withBrowser();
const rungs = (page) => page.getByRole("list", { name: "Classes of outsiders, strangers first" }).locator("> li");
const rung = (page, name) => rungs(page).filter({ has: page.getByRole("heading", { name }) });
const open = (policies, changes, path = "issuers/e1?section=who") => openPage(path, withPolicies(policies, [], changes));

describe("who gets in", () => {
  test("each class is admitted, with a token, or not, with a proof", async () => {
    const page = await open([allow({ sub: "repo:acme*" }), deny({ event_name: "pull_request*" })]);
    await page.getByText(/^Strangers are admitted: /).waitFor();
    assert.match(await text(rung(page, /^Anyone with an account/)), /Not admitted/);
    const owner = rung(page, /^An owner whose name begins like yours/);
    assert.match(await text(owner), /Admitted Policy 1 gives organization tokens: sub repo:acme-\S+/);
    const pull = rung(page, /^A pull request/);
    await pull.getByText("Proof").click();
    await pull.getByRole("listitem").first().waitFor();
    await page.getByText("Yours, named by the policies: owner acme.").waitFor();
    await page.getByText(/^This assumes \d+ facts about GitHub Actions, as of \d{4}-\d\d-\d\d$/).waitFor();
  });

  test("what is yours can be stated, in the address too", async () => {
    const page = await open([allow({ sub: "repo:*" })]);
    await page.getByText("The policies do not say whose tokens they are meant for.").waitFor();
    await page.getByText("State what is yours").click();
    await page.getByLabel("What is yours").fill("acme/web");
    await page.getByText("Yours, as stated: owner acme, repository web.").waitFor();
    await page.waitForURL((url) => url.searchParams.get("mine") === "acme/web");
    await page.reload();
    await page.getByText("Yours, as stated: owner acme, repository web.").waitFor();
  });

  test("a token is tried in the playground", async () => {
    const page = await open([allow({ sub: "repo:acme/web:*" })]);
    await rung(page, /^A pull request/).getByRole("link", { name: /Try it in the playground/ }).click();
    await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
    await page.getByText("Allowed", { exact: true }).first().waitFor();
    await page.getByText(/repo:acme\/web:pull_request/).first().waitFor();
  });

  test("closing a class changes the edited policies, and can be undone", async () => {
    const page = await open([allow({ sub: "repo:acme/*" })], {}, "issuers/e1?section=who&mine=acme/web");
    const other = rung(page, /^Another repository of yours/);
    await other.getByRole("button", { name: /Deny these tokens/ }).click();
    const way = other.locator(".closing").filter({ hasText: "repository: acme/web" });
    await way.getByText(/It also denies|It denies no other class/).waitFor();
    await way.getByText("Tokens that it denies").click();
    await way.getByText(/repo:acme\//).first().waitFor();
    await way.getByRole("button", { name: "Apply to the policies" }).click();
    await page.getByText("This includes unsaved changes.").waitFor();
    await eventually(async () => assert.match(await text(rung(page, /^Another repository of yours/)), /Not admitted/));
    await page.getByRole("tab", { name: "Policies" }).click();
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await page.getByRole("tab", { name: "Who gets in" }).click();
    await eventually(async () => assert.match(await text(rung(page, /^Another repository of yours/)), /Admitted Policy 1 gives/));
  });

  test("an issuer whose tokens are not known has no classes", async () => {
    const page = await open([allow({ sub: "*" })], { url: "https://issuer.example", preset: "" });
    await page.getByRole("heading", { name: "Nothing to check" }).waitFor();
  });

  test("without a network it works after the first visit", async () => {
    const page = await open([allow({ sub: "repo:acme*" })], {}, "");
    await storedOffline(page);
    await page.context().setOffline(true);
    await visit(page, "issuers/e1?section=who");
    await page.getByText(/^Strangers are admitted: /).waitFor();
  });

  test("nothing is loaded for it before policies are shown to be edited", async () => {
    const asked = [];
    const page = await openPage(null, { ...withPolicies([allow({ sub: "repo:acme*" })]), serviceWorkers: "block" });
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    const own = () => asked.filter((path) => path.includes("/analysis/"));
    for (const path of ["", "issuers/new", "playground?issuer=e1", "map"]) {
      await visit(page, path);
      await page.waitForTimeout(1500);
      assert.deepEqual(own(), [], path);
    }
    await visit(page, "issuers/e1");
    await eventually(async () => assert.ok(own().some((path) => path.endsWith(".wasm")), own().join(" ")));
  });

  test("a worker that cannot be loaded is said", async () => {
    const page = await openPage(null, { ...withPolicies([allow({ sub: "repo:acme*" })]), serviceWorkers: "block" });
    page.expected = /worker|ERR_FAILED|Failed to/i;
    await page.route("**/analysis/worker.js", (route) => route.abort());
    await visit(page, "issuers/e1?section=who");
    await page.getByText("the analysis could not be loaded").waitFor();
  });
});

describe("before policies are saved", () => {
  test("the review says what is opened, with a token", async () => {
    const page = await open([allow({ sub: "repo:acme/web:ref:refs/heads/main" })], {}, "issuers/e1?view=json");
    const changed = { policies: [allow({ sub: "repo:acme/web:ref:refs/heads/*" })] };
    const editor = page.getByRole("textbox", { name: "Policies as JSON" });
    await editor.fill(JSON.stringify(changed));
    await page.getByRole("button", { name: "Save policies" }).click();
    await review(page).getByText("Wider: the new policies admit more.").waitFor();
    await review(page).getByRole("heading", { name: /^Opens: a branch that no policy names/ }).waitFor();
    assert.match(await text(review(page)), /New policy 1 gives organization tokens to this token; no old policy allows it: sub repo:acme\/web:ref:refs\/heads\/(?!main)/);
  });

  test("and what is closed, or that nothing changes", async () => {
    const page = await open([allow({ sub: "repo:acme/web:*" })], {}, "issuers/e1?view=json");
    const editor = page.getByRole("textbox", { name: "Policies as JSON" });
    const write = async (...policies) => {
      await editor.fill(JSON.stringify({ policies }));
      await page.getByRole("button", { name: "Save policies" }).click();
    };
    await write(allow({ sub: "repo:acme/web:*" }), deny({ event_name: "pull_request*" }));
    await review(page).getByText("Narrower: the new policies admit less and nothing new (proved).").waitFor();
    await review(page).getByRole("heading", { name: /^Closes: a pull request/ }).waitFor();
    await review(page).getByRole("button", { name: "Cancel" }).click();
    await write(allow({ sub: "repo:acme/web:*" }), allow({ sub: "repo:acme/web:pull_request" }));
    await review(page).getByText("Equivalent: both admit the same tokens, with the same roles (proved).").waitFor();
  });
});

describe("findings of edited policies", () => {
  test("show a token or a proof, and a fix applies as one step", async () => {
    const page = await open([allow({ sub: "repo:acme/web:ref:refs/heads/main" })], {}, "issuers/e1?view=json");
    const editor = page.getByRole("textbox", { name: "Policies as JSON" });
    await editor.fill(JSON.stringify({ policies: [allow({ sub: "repo:acme/*" }), allow({ sub: "repo:acme/web:*" })] }));
    const finding = page.getByRole("listitem").filter({ hasText: "allow-redundant" });
    await finding.getByText("Proof").click();
    await finding.getByRole("button", { name: /^Apply fix/ }).first().click();
    await finding.waitFor({ state: "detached" });
    await eventually(async () => assert.ok(!(await editor.innerText()).includes("acme/web")));
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await finding.waitFor();
  });
});
