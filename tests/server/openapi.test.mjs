// The server's responses conform to its OpenAPI document for any request: `schemathesis` generates
// the requests.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';

import { authority, localhost } from './certificates.mjs';
import { ESC_ISSUER, newKey } from './environments.mjs';
import * as servers from './server.mjs';

const program = process.env.SCHEMATHESIS;
const skip = program ? false : 'set SCHEMATHESIS to its path; `cargo xtask test clients` does';

/**
 * A schema cannot express that a policy or a key is valid: requests that conform to it may be
 * refused.
 */
const CHECKS = [
  'not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_headers_conformance',
  'response_schema_conformance', 'negative_data_rejection', 'missing_required_header', 'unsupported_method',
  'allow_header_conformance', 'ignored_auth', 'use_after_free', 'ensure_resource_availability',
];

const POLICIES = [
  { decision: 'allow', tokenType: 'organization', rules: { sub: 'repo:demo/*' } },
  { decision: 'deny', tokenType: 'organization', reportOnly: true, rules: { sub: '*:pull_request' } },
];

const DEFINITION = 'values: {region: eu-west-1, password: {fn::secret: hunter2}}\n';

let server, ids;

process.env.CLAIMGATE_ENVIRONMENT_KEY = newKey();

// The requests of one test may delete what the other needs.
beforeEach(async () => {
  const trusted = await authority();
  server = await servers.start(await localhost(trusted), trusted.pem, ['--demo', '--address-rate', '0', '--issuer-rate', '0', '--oidc-issuer', ESC_ISSUER]);
  ids = await setUp();
});

afterEach(() => server?.stop());

const call = async (method, path, body) => {
  const answer = await servers.call(server, method, path, body);
  assert.ok(answer.status < 300, `${method} ${path}: ${JSON.stringify(answer)}`);
  return answer.body;
};

/**
 * An organization with two issuers, one of which may be deleted, policies, a token, and an
 * exchange.
 */
async function setUp() {
  await call('POST', '/api/orgs', { name: 'acme' });
  const { oidcIssuers } = await call('GET', '/api/orgs/demo/oidc/issuers');
  const { url, jwks } = oidcIssuers[0];
  const kept = await call('POST', '/api/orgs/acme/oidc/issuers', { name: 'CI', url, jwks });
  const gone = await call('POST', '/api/orgs/acme/oidc/issuers', { name: 'Old CI', url: `${url}/old`, jwks });
  const { id: policy } = await call('GET', `/api/orgs/acme/auth/policies/oidcissuers/${kept.id}`);
  await call('PATCH', `/api/orgs/acme/auth/policies/${policy}`, { policies: POLICIES });
  const samples = await call('GET', '/demo/tokens');
  const granted = await call('POST', '/api/oauth/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: 'urn:pulumi:org:acme',
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    requested_token_type: 'urn:pulumi:token-type:access_token:organization',
    subject_token: samples[0].token,
  });
  assert.ok(granted.access_token);
  const { exchanges } = await call('GET', '/api/orgs/acme/oidc/exchanges');
  const { changes } = await call('GET', '/api/orgs/acme/changes');
  const { tokens } = await call('GET', '/api/orgs/acme/tokens');
  const add = () => call('POST', `/api/orgs/acme/oidc/issuers/${kept.id}/samples`, { name: 'main', claims: { sub: 'a' } });
  const [sample, other] = [await add(), await add()];
  return { issuer: kept.id, gone: gone.id, policy, exchange: exchanges[0].id, change: changes[0].id, token: tokens[0].id,
    sample: sample.id, other: other.id, ...await setUpEnvironments() };
}

