// A PostgreSQL of the tests' own, in a temporary folder, as an unprivileged user.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { freePort } from './ports.mjs';

/** The user that runs it where the tests run as root, which PostgreSQL refuses. */
const UNPRIVILEGED = 65534;
const isRoot = process.getuid?.() === 0;

/** The folder of its programs, or undefined if it is not installed. */
export function programs() {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : [];
  const folders = [...versions, ...(process.env.PATH ?? '').split(':')];
  return folders.find((folder) => ['initdb', 'postgres', 'psql'].every((program) => existsSync(join(folder, program))));
}

/** A command as the user that may run PostgreSQL. */
function unprivileged(program, words) {
  const drop = ['--reuid=65534', '--regid=65534', '--clear-groups', program];
  return isRoot ? ['setpriv', [...drop, ...words]] : [program, words];
}

/** Starts it on the loopback address; with an identity, it offers TLS. It does not sync its files unless `isSynced`. */
export async function start(identity, isSynced = false) {
  const bin = programs();
  const folder = mkdtempSync(join(tmpdir(), 'claimgate-postgres-'));
  if (isRoot) chownSync(folder, UNPRIVILEGED, UNPRIVILEGED);
  const file = (name, text) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    chmodSync(path, 0o600);
    if (isRoot) chownSync(path, UNPRIVILEGED, UNPRIVILEGED);
    return path;
  };
  const data = join(folder, 'data');
  const options = ['--username=claimgate', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C', '-D', data];
  execFileSync(...unprivileged(join(bin, 'initdb'), options), { stdio: ['ignore', 'ignore', 'inherit'] });
  const port = await freePort();
  const tls = identity
    ? ['ssl=on', `ssl_cert_file=${file('server.pem', identity.cert)}`, `ssl_key_file=${file('server.key', identity.key)}`]
    : [];
  const settings = ['listen_addresses=127.0.0.1', `fsync=${isSynced ? 'on' : 'off'}`, ...tls].flatMap((setting) => ['-c', setting]);
  const words = ['-p', String(port), '-D', data, '-k', folder, ...settings];
  // The shell ends it when this process ends, however that comes about: its input is closed then.
  const script = '"$@" & pid=$!; read word; kill -QUIT $pid; wait $pid';
  const [program, own] = unprivileged(join(bin, 'postgres'), words);
  const child = spawn('sh', ['-c', script, 'sh', program, ...own], { stdio: ['pipe', 'ignore', 'ignore'] });
  const psql = (sql) => {
    const words = ['-h', '127.0.0.1', '-p', String(port), '-U', 'claimgate', '-d', 'postgres', '-q', '-A', '-t', '-c', sql];
    return spawnSync(join(bin, 'psql'), words, { encoding: 'utf8' });
  };
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.stdin.end();
    await ended;
    rmSync(folder, { recursive: true });
  };
  while (psql('SELECT 1').status !== 0) {
    if (child.exitCode !== null) throw new Error(`PostgreSQL ended with ${child.exitCode}`);
    await setTimeout(50);
  }
  psql('CREATE DATABASE claimgate');
  return {
    stop,
    url: (host) => `postgres://claimgate@${host}:${port}/claimgate`,
    /** Whether each connection to the database uses TLS. */
    connections: () => psql("SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname = 'claimgate'")
      .stdout.trim().split('\n').map((line) => line === 't'),
  };
}
