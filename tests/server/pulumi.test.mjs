// The real `pulumi` program against `claimgate serve`: login, and every command of `pulumi env` that the server supports.
//
// What each command prints is compared with pulumi.expected.txt (CLAIMGATE_WRITE=1 writes it), and, where the external
// vectors are, with what the same program printed against a stub of Pulumi's service that evaluates with Pulumi's code.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import * as environments from './environments.mjs';
import * as servers from './server.mjs';

const program = process.env.PULUMI;
const skip = program ? false : 'set PULUMI to the program, built by Go; `cargo xtask test clients --full` does where Go is installed';

const EXPECTED = join(import.meta.dirname, 'pulumi.expected.txt');
const vectors = process.env.CLAIMGATE_VECTORS ?? join(servers.root, '../shared/vectors');
const TRANSCRIPT = join(vectors, 'esc-cli/transcript.txt');
/** How many lines of a command's output the external transcript has. */
const LINES = 12;

const DEFINITION = `# comment
values:
  greeting: hello
  url: "https://\${greeting}.example"
  key: {fn::secret: s3cret}
  environmentVariables:
    GREETING: \${greeting}
    KEY: \${key}
  files:
    CFG: '{"a": 1}'
`;

/** Every command, in order: its words as the transcript writes them, or with its arguments where those have spaces. */
const COMMANDS = [
  'login --non-interactive',
  'whoami -v',
  'env ls',
  'env init app/dev',
  'env edit app/dev -f d.yaml',
  'env set app/dev added.number 5',
  'env set app/dev pw hunter2 --secret',
  'env get app/dev',
  'env get app/dev greeting',
  'env get app/dev pw --show-secrets',
  'env get app/dev --show-secrets',
  'env open app/dev -f json',
  'env open app/dev -f yaml',
  'env open app/dev -f string',
  'env open app/dev -f detailed',
  'env open app/dev -f dotenv',
  'env open app/dev -f shell',
  'env open app/dev greeting',
  ['env run app/dev -- sh -c echo $GREETING $KEY; cat $CFG', 'env', 'run', 'app/dev', '--', 'sh', '-c', 'echo $GREETING $KEY; cat $CFG'],
  'env version history app/dev',
  'env version app/dev@2',
  'env version tag app/dev@prod @2',
  'env version tag ls app/dev',
  'env open app/dev@prod greeting',
  'env diff app/dev@2 app/dev@latest',
  'env version rollback app/dev@2',
  'env version tag rm app/dev@prod',
  'env tag app/dev team platform',
  'env tag get app/dev team',
  'env tag mv app/dev team squad',
  'env tag ls app/dev',
  'env tag rm app/dev squad',
  'env clone app/dev app/copy',
  'env ls',
  'env rm app/copy added -y',
  'env rm app/copy --yes',
  'env init app/bad -f /dev/null',
  'env edit app/dev -f bad.yaml',
  'env get app/none',
  'env open dev',
  'env version retract app/dev@2',
  'env rotate app/dev',
  'logout',
];

/** What the transcript has otherwise, and why: its output as this server leads to it. */
const OTHERWISE = {
  // The address of the server.
  'login --non-interactive': (printed) => printed.replace('http://localhost', 'URL'),
  logout: (printed) => printed.replace('http://localhost', 'URL'),
  // The name of a token is the id of its exchange.
  'whoami -v': (printed) => printed.replace('Token name: ci', 'Token name: ID'),
  // The newest revision has the tag `latest`, as in Pulumi's documentation of this command; the stub left it out.
  'env version history app/dev': (printed) => printed.replace('revision 4', 'revision 4 (tag: latest)'),
};

let world, server, folder, token;

before(async () => {
  if (skip) return;
  world = await environments.start();
  ({ server, folder } = world);
  token = await environments.accessToken(world);
  writeFileSync(join(folder, 'd.yaml'), DEFINITION);
  writeFileSync(join(folder, 'bad.yaml'), 'values:\n  a: ${nope}\n');
});

after(() => world?.stop());

