// The workflow of Pulumi's announcement, whole, as one script of a job: its ID token from a real OpenID provider over TLS, the
// exchange, `pulumi login` and `pulumi env ls`.
//
// Without the `pulumi` program, curl sends the requests of these two commands, and the name of the test says so.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import * as environments from './environments.mjs';
import { JOB_SECRET } from './issuer.mjs';
import * as servers from './server.mjs';

const pulumi = process.env.PULUMI;

/** The first two steps. `value` reads a member of a JSON object. */
const STEPS = `
value() { "$NODE" -p 'JSON.parse(require("node:fs").readFileSync(0, "utf8"))[process.argv[1]]' "$1"; }
id_token=$(curl --silent --fail --show-error \\
  --header "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
  --get --data-urlencode "audience=$AUDIENCE" "$ACTIONS_ID_TOKEN_REQUEST_URL" | value value)
PULUMI_ACCESS_TOKEN=$(curl --silent --fail --show-error "$PULUMI_BACKEND_URL/api/oauth/token" \\
  --data-urlencode "grant_type=urn:ietf:params:oauth:grant-type:token-exchange" \\
  --data-urlencode "audience=$AUDIENCE" \\
  --data-urlencode "subject_token_type=urn:ietf:params:oauth:token-type:id_token" \\
  --data-urlencode "subject_token=$id_token" \\
  --data-urlencode "requested_token_type=urn:pulumi:token-type:access_token:organization" | value access_token)
export PULUMI_ACCESS_TOKEN
`;

const COMMANDS = `
"$PULUMI" login --non-interactive >&2
"$PULUMI" env ls
`;

/** The requests of the same commands, with what they print. */
const REQUESTS = `
get() {
  curl --silent --fail --show-error --header "Authorization: token $PULUMI_ACCESS_TOKEN" \\
    --header "Accept: application/vnd.pulumi+8" --header "Content-Type: application/json" "$PULUMI_BACKEND_URL$1"
}
login=$(get /api/user | value githubLogin)
echo "Logged in as $login" >&2
get /api/capabilities > /dev/null
get /api/user/organizations/default > /dev/null
get /api/esc/environments | "$NODE" -e '
  const { environments, nextToken } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  if (nextToken) throw new Error("another page");
  for (const { project, name } of environments) console.log(project + "/" + name);'
`;

let world;

before(async () => {
  world = await environments.start({ subjects: environments.MAIN });
  for (const name of ['web/prod', 'web/staging']) await environments.save(world, servers.BOOTSTRAP, name, 'values: {a: 1}\n');
});

after(() => world?.stop());

/** Runs the script as the job of a subject. */
function job(subject) {
  const home = mkdtempSync(join(world.folder, 'home-'));
  const script = join(home, 'job.sh');
  writeFileSync(script, STEPS + (pulumi ? COMMANDS : REQUESTS));
  const environment = {
    PATH: process.env.PATH,
    NODE: process.execPath,
    HOME: home,
    AUDIENCE: environments.AUDIENCE,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: JOB_SECRET,
    ACTIONS_ID_TOKEN_REQUEST_URL: environments.jobUrl(world, subject),
    CURL_CA_BUNDLE: world.server.authority,
    SSL_CERT_FILE: world.server.authority,
    PULUMI_BACKEND_URL: world.server.url,
    PULUMI_HOME: join(home, 'pulumi'),
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    ...(pulumi && { PULUMI: pulumi }),
  };
  return new Promise((resolve) => {
    execFile('bash', ['--noprofile', '--norc', '-eu', '-o', 'pipefail', script], { env: environment, cwd: home }, (error, stdout, stderr) => {
      resolve({ status: error?.code ?? 0, stdout, stderr });
    });
  });
}

describe(`the announcement's workflow, ${pulumi ? 'with the `pulumi` program' : 'with curl in place of the `pulumi` program, which PULUMI does not name'}`, () => {
  test('lists the environments that the job may read', async () => {
    const { status, stdout, stderr } = await job(environments.MAIN);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /Logged in/);
    assert.deepEqual(stdout.trim().split('\n'), ['web/prod', 'web/staging']);
  });

  test('ends at the exchange for a job of another branch', async () => {
    const { status, stdout, stderr } = await job('repo:acme/app:ref:refs/heads/feature');
    assert.notEqual(status, 0);
    assert.match(stderr, /curl: \(22\) .*400/);
    assert.equal(stdout, '');
  });

  test('is in the audit log with the subject of each job', async () => {
    const { body } = await servers.call(world.server, 'GET', '/api/orgs/acme/oidc/exchanges');
    const found = body.exchanges.map(({ subject }) => subject).sort();
    assert.deepEqual(found, ['repo:acme/app:ref:refs/heads/feature', environments.MAIN]);
  });
});
