// Real clients of `claimgate serve`, with ID tokens of a real OpenID provider over TLS.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import * as client from 'openid-client';

import { authority, localhost } from './certificates.mjs';
import * as issuers from './issuer.mjs';
import * as servers from './server.mjs';

const AUDIENCE = 'urn:pulumi:org:acme';
const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const ACCESS_TOKEN = 'urn:pulumi:token-type:access_token:';
const MAIN = 'repo:acme/app:ref:refs/heads/main';

const rules = { aud: AUDIENCE, sub: MAIN };
const POLICIES = [
  { decision: 'allow', tokenType: 'organization', authorizedPermissions: ['admin'], rules },
  { decision: 'allow', tokenType: 'team', teamName: 'deployers', rules },
  { decision: 'allow', tokenType: 'personal', userLogin: 'octocat', rules },
  { decision: 'deny', tokenType: 'organization', rules: { sub: '*:pull_request' } },
];

let trusted, issuer, server;

before(async () => {
  trusted = await authority();
  issuer = await issuers.start(await localhost(trusted), [AUDIENCE, 'somebody-else']);
  server = await servers.start(await localhost(trusted), trusted.pem, ['--issuer-root', 'AUTHORITY']);
  await servers.register(server, issuer, POLICIES);
});

after(async () => {
  await server?.stop();
  await issuer?.stop();
});

/**
 * The address at which a job with that subject requests its ID token, as GitHub provides it to
 * jobs.
 */
const jobUrl = (subject = MAIN, more = '') => `${issuer.url}/job?subject=${encodeURIComponent(subject)}${more}`;

async function idToken(subject, { audience = AUDIENCE, more = '' } = {}) {
  const answer = await server.fetch(`${jobUrl(subject, more)}&audience=${audience}`, {
    headers: { authorization: `bearer ${issuers.JOB_SECRET}` },
  });
  return (await answer.json()).value;
}

/** An exchange as a form, or as JSON. */
async function exchange(parameters, { json = false, at = server } = {}) {
  const all = {
    grant_type: GRANT,
    audience: AUDIENCE,
    subject_token_type: ID_TOKEN,
    requested_token_type: `${ACCESS_TOKEN}organization`,
    ...parameters,
  };
  const answer = await at.fetch('/api/oauth/token', {
    method: 'POST',
    headers: json ? { 'content-type': 'application/json' } : {},
    body: json ? JSON.stringify(all) : new URLSearchParams(all),
  });
  return { status: answer.status, body: await answer.json() };
}

const user = (token) => servers.call(server, 'GET', '/api/user', undefined, token);

