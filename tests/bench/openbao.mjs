// Token exchanges a second beside JWT logins of a real OpenBao server, with the same tokens, in
// turns: `cargo xtask bench-openbao`. Both servers verify an RS256 signature and match `aud`
// exactly and `sub` against a wildcard. Claimgate syncs each exchange to SQLite and keeps its audit
// log; OpenBao stores on raft and has no audit device.
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { AUDIENCE, EXCHANGE, SUBJECT, exchangeForm, load, memory, publicKeyPem, setUp, startServer, token } from '../server/load.mjs';

const [wrk, bao, folder, seconds, rounds, connections, ...programs] = process.argv.slice(2);
const TOKENS = 500;
const BAO = 'http://127.0.0.1:18200';
const servers = [];

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
try {
  await main();
} finally {
  for (const { child } of servers) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}

async function main() {
  const tokens = Array.from({ length: TOKENS }, () => token(Number(seconds) * Number(rounds) * (programs.length + 1) + 3_600));
  const file = (name, bodies) => {
    writeFileSync(join(folder, name), bodies.map((body) => `${body}\n`).join(''));
    return join(folder, name);
  };
  const exchanges = file('exchanges', tokens.map(exchangeForm));
  const logins = file('logins', tokens.map((jwt) => JSON.stringify({ role: 'ci', jwt })));
  for (const [index, program] of programs.entries()) {
    const own = join(folder, `claimgate-${index}`);
    mkdirSync(own);
    const started = await startServer(resolve(program), own, `sqlite:${join(own, 'claimgate.db')}`);
    servers.push({
      name: programs.length > 1 ? `claimgate (${program})` : 'claimgate', ...started,
      ...EXCHANGE, bodies: exchanges,
    });
    await setUp(started.url);
  }
  servers.push({
    name: 'OpenBao', child: await startBao(), url: BAO,
    path: '/v1/auth/jwt/login', contentType: 'application/json', bodies: logins,
  });
  const rows = servers.map(() => []);
  for (let round = 0; round < Number(rounds); round += 1) {
    for (const [index, server] of servers.entries()) {
      const row = await load(wrk, { ...server, connections, seconds });
      if (row.refused > 0 || row.broken > 0) throw new Error(`${server.name}: ${row.refused} refused, ${row.broken} broken`);
      rows[index].push({ ...row, rate: row.requests / (row.microseconds / 1e6) });
    }
  }
  print(rows);
}

function print(rows) {
  console.log(`${TOKENS} RS256 tokens, ${connections} connections, ${rounds} rounds of ${seconds} s in turns; wrk shares the machine\n`);
  console.log('| | a second: lowest | median | highest | p50, ms | p99, ms | memory, MB |\n|---|---:|---:|---:|---:|---:|---:|');
  const medians = rows.map((of) => median(of.map(({ rate }) => rate)));
  for (const [index, server] of servers.entries()) {
    const rates = rows[index].map(({ rate }) => rate);
    const cells = [
      Math.min(...rates).toFixed(0), medians[index].toFixed(0), Math.max(...rates).toFixed(0),
      ...['p50', 'p99'].map((name) => (median(rows[index].map((row) => row[name])) / 1e3).toFixed(1)),
      memory(server.child, 'VmRSS').toFixed(0),
    ];
    console.log(`| ${server.name} | ${cells.join(' | ')} |`);
  }
  for (const [index, server] of servers.slice(0, -1).entries()) {
    console.log(`\n${server.name}: ${(medians[index] / medians.at(-1)).toFixed(1)} times OpenBao's logins`);
  }
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Starts OpenBao on raft, with a role for the tokens, and returns its process. */
async function startBao() {
  const config = join(folder, 'bao.hcl');
  const data = join(folder, 'raft');
  mkdirSync(data);
  writeFileSync(config, `
storage "raft" { path = "${data}" }
listener "tcp" { address = "${new URL(BAO).host}" tls_disable = true }
api_addr = "${BAO}"
cluster_addr = "http://127.0.0.1:18201"
`);
  const child = spawn(bao, ['server', `-config=${config}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (data) => { log += data; });
  const request = async (method, path, body, vault) => {
    const answer = await fetch(`${BAO}/v1/${path}`, {
      method, headers: { ...(vault && { 'x-vault-token': vault }) }, body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
  const until = async (what, attempt) => {
    for (let tries = 0; tries < 100; tries += 1) {
      const found = await attempt().catch(() => undefined);
      if (found) return found;
      await wait(200);
    }
    throw new Error(`OpenBao: ${what}\n${log}`);
  };
  const { keys, root_token } = await until('cannot be initialized', () =>
    request('PUT', 'sys/init', { secret_shares: 1, secret_threshold: 1 }));
  await request('PUT', 'sys/unseal', { key: keys[0] });
  await until('has no leader', async () => (await fetch(`${BAO}/v1/sys/health`)).status === 200);
  await until('does not enable JWT logins', async () => {
    await request('POST', 'sys/auth/jwt', { type: 'jwt' }, root_token);
    return true;
  });
  await request('POST', 'auth/jwt/config', { jwt_validation_pubkeys: [publicKeyPem] }, root_token);
  await request('POST', 'auth/jwt/role/ci', {
    role_type: 'jwt', user_claim: 'sub', bound_audiences: [AUDIENCE], bound_claims_type: 'glob', bound_claims: { sub: SUBJECT },
    token_policies: ['default'], token_ttl: '2h',
  }, root_token);
  return child;
}
