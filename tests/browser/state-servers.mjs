// What the states of the app with a server are given: a session, on a server that has something or nothing.
import { BOOTSTRAP, KEYS, Server } from "./connected-helpers.mjs";
import { allow, deny } from "./editor-helpers.mjs";
import { issuerUrl } from "./helpers.mjs";
import { subject } from "./state-worlds.mjs";

/**
 * Sessions by name. With a `token` the person is signed in to the `organization`; `server` is one of `startServer`. If it
 * `isFailing`, it answers nothing but who is signed in and which issuers there are.
 */
export const sessions = {
  "a server": { server: "demo", token: BOOTSTRAP, organization: "demo" },
  "an empty organization": { server: "demo", token: BOOTSTRAP, organization: "empty" },
  "a failing server": { server: "demo", token: BOOTSTRAP, organization: "demo", isFailing: true },
  "a server, signed out": { server: "demo" },
  "a server without organizations": { server: "bare", token: BOOTSTRAP, organization: "" },
  "a server without a demonstration": { server: "plain", token: BOOTSTRAP, organization: "acme" },
};

/**
 * Starts a server: "demo" has the demonstration, an issuer with a history, exchanges and changes; "plain" has an
 * organization, and "bare" nothing. Its `names` are the identifiers of what it has, by their names in states.json.
 */
export async function startServer(name) {
  const server = new Server(name === "demo" ? ["--demo", "--shared-issuer-guard", "warn"] : []);
  await server.start();
  if (name === "plain") await server.call("POST", "/api/orgs", { name: "acme" });
  server.names = name === "demo" ? await populate(server) : {};
  return server;
}

async function populate(server) {
  await server.call("POST", "/api/orgs", { name: "empty" });
  const audience = "urn:pulumi:org:demo";
  await add(server, "GitHub Actions", issuerUrl,
    [allow({ aud: audience, sub: subject("ref:refs/heads/main") })],
    [allow({ aud: audience, sub: subject("*") }), deny({ sub: subject("pull_request") }, { reportOnly: true })],
    [allow({ aud: audience, sub: "repo:*" }), deny({ sub: "*:pull_request" })]);
  await add(server, "Contested", "https://contested.example", [allow({ aud: audience, sub: subject("first") })]);
  for (const { token, scope, requestedTokenType } of await server.samples()) {
    await server.exchange(token, { scope, type: requestedTokenType.split(":").at(-1) });
  }
  const { exchanges } = await server.call("GET", "/api/orgs/demo/oidc/exchanges");
  const { changes } = await server.call("GET", "/api/orgs/demo/changes");
  const issuers = (await server.issuers()).map(({ name, id }) => [name, id]);
  return {
    ...Object.fromEntries(issuers),
    "granted exchange": exchanges.find((one) => one.decision === "allowed").id,
    "refused exchange": exchanges.find((one) => one.denial === "default").id,
    "changed policies": changes.find((change) => change.code === "policies-replaced").id,
    "registration": changes.find((change) => change.code === "issuer-created").id,
  };
}

/** Registers an issuer, and saves its policies once for each revision. */
async function add(server, name, url, ...revisions) {
  await server.call("POST", "/api/orgs/demo/oidc/issuers", { name, url, jwks: JSON.parse(KEYS) });
  for (const policies of revisions) await server.setPolicies(await server.issuer(name), policies);
}
