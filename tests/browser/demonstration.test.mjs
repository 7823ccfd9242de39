// The demonstration that Claimgate is about: register the issuer, write the policy, paste the token, see the decision.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  addPolicy, audience, check, checks, decision, demonstrated, explanation, githubClaims, issuerUrl, makeIssuer, now, paste,
  policyForm, register, save, text, visit, withBrowser,
} from "./helpers.mjs";

const openPage = withBrowser();
const issuer = makeIssuer();
const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

test("an issuer is registered, its policies are saved, and both survive a reload", async () => {
  const page = await openPage();
  await page.getByRole("heading", { name: "OIDC Issuers" }).waitFor();
  const empty = await text(page.getByRole("main"));
  assert.match(empty, /An issuer signs tokens/, "an empty page says what an issuer is");

  await register(page, { jwks: issuer.jwks });
  assert.match(new URL(page.url()).pathname, /issuers\/[0-9a-f]+$/);
  await page.getByRole("tab", { name: "Details" }).click();
  assert.match(await text(page.getByRole("list", { name: "Keys" })), new RegExp(`${issuer.kid} RSA 2048 bits, RS256 ✓ usable`));
  await page.getByRole("tab", { name: "Policies" }).click();

  await addPolicy(page, 1, "allow", [["aud", audience], ["sub", "repo:octo-org/octo-repo:*"]]);
  await addPolicy(page, 2, "deny", [["sub", "repo:octo-org/octo-repo:pull_request"]]);
  await save(page);

  await page.reload();
  await page.getByRole("heading", { level: 1, name: "GitHub Actions" }).waitFor();
  const first = policyForm(page, 1);
  assert.equal(await first.getByLabel("Decision").inputValue(), "allow");
  assert.equal(await first.getByLabel("Token type").inputValue(), "organization");
  assert.equal(await first.getByLabel("Claim", { exact: true }).nth(0).inputValue(), "aud");
  assert.equal(await first.getByLabel("Pattern", { exact: true }).nth(0).inputValue(), audience);
  assert.equal(await first.getByLabel("Claim", { exact: true }).nth(1).inputValue(), "sub");
  assert.equal(await first.getByLabel("Pattern", { exact: true }).nth(1).inputValue(), "repo:octo-org/octo-repo:*");
  const second = policyForm(page, 2);
  assert.equal(await second.getByLabel("Decision").inputValue(), "deny");
  assert.equal(await second.getByLabel("Claim", { exact: true }).inputValue(), "sub");
  assert.equal(await second.getByLabel("Pattern", { exact: true }).inputValue(), "repo:octo-org/octo-repo:pull_request");
  assert.equal(await policyForm(page, 3).count(), 0);
  assert.equal(await page.getByLabel("Max expiration").inputValue(), "2");
  assert.equal(await page.getByLabel("Unit").inputValue(), "hours");
  assert.deepEqual(JSON.parse(await page.getByLabel("JWKS").inputValue()), JSON.parse(issuer.jwks));

  await visit(page);
  const row = page.getByRole("row", { name: /GitHub Actions/ });
  assert.match(await text(row), new RegExp(`${issuerUrl} 1 allow, 1 deny 1 RSA pasted 2 hours`));
});

test("an issuer without name, URL or readable keys is not registered", async () => {
  const page = await openPage("issuers/new");
  await page.getByRole("button", { name: "Register issuer" }).click();
  await page.getByText("Enter a name").waitFor();
  await page.getByText("expected the issuer's URL, found nothing").waitFor();
  await page.getByLabel("Name", { exact: true }).fill("CI");
  await page.getByLabel("URL", { exact: true }).fill("http://ci.example");
  const refused = page.locator("p.error").filter({ hasText: "expected a URL that starts with" });
  assert.match(await text(refused), /Expected a URL that starts with `https:\/\/`/);
  await page.getByLabel("URL", { exact: true }).fill("https://ci.example");
  await page.getByLabel("JWKS").fill("{");
  await page.getByText(/^Not JSON: .* at line 1, column 1$/).waitFor();
  await page.getByRole("button", { name: "Register issuer" }).click();
  await visit(page);
  await page.getByRole("heading", { name: "No issuers yet" }).waitFor();
});

test("an allow without a rule is not saved, and the reason is shown", async () => {
  const page = await openPage();
  await register(page, { jwks: issuer.jwks });
  await page.getByRole("button", { name: "Add policy" }).click();
  await page.getByRole("button", { name: "Save policies" }).click();
  const alert = page.getByRole("alert").filter({ hasText: "an allow needs a rule, found none" });
  await alert.waitFor();
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "GitHub Actions" }).waitFor();
  assert.equal(await policyForm(page, 1).count(), 0);
});

