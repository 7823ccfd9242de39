// `claimgate serve` as a process, over TLS.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Agent, fetch } from 'undici';

export const root = resolve(import.meta.dirname, '../..');
export const program = process.env.CLAIMGATE ?? join(root, 'target/xtask/claimgate');
/** A token with all permissions. */
export const BOOTSTRAP = 'the-bootstrap-token-of-the-client-tests';

/** Starts a server with that certificate; `options` are further arguments. Its database is SQLite, unless one is given. */
export async function start(identity, authorityPem, options = [], database = undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'claimgate-clients-'));
  const file = (name, text) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const authority = file('authority.pem', authorityPem);
  const words = [
    'serve', '--listen', '127.0.0.1:0', '--database', database ?? `sqlite:${join(folder, 'claimgate.db')}`,
    '--tls-certificate', file('certificate.pem', identity.cert), '--tls-key', file('key.pem', identity.key),
    '--issuer-network', '127.0.0.1', ...options.map((option) => option.replace('AUTHORITY', authority)),
  ];
  const child = spawn(program, words, { env: { ...process.env, CLAIMGATE_BOOTSTRAP_TOKEN: BOOTSTRAP }, stdio: ['ignore', 'ignore', 'pipe'] });
  const server = { child, folder, authority, log: '' };
  const port = await new Promise((resolve, reject) => {
    child.stderr.on('data', (data) => {
      server.log += data;
      const found = /"url":"https:\/\/127\.0\.0\.1:(\d+)"/.exec(server.log);
      if (found) resolve(found[1]);
    });
    child.on('error', reject);
    child.on('close', (code) => reject(new Error(`the server ended with ${code}: ${server.log}`)));
  });
  server.url = `https://localhost:${port}`;
  const dispatcher = new Agent({ connect: { ca: authorityPem } });
  server.fetch = (url, init = {}) => fetch(new URL(url, server.url), { dispatcher, ...init });
  server.stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    await dispatcher.close();
    rmSync(folder, { recursive: true });
  };
  return server;
}

/** Calls the API with that token. */
export async function call(server, method, path, body, token = BOOTSTRAP) {
  const answer = await server.fetch(path, {
    method,
    headers: {
      authorization: `token ${token}`,
      accept: 'application/vnd.pulumi+8',
      ...(body && { 'content-type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text };
}

/** Creates an organization with that issuer, these policies, and further settings of the issuer. */
export async function register(server, issuer, policies, settings = {}) {
  const made = await call(server, 'POST', '/api/orgs', { name: 'acme' });
  if (made.status !== 200) throw new Error(JSON.stringify(made));
  const registered = await call(server, 'POST', '/api/orgs/acme/oidc/issuers', { name: 'CI', url: issuer.url, ...settings });
  if (registered.status !== 200) throw new Error(JSON.stringify(registered));
  const current = await call(server, 'GET', `/api/orgs/acme/auth/policies/oidcissuers/${registered.body.id}`);
  const set = await call(server, 'PATCH', `/api/orgs/acme/auth/policies/${current.body.id}`, { policies });
  if (set.status !== 200) throw new Error(JSON.stringify(set));
  return registered.body;
}
