// Opens of environments a second, and reads of what they yield, on SQLite and PostgreSQL in turns: `cargo xtask bench-opens`.
// Each open decrypts the secrets, stores the result sealed, and records who opened what; both databases sync it to disk.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { accessToken, call, memory, setUp, startServer } from '../server/load.mjs';
import * as postgres from '../server/postgres.mjs';

const [wrk, program, target, seconds, rounds, connections] = process.argv.slice(2);
const folder = resolve(target);
/** A token has fifty sessions at most. */
const TOKENS = 150;
const IMPORTS = 10;
const PATH = '/api/esc/environments/acme/bench';

const servers = [];
let database;

process.env.CLAIMGATE_ENVIRONMENT_KEY = randomBytes(32).toString('base64');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
try {
  await main();
} finally {
  for (const { child } of servers) child.kill('SIGKILL');
  await database?.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function main() {
  await start('SQLite', (own) => `sqlite:${join(own, 'claimgate.db')}`);
  if (postgres.programs()) {
    database = await postgres.start(undefined, true);
    await start('PostgreSQL', () => database.url('127.0.0.1'));
  }
  const rows = [];
  for (const [what, file] of [
    ['open, three secrets', 'one'], [`open, ${IMPORTS} imports with a secret each`, 'ten'], ['read one value', 'read'],
  ]) {
    const of = servers.map((server) => ({ what, server, measured: [] }));
    for (let round = 0; round < Number(rounds); round += 1) {
      for (const { server, measured } of of) measured.push(await load(server, file));
    }
    rows.push(...of);
  }
  print(rows);
}

/** Starts a server with environments, tokens that may open them, and open sessions. */
async function start(name, url) {
  const own = join(folder, name);
  mkdirSync(own);
  const server = { name, own, ...await startServer(resolve(program), own, url(own)) };
  servers.push(server);
  await setUp(server.url);
  await call(server.url, 'PUT', '/api/orgs/acme/environments/access', {
    access: [{ to: 'organization', project: '*', environment: '*', permission: 'open' }],
  });
  const imports = Array.from({ length: IMPORTS }, (_, index) => `base-${index}`);
  for (const [index, base] of imports.entries()) {
    await save(server, base, `values: {base${index}: {region: eu-west-1, url: "https://\${base${index}.region}.example", password: {fn::secret: password-${index}}}}\n`);
  }
  await save(server, 'one', `values:
  region: eu-west-1
  database: {host: "db.\${region}.example", port: 5432, password: {fn::secret: hunter2}}
  api: {fn::secret: a-key-of-an-api}
  signing: {fn::secret: another-secret-of-the-shop}
  environmentVariables:
    DATABASE_URL: "postgres://shop:\${database.password}@\${database.host}:\${database.port}/shop"
    API_KEY: \${api}
`);
  await save(server, 'ten', `imports: [${imports.map((base) => `bench/${base}`).join(', ')}]
values:
  environmentVariables: {${imports.map((_, index) => `PASSWORD_${index}: "\${base${index}.password}"`).join(', ')}}
`);
  const lines = { one: [], ten: [], read: [] };
  for (let index = 0; index < TOKENS; index += 1) {
    const access = await accessToken(server.url);
    for (const name of ['one', 'ten']) lines[name].push(`POST ${PATH}/${name}/open ${access}`);
    // A session of a token that opens nothing else, which would end it.
    const reader = await accessToken(server.url);
    const opened = await fetch(`${server.url}${PATH}/one/open`, { method: 'POST', headers: { authorization: `token ${reader}` } });
    lines.read.push(`GET ${PATH}/one/open/${(await opened.json()).id}?property=database.password ${reader}`);
  }
  for (const [file, of] of Object.entries(lines)) writeFileSync(join(own, file), of.map((line) => `${line}\n`).join(''));
}

/** Creates an environment with a definition. */
async function save({ url }, name, definition) {
  await call(url, 'POST', '/api/esc/environments/acme', { project: 'bench', name });
  await call(url, 'PATCH', `${PATH}/${name}`, definition);
}

/** Has wrk send the requests of a file, one after the other. */
async function load({ name, url, own }, file) {
  const words = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', join(import.meta.dirname, 'opens.lua'), url, join(own, file)];
  const { stdout, stderr } = await promisify(execFile)(wrk, words);
  const line = stdout.split('\n').find((line) => line.startsWith('{'));
  if (!line) throw new Error(`expected numbers from wrk, found ${stdout}${stderr}`);
  const row = JSON.parse(line);
  if (row.refused > 0 || row.broken > 0) throw new Error(`${name}, ${file}: ${row.refused} refused, ${row.broken} broken`);
  return { ...row, rate: row.requests / (row.microseconds / 1e6) };
}

function print(rows) {
  console.log(`${connections} connections, ${rounds} rounds of ${seconds} s in turns; wrk${database ? ' and PostgreSQL share' : ' shares'} the machine\n`);
  console.log('| | database | a second: lowest | median | highest | p50, ms | p99, ms |\n|---|---|---:|---:|---:|---:|---:|');
  for (const { what, server, measured } of rows) {
    const rates = measured.map(({ rate }) => rate);
    const cells = [
      ...[Math.min(...rates), median(rates), Math.max(...rates)].map((rate) => rate.toFixed(0)),
      ...['p50', 'p99'].map((name) => (median(measured.map((row) => row[name])) / 1e3).toFixed(1)),
    ];
    console.log(`| ${[what, server.name, ...cells].join(' | ')} |`);
  }
  const used = servers.map(({ name, child }) => `${name} ${memory(child, 'VmHWM').toFixed(0)} MB`);
  console.log(`\nthe most memory of the server: ${used.join(', ')}`);
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
