// Pulumi's SDK for Node.js against `claimgate serve`: its own integration test, and each of its operations.
//
// The SDK drops the port of its base URL. So it uses port 80 of a name that does not exist, and the standard variable for an
// HTTP proxy leads its requests to the server. Neither the SDK nor its test is changed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { request as secureRequest } from 'node:https';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { EscApi, DefaultClient } from '@pulumi/esc-sdk';

import * as environments from './environments.mjs';

const BASE = 'http://claimgate.test';
const OWN_TEST = join(createRequire(import.meta.url).resolve('@pulumi/esc-sdk'), '../../test/client.spec.js');

let world, proxy, settings;
/** The requests, as sent. */
const sent = [];

before(async () => {
  world = await environments.start();
  proxy = createServer(forward);
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  settings = {
    PULUMI_ORG: 'acme',
    PULUMI_ACCESS_TOKEN: await environments.accessToken(world),
    PULUMI_BACKEND_URL: BASE,
    http_proxy: `http://127.0.0.1:${proxy.address().port}`,
  };
  for (const name of ['HTTP_PROXY', 'NO_PROXY', 'no_proxy', 'ALL_PROXY', 'all_proxy']) delete process.env[name];
  Object.assign(process.env, settings);
});

after(async () => {
  proxy?.close();
  proxy?.closeAllConnections();
  await world?.stop();
});

