// `claimgate serve` and a real PostgreSQL: which servers it accepts over TLS.
import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { authority, certificate, localhost } from './certificates.mjs';
import * as postgres from './postgres.mjs';
import * as servers from './server.mjs';

const skip = postgres.programs() ? false : 'PostgreSQL is not installed';

describe('PostgreSQL over TLS', { skip }, () => {
  let folder, own, ownFile, otherFile, secure, plain;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'claimgate-authorities-'));
    own = await authority();
    ownFile = join(folder, 'own.pem');
    otherFile = join(folder, 'other.pem');
    writeFileSync(ownFile, own.pem);
    writeFileSync(otherFile, (await authority()).pem);
    secure = await postgres.start(await certificate(own, ['localhost', hostname()]));
    plain = await postgres.start();
  });

  after(async () => {
    await secure?.stop();
    await plain?.stop();
    rmSync(folder, { recursive: true });
  });

  /** A server on that database; it serves the API over TLS, like the others. */
  const start = async (database) => {
    const key = join(folder, 'token.key');
    writeFileSync(key, 'the-token-key-of-the-tests-of-postgresql', { mode: 0o600 });
    return servers.start(await localhost(own), own.pem, ['--token-key-file', key], database);
  };

  /** Why a server does not start. */
  const refusal = async (database) => {
    try {
      await (await start(database)).stop();
    } catch (error) {
      assert.match(error.message, /the server ended with 2/);
      return error.message;
    }
    return assert.fail(`the server started with ${database}`);
  };

  test('the right authority is accepted, and every connection is protected', async () => {
    const server = await start(`${secure.url('localhost')}?sslmode=verify-full&sslrootcert=${ownFile}`);
    try {
      const made = await servers.call(server, 'POST', '/api/orgs', { name: 'acme' });
      assert.equal(made.status, 200);
      const connections = secure.connections();
      assert.ok(connections.length > 1 && connections.every((isProtected) => isProtected), connections.join());
    } finally {
      await server.stop();
    }
  });

  // It has the name of the right one.
  test('another authority is refused', async () => {
    const said = await refusal(`${secure.url('localhost')}?sslmode=verify-full&sslrootcert=${otherFile}`);
    assert.match(said, /no TLS connection to the database server `localhost`.*BadSignature.*sslrootcert=FILE/);
    assert.match(await refusal(`${secure.url('localhost')}?sslmode=verify-full`), /UnknownIssuer/);
  });

  test('another host name is refused', async () => {
    const said = await refusal(`${secure.url('127.0.0.1')}?sslmode=verify-full&sslrootcert=${ownFile}`);
    assert.match(said, /not valid for name \\?"127\.0\.0\.1\\?"/);
  });

  test('a server without TLS is refused', async () => {
    for (const mode of ['require', 'verify-ca', 'verify-full']) {
      const said = await refusal(`${plain.url('localhost')}?sslmode=${mode}`);
      assert.match(said, new RegExp(`\`sslmode=${mode}\`.*server does not support TLS`));
    }
  });

  test('on this machine, no TLS is needed', async () => {
    const server = await start(plain.url('127.0.0.1'));
    await server.stop();
    assert.ok(!server.log.includes('sslmode'), server.log);
  });

  test('a name that is not that of this machine alone requires a verified certificate', async (t) => {
    const found = await lookup(hostname(), { family: 4 }).catch(() => undefined);
    if (!found?.address.startsWith('127.')) return t.skip('the host name of this machine is not a loopback address');
    assert.match(await refusal(plain.url(hostname())), /`sslmode=verify-full`.*server does not support TLS/);
    assert.match(await refusal(secure.url(hostname())), /UnknownIssuer/);
    const server = await start(`${secure.url(hostname())}?sslrootcert=${ownFile}`);
    await server.stop();
    assert.ok(!server.log.includes('sslmode'), server.log);
    // Less is accepted if the URL says so, with a warning.
    const weak = await start(`${plain.url(hostname())}?sslmode=disable`);
    await weak.stop();
    assert.match(weak.log, /WARN.*`sslmode=disable`: anyone who can intercept the connection can read and change all data/);
  });
});
