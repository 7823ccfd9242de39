// Exchanges tokens for minutes, with wrk and with the audit log on: measures throughput and
// latency, and the growth of memory and database. `cargo xtask soak` runs it.
import { execFile, spawn } from 'node:child_process';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, statfsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../..');
const [program, wrk, minutes, connections, given] = process.argv.slice(2);
const folder = resolve(process.env.CLAIMGATE_SOAK_FOLDER ?? join(root, 'target/soak'));
const database = join(folder, 'claimgate.db');
const BOOTSTRAP = `the-bootstrap-token-of-the-soak-${randomUUID()}`;
const URL = 'https://ci.example';
const TOKENS = 2_000;
/** Free disk space that always remains. */
const RESERVE = 3e9;

const seconds = Number(minutes) * 60;
const slices = Math.max(1, Math.min(10, Math.floor(seconds / 5)));
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
let server;

await main().finally(() => {
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function main() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const url = await start();
  await setUp(url);
  const bodies = join(folder, 'bodies');
  writeFileSync(bodies, Array.from({ length: TOKENS }, () => `${body()}\n`).join(''));
  console.log(`RS256, ${given ? 'PostgreSQL' : 'SQLite'}, audit log on, ${connections} connections, ${minutes} min; wrk shares the machine with the server\n`);
  console.log('    until   a second   p50 ms   p99 ms   max ms   refused   broken   memory MB   database MB');
  let total = 0;
  const rows = [];
  for (let slice = 1; slice <= slices; slice += 1) {
    const row = await load(url, bodies, seconds / slices);
    total += row.requests;
    rows.push({ ...row, memory: status('VmRSS') });
    show((seconds / slices) * slice, rows.at(-1));
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize < RESERVE) {
      console.log(`\nended early: the disk has less than ${RESERVE / 1e9} GB left`);
      break;
    }
  }
  await judge(url, rows, total);
}

/** Starts the server, and returns its address. */
function start() {
  const key = join(folder, 'key');
  writeFileSync(key, randomUUID() + randomUUID(), { mode: 0o600 });
  const words = ['serve', '--listen', '127.0.0.1:0', '--database', given || `sqlite:${database}`,
    '--token-key-file', key, '--address-rate', '0',
    '--issuer-rate', '0', '--log', 'warn'];
  server = spawn(program, words, { env: { ...process.env, CLAIMGATE_BOOTSTRAP_TOKEN: BOOTSTRAP }, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  return new Promise((resolve, reject) => {
    server.stderr.on('data', (data) => {
      log += data;
      const found = /Claimgate is at (\S+)/.exec(log);
      if (found) resolve(found[1]);
      if (!found) process.stderr.write(data);
    });
    server.on('exit', (code, signal) => reject(new Error(`the server ended with ${code ?? signal}: ${log}`)));
  });
}

async function call(url, method, path, body, token = BOOTSTRAP) {
  const answer = await fetch(`${url}${path}`, { method, headers: { authorization: `token ${token}` }, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text.startsWith('{') ? JSON.parse(text) : text;
}

async function setUp(url) {
  await call(url, 'POST', '/api/orgs', { name: 'acme' });
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] };
  const { id } = await call(url, 'POST', '/api/orgs/acme/oidc/issuers', { name: 'CI', url: URL, jwks });
  const policy = await call(url, 'GET', `/api/orgs/acme/auth/policies/oidcissuers/${id}`);
  const rules = { aud: 'urn:pulumi:org:acme', sub: 'repo:acme/app:*' };
  await call(url, 'PATCH', `/api/orgs/acme/auth/policies/${policy.id}`, {
    policies: [{ decision: 'allow', tokenType: 'organization', rules }],
  });
}

/** A form with a token like those of GitHub Actions. */
function body() {
  const now = Math.floor(Date.now() / 1000);
  const ref = 'refs/heads/main';
  const claims = {
    iss: URL, aud: 'urn:pulumi:org:acme', sub: `repo:acme/app:ref:${ref}`, iat: now, nbf: now - 5,
    exp: now + Math.ceil(seconds) + 3_600, jti: randomUUID(), actor: 'ada', actor_id: '1', base_ref: '',
    event_name: 'push', head_ref: '', job_workflow_ref: `acme/app/.github/workflows/deploy.yml@${ref}`, ref,
    ref_type: 'branch', repository: 'acme/app', repository_id: '2', repository_owner: 'acme', repository_owner_id: '3',
    repository_visibility: 'private', run_attempt: '1', run_id: '4', run_number: '5', runner_environment: 'github-hosted',
    sha: '0123456789abcdef0123456789abcdef01234567', workflow: 'deploy',
  };
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encode({ alg: 'RS256', kid: 'one', typ: 'JWT' })}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(input), privateKey).toString('base64url');
  return new URLSearchParams({
    audience: 'urn:pulumi:org:acme',
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    requested_token_type: 'urn:pulumi:token-type:access_token:organization',
    subject_token: `${input}.${signature}`,
  }).toString();
}

/** Has wrk send requests for that time. */
async function load(url, bodies, time) {
  const words = ['-t1', `-c${connections}`, `-d${Math.ceil(time)}s`, '--timeout', '10s', '-s', join(import.meta.dirname, 'soak.lua'), url, bodies];
  const { stdout, stderr } = await promisify(execFile)(wrk, words);
  const line = stdout.split('\n').find((line) => line.startsWith('{'));
  if (!line) throw new Error(`expected numbers from wrk, found ${stdout}${stderr}`);
  return JSON.parse(line);
}

/** A number of the server's process, in MB. */
function status(name) {
  const text = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)[1]) / 1e3;
}

function show(until, { requests, microseconds, p50, p99, max, refused, broken, memory }) {
  const size = ['', '-wal'].map((end) => statSync(database + end, { throwIfNoEntry: false })?.size ?? 0);
  const cells = [
    `${until.toFixed(0)} s`.padStart(9), (requests / (microseconds / 1e6)).toFixed(0).padStart(10),
    ...[p50, p99, max].map((time) => (time / 1e3).toFixed(1).padStart(8)), String(refused).padStart(9), String(broken).padStart(8),
    memory.toFixed(0).padStart(11), (given ? '–' : ((size[0] + size[1]) / 1e6).toFixed(0)).padStart(13),
  ];
  console.log(cells.join(' '));
}

/** Fails if any request was refused or any entry lost. */
async function judge(url, rows, total) {
  const metrics = await call(url, 'GET', '/metrics');
  const granted = Number(/^claimgate_exchanges_total\{code="granted"\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
  const { exchanges } = await call(url, 'GET', '/api/orgs/acme/oidc/exchanges?limit=1');
  const { tokens } = await call(url, 'GET', '/api/orgs/acme/tokens');
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const highest = status('VmHWM');
  server.kill('SIGTERM');
  await ended;
  console.log(`\n${total} exchanges were answered, ${granted} granted; memory was ${highest.toFixed(0)} MB at most`);
  const sum = (name) => rows.reduce((sum, row) => sum + row[name], 0);
  const problems = [
    sum('refused') > 0 && `${sum('refused')} were refused`,
    sum('broken') > 0 && `${sum('broken')} connections broke or took longer than ten seconds`,
    granted < total && 'more were answered than granted',
    exchanges[0]?.code !== 'granted' && 'the last entry of the audit log is not a grant',
    tokens.length === 0 && 'no token may be used',
  ].filter(Boolean);
  if (problems.length > 0) throw new Error(problems.join('; '));
}
