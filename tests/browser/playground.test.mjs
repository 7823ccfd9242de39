// The playground's panes: scratch policies, time travel, samples signed in the page, the exchange.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  appUrl, check, checks, decision, demonstrated, eventually, explanation, githubClaims, hasFocus, hasText, issuerUrl, makeIssuer, now,
  paste, settled, text, tokenField, visit, withBrowser,
} from "./helpers.mjs";
import { asJson, editCopy, pane, signer, sized, stored, tampered, unfold, widths } from "./playground-helpers.mjs";

const openPage = withBrowser();
const issuer = makeIssuer();
let demo;
const playground = async (width = 1280, options = {}) => {
  demo ??= await demonstrated(openPage, issuer);
  return openPage(`playground?issuer=${demo.id}`, sized(width, { storageState: demo.storageState, ...options }));
};
const stranger = () => issuer.token(githubClaims({ sub: "repo:octo-org/other-repo:ref:refs/heads/main" }));
const scratch = (page) => page.getByRole("note").filter({ hasText: "Scratch set" });
const scratchField = (page) => page.getByLabel("Scratch policies as JSON");
const written = (page) => page.getByRole("list", { name: "Written rules" });

for (const width of widths) {
  describe(`${width} px`, () => {
    test("the decision is visible with every pane, and a narrow screen shows one pane", async () => {
      const page = await playground(width);
      await paste(page, stranger(), "Denied");
      const inputs = ["Policies in the playground", "Input", "Result"].map((name) => page.getByRole("region", { name }));
      for (const [index, name] of ["Policies", "Token", "Decision"].entries()) {
        await pane(page, name);
        const visible = await Promise.all(inputs.map((region) => region.isVisible()));
        assert.deepEqual(visible, inputs.map((_, other) => width > 1000 || other === index), name);
        await page.evaluate(() => scrollBy({ top: 4000, behavior: "instant" }));
        await eventually(async () => {
          const box = await decision(page).boundingBox();
          assert.ok(box.y >= 0 && box.y + box.height <= 900, `${name}: the decision is at ${box.y}`);
        });
        assert.match(await text(decision(page)), /Denied/);
      }
    });

    test("the nearest miss is applied in a scratch set, and saved after a preview of the changes", async () => {
      const page = await playground(width);
      const before = (await stored(page)).policies;
      await paste(page, stranger(), "Denied");
      await pane(page, "Decision");
      await page.getByRole("region", { name: "Nearest miss" }).getByRole("button", { name: "Try this in a scratch set" }).click();
      await decision(page).filter({ hasText: "Allowed" }).waitFor();
      assert.match(await text(page.getByRole("region", { name: "Result" })), /By the policies of the scratch set for GitHub Actions/);
      assert.deepEqual((await stored(page)).policies, before, "nothing is saved yet");

      await pane(page, "Policies");
      assert.match(await text(scratch(page)), /copied from GitHub Actions\. The saved issuer changes only when you save to it\./);
      await page.getByRole("button", { name: "Save to issuer…" }).click();
      const changes = page.getByRole("dialog", { name: "Save these changes?" });
      assert.match(await text(changes), /policy 1.*changes.*`sub`.*`repo:octo-org\/octo-repo:\*` becomes `repo:octo-org\/other-repo:ref:refs\/heads\/main`/i);
      await changes.getByRole("button", { name: "Cancel" }).click();
      assert.deepEqual((await stored(page)).policies, before);
      await page.getByRole("button", { name: "Save to issuer…" }).click();
      await changes.getByRole("button", { name: "Save", exact: true }).click();
      await page.getByText("✓ Saved to GitHub Actions").waitFor();
      const after = (await stored(page)).policies;
      assert.equal(after[0].rules.sub, "repo:octo-org/other-repo:ref:refs/heads/main");
      assert.deepEqual(after[1], before[1]);
      // After saving, leaving does not ask.
      await page.getByRole("link", { name: "Examples" }).click();
      await page.getByRole("heading", { level: 1, name: "Examples" }).waitFor();
    });

    test("without issuers, a sample is signed with a throw-away key, and its policies open as a scratch set", async () => {
      const page = await openPage("playground", sized(width));
      for (const algorithm of ["ES256", "RS256"]) {
        await unfold(page, "Sign a sample token");
        await page.getByLabel("Algorithm").selectOption(algorithm);
        await page.getByRole("button", { name: "Sign and use" }).click();
        await decision(page).filter({ hasText: "Allowed" }).waitFor();
        const notice = page.getByRole("note").filter({ hasText: "Throw-away key." });
        await notice.waitFor();
        await pane(page, "Decision");
        assert.match(await text(check(page, "Signature")), /passed the signature was made with key `throw-away-[0-9a-f]+`/);
        await page.waitForFunction((alg) => document.querySelector(".checks-box").textContent.includes(alg), algorithm);
        await pane(page, "Policies");
        assert.match(await text(scratch(page)), /starter policies for GitHub Actions/);
        await pane(page, "Token");
      }
      // Any change to the token is detected.
      const good = await (await tokenField(page)).inputValue();
      await paste(page, tampered(good), "the signature was not made with key");
      await paste(page, good, "Allowed");
      await page.getByRole("button", { name: "Check it with the issuer's own keys" }).click();
      await decision(page).filter({ hasText: "Refused" }).waitFor();
    });

    test("time travels to before and after the token's life", async () => {
      const page = await playground(width);
      const claims = githubClaims();
      await paste(page, issuer.token(claims), "Allowed");
      await unfold(page, "Now");
      const iso = (seconds) => new Date(seconds * 1000).toISOString().replace(".000", "");
      const field = page.getByLabel("Time", { exact: true });
      const go = async (name, seconds, expected) => {
        await page.getByRole("button", { name, exact: true }).click();
        assert.equal(await field.inputValue(), iso(seconds));
        await decision(page).filter({ hasText: expected }).waitFor();
      };
      await go("Just after exp", claims.exp + 60, "expired 1 minute ago");
      await go("Just before exp", claims.exp - 1, "Allowed");
      await go("At iat", claims.iat, "Allowed");
      const slider = page.getByLabel("Time travel");
      await slider.fill(String(claims.nbf - 120));
      await decision(page).filter({ hasText: "not valid yet" }).waitFor();
      assert.equal(await slider.getAttribute("aria-valuetext"), iso(claims.nbf - 120));
      await slider.press("End");
      await decision(page).filter({ hasText: "expired 3 minutes ago" }).waitFor();
      await page.getByRole("group", { name: "Go to a time" }).getByRole("button", { name: "Now", exact: true }).click();
      await decision(page).filter({ hasText: "Allowed" }).waitFor();
      assert.equal(await field.inputValue(), "");
    });

    test("times in milliseconds are reported at the claims and in the check", async () => {
      const page = await playground(width);
      const claims = githubClaims();
      await paste(page, issuer.token(claims), "Allowed");
      await unfold(page, "Now");
      const field = page.getByLabel("Time", { exact: true });
      await field.fill(String(claims.iat * 1000));
      await page.getByText(`${claims.iat * 1000} looks like milliseconds: expected seconds since 1970, as ${claims.iat} for`).waitFor();
      // Later requests are evaluated at the current time.
      await page.getByLabel("Requested token type").selectOption("team");
      await decision(page).filter({ hasText: "denied by default" }).waitFor();
      await page.getByLabel("Requested token type").selectOption("organization");
      await decision(page).filter({ hasText: "Allowed" }).waitFor();
      await field.fill("");
      await page.keyboard.press("Escape");
      await paste(page, issuer.token(githubClaims({ exp: claims.exp * 1000 })), "Refused");
      const note = page.getByRole("note").filter({ hasText: "looks like milliseconds" });
      await note.waitFor();
      assert.equal(await text(note), `exp looks like milliseconds: expected seconds since 1970, as ${claims.exp}, found ${claims.exp * 1000}.`);
      const row = page.getByRole("table", { name: "Claims" }).getByRole("row").filter({ has: page.getByRole("rowheader", { name: "exp", exact: true }) });
      assert.match(await text(row), /looks like milliseconds, expected seconds · \d{4}-/);
      await pane(page, "Decision");
      assert.match(await text(check(page, "Time")), /expected claim `exp` in seconds since 1970, found `\d+`, which looks like milliseconds/);
      await pane(page, "Token");
      await paste(page, issuer.token(githubClaims({ nbf: claims.nbf * 1000 })), /claim `?nbf`? in seconds since 1970/);
    });

    test("the exchange shows request and answer, and a placeholder for every token", async () => {
      const page = await playground(width);
      const token = issuer.token(githubClaims({ aud: "https://github.com/octo-org" }));
      await paste(page, token, "Allowed");
      await pane(page, "Decision");
      await unfold(page, "Exchange");
      const exchange = page.getByRole("region", { name: "Exchange" });
      const block = async (name) => text(exchange.getByLabel(name, { exact: true }));
      assert.match(await block("the answer"), /^HTTP\/1\.1 200 OK .*"access_token": "simulated-not-a-token".*"expires_in": 7200/);
      assert.match(await block("the curl command"), /^curl --fail-with-body https:\/\/api\.pulumi\.com\/api\/oauth\/token .*audience=urn:pulumi:org:my-org.*"subject_token=\$ID_TOKEN"$/);
      assert.match(await block("Pulumi's command"), /^pulumi login --oidc-token "\$ID_TOKEN" \\ --oidc-org my-org \\ --cloud-url https:\/\/api\.pulumi\.com$/);
      assert.match(await block("the HTTP request"), /^POST \/api\/oauth\/token HTTP\/1\.1 Host: api\.pulumi\.com/);
      await exchange.getByLabel("Organization").fill("it's mine");
      await page.waitForFunction(() => document.querySelector("[aria-label='the answer']").textContent.includes("invalid_target"));
      assert.ok((await block("the curl command")).includes(`'audience=urn:pulumi:org:it'\\''s mine'`));
      await exchange.getByLabel("Organization").fill("acme");
      await exchange.getByLabel("Expiration in seconds").fill("86400");
      await page.waitForFunction(() => document.querySelector("[aria-label='the answer']").textContent.includes("200 OK"));
      await hasText(exchange, /The requested lifetime of 1 day is reduced to the issuer's maximum of 2 hours\./);

      await pane(page, "Token");
      await paste(page, stranger(), "Denied");
      await pane(page, "Decision");
      await page.waitForFunction(() => document.querySelector("[aria-label='the answer']").textContent.includes("400 Bad Request"));
      assert.match(await block("the answer"), /"error": "invalid_request".*"error_description": "no policy allows this exchange \(reference simulated\)"/);
      const shown = await exchange.evaluate((element) => element.textContent);
      for (const part of token.split(".")) assert.ok(!shown.includes(part));

      await pane(page, "Token");
      await page.getByLabel("Requested token type").selectOption("runner");
      await page.getByLabel("Runner", { exact: true }).fill("pool-1");
      await decision(page).filter({ hasText: "no policy is about" }).or(decision(page).filter({ hasText: "Denied" })).waitFor();
      await pane(page, "Decision");
      await exchange.getByText("pulumi login cannot request a runner token.").waitFor();
    });
  });
}

test("a rule under the pointer is highlighted with its claim, in every pane", async () => {
  const page = await playground();
  await paste(page, issuer.token(githubClaims()), "Allowed");
  const row = (name) => page.getByRole("table", { name: "Claims" }).getByRole("row", { name: new RegExp(`^${name} `) });
  const lit = () => page.locator(".lit").evaluateAll((all) => all.map((element) => element.querySelector("code, th").textContent));
  const rule = explanation(page).getByRole("button", { name: "sub" }).first();
  await rule.focus();
  await page.waitForFunction(() => document.querySelectorAll(".lit").length === 3);
  assert.deepEqual(await lit(), ["sub", "sub", "sub"], "written, in the claims, and in the explanation");
  const inSight = async (locator) => locator.evaluate((element) => {
    const [box, frame] = [element.getBoundingClientRect(), document.querySelector(".pane--token").getBoundingClientRect()];
    return box.top >= frame.top && box.bottom <= frame.bottom;
  });
  await eventually(async () => assert.ok(await inSight(row("sub")), "the claim is scrolled to"));
  await rule.blur();
  await eventually(async () => assert.deepEqual(await lit(), []));
  await written(page).getByText("https://github.com/octo-org").hover();
  await page.waitForFunction(() => document.querySelectorAll(".lit").length === 3);
  assert.deepEqual(await lit(), ["aud", "aud", "aud"]);
  await row("sub").hover();
  await page.waitForFunction(() => document.querySelectorAll(".lit").length === 5);
  assert.deepEqual(await lit(), ["sub", "sub", "sub", "sub", "sub"], "a claim lights up the rules of all policies");

  await page.mouse.move(0, 0);
  await editCopy(page);
  // The copy's own result replaces the previous one, which had the focus.
  await page.getByText("By the policies of the scratch set").waitFor();
  await explanation(page).getByRole("button", { name: "aud" }).first().focus();
  await page.locator(".cm-lit").first().waitFor();
  const litUp = async () => (await page.locator(".cm-lit").allInnerTexts()).join("");
  await page.waitForFunction(() => document.querySelector(".cm-lit")?.closest(".cm-line"));
  assert.match(await litUp(), /^"aud": *"https/, "in the JSON of the policies too");
});

describe("signatures", () => {
  const algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];
  const signers = algorithms.map(signer);
  const claims = () => githubClaims({ iss: "https://all.example" });
  const withKeys = async (page) => {
    await page.evaluate((keys) => {
      const [key, text] = Object.entries({ ...localStorage }).find(([, text]) => text.includes('"issuers"'));
      const data = JSON.parse(text);
      const one = data.issuers[0];
      data.issuers.push({ ...one, id: "ffffffffffffffff", name: "All", url: "https://all.example", jwks: JSON.stringify({ keys }) });
      localStorage.setItem(key, JSON.stringify(data));
    }, signers.map(({ jwk }) => jwk));
    await visit(page, "playground?issuer=ffffffffffffffff");
  };

  test("are checked by the browser, with every algorithm", async () => {
    const page = await playground();
    await withKeys(page);
    for (const [index, alg] of algorithms.entries()) {
      const token = signers[index].token(claims());
      await paste(page, token, "Allowed");
      assert.match(await text(check(page, "Signature")), new RegExp(`passed the signature was made with key \`key-${alg}\``));
      await paste(page, tampered(token), `the signature was not made with key key-${alg} over this token`);
      assert.match(await text(check(page, "Signature")), /failed/);
    }
  });

  test("a browser that cannot check one shows an error, and allows nothing", async () => {
    const page = await playground();
    await page.addInitScript(() => {
      const original = crypto.subtle.importKey.bind(crypto.subtle);
      crypto.subtle.importKey = (format, data, how, ...rest) =>
        how.name === "Ed25519" ? Promise.reject(new DOMException("no", "NotSupportedError")) : original(format, data, how, ...rest);
    });
    await withKeys(page);
    await paste(page, signers[8].token(claims()), "this browser cannot check EdDSA (Ed25519)");
    assert.match(await text(decision(page)), /Refused the signature could not be checked: this browser cannot check `EdDSA`/);
    await paste(page, signers[6].token(claims()), "Allowed");
  });

  test("the newest question wins, however long an older one takes", async () => {
    const page = await playground();
    await page.addInitScript(() => {
      const original = crypto.subtle.verify.bind(crypto.subtle);
      crypto.subtle.verify = async (...args) => {
        const answer = await original(...args);
        if (globalThis.isNextHeld) {
          globalThis.isNextHeld = false;
          await new Promise((resolve) => (globalThis.letGo = resolve));
        }
        return answer;
      };
    });
    await visit(page, `playground?issuer=${demo.id}`);
    await page.evaluate(() => (globalThis.isNextHeld = true));
    await (await tokenField(page)).fill(issuer.token(githubClaims()));
    await page.waitForFunction(() => globalThis.letGo);
    await paste(page, issuer.token(githubClaims({ sub: "repo:octo-org/octo-repo:pull_request" })), "Denied");
    await page.evaluate(() => globalThis.letGo());
    await settled(page);
    assert.match(await text(decision(page)), /denied by policy 2/i);
  });
});

describe("a scratch set", () => {
  test("decides while it is typed; unreadable text leaves the last decision, and its error is marked", async () => {
    const page = await playground();
    await paste(page, issuer.token(githubClaims()), "Allowed");
    await editCopy(page);
    await scratchField(page).fill('{"policies": [{"decision": "deny", "tokenType": "organization", "rules": {"actor": "octo*"}}]}');
    await decision(page).filter({ hasText: "denied by policy 1" }).waitFor();
    await scratchField(page).fill('{"policies": [{"decision": "deny", "tokenType": "organisation", "rules": {}}]}');
    const problems = page.getByRole("group", { name: "Problems in the scratch policies" });
    await problems.getByText("These policies cannot be saved").waitFor();
    assert.match(await text(problems), /policy 1, `tokenType` .*`organisation`/);
    assert.match(await text(decision(page)), /No decision The scratch policies have an error\. Last decision: denied by policy 1/);
    await page.getByText("The scratch policies have errors; this is the last result.").waitFor();
    await page.getByRole("button", { name: "Undo all changes" }).click();
    await decision(page).filter({ hasText: "allowed by policy 1" }).waitFor();
    await page.getByRole("button", { name: "Discard the scratch set" }).click();
    assert.equal(await page.getByLabel("Issuer", { exact: true }).inputValue(), demo.id);
    await page.getByRole("button", { name: "Edit in a scratch set" }).waitFor();
  });

  test("that was changed asks before it is left", async () => {
    const page = await playground();
    await editCopy(page);
    await scratchField(page).fill('{"policies": []}');
    await page.getByRole("button", { name: "Undo all changes" }).waitFor();
    let asked = 0;
    page.on("dialog", (dialog) => {
      asked += 1;
      return asked === 1 ? dialog.dismiss() : dialog.accept();
    });
    await page.getByRole("link", { name: "Examples", exact: true }).click();
    assert.equal(asked, 1);
    await scratch(page).waitFor();
    await page.getByRole("link", { name: "Examples", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Examples" }).waitFor();
    assert.equal(asked, 2);
  });
});

test("the time of use is stored with the issuer, and does not count as a modification", async () => {
  const start = now();
  const page = await playground(1280, { time: start });
  const before = await stored(page);
  const isUsed = (time) => eventually(async () => assert.equal((await stored(page)).lastUsed, time));
  await paste(page, issuer.token(githubClaims()), "Allowed");
  await isUsed(start);
  assert.equal((await stored(page)).modified, before.modified);
  await page.clock.setFixedTime((start + 59) * 1000);
  await paste(page, stranger(), "Denied");
  assert.equal((await stored(page)).lastUsed, start, "once a minute at most");
  await page.clock.setFixedTime((start + 60) * 1000);
  await paste(page, issuer.token(githubClaims()), "Allowed");
  await isUsed(start + 60);
});

test("the token is shown in three parts, over the text of its field", async () => {
  const page = await playground();
  const token = issuer.token(githubClaims());
  await paste(page, token, "Allowed");
  await tokenField(page);
  const parts = await page.locator(".token-layer .part").allTextContents();
  assert.deepEqual(parts, token.split(".").flatMap((part, index) => (index === 0 ? [part] : [".", part])));
  const colours = await page.locator(".token-layer .part").evaluateAll((all) => all.map((part) => getComputedStyle(part).color));
  assert.equal(new Set([colours[0], colours[2], colours[4]]).size, 3);
  const [layer, field] = await page.evaluate(() => [".token-layer", ".token-box textarea"].map((selector) => {
    const element = document.querySelector(selector);
    return { scroll: element.scrollHeight, width: element.clientWidth, top: element.scrollTop };
  }));
  assert.deepEqual(layer, field, "both break their lines alike and are scrolled alike");
  await page.locator(".token-box textarea").evaluate((element) => (element.scrollTop = 40));
  await page.waitForFunction(() => document.querySelector(".token-layer").scrollTop === 40);
});

describe("text that is not what it seems", () => {
  const evil = `<img src=x onerror="globalThis.hacked=1">`;
  const bidi = "\u202Emain\u200B";

  test("is shown as text, with hidden characters named", async () => {
    const page = await playground();
    const requests = [];
    page.on("request", (request) => requests.push(request.url()));
    const claims = githubClaims({ sub: bidi, [evil]: evil, ["a\u200Bb"]: "javascript:alert(1)", nested: { [bidi]: [evil] } });
    await paste(page, issuer.token(claims), "Denied");
    const table = page.getByRole("table", { name: "Claims" });
    assert.match(await text(table), /U\+202E ?main ?U\+200B/);
    await page.getByRole("button", { name: /claims that no rule uses$/ }).click();
    assert.match(await text(table), /a ?U\+200B ?b/);
    assert.equal(await table.locator("a, img, script").count(), 0);
    assert.match(await text(explanation(page)), /U\+202E/);
    await paste(page, issuer.token(githubClaims({ iss: "javascript:alert(1)" }), { kid: evil }), "no issuer is registered");
    await paste(page, issuer.token(githubClaims(), { kid: bidi }), "the header names key");
    assert.match(await text(decision(page)), /U\+202E|\\u\{202e\}/i);
    // Exactly one difference: the key is unknown.
    await page.getByRole("button", { name: "Edit claims" }).click();
    await page.getByLabel("Claims", { exact: true }).fill(JSON.stringify({ iss: issuerUrl, sub: bidi, [evil]: evil }));
    await page.getByRole("note").filter({ hasText: "characters that the field does not show" }).waitFor();
    assert.match(await text(page.getByRole("note").filter({ hasText: "characters that the field does not show" })), /U\+202E right-to-left override U\+200B zero width space/);
    await editCopy(page);
    const rules = { sub: `${evil}*`, [`"${evil.replaceAll('"', "'")}"`]: bidi };
    await scratchField(page).fill(JSON.stringify({ policies: [{ decision: "allow", tokenType: "team", teamName: evil, rules }] }));
    await page.getByRole("group", { name: "View of the policies" }).getByRole("button", { name: "Form" }).click();
    await page.getByRole("group", { name: "Policy 1", exact: true }).waitFor();
    await asJson(page);
    await page.getByLabel("Requested token type").selectOption("team");
    await page.getByLabel("Team name", { exact: true }).fill(evil);
    await decision(page).filter({ hasText: "Denied" }).waitFor();
    await unfold(page, "Exchange");
    await page.getByLabel("the answer", { exact: true }).waitFor();
    await unfold(page, "Share");
    await page.getByLabel("Link", { exact: true }).waitFor();
    await settled(page);
    assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
    assert.equal(await page.locator("main img:not(.cm-widgetBuffer), main script").count(), 0);
    assert.deepEqual(requests.filter((url) => url.endsWith("/x") || !url.startsWith(new URL(appUrl).origin)), []);
  });
});

describe("keys", () => {
  test("`?` lists them, and `g` with another opens a page; in a text field they are characters", async () => {
    const page = await openPage("playground");
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await dialog.waitFor();
    assert.match(await text(dialog), /Ctrl Enter Evaluate now/);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await page.keyboard.press("g");
    await page.keyboard.press("e");
    await page.getByRole("heading", { level: 1, name: "Examples" }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("i");
    await page.getByRole("heading", { level: 1, name: "OIDC Issuers" }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("p");
    await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
    await (await tokenField(page)).pressSequentially("ge?/");
    assert.equal(await (await tokenField(page)).inputValue(), "ge?/");
    assert.equal(await dialog.isVisible(), false);
    await page.getByRole("heading", { level: 1, name: "Playground" }).waitFor();
  });

  test("`/` focuses the search of the issuers", async () => {
    const { storageState } = (demo ??= await demonstrated(openPage, issuer));
    const page = await openPage("", { storageState });
    await page.keyboard.press("/");
    const search = page.getByRole("searchbox", { name: "Search" });
    await hasFocus(search);
    assert.equal(await search.inputValue(), "");
  });
});

test("without a token, examples are offered, and claims of an unregistered issuer show an explanation", async () => {
  const page = await openPage("playground");
  const result = page.getByRole("region", { name: "Result" });
  await result.getByRole("link", { name: "A pull request is denied" }).waitFor();
  await page.getByRole("button", { name: "Edit claims" }).click();
  await page.getByLabel("Claims", { exact: true }).fill('{"iss": "https://unknown.example"}');
  await page.getByText("No issuer is registered with the URL https://unknown.example").waitFor();
  assert.equal(await checks(page).count(), 0);
  await result.getByRole("link", { name: "A pull request is denied" }).click();
  await decision(page).filter({ hasText: "Denied" }).waitFor();
});
