// Kills the server (SIGKILL) while environments are saved and opened, again and again, and compares what it has afterwards with what
// it had acknowledged: `cargo xtask crashes`. PostgreSQL keeps running; only its client is killed.
//
// After each kill: every acknowledged revision is there with its text and its secret; a revision that was not acknowledged is
// absent or whole; numbers have no gaps; and every acknowledged session can be read and is in the audit log.
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { accessToken, call, setUp, startServer } from './load.mjs';
import * as postgres from './postgres.mjs';

const [program, target, rounds] = process.argv.slice(2);
const folder = resolve(target);
const ENVIRONMENTS = 6;
const OPENERS = 6;
/** A token has fifty sessions at most: another one would end the oldest. */
const OPENS = 45;
const PATH = '/api/esc/environments/acme/crash';
const names = Array.from({ length: ENVIRONMENTS }, (_, index) => `env-${index}`);

process.env.CLAIMGATE_ENVIRONMENT_KEY = randomBytes(32).toString('base64');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
let server, database;
try {
  await crash('SQLite', `sqlite:${join(folder, 'claimgate.db')}`);
  if (postgres.programs()) {
    database = await postgres.start(undefined, true);
    await crash('PostgreSQL', database.url('127.0.0.1'));
  }
} finally {
  server?.child.kill('SIGKILL');
  await database?.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Kills servers on a database. */
async function crash(what, url) {
  const world = { url, total: { saves: 0, opens: 0, pending: 0, kept: 0 } };
  await start(world);
  await setUp(server.url);
  await call(server.url, 'PUT', '/api/orgs/acme/environments/access', {
    access: [{ to: 'organization', project: '*', environment: '*', permission: 'write' }],
  });
  world.newest = new Map();
  for (const name of names) {
    await call(server.url, 'POST', '/api/esc/environments/acme', { project: 'crash', name });
    world.newest.set(name, 1);
    await save(world, { saves: [], pending: new Map() }, name, definition(name, 'first'));
  }
  for (let round = 1; round <= Number(rounds); round += 1) {
    const done = await load(world);
    await start(world);
    await verify(world, done);
  }
  await kill();
  const { saves, opens, pending, kept } = world.total;
  console.log(`${what}: ${rounds} kills, ${saves} acknowledged saves and ${opens} acknowledged opens, all there; of ${pending} saves without an answer, ${kept} were stored, whole`);
}

async function start({ url }) {
  server = await startServer(program, folder, url);
}

async function kill() {
  const ended = new Promise((resolve) => server.child.once('exit', resolve));
  server.child.kill('SIGKILL');
  await ended;
}

/** A definition that names itself, in plain text and in its secret, and is large enough for several pages. */
function definition(name, mark) {
  const filler = Array.from({ length: 40 }, (_, index) => `  filler${index}: ${mark}-${index}\n`).join('');
  return `# ${mark}\nvalues:\n  name: ${name}\n  mark: ${mark}\n${filler}  secret: {fn::secret: secret-${mark}}\n  end: ${mark}\n`;
}

/** Saves and opens environments until the server is killed; returns what was acknowledged, and what was not. */
async function load(world) {
  const done = { saves: [], opens: [], pending: new Map() };
  let isOver = false;
  const writers = names.map(async (name) => {
    while (!isOver) await save(world, done, name, definition(name, randomBytes(8).toString('hex')));
  });
  const openers = await Promise.all(Array.from({ length: OPENERS }, () => accessToken(server.url)));
  const opening = openers.map(async (token) => {
    for (let count = 0; count < OPENS && !isOver; count += 1) {
      const name = names[randomInt(names.length)];
      const id = await open(name, token);
      if (id) done.opens.push({ name, token, id });
    }
  });
  await wait(randomInt(20, 900));
  // Nothing is sent after what is in flight now.
  isOver = true;
  await kill();
  await Promise.all([...writers, ...opening]);
  return done;
}

/** The answer to a request; an error if the server was killed, or refused it. */
async function request(method, path, body, token) {
  const answer = await fetch(`${server.url}${path}`, { method, headers: { authorization: `token ${token}` }, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return { text, revision: Number(answer.headers.get('pulumi-esc-revision')) };
}

/** Whether an error is that the server is gone, and not that it refused something. */
function isGone(error) {
  return error instanceof TypeError || /ECONNRE|socket|terminated/i.test(`${error} ${error.cause ?? ''}`);
}

async function save(world, done, name, text) {
  world.writer ??= await accessToken(server.url);
  done.pending.set(name, text);
  try {
    const { revision } = await request('PATCH', `${PATH}/${name}`, text, world.writer);
    assert.equal(revision, world.newest.get(name) + 1, `the revision of ${name}`);
    world.newest.set(name, revision);
    done.saves.push({ name, revision, text });
    done.pending.delete(name);
  } catch (error) {
    if (!isGone(error)) throw error;
    await wait(5);
  }
}

async function open(name, token) {
  try {
    return JSON.parse((await request('POST', `${PATH}/${name}/open`, undefined, token)).text).id;
  } catch (error) {
    if (!isGone(error)) throw error;
    await wait(5);
    return undefined;
  }
}

/** Compares what the server has with what was acknowledged. */
async function verify(world, { saves, opens, pending }) {
  const recorded = (await recordedOpens(world)).length;
  // Those without an answer may be stored too.
  const most = opens.length + OPENERS;
  assert.ok(recorded >= opens.length && recorded <= most, `${opens.length} opens were acknowledged, the audit log has ${recorded}`);
  for (const { name, revision, text } of saves) {
    assert.equal((await request('GET', `${PATH}/${name}/versions/${revision}/decrypt`, undefined, world.writer)).text, text);
  }
  for (const name of names) {
    const acknowledged = world.newest.get(name);
    const { text, revision } = await request('GET', `${PATH}/${name}/decrypt`, undefined, world.writer);
    if (pending.has(name)) world.total.pending += 1;
    if (revision !== acknowledged) {
      // What was in flight is whole, and the only one.
      assert.deepEqual([revision, text], [acknowledged + 1, pending.get(name)], name);
      world.newest.set(name, revision);
      world.total.kept += 1;
    }
    const versions = JSON.parse((await request('GET', `${PATH}/${name}/versions?count=500`, undefined, world.writer)).text);
    const numbers = versions.map(({ number }) => number);
    assert.deepEqual(numbers, numbers.map((_, index) => revision - index), `the revisions of ${name}`);
    // Its secret can be decrypted and opened.
    const opened = await open(name, world.writer);
    const values = await read(name, opened, world.writer);
    assert.equal(values.secret.value, `secret-${values.mark.value}`);
    assert.equal(values.end.value, values.mark.value);
    assert.ok(text.startsWith(`# ${values.mark.value}\n`));
  }
  for (const { name, token, id } of opens) {
    const values = await read(name, id, token);
    assert.equal(values.secret.value, `secret-${values.mark.value}`);
  }
  world.recorded = (await recordedOpens(world))[0] ?? world.recorded;
  world.total.saves += saves.length;
  world.total.opens += opens.length;
}

/** The ids of the opens that the audit log has since the last look, newest first. */
async function recordedOpens({ recorded }) {
  const ids = [];
  for (let next = ''; next !== undefined && next !== null;) {
    const query = `code=environment-opened&limit=500${next && `&before=${next}`}`;
    const page = await call(server.url, 'GET', `/api/orgs/acme/changes?${query}`);
    const fresh = page.changes.map(({ id }) => id).filter((id) => !recorded || id > recorded);
    ids.push(...fresh);
    next = fresh.length === page.changes.length ? page.next : undefined;
  }
  return ids;
}

async function read(name, id, token) {
  return JSON.parse((await request('GET', `${PATH}/${name}/open/${id}`, undefined, token)).text).properties;
}
