// `aws-login` with moto, which implements AWS's API, and boto3, AWS's client for Python.
//
// moto looks neither at the ID token nor at the role's trust policy. A front does: it verifies the token by the server's published
// keys, compares its claims with the trust policy of the role in moto, and only then lets the request through.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:https';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { authority, localhost } from './certificates.mjs';
import * as environments from './environments.mjs';

const python = process.env.MOTO_PYTHON;
const skip = python ? false : 'set MOTO_PYTHON to a Python with moto and boto3; `cargo xtask test clients --full` does';

const ACCOUNT = '123456789012';
const PROVIDER = new URL(environments.ESC_ISSUER).host + new URL(environments.ESC_ISSUER).pathname;
const SUBJECT = 'pulumi:environments:org:acme:env:';

/** The roles, each with the condition of its trust policy. */
const ROLES = {
  exact: { StringEquals: { aud: 'aws:acme', sub: `${SUBJECT}web/prod` } },
  pattern: { StringEquals: { aud: 'aws:acme' }, StringLike: { sub: `${SUBJECT}web/pro?*` } },
  'other-audience': { StringLike: { aud: ['aws:other', 'gcp:*'], sub: '*' } },
};

let world, moto, front, token;
/** The requests that reached the front. */
const requests = [];

before(async () => {
  if (skip) return;
  moto = await startMoto();
  for (const [name, condition] of Object.entries(ROLES)) await createRole(name, condition);
  const trusted = await authority();
  front = createServer(await localhost(trusted), answer);
  await new Promise((resolve) => front.listen(0, '127.0.0.1', resolve));
  const endpoint = `https://sts.us-east-1.amazonaws.com=https://localhost:${front.address().port}`;
  world = await environments.start({
    trusted, options: ['--provider-network', '127.0.0.1', '--provider-endpoint', endpoint],
  });
  token = await environments.accessToken(world);
});

after(async () => {
  await world?.stop();
  front?.close();
  front?.closeAllConnections();
  moto?.child.kill();
});

async function startMoto() {
  const child = spawn(python, ['-m', 'moto.server', '--host', '127.0.0.1', '--port', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  const url = await new Promise((resolve, reject) => {
    child.stderr.on('data', (data) => {
      log += data;
      const [found] = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(log) ?? [];
      if (found) resolve(found);
    });
    child.on('exit', (code) => reject(new Error(`moto ended with ${code}: ${log}`)));
  });
  return { child, url };
}

/** Calls moto, which reads only the name of the service from the signature. */
async function aws(service, form) {
  const credential = `Credential=test/20260101/us-east-1/${service}/aws4_request`;
  const answer = await fetch(moto.url, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=none` },
    body: new URLSearchParams(form),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

function createRole(name, condition) {
  const named = Object.entries(condition).map(([operator, claims]) => {
    const keys = Object.entries(claims).map(([claim, value]) => [`${PROVIDER}:${claim}`, value]);
    return [operator, Object.fromEntries(keys)];
  });
  const policy = {
    Version: '2012-10-17',
    Statement: [{
      Effect: 'Allow',
      Action: 'sts:AssumeRoleWithWebIdentity',
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${PROVIDER}` },
      Condition: Object.fromEntries(named),
    }],
  };
  return aws('iam', { Action: 'CreateRole', Version: '2010-05-08', RoleName: name, AssumeRolePolicyDocument: JSON.stringify(policy) });
}

/** The trust policy of a role, as moto has it. */
async function trustPolicy(role) {
  const xml = await aws('iam', { Action: 'GetRole', Version: '2010-05-08', RoleName: role });
  const [, text] = /<AssumeRolePolicyDocument>(.*?)<\/AssumeRolePolicyDocument>/s.exec(xml);
  return JSON.parse(decodeURIComponent(text));
}

