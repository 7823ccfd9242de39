// What the states of the app without a server are given: what the browser has stored, and tokens.
import { allow, deny, withPolicies } from "./editor-helpers.mjs";
import { githubClaims, issuerUrl, makeIssuer, now } from "./helpers.mjs";
import { storageState, stored, storageKey } from "./issuers-helpers.mjs";

export const issuer = makeIssuer();
const organization = "urn:pulumi:org:acme";
export const subject = (rest, repository = "octo-repo") => `repo:octo-org/${repository}:${rest}`;
const claims = (changes) => githubClaims({ aud: organization, ...changes });
const another = { sub: subject("ref:refs/heads/main", "other"), repository: "octo-org/other" };

/** Tokens that states paste, by name. */
export const tokens = {
  "allowed": () => issuer.token(claims()),
  "denied": () => issuer.token(claims(another)),
  "expired": () => issuer.token(claims({ exp: now() - 7205, iat: now() - 9000, nbf: now() - 9000 })),
  "of an unknown issuer": () => issuer.token(claims({ iss: "https://issuer.example" })),
  "with another key": () => makeIssuer().token(claims()),
};

const sample = (id, name, changes, expect) =>
  ({ id, name, claims: JSON.stringify(claims(changes), null, 2), tokenType: "organization", target: "", admin: false, expect });

/** The issuers of a typical team. */
const team = () => [
  {
    name: "GitHub Actions", url: issuerUrl, preset: "github-actions", jwks: issuer.jwks,
    jwksSource: `${issuerUrl}/.well-known/jwks`, maxExpiration: 7200, lastUsed: 1_795_590_000,
    policies: [allow({ aud: organization, sub: subject("*") }), deny({ sub: subject("pull_request") })],
    samples: [
      sample("a", "push to main", {}, "allowed"),
      sample("b", "pull request", { sub: subject("pull_request") }, "denied"),
      sample("c", "another repository", another, "denied"),
    ],
  },
  { name: "GitLab", url: "https://gitlab.com", preset: "gitlab", policies: [allow({ aud: organization, sub: "project_path:acme/infra:ref_type:branch:ref:main" })] },
  { name: "Production cluster", url: "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E", preset: "eks", maxExpiration: 3600 },
];

/** What the team's storage has, changed. */
function storing(change) {
  const state = storageState(team());
  const item = state.origins[0].localStorage.find(({ name }) => name === storageKey);
  item.value = change(stored(team()));
  return { storageState: state };
}

const app = (number) => `repo:octo-org/app-${number}:ref:refs/heads/main`;
/** Forty policies, each for a repository of its own, and two tests of them. */
function forty() {
  const policies = Array.from({ length: 40 }, (_, index) =>
    index % 8 === 7 ? deny({ sub: `repo:octo-org/app-${index}:pull_request` }) : allow({ aud: organization, sub: app(index) }));
  policies[4] = allow({ aud: organization, sub: app(4) }, { name: "Nightly", note: "rebuilds the images" });
  return withPolicies(policies, [
    ["deploys app 0", { aud: organization, sub: app(0) }, "allowed"],
    ["pull request", { aud: organization, sub: "repo:octo-org/app-7:pull_request" }, "denied"],
  ]);
}

/** The options of a page of the app without a server, by what is stored. */
export const alone = {
  "nothing": () => ({}),
  "a team": () => ({ storageState: storageState(team()) }),
  "a conflict": () => storing((kept) => {
    kept.conflicts = [{ id: "a@b", issuer: { ...kept.issuers[0], name: "Actions", maxExpiration: 60, policies: kept.issuers[0].policies.slice(1) } }];
    return JSON.stringify(kept);
  }),
  "text that cannot be read": () => storing((kept) => JSON.stringify(kept).slice(0, 700)),
  "forty policies": forty,
};

/** Identifiers in addresses of the app alone. */
export const namesAlone = { "GitHub Actions": "0000000000000001", "GitLab": "0000000000000002", "Production cluster": "0000000000000003" };
