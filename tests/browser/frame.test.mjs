// The frame of every page: one width, the command palette, the documentation, the tour, and the server that copied
// commands name.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { appUrl, copied, demonstrated, eventually, githubClaims, hasCount, hasFocus, makeIssuer, policyForm, text, visit, withBrowser } from "./helpers.mjs";
import { readStored } from "./issuers-helpers.mjs";
import { step } from "./keyboard.mjs";

const openPage = withBrowser();
const issuer = makeIssuer();
const palette = (page) => page.getByRole("dialog", { name: "Command palette" });

/** Waits until the page has copied a text. */
const hasCopied = (page, pattern) => eventually(async () => assert.match((await copied(page)) ?? "", pattern));

test("header, content and footer begin and end at the same place, on every width", async () => {
  for (const width of [390, 1280, 1440, 1900]) {
    for (const path of ["", "issuers/new", "playground", "examples"]) {
      const page = await openPage(path, { viewport: { width, height: 900 } });
      const edges = await page.evaluate(() =>
        [".site-header__inner", "#main > .container", ".site-footer__inner"].map((selector) => {
          const element = document.querySelector(selector);
          const { left, right } = element.getBoundingClientRect();
          const style = getComputedStyle(element);
          return [left + parseFloat(style.paddingLeft), right - parseFloat(style.paddingRight)].map(Math.round).join(" to ");
        }),
      );
      assert.equal(new Set(edges).size, 1, `${width} px, /${path}: ${edges}`);
    }
  }
});

test("the bundled typefaces are used", async () => {
  const page = await openPage();
  await eventually(async () => {
    const loaded = await page.evaluate(async () => {
      await document.fonts.ready;
      return [...document.fonts].filter((font) => font.status === "loaded").map((font) => font.family.replaceAll('"', ""));
    });
    assert.ok(loaded.includes("Inter"), `${loaded}`);
  });
});