const literal = (text) => text.replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&');
const OPERATORS = {
  StringEquals: (pattern, value) => pattern === value,
  StringLike: (pattern, value) => new RegExp(`^${literal(pattern).replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(value),
};

/** Whether a statement of the policy allows a token with these claims. */
function allows(policy, claims) {
  return policy.Statement.some(({ Effect, Action, Principal, Condition }) => {
    const isForIt = Effect === 'Allow' && Action === 'sts:AssumeRoleWithWebIdentity' && Principal.Federated.endsWith(`oidc-provider/${PROVIDER}`);
    const tests = Object.entries(Condition).flatMap(([operator, keys]) => Object.entries(keys).map(([key, patterns]) => {
      const value = claims[key.slice(PROVIDER.length + 1)];
      return key.startsWith(`${PROVIDER}:`) && [patterns].flat().some((pattern) => OPERATORS[operator](pattern, value));
    }));
    return isForIt && tests.every(Boolean);
  });
}

/** The front: verifies the token and the trust policy, then passes the request on to moto's STS. */
async function answer(request, response) {
  let body = '';
  for await (const part of request) body += part;
  requests.push(body);
  const refuse = (status, code, message) => {
    const xml = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
    response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
  };
  try {
    const form = new URLSearchParams(body);
    const claims = await environments.verified(world, form.get('WebIdentityToken'))
      .catch((error) => { refuse(400, 'InvalidIdentityToken', error.message); });
    if (!claims) return;
    if (!allows(await trustPolicy(form.get('RoleArn').split('/').at(-1)), claims)) {
      refuse(403, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
      return;
    }
    const granted = await fetch(moto.url, { method: 'POST', body: form });
    response.writeHead(granted.status, { 'content-type': 'text/xml' }).end(await granted.text());
  } catch (error) {
    refuse(500, 'InternalFailure', error.message);
  }
}

/** A definition that assumes that role. */
const login = (role) => `values:
  aws:
    fn::open::aws-login:
      oidc:
        roleArn: arn:aws:iam::${ACCOUNT}:role/${role}
        sessionName: esc
  environmentVariables:
    AWS_ACCESS_KEY_ID: \${aws.accessKeyId}
    AWS_SECRET_ACCESS_KEY: \${aws.secretAccessKey}
    AWS_SESSION_TOKEN: \${aws.sessionToken}
`;

/** Opens an environment with that name that assumes that role. */
async function opened(name, role) {
  await environments.save(world, token, name, login(role));
  return environments.open(world, token, name);
}

const IDENTITY = `
import boto3, os
print(boto3.client("sts", region_name="us-east-1", endpoint_url=os.environ["MOTO"]).get_caller_identity()["Arn"])
`;

describe('aws-login with moto, behind a front that checks the trust policy', { skip }, () => {
  test('yields credentials that boto3 uses', async () => {
    const { values, ...rest } = await opened('web/prod', 'exact');
    assert.ok(values, JSON.stringify(rest));
    const environment = { PATH: process.env.PATH, HOME: world.folder, MOTO: moto.url, ...values.environmentVariables };
    const { stdout } = await promisify(execFile)(python, ['-c', IDENTITY], { env: environment });
    assert.equal(stdout.trim(), `arn:aws:sts::${ACCOUNT}:assumed-role/exact/esc`);
  });

  test('accepts a subject that StringLike matches', async () => {
    const { values, ...rest } = await opened('web/prod-eu', 'pattern');
    assert.ok(values?.aws.sessionToken, JSON.stringify(rest));
  });

  const refusals = [
    ['another subject than StringEquals has', 'web/dev', 'exact', 'aws:acme'],
    ['the right subject with a different case', 'web/Prod', 'exact', 'aws:acme'],
    ['a subject that StringLike does not match', 'web/pro', 'pattern', 'aws:acme'],
    ['the audience of another organization', 'web/prod', 'other-audience', 'aws:acme'],
  ];
  for (const [what, name, role, audience] of refusals) {
    test(`refuses ${what}, with the step, the answer, the subject and the audience`, async () => {
      const { status, problems } = await opened(name, role);
      assert.equal(status, 400);
      const [problem] = problems;
      assert.equal(
        problem,
        `assuming the role \`arn:aws:iam::${ACCOUNT}:role/${role}\` for 3600 seconds at AWS STS failed: status 403, “AccessDenied: Not `
          + 'authorized to perform sts:AssumeRoleWithWebIdentity”; the token has '
          + `\`iss\` \`${environments.ESC_ISSUER}\`, \`aud\` \`${audience}\` and \`sub\` \`${SUBJECT}${name}\``,
      );
    });
  }

  test('has a front that refuses a token of a stranger', async () => {
    const form = new URLSearchParams(requests.at(-1));
    const [header, claims] = form.get('WebIdentityToken').split('.');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const signature = sign('RSA-SHA256', Buffer.from(`${header}.${claims}`), privateKey).toString('base64url');
    form.set('WebIdentityToken', `${header}.${claims}.${signature}`);
    const refused = await world.server.fetch(`https://localhost:${front.address().port}/`, { method: 'POST', body: form });
    assert.equal(refused.status, 400);
    assert.match(await refused.text(), /InvalidIdentityToken.*the signature is invalid/s);
  });
});
