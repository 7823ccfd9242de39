// Fetching keys through an issuer's discovery document, with the network controlled by the test.
import assert from "node:assert/strict";
import { test } from "node:test";
import { appUrl, issuerUrl, makeIssuer, text, withBrowser } from "./helpers.mjs";

const openPage = withBrowser();
const { jwks } = makeIssuer();
const discovery = `${issuerUrl}/.well-known/openid-configuration`;
const keys = `${issuerUrl}/.well-known/jwks`;
const json = { "content-type": "application/json" };
const cors = { ...json, "access-control-allow-origin": "*" };
const document = (changes = {}) => ({ body: JSON.stringify({ issuer: issuerUrl, jwks_uri: keys, ...changes }) });

/**
 * The registration page after "Fetch keys"; `answers` has the responses by address, and other
 * addresses are unreachable.
 */
async function fetchKeys(answers) {
  const page = await openPage("issuers/new");
  // The browser's own console messages about failed requests.
  page.expected = /CORS|ERR_FAILED|404/;
  const requested = [];
  page.on("request", (request) => requested.push(request.url()));
  await page.route(`${issuerUrl}/**`, (route) => {
    const answer = answers[route.request().url()];
    return answer ? route.fulfill({ status: 200, headers: cors, ...answer }) : route.abort();
  });
  await page.getByLabel("URL", { exact: true }).fill(issuerUrl);
  await page.getByLabel("JWKS").fill("kept");
  assert.ok(requested.every((address) => address.startsWith(appUrl)), "no request is sent before the button is pressed");
  await page.getByRole("button", { name: "Fetch keys from issuer" }).click();
  return page;
}

test("keys are fetched if the issuer allows this page to read them, and their source is shown", async () => {
  const page = await fetchKeys({ [discovery]: document(), [keys]: { body: jwks } });
  await page.getByText(`Fetched from ${keys}, as ${discovery} says.`).waitFor();
  assert.equal(await page.getByLabel("JWKS").inputValue(), jwks);
  await page.getByRole("list", { name: "Keys" }).getByText("RSA 2048 bits, RS256").waitFor();
});

const failures = {
  "no answer": [{}, /The browser could not read .*\(CORS\).*paste the keys here/],
  "an answer for another origin only": [
    { [discovery]: { ...document(), headers: { ...json, "access-control-allow-origin": "https://another.example" } } },
    /The browser could not read .*\(CORS\).*paste the keys here/,
  ],
  "status 404": [{ [discovery]: { status: 404, body: "" } }, /answered with status 404\./],
  "no JSON": [{ [discovery]: { body: "<html>" } }, /The discovery document is not JSON/],
  "another issuer's document": [{ [discovery]: document({ issuer: `${issuerUrl}/` }) }, /The discovery document is for another issuer/],
  "an address without https": [{ [discovery]: document({ jwks_uri: "http://keys.example" }) }, /`?jwks_uri`? is not https/],
  "no key set": [{ [discovery]: document(), [keys]: { body: "[]" } }, /expected a JWKS/],
};
for (const [what, [answers, sentence]] of Object.entries(failures)) {
  test(`${what}: the error is shown, and nothing is lost`, async () => {
    const page = await fetchKeys(answers);
    const status = page.getByRole("status").filter({ hasText: sentence });
    await status.waitFor();
    assert.match(await text(status), sentence);
    assert.equal(await page.getByLabel("JWKS").inputValue(), "kept");
    assert.equal(await page.getByLabel("URL", { exact: true }).inputValue(), issuerUrl);
  });
}