/** The steps of the announcement: those of the workflow that the app generates with these names. */
function steps(names) {
  const workflow = readFileSync(join(servers.root, 'examples/workflows/github-actions-curl.yml'), 'utf8');
  const [job, script] = workflow.split('        run: |\n');
  const lines = script.split('\n').map((line) => line.slice(10));
  assert.equal(script.match(/\bcurl\b/g).length, 2, 'two steps');
  assert.ok(!/\{\{/.test(script), 'what is filled in is in the environment');
  for (const [, name] of job.matchAll(/^ {6}(\w+): \{\{/gm)) assert.ok(name in names, name);
  return lines.join('\n');
}

/** The part of `jq` that the steps use, for machines without it. */
const JQ = `#!${process.execPath}
const [raw, path] = process.argv.slice(2);
if (raw !== '--raw-output') process.exit(2);
console.log(JSON.parse(require('node:fs').readFileSync(0, 'utf8'))[path.slice(1)]);
`;

/** The search path: `jq` comes after all others. */
function path() {
  writeFileSync(join(server.folder, 'jq'), JQ, { mode: 0o755 });
  return `${process.env.PATH}:${server.folder}`;
}

/** Runs a job's script as a CI system does, with a file for the output to later steps. */
async function run(environment) {
  const file = join(server.folder, `environment-${Math.random()}`);
  writeFileSync(file, '');
  const names = {
    AUDIENCE,
    TOKEN_AUDIENCE: AUDIENCE,
    CLOUD_URL: server.url,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: issuers.JOB_SECRET,
    ACTIONS_ID_TOKEN_REQUEST_URL: jobUrl(),
    GITHUB_ENV: file,
    CURL_CA_BUNDLE: server.authority,
    ...environment,
  };
  const result = await promisify(execFile)('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', steps(names)], {
    env: { PATH: path(), ...names },
  });
  return { ...result, environment: readFileSync(file, 'utf8') };
}

describe('the two curl steps of the announcement', () => {
  test('get a token that works', async () => {
    const { stdout, environment } = await run({});
    const token = /^PULUMI_ACCESS_TOKEN=(cgt_\S+)$/m.exec(environment)[1];
    assert.ok(stdout.includes(`::add-mask::${token}`));
    assert.equal((await user(token)).status, 200);
    assert.equal((await user(`${token.slice(0, -1)}x`)).status, 401);
    // With curl, in both forms of the header.
    for (const scheme of ['token', 'Bearer']) {
      const words = ['--silent', '--fail', '--cacert', server.authority, '-H', `Authorization: ${scheme} ${token}`];
      const { stdout } = await promisify(execFile)('curl', [...words, `${server.url}/api/user`]);
      assert.equal(typeof JSON.parse(stdout), 'object');
    }
  });

  test('fail where a policy denies', async () => {
    const refused = run({ ACTIONS_ID_TOKEN_REQUEST_URL: jobUrl('repo:acme/app:pull_request') });
    await assert.rejects(refused, (error) => {
      assert.match(error.stderr, /curl: \(22\) .*400/);
      return true;
    });
  });
});

describe('an exchange', () => {
  test('is granted for the requested lifetime, and expires', async () => {
    const { status, body } = await exchange({ subject_token: await idToken(MAIN), expiration: '600' });
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.expires_in, 600);
    assert.equal(body.issued_token_type, `${ACCESS_TOKEN}organization`);
    assert.equal(body.token_type, 'token');
    assert.equal((await user(body.access_token)).status, 200);
    const revoked = await server.fetch('/api/oauth/revoke', {
      method: 'POST',
      headers: { authorization: `token ${body.access_token}` },
      body: new URLSearchParams({ token: body.access_token }),
    });
    assert.equal(revoked.status, 200);
    assert.equal((await user(body.access_token)).status, 401);
  });

  test('is refused with a reference and no details of the policies', async () => {
    const subjects = ['repo:acme/app:ref:refs/heads/develop', 'repo:evil/app:ref:refs/heads/main'];
    for (const subject of subjects) {
      const { status, body } = await exchange({ subject_token: await idToken(subject) });
      assert.deepEqual([status, body.error], [400, 'invalid_request']);
      assert.ok(!JSON.stringify(body).includes('refs/heads'), JSON.stringify(body));
    }
    const { body } = await exchange({ subject_token: await idToken(MAIN, { audience: 'somebody-else' }) });
    assert.equal(body.error, 'invalid_request');
  });

  test('is refused for tokens that are tampered with, expired, or for another audience', async () => {
    const good = await idToken(MAIN);
    const [header, payload, signature] = good.split('.');
    const claims = { ...JSON.parse(Buffer.from(payload, 'base64url')), ref: 'refs/heads/main ' };
    const changed = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    const stranger = await issuers.start(await localhost(trusted), [AUDIENCE]);
    const answer = await server.fetch(`${stranger.url}/job?subject=${MAIN}&audience=${AUDIENCE}`, {
      headers: { authorization: `bearer ${issuers.JOB_SECRET}` },
    });
    const foreign = (await answer.json()).value;
    await stranger.stop();
    const over = await idToken(MAIN, { more: '&ttl=-120' });
    assert.ok([foreign, over].every((token) => token.split('.').length === 3));
    for (const subject_token of [changed, over, foreign, `${header}.${payload}.`, 'nonsense']) {
      const { status, body } = await exchange({ subject_token });
      assert.deepEqual([status, body.error], [400, 'invalid_request'], JSON.stringify(body));
    }
    assert.equal((await exchange({ subject_token: good })).status, 200);
  });
});

describe('pulumi login', () => {
  /** The request that it sends: a form, always with `scope` and `expiration`. */
  const login = async (scope, expiration = '7200') => exchange({
    subject_token: await idToken(MAIN),
    requested_token_type: ACCESS_TOKEN + (scope.startsWith('team:') ? 'team' : scope.startsWith('user:') ? 'personal' : 'organization'),
    scope,
    expiration,
  });

  for (const scope of ['', 'team:deployers', 'user:octocat']) {
    test(`with scope \`${scope}\``, async () => {
      const { status, body } = await login(scope);
      assert.equal(status, 200, JSON.stringify(body));
      assert.deepEqual([body.expires_in, body.scope], [7200, scope]);
      // It then requests the user and the capabilities of the service.
      const me = await user(body.access_token);
      assert.equal(me.status, 200);
      assert.equal(typeof me.body.githubLogin, 'string');
      assert.ok(Array.isArray(me.body.organizations));
      for (const path of ['/api/capabilities', '/api/user/organizations/default']) {
        assert.equal((await servers.call(server, 'GET', path, undefined, body.access_token)).status, 200, path);
      }
    });
  }

  test('for another team or user is refused', async () => {
    for (const scope of ['team:owners', 'user:somebody']) {
      assert.equal((await login(scope)).body.error, 'invalid_request');
    }
  });
});

test('pulumi/auth-actions posts JSON, without unset members', async () => {
  const { status, body } = await exchange({ subject_token: await idToken(MAIN) }, { json: true });
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.expires_in, 7200);
  const admin = await exchange({ subject_token: await idToken(MAIN), scope: 'admin' }, { json: true });
  assert.equal(admin.body.scope, 'admin');
  const issuersOf = (token) => servers.call(server, 'GET', '/api/orgs/acme/oidc/issuers', undefined, token);
  assert.equal((await issuersOf(admin.body.access_token)).body.oidcIssuers.length, 1);
  assert.equal((await issuersOf(body.access_token)).status, 403);
});

describe('openid-client', () => {
  const parameters = async () => ({
    audience: AUDIENCE,
    subject_token: await idToken(MAIN),
    subject_token_type: ID_TOKEN,
    requested_token_type: `${ACCESS_TOKEN}organization`,
  });

  /** The client's configuration for this server; `change` can modify each response. */
  const configuration = (change = (body) => body) => {
    const metadata = { issuer: server.url, token_endpoint: `${server.url}/api/oauth/token` };
    const configuration = new client.Configuration(metadata, 'job', undefined, client.None());
    configuration[client.customFetch] = async (url, init) => {
      const answer = await server.fetch(url, init);
      const body = change(await answer.json());
      return new Response(JSON.stringify(body), { status: answer.status, headers: [...answer.headers] });
    };
    return configuration;
  };

  test('exchanges with its generic grant', async () => {
    // It checks the token type, and `token` is Pulumi Cloud's own name for what RFC 6750 calls
    // `Bearer`.
    const named = configuration((body) => ({ ...body, ...(body.token_type === 'token' && { token_type: 'Bearer' }) }));
    const granted = await client.genericGrantRequest(named, GRANT, await parameters());
    assert.deepEqual([granted.token_type, granted.expires_in], ['bearer', 7200]);
    // The client counts down from the moment of the response.
    assert.ok(granted.expiresIn() <= 7200 && granted.expiresIn() > 7100, `${granted.expiresIn()} s`);
    const me = await client.fetchProtectedResource(named, granted.access_token, new URL('/api/user', server.url), 'GET');
    assert.equal(me.status, 200);
  });

  test('does not know the token type `token` by itself', async () => {
    await assert.rejects(client.genericGrantRequest(configuration(), GRANT, await parameters()), (error) => {
      assert.match(`${error.message} ${error.cause?.message}`, /unsupported `?token_type`? value|unsupported operation/);
      return true;
    });
  });

  test('reads a refusal', async () => {
    const refused = { ...(await parameters()), subject_token: await idToken('repo:acme/app:pull_request') };
    await assert.rejects(client.genericGrantRequest(configuration(), GRANT, refused), (error) => {
      assert.deepEqual([error.error, error.status], ['invalid_request', 400]);
      assert.ok(error.error_description.length > 0);
      return true;
    });
  });
});

describe('the issuer', () => {
  test('receives one request for its keys, whatever tokens arrive', async () => {
    const asked = () => issuer.requests.filter((path) => path === '/jwks').length;
    await exchange({ subject_token: await idToken(MAIN) });
    const before = asked();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => idToken(MAIN)));
    const answers = await Promise.all(tokens.map((subject_token) => exchange({ subject_token })));
    assert.ok(answers.every((answer) => answer.status === 200));
    assert.equal(asked(), before);
  });

  test('may rotate its keys', async () => {
    issuer.rotate('second');
    const { status, body } = await exchange({ subject_token: await idToken(MAIN) });
    assert.equal(status, 200, JSON.stringify(body));
  });

  test('may rotate its keys repeatedly while jobs run', async () => {
    let isOver = false;
    const seen = new Set();
    const granted = Array.from({ length: 6 }, () => 0);
    const progress = new EventEmitter();
    const clients = granted.map(async (_, index) => {
      while (!isOver) {
        const subject_token = await idToken(MAIN);
        const { status, body } = await exchange({ subject_token });
        assert.equal(status, 200, JSON.stringify(body));
        seen.add(JSON.parse(Buffer.from(subject_token.split('.')[0], 'base64url')).kid);
        granted[index] += 1;
        progress.emit('granted');
      }
    });
    const failed = Promise.all(clients);
    for (const kid of ['third', 'fourth', 'fifth']) {
      issuer.rotate(kid);
      const before = [...granted];
      while (granted.some((count, index) => count < before[index] + 2)) await Promise.race([once(progress, 'granted'), failed]);
    }
    isOver = true;
    await failed;
    assert.ok(['third', 'fourth', 'fifth'].every((kid) => seen.has(kid)), [...seen].join(', '));
  });

  test('may be unavailable', async () => {
    const subject_token = await idToken(MAIN);
    issuer.isDown = true;
    const { status, body } = await exchange({ subject_token });
    issuer.isDown = false;
    assert.equal(status, 200, JSON.stringify(body));
  });
});

test('an issuer with an untrusted authority is identified by its thumbprint', async () => {
  const another = await servers.start(await localhost(trusted), trusted.pem);
  try {
    await servers.call(another, 'POST', '/api/orgs', { name: 'first' });
    const refused = await servers.call(another, 'POST', '/api/orgs/first/oidc/issuers', { name: 'CI', url: issuer.url });
    const [{ code, thumbprint }] = refused.body.errors;
    assert.deepEqual([refused.status, code], [400, 'keys-certificate-untrusted']);
    assert.match(thumbprint, /^[0-9a-f]{64}$/);
    const { thumbprints } = await servers.register(another, issuer, POLICIES, { thumbprints: [thumbprint] });
    assert.deepEqual(thumbprints, [thumbprint]);
    const granted = await exchange({ subject_token: await idToken(MAIN) }, { at: another });
    assert.equal(granted.status, 200, JSON.stringify(granted.body));
    assert.match(another.log, /verified by its thumbprint/);
  } finally {
    await another.stop();
  }
});

test('no log contains a token', () => {
  assert.ok(server.log.length > 0);
  assert.ok(!/eyJ[\w-]+\.eyJ/.test(server.log) && !/cgt_[\w-]{20}/.test(server.log), server.log);
});