describe("in the playground", () => {
  const titles = ["Format", "Header", "Issuer", "Key", "Signature", "Time", "Audience", "Policies"];
  let demo;
  const playground = async () => {
    demo ??= await demonstrated(openPage, issuer);
    return openPage(`playground?issuer=${demo.id}`, { storageState: demo.storageState });
  };
  const statuses = (page) => page.evaluate(() => [...document.querySelectorAll("[aria-label^=Checks] .word")].map((word) => word.textContent));

  test("a genuine token is allowed, with its policy, its rules and the wildcard's text", async () => {
    const page = await playground();
    await paste(page, issuer.token(githubClaims()), "Allowed");
    assert.match(await text(decision(page)), /Allowed by policy 1/);
    assert.equal(await checks(page).count(), titles.length);
    assert.deepEqual(await statuses(page), titles.map(() => "passed"));
    const lines = await checks(page).allTextContents();
    titles.forEach((title, index) => assert.ok(lines[index].includes(title), `${title}: ${lines[index]}`));
    assert.match(await text(check(page, "Key")), new RegExp(`${issuer.kid}.*RSA 2048 bits`));

    const policies = await text(explanation(page));
    assert.match(policies, /policy 1: allow organization matches: allows/);
    assert.match(policies, /both rules match/);
    assert.match(policies, /\* matched “ref:refs\/heads\/main”/);
    assert.match(policies, /policy 2: deny organization does not match/);
    assert.match(policies, /Default denial not needed: a policy decided/);
    const took = explanation(page).locator("mark").filter({ hasText: "ref:refs/heads/main" });
    assert.equal(await text(took.first()), "ref:refs/heads/main");

    const claims = page.getByRole("table", { name: "Claims" });
    assert.match(await text(claims.getByRole("row").first()), /policy ?1 ?✓ ?matches/);
    await page.getByRole("button", { name: /^Show \d+ claims that no rule uses$/ }).click();
    assert.match(await text(claims.getByRole("row", { name: /^exp/ })), /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ in \d+ minutes/);
    assert.match(await text(claims.getByRole("row", { name: /^repository_owner / })), /octo-org/);
    await page.getByRole("group", { name: "View of the token" }).getByRole("button", { name: "Header" }).click();
    assert.match(await text(page.getByRole("table", { name: "Header" })), /alg RS256/);
  });

  test("a pull request is denied by the second policy, whatever the first allows", async () => {
    const page = await playground();
    await paste(page, issuer.token(githubClaims({ sub: "repo:octo-org/octo-repo:pull_request", event_name: "pull_request" })), "Denied");
    assert.match(await text(decision(page)), /Denied by policy 2: a matching deny wins over any allow/);
    assert.match(await text(explanation(page)), /^✕ policy 2: deny organization matches: denies/);
    assert.match(await text(explanation(page)), /policy 1: allow organization matches: allows/);
    assert.deepEqual(await statuses(page), ["failed", ...titles.slice(1).map(() => "passed")], "failures first");
  });

  test("another repository is denied, with the position where `sub` stopped matching", async () => {
    const page = await playground();
    const sub = "repo:octo-org/other-repo:ref:refs/heads/main";
    await paste(page, issuer.token(githubClaims({ sub, repository: "octo-org/other-repo" })), "Denied");
    assert.match(await text(decision(page)), /Denied by default: no allow policy matches/);
    const nearest = page.getByRole("region", { name: "Nearest miss" });
    assert.match(await text(nearest), /Policy 1 came nearest: one rule does not match\./);
    assert.match(await text(nearest), new RegExp(`sub: change repo:octo-org/octo-repo:\\* to ${sub}`.replaceAll("/", "\\/")));
    assert.match(await text(decision(page)), /nearest: policy 1, `sub`/);
    const rule = explanation(page).getByRole("listitem").filter({ hasText: "does not match" }).filter({ hasText: "expected octo-repo" }).last();
    assert.deepEqual(await rule.locator(".diff mark").allInnerTexts(), ["octo-repo", "other-repo"], "the segments that differ");
    const columns = await rule.locator(".diff").evaluate((diff) => {
      const left = (element) => element.getBoundingClientRect().left;
      return [...diff.querySelectorAll("mark, strong")].map((part) => Math.round(left(part)));
    });
    assert.equal(new Set(columns).size, 1, "pattern, value and carets are aligned");
    assert.equal(await rule.locator(".diff strong").innerText(), "^".repeat("other-repo".length));
    assert.match(await text(explanation(page)), /Default denial applied: the only allow policy for this request does not match/);
  });

  const inHalf = (token) => token.slice(0, token.indexOf(".") + 40);
  const tampered = (token) => {
    const [header, payload, signature] = token.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url"));
    return [header, encode({ ...claims, repository: "octo-org/secret-repo" }), signature].join(".");
  };
  const cases = [
    ["expired", () => issuer.token(githubClaims({ exp: now() - 3605, iat: now() - 4200, nbf: now() - 4200 })), "Time", /expired 1 hour( \d+ seconds?)? ago, at \d{4}-/],
    ["tampered", () => tampered(issuer.token(githubClaims())), "Signature", /the signature was not made with key `key-[0-9a-f-]+` over this token/],
    ["of a wrong audience", () => issuer.token(githubClaims({ aud: "https://github.com/evil-org" })), "Policies", /no allow policy matches/],
    ["of a wrong issuer", () => issuer.token(githubClaims({ iss: "https://gitlab.com" })), "Issuer", /no issuer is registered with the URL `https:\/\/gitlab\.com`/],
    ["of an issuer with a slash too many", () => issuer.token(githubClaims({ iss: `${issuerUrl}/` })), "Issuer", /they differ only in a trailing slash/],
    ["not signed at all", () => issuer.token(githubClaims(), { alg: "none" }), "Header", /`alg` is `none`: the token is not signed at all/],
    ["signed with a secret", () => issuer.token(githubClaims(), { alg: "HS256" }), "Header", /`alg` is `HS256`: signed with a shared secret/],
    ["truncated", () => inHalf(issuer.token(githubClaims())), "Format", /expected three parts joined by `\.`, found 2/],
    ["truncated in its signature", () => issuer.token(githubClaims()).slice(0, -1), "Format", /the signature is not canonical unpadded base64url: .* is the end missing\?/],
    ["of an unknown key", () => makeIssuer().token(githubClaims()), "Key", /the header names key `key-[0-9a-f-]+`, the issuer has `key-/],
    ["without a time of expiry", () => issuer.token(githubClaims({ exp: undefined })), "Time", /expected claim `exp` with the time of expiry, found none/],
    ["not valid yet", () => issuer.token(githubClaims({ nbf: now() + 3600 })), "Time", /not valid yet: `nbf` is/],
  ];
  const sentences = new Map();
  for (const [what, make, title, sentence] of cases) {
    test(`a token ${what} is denied with its own message`, async () => {
      const page = await playground();
      await paste(page, make(), title === "Policies" ? "Denied" : "Refused");
      assert.match(await text(decision(page)), sentence);
      assert.equal(await checks(page).count(), titles.length);
      const line = await text(check(page, title));
      assert.match(line, /failed/);
      assert.match(line, sentence);
      const place = titles.indexOf(title);
      assert.deepEqual(await statuses(page), ["failed", ...Array(place).fill("passed"), ...titles.slice(place + 1).map(() => "not reached")]);
      const message = await text(decision(page));
      assert.ok(!sentences.has(message), `the same words as for a token ${sentences.get(message)}`);
      sentences.set(message, what);
    });
  }

  test("a wrong audience is shown with the position where it differs from the pattern", async () => {
    const page = await playground();
    await paste(page, issuer.token(githubClaims({ aud: "https://github.com/evil-org" })), "Denied");
    assert.match(await text(page.getByRole("region", { name: "Nearest miss" })), /Policy 1 came nearest: one rule does not match/);
    assert.deepEqual(await explanation(page).locator(".diff mark").filter({ hasText: /^(octo|evil)-org$/ }).allInnerTexts(), ["octo-org", "evil-org"]);
  });

  test("another token type is denied, because no policy applies to it", async () => {
    const page = await playground();
    await paste(page, issuer.token(githubClaims()), "Allowed");
    await page.getByLabel("Requested token type").selectOption("team");
    await decision(page).filter({ hasText: "Denied" }).waitFor();
    assert.match(await text(explanation(page)), /policy 1: allow organization does not apply/);
  });

  test("claims are evaluated without a token, and the skipped checks are listed", async () => {
    const page = await playground();
    await page.getByRole("button", { name: "Edit claims" }).click();
    const field = page.getByLabel("Claims", { exact: true });
    await field.fill(JSON.stringify({ iss: issuerUrl, aud: [audience], sub: "repo:octo-org/octo-repo:environment:prod" }));
    await decision(page).filter({ hasText: "Allowed" }).waitFor();
    const result = page.getByRole("region", { name: "Result" });
    assert.match(await text(result), /No token: signature, issuer and time were not checked\./);
    assert.match(await text(explanation(page)), /\* matched “environment:prod”/);
    assert.equal(await checks(page).count(), 0);

    await field.fill('{"sub": "a", "sub": "b"}');
    await page.getByText("member sub occurs twice in one object").waitFor();
    await field.fill('{"sub": ');
    await page.getByText(/not JSON: .* at line 1, column \d+/).waitFor();
    assert.match(await text(decision(page)), /Last decision: allowed/, "the last result stays while the text is not complete");
    await field.fill(JSON.stringify({ iss: issuerUrl, aud: audience, sub: "repo:octo-org/octo-repo:pull_request" }));
    await decision(page).filter({ hasText: "denied by policy 2" }).waitFor();
  });

  test("without a token there is no decision, and removing the token removes the last one", async () => {
    const page = await playground();
    assert.match(await text(decision(page)), /No decision yet/);
    await paste(page, issuer.token(githubClaims()), "Allowed");
    await paste(page, "", "No decision yet");
    assert.equal(await checks(page).count(), 0);
  });
});