describe("the command palette", () => {
  for (const key of ["Control+k", "Meta+k"]) {
    test(`${key} opens it, and it goes to an example by the keyboard alone`, async () => {
      const page = await openPage("playground");
      await page.keyboard.press(key);
      await hasFocus(palette(page).getByRole("combobox"));
      await page.keyboard.type("pull req");
      await palette(page).getByRole("option", { name: /A pull request is denied/ }).waitFor();
      await page.keyboard.press("Enter");
      await page.waitForURL(new URL("examples/pull-request", appUrl).href);
      await palette(page).waitFor({ state: "hidden" });
    });
  }

  test("it lists pages, issuers, examples and documentation, and Escape closes it", async () => {
    const { storageState, path } = await demonstrated(openPage, issuer);
    const page = await openPage("", { storageState });
    await page.getByRole("button", { name: "Go to…" }).click();
    const options = palette(page).getByRole("option");
    await eventually(async () => {
      const all = await options.allInnerTexts();
      for (const words of ["Playground", "GitHub Actions", "A dot that matches any character", "Policy language", "Theme: Dark"]) {
        assert.ok(all.some((option) => option.includes(words)), words);
      }
    });
    await page.keyboard.type("no such thing");
    await palette(page).getByText("Nothing matches.").waitFor();
    await page.keyboard.press("Escape");
    await palette(page).waitFor({ state: "hidden" });
    await page.keyboard.press("Control+k");
    await page.keyboard.type("actions github");
    await palette(page).getByRole("option", { name: /GitHub Actions.*Issuer/s }).click();
    await page.waitForURL(new URL(path, appUrl).href);
  });

  test("it runs the actions of the page", async () => {
    const page = await openPage("issuers/new?preset=github-actions");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("fill in");
    await palette(page).getByRole("option", { name: /Fill in examples.*Action/s }).waitFor();
    await page.keyboard.press("Enter");
    await palette(page).waitFor({ state: "hidden" });
    await eventually(async () => assert.equal(await page.getByLabel("Owner").inputValue(), "octo-org"));
  });

  test("it sets the theme, which the button in the header then shows", async () => {
    const page = await openPage();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("theme dark");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Theme: Dark" }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  });
});

describe("the documentation", () => {
  test("every page of the app links to its own", async () => {
    const page = await openPage();
    for (const [path, file] of [["", "token-checks"], ["issuers/new", "keys"], ["playground", "explanations"], ["examples", "errors"]]) {
      await visit(page, path);
      const link = page.getByRole("banner").getByRole("link", { name: /^Documentation/ });
      assert.equal(await link.evaluate((link) => link.href), new URL(`docs/${file}.html`, appUrl).href);
    }
  });

  test("its links lead to pages and headings that exist", async () => {
    const page = await openPage("docs/policy-language.html");
    const files = await page.getByRole("navigation", { name: "Documentation" }).getByRole("link").evaluateAll((links) => links.map((link) => link.href));
    assert.ok(files.length >= 10);
    const ids = new Map();
    const targets = [];
    for (const file of files) {
      await page.goto(file);
      const found = await page.evaluate(() => ({
        ids: [...document.querySelectorAll("[id]")].map((element) => element.id),
        links: [...document.querySelectorAll("main a")].map((link) => link.href),
      }));
      ids.set(file, found.ids);
      targets.push(...found.links.filter((link) => link.startsWith(new URL("docs/", appUrl).href)));
    }
    for (const target of targets) {
      const [file, id] = target.split("#");
      assert.ok(ids.has(file), target);
      if (id) assert.ok(ids.get(file).includes(decodeURIComponent(id)), target);
    }
  });
});

test("the tour leads through four pages, can be left, and taken again", async () => {
  const page = await openPage();
  const tour = page.getByRole("region", { name: "Tour" });
  await page.getByRole("button", { name: "Take the tour" }).click();
  await tour.getByText("1 of 4").waitFor();
  for (const [number, path] of [[2, "issuers/new?preset=github-actions"], [3, "examples/pull-request"], [4, "examples"]]) {
    await tour.getByRole("button", { name: "Next" }).click();
    await tour.getByText(`${number} of 4`).waitFor();
    await page.waitForURL(new URL(path, appUrl).href);
  }
  await tour.getByRole("button", { name: "Back" }).click();
  await page.waitForURL(new URL("examples/pull-request", appUrl).href);
  await tour.getByRole("button", { name: "Leave the tour" }).click();
  await tour.waitFor({ state: "detached" });
  await page.getByRole("contentinfo").getByRole("button", { name: "Tour" }).click();
  await tour.getByText("1 of 4").waitFor();
});

describe("the server that copied commands name", () => {
  test("is asked for once, kept, and can be changed", async () => {
    const { storageState, path } = await demonstrated(openPage, issuer);
    for (const origin of storageState.origins) origin.localStorage = origin.localStorage.filter(({ name }) => name !== "claimgate.server");
    const page = await openPage(`${path}?section=workflow`, { storageState, server: null, permissions: ["clipboard-read", "clipboard-write"] });
    const job = page.getByRole("region", { name: "Job" });
    await page.getByRole("heading", { name: "Which server exchanges the tokens?" }).waitFor();
    assert.equal(await job.count(), 0);
    await page.getByLabel("Server").fill("http://tokens.example");
    await page.getByRole("button", { name: "Use this server" }).click();
    await page.getByText("The URL must begin with https://").waitFor();
    await page.getByLabel("Server").fill("https://tokens.example/");
    await page.getByRole("button", { name: "Use this server" }).click();
    await job.waitFor();
    assert.match(await text(job), /https:\/\/tokens\.example/);
    assert.doesNotMatch(await text(job), /api\.pulumi\.com/);
    await page.getByRole("button", { name: "Copy the job" }).click();
    await hasCopied(page, /https:\/\/tokens\.example/);
    // Another page has the same answer.
    await visit(page, "examples/branch-push");
    await page.getByText("Exchange", { exact: true }).click();
    await page.getByRole("button", { name: "Copy the curl command" }).click();
    await hasCopied(page, /^curl --fail-with-body https:\/\/tokens\.example\/api\/oauth\/token/);
    await page.getByRole("button", { name: "Change server" }).click();
    await page.getByRole("button", { name: "Use Pulumi Cloud" }).click();
    await page.getByRole("button", { name: "Copy the curl command" }).click();
    await hasCopied(page, /^curl --fail-with-body https:\/\/api\.pulumi\.com\/api\/oauth\/token/);
  });
});

describe("registering from what is pasted", () => {
  test("a token on the first page fills in provider and names, and is stored nowhere", async () => {
    const page = await openPage();
    const token = issuer.token({ ...githubClaims(), aud: "urn:pulumi:org:acme" });
    await page.getByLabel("Paste a token to begin").fill(token);
    await page.getByRole("button", { name: "Register its issuer" }).click();
    await page.getByRole("heading", { name: "Provider: GitHub Actions" }).waitFor();
    await page.getByText(/names are filled in below/).waitFor();
    assert.equal(await page.getByLabel("Owner").inputValue(), "octo-org");
    assert.equal(await page.getByLabel("Pulumi organization").inputValue(), "acme");
    await page.getByRole("button", { name: "Register issuer" }).click();
    await page.getByRole("heading", { level: 1, name: "GitHub Actions" }).waitFor();
    const everything = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]));
    assert.ok(!everything.includes(token) && !everything.includes(token.split(".")[2]));
    const [stored] = (await readStored(page)).issuers;
    assert.match(stored.policies[0].rules.sub, /^repo:octo-org\/octo-repo:/);
  });

  test("a URL selects the provider, any other one a custom issuer, and a wrong one says why", async () => {
    const page = await openPage("issuers/new");
    const field = page.getByLabel("URL or token");
    await field.fill("https://gitlab.com");
    await page.getByRole("heading", { name: "Provider: GitLab" }).waitFor();
    await page.getByRole("button", { name: "Change provider" }).waitFor();
    assert.ok(!(await page.getByLabel("Find a provider").isVisible()), "the list of providers is folded");
    await field.fill("https://idp.example/.well-known/openid-configuration");
    await page.getByRole("heading", { name: "Provider: Custom" }).waitFor();
    assert.equal(await page.getByLabel("URL", { exact: true }).inputValue(), "https://idp.example");
    await field.fill("http://idp.example");
    await page.getByText(/starts with https:\/\//).first().waitFor();
    await field.fill("hello world");
    await page.getByText(/or a token, found hello world/).waitFor();
    await field.fill("eyJhbGciOiJSUzI1NiJ9.eyJp");
    await page.getByText(/a token of three parts joined by/).waitFor();
  });

  test("the submit button is in sight without scrolling", async () => {
    for (const width of [1280, 390]) {
      const page = await openPage("issuers/new?preset=github-actions", { viewport: { width, height: 800 } });
      await eventually(async () => {
        const { bottom, top } = await page.getByRole("button", { name: "Register issuer" }).evaluate((button) => button.getBoundingClientRect().toJSON());
        assert.ok(top > 0 && bottom <= 800, `${width}: ${top} to ${bottom}`);
      });
    }
  });
});