/** Sends a request on to the server, with its path, headers and body as they are. */
function forward(request, response) {
  const path = request.url.slice(BASE.length);
  sent.push(`${request.method} ${path}`);
  // Otherwise the name in the certificate would have to be that of the header.
  const tls = { servername: 'localhost', ca: world.trusted.pem };
  const onward = secureRequest(world.server.url, { path, method: request.method, headers: request.headers, ...tls }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}

test('the integration test of @pulumi/esc-sdk passes unchanged', async () => {
  // Otherwise the runner would report to this one, not in text.
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const child = spawn(process.execPath, ['--test', '--test-reporter=tap', OWN_TEST], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => { output += data; });
  const status = await new Promise((resolve) => child.on('close', resolve));
  assert.equal(status, 0, output);
  assert.match(output, /^# fail 0$/m);
  for (const name of ['should create, clone, list, update, get, decrypt, open and delete an environment', 'check environment valid', 'check environment invalid']) {
    assert.match(output, new RegExp(`^ *ok \\d+ - ${name}$`, 'm'));
  }
});

describe('@pulumi/esc-sdk', () => {
  const [org, project, name] = ['acme', 'sdk', 'all'];
  const DEFINITION = `# a comment
values:
  greeting: hello
  password:
    fn::secret: hunter2
  list: [1, 2.5, true, two]
  nested: {"a key": "\${greeting} world"}
`;
  /** The operations that have been called. */
  const called = new Set();
  let client;

  before(() => {
    const sdk = DefaultClient();
    assert.ok(sdk instanceof EscApi);
    client = new Proxy(sdk, {
      get(target, member) {
        called.add(member);
        return (...inputs) => target[member](...inputs);
      },
    });
  });

  const status = (expected) => (error) => {
    assert.equal(error.response?.status, expected, error);
    assert.equal(error.response.data.code, expected);
    assert.equal(typeof error.response.data.message, 'string');
    return true;
  };

  test('creates and lists environments', async () => {
    assert.equal(await client.createEnvironment(org, project, name), undefined);
    await assert.rejects(client.createEnvironment(org, project, name), status(409));
    const { environments: found, nextToken } = await client.listEnvironments(org);
    const own = found.find((environment) => environment.project === project);
    assert.deepEqual([own.organization, own.name, nextToken], [org, name, '']);
    assert.ok(own.created && own.modified);
    await assert.rejects(client.listEnvironments('unknown'), status(404));
  });

  test('saves definitions and reads them', async () => {
    assert.deepEqual(await client.updateEnvironmentYaml(org, project, name, DEFINITION), {});
    const { yaml, definition } = await client.getEnvironment(org, project, name);
    assert.ok(yaml.startsWith('# a comment\nvalues:\n  greeting: hello\n') && !yaml.includes('hunter2'), yaml);
    assert.match(definition.values.password['fn::secret'].ciphertext, /^ZXNjeA/);
    const decrypted = await client.decryptEnvironment(org, project, name);
    assert.equal(decrypted.yaml, DEFINITION);
    assert.equal(decrypted.definition.values.password['fn::secret'], 'hunter2');
    definition.values.added = { deep: [1, 'two'] };
    assert.deepEqual(await client.updateEnvironment(org, project, name, definition), {});
    const newest = await client.getEnvironment(org, project, name);
    assert.deepEqual(newest.definition.values.added, { deep: [1, 'two'] });
    const second = await client.getEnvironmentAtVersion(org, project, name, '2');
    assert.deepEqual([second.yaml, second.definition.values.added], [yaml, undefined]);
    await assert.rejects(client.getEnvironmentAtVersion(org, project, name, '9'), status(404));
    await assert.rejects(client.getEnvironment(org, project, 'none'), status(404));
  });

  test('refuses to save a definition with an error', async () => {
    await assert.rejects(client.updateEnvironmentYaml(org, project, name, 'values:\n  a: ${nope}\n'), (error) => {
      assert.equal(error.response.status, 400);
      const [{ summary, range, severity }] = error.response.data.diagnostics;
      assert.deepEqual([summary, range.environment, range.begin.line], ['unknown property "nope"', 'sdk/all', 2]);
      assert.ok([undefined, 'error'].includes(severity));
      return true;
    });
    assert.equal((await client.listEnvironmentRevisions(org, project, name)).length, 3);
  });

  test('checks definitions', async () => {
    const good = await client.checkEnvironment(org, { values: { a: 1, b: '${a}' } });
    assert.equal(good.diagnostics, undefined);
    assert.deepEqual([good.properties.a.value, good.properties.b.value], [1, 1]);
    const bad = await client.checkEnvironmentYaml(org, 'values:\n  a: ${b.c}\n');
    assert.deepEqual(bad.diagnostics.map(({ summary }) => summary), ['unknown property "b"']);
  });

  const VALUES = { greeting: 'hello', password: 'hunter2', list: [1, 2.5, true, 'two'], nested: { 'a key': 'hello world' } };

  test('opens environments and reads what they yield', async () => {
    const { id } = await client.openEnvironment(org, project, name);
    const read = await client.readOpenEnvironment(org, project, name, id);
    assert.deepEqual(read.values, { ...VALUES, added: { deep: [1, 'two'] } });
    assert.equal(read.environment.properties.password.secret, true);
    for (const [path, value] of [['greeting', 'hello'], ['list[1]', 2.5], ['nested["a key"]', 'hello world'], ['password', 'hunter2']]) {
      const found = await client.readOpenEnvironmentProperty(org, project, name, id, path);
      assert.deepEqual([found.value, found.property.value], [value, value], path);
    }
    assert.ok(sent.includes(`GET /api/esc/environments/acme/sdk/all/open//${id}?property=greeting`), 'two slashes');
    const whole = await client.readOpenEnvironmentProperty(org, project, name, id, 'added');
    assert.deepEqual(whole.value, { deep: [1, 'two'] });
    await assert.rejects(client.readOpenEnvironmentProperty(org, project, name, id, 'none'), (error) => error.response.status < 500);
    await assert.rejects(client.readOpenEnvironment(org, project, name, 'none'), status(404));
    const other = await client.openEnvironmentAtVersion(org, project, name, '2');
    assert.deepEqual((await client.readOpenEnvironment(org, project, name, other.id)).values, VALUES);
    assert.equal((await client.openAndReadEnvironment(org, project, name)).values.added.deep[1], 'two');
    assert.equal((await client.openAndReadEnvironmentAtVersion(org, project, name, '2')).values.added, undefined);
  });

  test('lists revisions, newest first', async () => {
    const all = await client.listEnvironmentRevisions(org, project, name);
    assert.deepEqual(all.map(({ number }) => number), [3, 2, 1]);
    assert.ok(all.every(({ created, creatorLogin }) => created && creatorLogin));
    const some = await client.listEnvironmentRevisions(org, project, name, 3, 1);
    assert.deepEqual(some.map(({ number }) => number), [2]);
    assert.deepEqual(await client.listEnvironmentRevisions(org, project, name, 1), []);
  });

  test('manages tags of revisions', async () => {
    assert.equal(await client.createEnvironmentRevisionTag(org, project, name, 'stable', 2), undefined);
    await assert.rejects(client.createEnvironmentRevisionTag(org, project, name, 'stable', 2), status(409));
    assert.equal((await client.getEnvironmentRevisionTag(org, project, name, 'stable')).revision, 2);
    assert.equal((await client.getEnvironmentAtVersion(org, project, name, 'stable')).definition.values.added, undefined);
    assert.equal(await client.updateEnvironmentRevisionTag(org, project, name, 'stable', 3), undefined);
    const { tags } = await client.listEnvironmentRevisionTags(org, project, name);
    assert.deepEqual(tags.map((tag) => [tag.name, tag.revision]), [['latest', 3], ['stable', 3]]);
    const page = await client.listEnvironmentRevisionTags(org, project, name, 'latest', 1);
    assert.deepEqual(page.tags.map((tag) => tag.name), ['stable']);
    assert.equal(await client.deleteEnvironmentRevisionTag(org, project, name, 'stable'), undefined);
    await assert.rejects(client.getEnvironmentRevisionTag(org, project, name, 'stable'), status(404));
    await assert.rejects(client.deleteEnvironmentRevisionTag(org, project, name, 'latest'), (error) => error.response.status < 500);
  });

  test('manages tags of environments', async () => {
    assert.equal(await client.createEnvironmentTag(org, project, name, 'team', 'platform'), undefined);
    const { value, id, created, editorLogin } = await client.getEnvironmentTag(org, project, name, 'team');
    assert.ok(value === 'platform' && id && created && editorLogin);
    await assert.rejects(client.updateEnvironmentTag(org, project, name, 'team', 'other', 'squad', 'infra'), status(409));
    assert.equal(await client.updateEnvironmentTag(org, project, name, 'team', 'platform', 'squad', 'infra'), undefined);
    const { tags } = await client.listEnvironmentTags(org, project, name);
    assert.deepEqual(Object.keys(tags), ['squad']);
    assert.deepEqual([tags.squad.name, tags.squad.value], ['squad', 'infra']);
    assert.deepEqual((await client.listEnvironmentTags(org, project, name, 'squad', 1)).tags, {});
    assert.equal(await client.deleteEnvironmentTag(org, project, name, 'squad'), undefined);
    await assert.rejects(client.getEnvironmentTag(org, project, name, 'squad'), status(404));
  });

  test('clones environments, with the history or without', async () => {
    assert.equal(await client.cloneEnvironment(org, project, name, 'copies', 'short'), undefined);
    assert.equal(await client.cloneEnvironment(org, project, name, 'copies', 'long', { preserveHistory: true }), undefined);
    const lengths = ['short', 'long'].map(async (copy) => (await client.listEnvironmentRevisions(org, 'copies', copy)).length);
    const [short, long] = await Promise.all(lengths);
    assert.ok(short < long && long === 3, `${short} and ${long} revisions`);
    for (const copy of ['short', 'long']) {
      assert.equal((await client.openAndReadEnvironment(org, 'copies', copy)).values.password, 'hunter2');
    }
  });

  test('deletes environments', async () => {
    for (const [of, which] of [['copies', 'short'], ['copies', 'long'], [project, name]]) {
      assert.equal(await client.deleteEnvironment(org, of, which), undefined);
      await assert.rejects(client.getEnvironment(org, of, which), status(404));
    }
    const { environments: left } = await client.listEnvironments(org);
    assert.deepEqual(left, []);
  });

  test('has no operation that was not called here', () => {
    const operations = Object.getOwnPropertyNames(EscApi.prototype).filter((member) => member !== 'constructor');
    assert.equal(operations.length, 28);
    assert.deepEqual(operations.filter((operation) => !called.has(operation)), []);
  });
});