/** Environments with revisions, tags and open sessions. Requests delete those of `web/gone`, one after the other. */
async function setUpEnvironments() {
  const sessions = {};
  for (const env of ['prod', 'gone', 'deleted', 'retracted']) {
    await call('POST', '/api/esc/environments/acme', { project: 'web', name: env });
    const path = `/api/esc/environments/acme/web/${env}`;
    for (const definition of [DEFINITION, `# 3\n${DEFINITION}`]) {
      const saved = await server.fetch(path, { method: 'PATCH', headers: { authorization: `token ${servers.BOOTSTRAP}` }, body: definition });
      assert.equal(saved.status, 200, await saved.text());
    }
    await call('POST', `${path}/versions/tags`, { name: 'stable', revision: 2 });
    await call('POST', `${path}/tags`, { name: 'team', value: 'shop' });
    sessions[env] = (await call('POST', `${path}/open`)).id;
  }
  const unsaved = await server.fetch('/api/esc/environments/acme/yaml/open', { method: 'POST', headers: { authorization: `token ${servers.BOOTSTRAP}` }, body: DEFINITION });
  assert.equal(unsaved.status, 200);
  return { sessions: { ...sessions, unsaved: (await unsaved.json()).id } };
}

/** The parameters of all operations on environments. */
function ofEnvironments({ sessions }) {
  const org = 'acme';
  const at = (env, more) => ({ org, project: 'web', env, ...more });
  const path = '/api/esc/environments/{org}';
  const environment = `${path}/{project}/{env}`;
  const both = (name, methods, more) => methods.map((method) => [`${method} ${environment}${name}`, at(method === 'DELETE' ? 'gone' : 'prod', more)]);
  const version = { version: 2 };
  return Object.fromEntries([
    [`GET ${path}`, { org }],
    [`POST ${path}`, { org }],
    [`POST ${path}/yaml/check`, { org }],
    [`POST ${path}/yaml/open`, { org }],
    [`GET ${path}/yaml/open/{id}`, { org, id: sessions.unsaved }],
    ['GET /api/orgs/{org}/environments/access', { org }],
    ['PUT /api/orgs/{org}/environments/access', { org }],
    ...both('', ['GET', 'PATCH']),
    [`DELETE ${environment}`, at('deleted')],
    ...both('/decrypt', ['GET']),
    ...both('/settings', ['GET', 'PATCH']),
    ...both('/clone', ['POST']),
    ...both('/check', ['POST']),
    ...both('/open', ['POST', 'DELETE']),
    [`GET ${environment}/open/{id}`, at('prod', { id: sessions.prod })],
    [`DELETE ${environment}/open/{id}`, at('gone', { id: sessions.gone })],
    ...both('/versions', ['GET']),
    ...both('/versions/{version}', ['GET'], version),
    ...both('/versions/{version}/decrypt', ['GET'], version),
    ...both('/versions/{version}/check', ['POST'], version),
    ...both('/versions/{version}/open', ['POST'], version),
    [`POST ${environment}/versions/{version}/retract`, at('retracted', { version: 3 })],
    ...both('/versions/tags', ['GET', 'POST']),
    ...both('/versions/tags/{tag}', ['GET', 'PATCH', 'DELETE'], { tag: 'stable' }),
    ...both('/tags', ['GET', 'POST']),
    ...both('/tags/{tag}', ['GET', 'PATCH', 'DELETE'], { tag: 'team' }),
  ]);
}

/** Runs it with that settings file. */
async function run(name, settings, words) {
  const file = join(server.folder, `${name}.toml`);
  writeFileSync(file, settings);
  const document = join(server.folder, 'openapi.json');
  writeFileSync(document, JSON.stringify(await call('GET', '/api/openapi.json')));
  const all = [
    '--config-file', file, 'run', document, '--url', server.url, '--tls-verify', server.authority, '--seed', '1',
    '--header', `Authorization: Bearer ${servers.BOOTSTRAP}`, '--checks', CHECKS.join(','), '--request-timeout', '60',
    '--continue-on-failure', '--no-shrink', '--no-color',
    ...words,
  ];
  // schemathesis stores failures in `.hypothesis`; runs must be independent.
  const child = spawn(program, all, { cwd: server.folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: 900_000 });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
  const code = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(code, 0, output);
  const [, cases] = /(\d+) generated/.exec(output) ?? [];
  return Number(cases);
}

