// The master key of environments in OpenBao, a real server, over TLS.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { authority } from './certificates.mjs';
import * as environments from './environments.mjs';
import * as openbao from './openbao.mjs';
import { request, skip, until } from './openbao.mjs';
import * as servers from './server.mjs';

const POLICY = `
path "transit/encrypt/claimgate" { capabilities = ["update"] }
path "transit/decrypt/claimgate" { capabilities = ["update"] }
path "transit/keys/claimgate" { capabilities = ["read"] }
`;

const definition = (secret) => `values: {password: {fn::secret: ${secret}}}\n`;

let folder, bao, tokenFile, options, database, world, token;

before(async () => {
  if (skip) return;
  folder = mkdtempSync(join(tmpdir(), 'claimgate-transit-'));
  const trusted = await authority();
  bao = await openbao.start(trusted, folder);
  await until(bao, () => request(bao, 'POST', 'sys/mounts/transit', { type: 'transit' }));
  await until(bao, () => request(bao, 'POST', 'transit/keys/claimgate', { type: 'aes256-gcm96' }));
  await request(bao, 'POST', 'transit/keys/rsa', { type: 'rsa-2048' });
  await request(bao, 'PUT', 'sys/policies/acl/claimgate', { policy: POLICY });
  tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, await newToken(), { mode: 0o600 });
  const root = join(folder, 'root.pem');
  writeFileSync(root, trusted.pem);
  options = ['--transit-token-file', tokenFile, '--transit-root', root, '--transit-network', '127.0.0.1'];
  database = `sqlite:${join(folder, 'claimgate.db')}`;
  world = await environments.start({ options, trusted, key: address('claimgate'), database });
  token = await environments.accessToken(world);
});

after(async () => {
  await world?.stop();
  if (bao) await openbao.stop(bao);
  if (folder) rmSync(folder, { recursive: true });
});

/** A token that may use the key, and nothing else. */
async function newToken() {
  const { auth } = await request(bao, 'POST', 'auth/token/create', { policies: ['claimgate'], no_default_policy: true });
  return auth.client_token;
}

const address = (key) => `${bao.url}/v1/transit/keys/${key}`;

/** Writes these lines to the file of the key. */
const setKeys = (...lines) => writeFileSync(world.keyFile, `${lines.join('\n')}\n`);

async function opened(name) {
  const { values, ...rest } = await environments.open(world, token, name);
  assert.ok(values, JSON.stringify(rest));
  return values.password;
}

/** Expects that an environment cannot be opened now, with a code. */
async function refused(name, code) {
  const { status, body } = await environments.open(world, token, name);
  assert.deepEqual([status, body.code, body.errors?.[0].code], [503, 503, code], JSON.stringify(body));
}

/** Expects that the server does not start, and says why. */
async function doesNotStart(why) {
  await assert.rejects(world.restart(), (error) => {
    assert.match(error.message, why);
    return true;
  });
}

