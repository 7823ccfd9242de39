// `claimgate serve` with environments, and an OpenID provider for the CI jobs that use them.
import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { authority, localhost } from './certificates.mjs';
import * as issuers from './issuer.mjs';
import * as servers from './server.mjs';

export const AUDIENCE = 'urn:pulumi:org:acme';
export const MAIN = 'repo:acme/app:ref:refs/heads/main';
/** The URL of the issuer with whose tokens environments log in to clouds. */
export const ESC_ISSUER = 'https://esc.example/oidc';

/** A new key for environments. */
export const newKey = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64');

/**
 * Starts both. Jobs whose subject matches `subjects` get organization tokens, which have admin permission on all environments.
 * `options` are further arguments of the server, `trusted` an authority other than a new one, and `key` what the file of the key
 * has. `database` has to be given if the server is started again, by `restart`.
 */
export async function start({ options = [], subjects = 'repo:acme/app:*', trusted, key = newKey(), database } = {}) {
  const world = { trusted: trusted ?? await authority(), folder: mkdtempSync(join(tmpdir(), 'claimgate-environments-')) };
  world.keyFile = join(world.folder, 'environment.key');
  writeFileSync(world.keyFile, `${key}\n`, { mode: 0o600 });
  world.stop = async () => {
    await world.server?.stop();
    await world.issuer?.stop();
    rmSync(world.folder, { recursive: true });
  };
  try {
    await fill(world, options, subjects, database);
  } catch (error) {
    await world.stop();
    throw error;
  }
  return world;
}

async function fill(world, options, subjects, database) {
  const { trusted, keyFile } = world;
  const issuer = await issuers.start(await localhost(trusted), [AUDIENCE]);
  world.issuer = issuer;
  const words = ['--issuer-root', 'AUTHORITY', '--environment-key-file', keyFile, '--oidc-issuer', ESC_ISSUER, '--address-rate', '0', ...options];
  world.restart = async () => {
    await world.server?.stop();
    world.server = undefined;
    world.server = await servers.start(await localhost(trusted), trusted.pem, words, database);
  };
  await world.restart();
  const { server } = world;
  const rules = { aud: AUDIENCE, sub: subjects };
  await servers.register(server, issuer, [{ decision: 'allow', tokenType: 'organization', rules }]);
  const access = [{ to: 'organization', project: '*', environment: '*', permission: 'admin' }];
  const set = await servers.call(server, 'PUT', '/api/orgs/acme/environments/access', { access });
  if (set.status !== 200) throw new Error(JSON.stringify(set));
}

/** The address at which a job with that subject requests its ID token. */
export const jobUrl = ({ issuer }, subject = MAIN) => `${issuer.url}/job?subject=${encodeURIComponent(subject)}`;

/** The ID token of a job. */
export async function idToken(world, subject = MAIN) {
  const answer = await world.server.fetch(`${jobUrl(world, subject)}&audience=${AUDIENCE}`, {
    headers: { authorization: `bearer ${issuers.JOB_SECRET}` },
  });
  return (await answer.json()).value;
}

/** The answer to the exchange of an ID token. */
export async function exchange({ server }, subject_token) {
  const answer = await server.fetch('/api/oauth/token', {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      audience: AUDIENCE,
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      requested_token_type: 'urn:pulumi:token-type:access_token:organization',
      subject_token,
    }),
  });
  return { status: answer.status, body: await answer.json() };
}

/** The access token of a job. */
export async function accessToken(world, subject = MAIN) {
  const { status, body } = await exchange(world, await idToken(world, subject));
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body.access_token;
}

/** Creates an environment with a definition, unless there is one, and saves the definition. */
export async function save({ server }, token, name, definition) {
  const [project, environment] = name.split('/');
  const made = await servers.call(server, 'POST', '/api/esc/environments/acme', { project, name: environment }, token);
  if (![200, 409].includes(made.status)) throw new Error(JSON.stringify(made));
  const answer = await server.fetch(`/api/esc/environments/acme/${name}`, {
    method: 'PATCH', headers: { authorization: `token ${token}` }, body: definition,
  });
  if (answer.status !== 200) throw new Error(await answer.text());
}

/** Opens an environment; returns its values, or the status and the diagnostics. */
export async function open({ server }, token, name) {
  const path = `/api/esc/environments/acme/${name}/open`;
  const opened = await servers.call(server, 'POST', path, undefined, token);
  if (opened.status !== 200) return { status: opened.status, problems: opened.body.diagnostics?.map(({ summary }) => summary), body: opened.body };
  const read = await servers.call(server, 'GET', `${path}/${opened.body.id}`, undefined, token);
  return { status: read.status, values: plain({ value: read.body.properties }) };
}

/** The plain form of a value of an opened environment. */
function plain({ value }) {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

/** The claims of an ID token of the server, if its published keys verify it and it has not expired; otherwise an error. */
export async function verified({ server }, token) {
  const [header, claims, signature] = token.split('.');
  const read = (part) => JSON.parse(Buffer.from(part, 'base64url'));
  const { keys } = await (await server.fetch('/oidc/.well-known/jwks')).json();
  const key = keys.find(({ kid }) => kid === read(header).kid);
  if (read(header).alg !== 'RS256' || !key) throw new Error('no key of the issuer signed the token');
  const signed = Buffer.from(`${header}.${claims}`);
  if (!verify('RSA-SHA256', signed, createPublicKey({ key, format: 'jwk' }), Buffer.from(signature, 'base64url'))) {
    throw new Error('the signature is invalid');
  }
  const found = read(claims);
  if (found.iss !== ESC_ISSUER) throw new Error(`the issuer is ${found.iss}`);
  if (!(found.exp > Date.now() / 1000)) throw new Error('the token has expired');
  return found;
}
