// `vault-login` and `vault-secrets` with OpenBao, a real server compatible with Vault, over TLS.
//
// A CI job passes two checks before it reads the secret: the server's policy on the token of the job, and the role of OpenBao on
// the token of the environment.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import * as environments from './environments.mjs';
import * as openbao from './openbao.mjs';
import { request, skip, until } from './openbao.mjs';
import * as servers from './server.mjs';

const SUBJECT = 'pulumi:environments:org:acme:env:';

let world, bao, token;

before(async () => {
  if (skip) return;
  world = await environments.start({ options: ['--provider-network', '127.0.0.1'], subjects: environments.MAIN });
  bao = await openbao.start(world.trusted, world.folder);
  await setUp();
  token = await environments.accessToken(world);
});

after(async () => {
  if (bao) await openbao.stop(bao);
  await world?.stop();
});

/** A secret, and a role that may read it, for environments whose name begins with `web/prod`. */
async function setUp() {
  await until(bao, async () => {
    await request(bao, 'POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } });
    return true;
  });
  await request(bao, 'POST', 'sys/auth/jwt', { type: 'jwt' });
  await request(bao, 'PUT', 'sys/policies/acl/deploy', { policy: 'path "secret/data/deploy" { capabilities = ["read"] }' });
  await until(bao, async () => {
    await request(bao, 'POST', 'secret/data/deploy', { data: { password: 'from-openbao' } });
    return true;
  });
  await request(bao, 'POST', 'auth/jwt/config', {
    jwks_url: `${world.server.url}/oidc/.well-known/jwks`, jwks_ca_pem: world.trusted.pem, bound_issuer: environments.ESC_ISSUER,
  });
  const role = {
    role_type: 'jwt', user_claim: 'sub', bound_claims_type: 'glob', bound_claims: { sub: `${SUBJECT}web/prod*` },
    token_policies: ['deploy'], token_ttl: '10m',
  };
  await request(bao, 'POST', 'auth/jwt/role/deploy', { ...role, bound_audiences: ['acme'] });
  await request(bao, 'POST', 'auth/jwt/role/elsewhere', { ...role, bound_audiences: ['another-organization'] });
}

/** A definition that logs in with that role and reads the secret. */
const definition = (role) => `values:
  vault:
    login:
      fn::open::vault-login:
        address: ${bao.url}
        jwt: {role: ${role}}
    secrets:
      fn::open::vault-secrets:
        login: \${vault.login}
        read: {deploy: {path: secret/data/deploy}}
  password: \${vault.secrets.deploy.data.password}
`;

async function opened(name, role = 'deploy') {
  await environments.save(world, token, name, definition(role));
  return environments.open(world, token, name);
}

describe('vault-login with OpenBao', { skip }, () => {
  test('yields a token that reads a secret', async () => {
    const { values, ...rest } = await opened('web/prod-eu');
    assert.ok(values, JSON.stringify(rest));
    assert.equal(values.password, 'from-openbao');
    const { data } = await request(bao, 'GET', 'secret/data/deploy', undefined, values.vault.login.token);
    assert.deepEqual(data.data, { password: 'from-openbao' });
    const { data: own } = await request(bao, 'GET', 'auth/token/lookup-self', undefined, values.vault.login.token);
    assert.equal(own.display_name, `jwt-${SUBJECT}web/prod-eu`);
  });

  test('is not reached by a job of another branch: the exchange is refused, with the rule that failed', async () => {
    const branch = 'repo:acme/app:ref:refs/heads/feature';
    const { status, body } = await environments.exchange(world, await environments.idToken(world, branch));
    assert.deepEqual([status, body.error], [400, 'invalid_request']);
    // The answer has no details of the policies; those who may read the audit log see them.
    assert.ok(!JSON.stringify(body).includes(environments.MAIN), JSON.stringify(body));
    const { body: log } = await servers.call(world.server, 'GET', '/api/orgs/acme/oidc/exchanges');
    const { id } = log.exchanges.find(({ subject }) => subject === branch);
    const { body: entry } = await servers.call(world.server, 'GET', `/api/orgs/acme/oidc/exchanges/${id}`);
    assert.equal(entry.code, 'denied');
    const [change] = entry.detail.explanation.nearestMiss.changes;
    assert.deepEqual([change.claim, change.sentence], ['sub', 'expected `main` at character 30, found `feature`']);
  });

  test('is refused for an environment of another name, with the rule of the role that failed', async () => {
    const { status, problems } = await opened('web/dev');
    assert.equal(status, 400);
    assert.match(problems[0], /error validating claims: claim "sub" does not match any associated bound claim values/);
    assert.ok(problems[0].includes(`\`aud\` \`acme\` and \`sub\` \`${SUBJECT}web/dev\``), problems[0]);
  });

  test('is refused for a role with another audience', async () => {
    const { status, problems } = await opened('web/prod', 'elsewhere');
    assert.equal(status, 400);
    assert.match(problems[0], /invalid audience \(aud\) claim/);
    assert.ok(problems[0].includes(`\`aud\` \`acme\` and \`sub\` \`${SUBJECT}web/prod\``), problems[0]);
  });
});