/** Runs `claimgate rewrap`; returns how many keys were wrapped again. */
function rewrap() {
  const words = ['rewrap', '--database', database, '--environment-key-file', world.keyFile, ...options];
  const { status, stdout, stderr } = spawnSync(servers.program, words, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return Number(/^(\d+) data key/.exec(stdout)[1]);
}

describe('the master key in OpenBao', { skip }, () => {
  test('wraps data keys, and unwraps them for another process', async () => {
    await environments.save(world, token, 'web/prod', definition('first'));
    assert.equal(await opened('web/prod'), 'first');
    await world.restart();
    assert.equal(await opened('web/prod'), 'first');
  });

  test('is not used while OpenBao is sealed, and is used again afterwards', async () => {
    await world.restart();
    const path = '/api/esc/environments/acme/web/prod';
    await request(bao, 'PUT', 'sys/seal');
    await refused('web/prod', 'master-key-sealed');
    const saved = await world.server.fetch(path, { method: 'PATCH', headers: { authorization: `token ${token}` }, body: definition('second') });
    const text = await saved.text();
    assert.deepEqual([saved.status, JSON.parse(text).errors[0].code], [503, 'master-key-sealed']);
    assert.ok(!text.includes('second'), text);
    const made = await servers.call(world.server, 'POST', '/api/esc/environments/acme', { project: 'web', name: 'new' }, token);
    assert.equal(made.status, 503);
    // Definitions need no key.
    const read = await servers.call(world.server, 'GET', path, undefined, token);
    assert.match(read.body, /fn::secret:\s*\{?\s*ciphertext/);
    await doesNotStart(/OpenBao, which has the master key `transit\/claimgate`, is sealed/);
    await openbao.unseal(bao);
    await until(bao, async () => (await world.restart(), true));
    assert.equal(await opened('web/prod'), 'first');
  });

  test('is not used without OpenBao, which comes back', async () => {
    await world.restart();
    await openbao.kill(bao);
    await refused('web/prod', 'master-key-unreachable');
    await doesNotStart(/gives no answer: `localhost` cannot be reached/);
    openbao.run(bao);
    await openbao.unseal(bao);
    await until(bao, async () => (await world.restart(), true));
    assert.equal(await opened('web/prod'), 'first');
  });

  test('needs a valid token, which may be replaced while the server runs', async () => {
    await world.restart();
    const { data } = await request(bao, 'GET', 'transit/keys/claimgate');
    assert.equal(data.latest_version, 1);
    writeFileSync(tokenFile, 'invalid');
    await refused('web/prod', 'master-key-forbidden');
    await doesNotStart(/forbids encryption with the master key `transit\/claimgate`: status 403, “[^”]*permission denied/);
    writeFileSync(tokenFile, await newToken());
    await world.restart();
    assert.equal(await opened('web/prod'), 'first');
  });

  test('has to exist, and to have associated data', async () => {
    // The administrator of OpenBao may do everything.
    const own = join(folder, 'root-token');
    writeFileSync(own, bao.root, { mode: 0o600 });
    for (const [key, why] of [
      ['absent', /OpenBao has no master key `transit\/absent`/],
      ['rsa', /has the type `rsa-2048`: expected `aes256-gcm96`/],
    ]) {
      const words = ['serve', '--listen', '127.0.0.1:0', '--database', `sqlite:${join(folder, 'other.db')}`, ...options];
      const { status, stderr } = spawnSync(servers.program, words.map((word) => (word === tokenFile ? own : word)), {
        encoding: 'utf8', timeout: 20_000, env: { ...process.env, CLAIMGATE_ENVIRONMENT_KEY: address(key) },
      });
      assert.equal(status, 2, stderr);
      assert.match(stderr, why);
    }
    // The token may not make a key.
    setKeys(address('absent'), address('claimgate'));
    await doesNotStart(/forbids/);
    setKeys(address('claimgate'));
    await world.restart();
    const { data } = await request(bao, 'GET', 'transit/keys?list=true');
    assert.deepEqual(data.keys, ['claimgate', 'rsa']);
  });

  test('is rotated: all keys are wrapped again with its newest version', async () => {
    await request(bao, 'POST', 'transit/keys/claimgate/rotate');
    assert.equal(await opened('web/prod'), 'first');
    // One of an environment, four that sign.
    assert.equal(rewrap(), 5);
    assert.equal(rewrap(), 0);
    await request(bao, 'POST', 'transit/keys/claimgate/config', { min_decryption_version: 2 });
    await world.restart();
    assert.equal(await opened('web/prod'), 'first');
    await request(bao, 'POST', 'transit/keys/claimgate/rotate');
    await request(bao, 'POST', 'transit/keys/claimgate/config', { min_decryption_version: 3 });
    await doesNotStart(/before its `min_decryption_version`/);
    await request(bao, 'POST', 'transit/keys/claimgate/config', { min_decryption_version: 2 });
    assert.equal(rewrap(), 5);
    await world.restart();
  });

  test('is replaced by one in a file, and replaces it', async () => {
    const key = environments.newKey();
    setKeys(key);
    await doesNotStart(/were saved with another key: expected a file that has the key transit\/claimgate:v3 too/);
    setKeys(key, address('claimgate'));
    await world.restart();
    assert.equal(await opened('web/prod'), 'first');
    assert.equal(rewrap(), 5);
    setKeys(key);
    await world.restart();
    assert.equal(await opened('web/prod'), 'first');
    await environments.save(world, token, 'web/prod', definition('second'));
    setKeys(address('claimgate'), key);
    assert.equal(rewrap(), 5);
    setKeys(address('claimgate'));
    await world.restart();
    assert.equal(await opened('web/prod'), 'second');
  });

  test('leaves no secret in the log', async () => {
    await world.restart();
    await request(bao, 'PUT', 'sys/seal');
    await world.server.fetch('/api/esc/environments/acme/web/prod/decrypt', { headers: { authorization: `token ${token}` } });
    const { log } = world.server;
    assert.match(log, /the keys of an environment cannot be used/);
    for (const secret of ['second', readFileSync(tokenFile, 'utf8')]) assert.ok(!log.includes(secret), log);
  });
});
