// What load tests of the server share: a server in its release profile, an issuer whose tokens look
// like those of GitHub Actions, and wrk.
import { execFile, spawn } from 'node:child_process';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const BOOTSTRAP = `the-bootstrap-token-of-the-load-${randomUUID()}`;
const ISSUER = 'https://ci.example';
const KEY_ID = 'one';
/** What the tokens' policy, and the role of any other server, are bound to. */
export const AUDIENCE = 'urn:pulumi:org:acme';
export const SUBJECT = 'repo:acme/app:*';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const publicKeyPem = publicKey.export({ format: 'pem', type: 'spki' });

/** Starts the server without rate limits, and returns its process and address. */
export function startServer(program, folder, database) {
  const key = join(folder, 'key');
  if (!existsSync(key)) writeFileSync(key, randomUUID() + randomUUID(), { mode: 0o600 });
  const words = ['serve', '--listen', '127.0.0.1:0', '--database', database, '--token-key-file', key,
    '--address-rate', '0', '--issuer-rate', '0', '--log', 'warn', '--log-format', 'text'];
  const child = spawn(program, words, { env: { ...process.env, CLAIMGATE_BOOTSTRAP_TOKEN: BOOTSTRAP }, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (data) => {
      log += data;
      const found = /Claimgate is at (\S+)/.exec(log);
      if (found) resolve({ child, url: found[1] });
      if (!found) process.stderr.write(data);
    });
    child.on('exit', (code, signal) => reject(new Error(`the server ended with ${code ?? signal}: ${log}`)));
  });
}

/** Calls the server's API as its administrator. A body is JSON, or text as it is. */
export async function call(url, method, path, body) {
  const text = typeof body === 'object' ? JSON.stringify(body) : body;
  const answer = await fetch(`${url}${path}`, { method, headers: { authorization: `token ${BOOTSTRAP}` }, body: text });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${said}`);
  return /^[[{]/.test(said) ? JSON.parse(said) : said;
}

/** Creates an organization that accepts the tokens. */
export async function setUp(url) {
  await call(url, 'POST', '/api/orgs', { name: 'acme' });
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' }] };
  const { id } = await call(url, 'POST', '/api/orgs/acme/oidc/issuers', { name: 'CI', url: ISSUER, jwks });
  const policy = await call(url, 'GET', `/api/orgs/acme/auth/policies/oidcissuers/${id}`);
  await call(url, 'PATCH', `/api/orgs/acme/auth/policies/${policy.id}`, {
    policies: [{ decision: 'allow', tokenType: 'organization', rules: { aud: AUDIENCE, sub: SUBJECT } }],
  });
}

/** A token like those of GitHub Actions, valid for that many seconds. */
export function token(seconds) {
  const now = Math.floor(Date.now() / 1000);
  const ref = 'refs/heads/main';
  const claims = {
    iss: ISSUER, aud: AUDIENCE, sub: `repo:acme/app:ref:${ref}`, iat: now, nbf: now - 5,
    exp: now + Math.ceil(seconds), jti: randomUUID(), actor: 'ada', actor_id: '1', base_ref: '',
    event_name: 'push', head_ref: '', job_workflow_ref: `acme/app/.github/workflows/deploy.yml@${ref}`, ref,
    ref_type: 'branch', repository: 'acme/app', repository_id: '2', repository_owner: 'acme', repository_owner_id: '3',
    repository_visibility: 'private', run_attempt: '1', run_id: '4', run_number: '5', runner_environment: 'github-hosted',
    sha: '0123456789abcdef0123456789abcdef01234567', workflow: 'deploy',
  };
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encode({ alg: 'RS256', kid: KEY_ID, typ: 'JWT' })}.${encode(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
}

/** Where and how the server takes an exchange, for `load`. */
export const EXCHANGE = { path: '/api/oauth/token', contentType: 'application/x-www-form-urlencoded' };

/** The form that exchanges a token. */
export const exchangeForm = (subject_token) => new URLSearchParams({
  audience: AUDIENCE,
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
  requested_token_type: 'urn:pulumi:token-type:access_token:organization',
  subject_token,
}).toString();

/** The access token that the server grants for one of the tokens. */
export async function accessToken(url) {
  const answer = await fetch(`${url}${EXCHANGE.path}`, {
    method: 'POST', headers: { 'content-type': EXCHANGE.contentType }, body: exchangeForm(token(7_200)),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()).access_token;
}

/** Has wrk post the lines of the file `bodies`, one after the other, for that many seconds. */
export async function load(wrk, { url, path, contentType, bodies, connections, seconds }) {
  const words = ['-t1', `-c${connections}`, `-d${Math.ceil(seconds)}s`, '--timeout', '10s',
    '-s', join(import.meta.dirname, 'load.lua'), url, path, contentType, bodies];
  const { stdout, stderr } = await promisify(execFile)(wrk, words);
  const line = stdout.split('\n').find((line) => line.startsWith('{'));
  if (!line) throw new Error(`expected numbers from wrk, found ${stdout}${stderr}`);
  return JSON.parse(line);
}

/** A number of `/proc/PID/status` in MB, such as `VmRSS`. */
export function memory(child, name) {
  const text = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)[1]) / 1e3;
}