describe("completion", () => {
  test("an empty field opens its list on click, in the top layer", async () => {
    const page = await openPage("issuers/new?preset=github-actions&examples=yes", { viewport: { width: 1280, height: 600 } });
    await page.getByRole("button", { name: "Register issuer" }).click();
    await page.getByRole("button", { name: "Add policy" }).click();
    const field = policyForm(page, 2).getByLabel("Claim", { exact: true });
    await field.click();
    const list = page.getByRole("listbox").filter({ visible: true });
    await list.getByRole("option").first().waitFor();
    // A finding that arrives moves the field, and the list follows.
    await eventually(async () => {
      const seen = await list.evaluate((list) => {
        const { left, top, width, height } = list.getBoundingClientRect();
        const points = [[left + 4, top + 4], [left + width - 4, top + height - 4]];
        return list.matches(":popover-open") && points.every(([x, y]) => list.contains(document.elementFromPoint(x, y)));
      });
      assert.ok(seen, "nothing covers or clips the list");
    });
    await page.keyboard.press("Escape");
    await hasCount(list, 0);
  });

  test("no focused element is behind the save bar", async () => {
    const { storageState, path } = await demonstrated(openPage, issuer);
    // A window of this size is a 1280 px one at 200 %.
    for (const [width, height] of [[1280, 600], [640, 400]]) {
      const page = await openPage(path, { storageState, viewport: { width, height } });
      await page.locator(".save-bar:not(.details-form__bar)").waitFor();
      for (let stop = 0; stop < 60; stop += 1) await step(page, `an issuer, ${width} by ${height} px`);
    }
  });
});