/** Runs the program. Returns what it prints and its exit status, with times, addresses and paths replaced. */
async function pulumi(words, more = {}) {
  const environment = {
    PATH: process.env.PATH,
    HOME: folder,
    PULUMI_HOME: join(folder, 'home'),
    PULUMI_BACKEND_URL: server.url,
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_ACCESS_TOKEN: token,
    SSL_CERT_FILE: server.authority,
    ...more,
  };
  for (const name of Object.keys(environment)) if (environment[name] === undefined) delete environment[name];
  const child = spawn(program, words, { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => { printed += data; });
  const status = await new Promise((resolve) => child.on('close', resolve));
  return { printed: normal(printed), status };
}

function normal(printed) {
  return printed
    .replaceAll(server.url, 'URL')
    .replaceAll(/\/tmp\/esc-[0-9A-Za-z]+/g, '/tmp/esc-N')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'DATE')
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/ciphertext: [0-9A-Za-z+/]+=*/g, 'ciphertext: CIPHERTEXT')
    .replaceAll(/\u001b\[[0-9;]*m/g, '')
    .trimEnd();
}

/** The commands of the external transcript with what they print, in order. */
function transcript() {
  const text = readFileSync(TRANSCRIPT, 'utf8');
  return text.split('\n$ pulumi ').slice(1).map((part) => {
    const [command, ...lines] = part.split('\n');
    const output = lines.filter((line) => !line.startsWith('  > ')).map((line) => line.replace(/^ {2}/, '')).join('\n');
    const [printed, status] = output.split(/\s*rc=/);
    return { command, printed: printed.replaceAll('2026-11-29 HH:MM:SS', 'DATE').trimEnd(), status: Number(status) };
  });
}

describe('pulumi', { skip }, () => {
  test('every command of environments prints what is expected', async () => {
    const ran = [];
    for (const entry of COMMANDS) {
      const [command, ...words] = Array.isArray(entry) ? entry : [entry, ...entry.split(' ')];
      ran.push({ command, ...(await pulumi(words)) });
    }
    const text = ran.map(({ command, printed, status }) => `$ pulumi ${command}\n${printed}\n[${status}]\n`).join('\n');
    if (process.env.CLAIMGATE_WRITE) writeFileSync(EXPECTED, text);
    assert.equal(text, readFileSync(EXPECTED, 'utf8'));
    compare(ran);
  });

  test('a job logs in with its ID token and lists what it may read', async () => {
    const home = { PULUMI_HOME: join(folder, 'other'), PULUMI_ACCESS_TOKEN: undefined };
    const login = ['login', '--oidc-token', await environments.idToken(world), '--oidc-org', 'acme', '--non-interactive'];
    const logged = await pulumi(login, home);
    assert.equal(logged.status, 0, logged.printed);
    const who = await pulumi(['whoami', '-v'], home);
    assert.match(who.printed, /Token type: organization: acme/);
    const init = await pulumi(['env', 'init', 'job/own'], home);
    assert.equal(init.status, 0, init.printed);
    const list = await pulumi(['env', 'ls', '-p', 'job'], home);
    assert.equal(list.printed, 'job/own');
  });

  test('an environment has an ID token that the published keys verify', async () => {
    const login = 'fn::open::azure-login: {clientId: c, tenantId: t, subscriptionId: s, oidc: true}';
    writeFileSync(join(folder, 'login.yaml'), `values:\n  azure:\n    ${login}\n`);
    for (const words of ['env init web/prod', 'env edit web/prod -f login.yaml']) {
      const ran = await pulumi(words.split(' '));
      assert.equal(ran.status, 0, ran.printed);
    }
    const opened = await pulumi(['env', 'open', 'web/prod', 'azure.oidc.token']);
    const { iss, sub, aud } = await environments.verified(world, JSON.parse(opened.printed));
    assert.deepEqual({ iss, sub, aud }, { iss: environments.ESC_ISSUER, sub: 'pulumi:environments:org:acme:env:web/prod', aud: 'azure:acme' });
  });
});

/** Compares with what the same program prints against the stub. */
function compare(ran) {
  if (!existsSync(TRANSCRIPT)) {
    assert.ok(!process.env.CI || process.env.CLAIMGATE_VECTORS_OPTIONAL, `expected ${TRANSCRIPT}`);
    console.log('NOT RUN: the comparison with the external transcript, which is not here');
    return;
  }
  const theirs = transcript();
  const ours = ran.filter(({ command }) => theirs.some((other) => other.command === command));
  assert.equal(ours.length, theirs.length);
  for (const [index, { command, printed, status }] of ours.entries()) {
    const other = theirs[index];
    assert.equal(command, other.command);
    const first = printed.split('\n').slice(0, LINES).join('\n').trimEnd();
    const change = OTHERWISE[command];
    const expected = change ? change(other.printed) : other.printed;
    assert.ok(!change || expected !== other.printed, `${command} is no exception any more`);
    assert.deepEqual({ command, printed: first, status }, { command, printed: expected, status: other.status });
  }
}