describe('the OpenAPI document', { skip }, () => {
  test('describes the response to any request', async () => {
    const cases = await run('any', '', ['--phases', 'examples,coverage,fuzzing', '--max-examples', '25']);
    assert.ok(cases > 400, `${cases} requests`);
  });

  test('describes the responses for existing resources', async () => {
    const parameters = (operations) => Object.entries(operations).map(([name, parameters]) => {
      const lines = Object.entries(parameters).map(([name, value]) => `"path.${name}" = "${value}"\n`);
      return `[[operations]]\ninclude-name = "${name}"\n[operations.parameters]\n${lines.join('')}`;
    });
    const { issuer, gone, policy, exchange, change, token, sample, other } = ids;
    const org = 'acme';
    const settings = parameters({
      'GET /api/orgs/{org}': { org },
      'GET /api/orgs/{org}/oidc/issuers': { org },
      'POST /api/orgs/{org}/oidc/issuers': { org },
      'GET /api/orgs/{org}/oidc/issuers/{id}': { org, id: issuer },
      'PATCH /api/orgs/{org}/oidc/issuers/{id}': { org, id: issuer },
      'DELETE /api/orgs/{org}/oidc/issuers/{id}': { org, id: gone },
      'POST /api/orgs/{org}/oidc/issuers/{id}/regenerate-thumbprints': { org, id: issuer },
      'POST /api/orgs/{org}/oidc/issuers/{id}/revoke-tokens': { org, id: gone },
      'GET /api/orgs/{org}/auth/policies/oidcissuers/{id}': { org, id: issuer },
      'PATCH /api/orgs/{org}/auth/policies/{id}': { org, id: policy },
      'GET /api/orgs/{org}/auth/policies/{id}/revisions': { org, id: policy },
      'GET /api/orgs/{org}/auth/policies/{id}/revisions/{version}': { org, id: policy, version: 2 },
      'POST /api/orgs/{org}/auth/policies/{id}/revisions/{version}/restore': { org, id: policy, version: 2 },
      'GET /api/orgs/{org}/oidc/issuers/{id}/keys': { org, id: issuer },
      'GET /api/orgs/{org}/oidc/issuers/{id}/samples': { org, id: issuer },
      'POST /api/orgs/{org}/oidc/issuers/{id}/samples': { org, id: issuer },
      'PUT /api/orgs/{org}/oidc/issuers/{id}/samples/{sample}': { org, id: issuer, sample },
      'DELETE /api/orgs/{org}/oidc/issuers/{id}/samples/{sample}': { org, id: issuer, sample: other },
      'GET /api/orgs/{org}/oidc/statistics': { org },
      'GET /api/orgs/{org}/oidc/exchanges/export': { org },
      'GET /api/orgs/{org}/oidc/exchanges': { org },
      'GET /api/orgs/{org}/oidc/exchanges/{id}': { org, id: exchange },
      'GET /api/admin/exchanges/{id}': { id: exchange },
      'GET /api/orgs/{org}/changes': { org },
      'GET /api/orgs/{org}/changes/{id}': { org, id: change },
      'GET /api/admin/changes/{id}': { id: change },
      'GET /api/orgs/{org}/tokens': { org },
      'DELETE /api/orgs/{org}/tokens/{id}': { org, id: token },
      ...ofEnvironments(ids),
    }).join('\n');
    const words = ['--phases', 'examples,coverage,fuzzing', '--max-examples', '25', '--exclude-path', '/api/orgs/{org}'];
    const cases = await run('there', settings, words);
    assert.ok(cases > 400, `${cases} requests`);
    await call('GET', `/api/orgs/acme/oidc/issuers/${issuer}`);
    await call('GET', '/api/esc/environments/acme/web/prod/versions/2');
  });
});
