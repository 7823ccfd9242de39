// The jobs on a server: find a refusal, revoke a token, restore a policy.
import assert from "node:assert/strict";
import { KEYS, signIn, withServer } from "./connected-helpers.mjs";
import { allow } from "./editor-helpers.mjs";
import { eventually, explanation } from "./helpers.mjs";
import { jobTests } from "./jobs.mjs";

const { server, openPage } = withServer();
let count = 0;

/** The sample token of the demonstration with that number, exchanged as a job would. */
async function exchange(number) {
  const { token, scope, requestedTokenType } = (await server.samples())[number];
  return server.exchange(token, { scope, type: requestedTokenType.split(":").at(-1) });
}

/** The access token works. */
const isValid = (token) => server.call("GET", "/api/user", undefined, token).then(() => true, () => false);

const jobs = [
  {
    name: "find a refusal by its reference",
    async prepare(page) {
      const { error_description: text } = await exchange(2);
      [page.reference] = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(text);
    },
    async work(person, page) {
      await person.press(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Audit log" }));
      // The page before has a search field too.
      await page.getByRole("heading", { level: 1, name: "Audit log" }).waitFor();
      await person.write(page.getByRole("searchbox", { name: "Search" }), page.reference);
      await person.send("Enter");
      await page.waitForURL(`**/audit/${page.reference}`);
      await explanation(page).waitFor();
    },
  },
  {
    name: "revoke an access token",
    async prepare(page) {
      ({ access_token: page.token } = await exchange(0));
      assert.ok(await isValid(page.token));
    },
    async work(person, page) {
      await person.press(page.getByRole("button", { name: "Administration" }));
      await person.press(page.getByRole("link", { name: "Access tokens", exact: true }));
      await person.press(page.getByRole("button", { name: /^Revoke the token of/ }).first());
      await person.press(page.getByRole("dialog", { name: "Revoke this token?" }).getByRole("button", { name: "Revoke token" }));
      await eventually(async () => assert.ok(!(await isValid(page.token))));
    },
  },
  {
    name: "restore a revision of policies",
    async prepare(page) {
      count += 1;
      page.issuer = `Restored ${count}`;
      await server.call("POST", "/api/orgs/demo/oidc/issuers", { name: page.issuer, url: `https://restored-${count}.example`, jwks: JSON.parse(KEYS) });
      for (const sub of ["repo:octo-org/first", "repo:octo-org/second"]) await server.setPolicies(await server.issuer(page.issuer), [allow({ aud: "a", sub })]);
      const { authPolicy } = await server.issuer(page.issuer);
      const { revisions } = await server.call("GET", `/api/orgs/demo/auth/policies/${authPolicy.id}/revisions`);
      page.revision = revisions[1].version;
      // The page asks for what has changed when it gets the focus.
      await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    },
    async work(person, page) {
      await person.press(page.getByRole("link", { name: page.issuer, exact: true }));
      await person.press(page.getByRole("link", { name: "Policy history" }));
      await person.press(page.getByRole("button", { name: `Restore revision ${page.revision}` }));
      await person.press(page.getByRole("dialog", { name: `Restore revision ${page.revision}?` }).getByRole("button", { name: "Restore", exact: true }));
      await eventually(async () => assert.equal((await server.issuer(page.issuer)).authPolicy.policies[0].rules.sub, "repo:octo-org/first"));
    },
  },
];

jobTests(jobs, async (job, size) => {
  const page = await openPage("", size);
  await signIn(page);
  await page.getByRole("link", { name: "Demonstration", exact: true }).waitFor();
  await job.prepare(page);
  return page;
});
