// Exchanges tokens for minutes, with wrk and with the audit log on: measures throughput and
// latency, and the growth of memory and database. `cargo xtask soak` runs it.
import { mkdirSync, rmSync, statSync, statfsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EXCHANGE, call, exchangeForm, load, memory, setUp, startServer, token } from './load.mjs';

const root = resolve(import.meta.dirname, '../..');
const [program, wrk, minutes, connections, given] = process.argv.slice(2);
const folder = resolve(process.env.CLAIMGATE_SOAK_FOLDER ?? join(root, 'target/soak'));
const database = join(folder, 'claimgate.db');
const TOKENS = 2_000;
/** Free disk space that always remains. */
const RESERVE = 3e9;

const seconds = Number(minutes) * 60;
const slices = Math.max(1, Math.min(10, Math.floor(seconds / 5)));
let server;

await main().finally(() => {
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function main() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const started = await startServer(program, folder, given || `sqlite:${database}`);
  server = started.child;
  const { url } = started;
  await setUp(url);
  const bodies = join(folder, 'bodies');
  writeFileSync(bodies, Array.from({ length: TOKENS }, () => `${exchangeForm(token(seconds + 3_600))}\n`).join(''));
  console.log(`RS256, ${given ? 'PostgreSQL' : 'SQLite'}, audit log on, ${connections} connections, ${minutes} min; wrk shares the machine with the server\n`);
  console.log('    until   a second   p50 ms   p99 ms   max ms   refused   broken   memory MB   database MB');
  let total = 0;
  const rows = [];
  for (let slice = 1; slice <= slices; slice += 1) {
    const row = await load(wrk, {
      url, ...EXCHANGE, bodies, connections, seconds: seconds / slices,
    });
    total += row.requests;
    rows.push({ ...row, memory: memory(server, 'VmRSS') });
    show((seconds / slices) * slice, rows.at(-1));
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize < RESERVE) {
      console.log(`\nended early: the disk has less than ${RESERVE / 1e9} GB left`);
      break;
    }
  }
  await judge(url, rows, total);
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
  const highest = memory(server, 'VmHWM');
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
