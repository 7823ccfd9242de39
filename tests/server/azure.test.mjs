// `azure-login` with a stand-in for Entra, which verifies the token by the server's published keys and answers in the documented
// form. The server itself calls nothing: the program that reads the environment sends the token.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import * as environments from './environments.mjs';

const TENANT = '11111111-2222-3333-4444-555555555555';
const CLIENT = '66666666-7777-8888-9999-000000000000';
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** What the application's federated credential says. Entra compares all three exactly. */
const CREDENTIAL = {
  issuer: environments.ESC_ISSUER, subject: 'pulumi:environments:org:acme:env:web/prod', audience: 'azure:acme',
};
const DEFINITION = `values:
  azure:
    fn::open::azure-login: {clientId: ${CLIENT}, tenantId: ${TENANT}, subscriptionId: s, oidc: true}
  environmentVariables:
    ARM_CLIENT_ID: \${azure.clientId}
    ARM_TENANT_ID: \${azure.tenantId}
    ARM_OIDC_TOKEN: \${azure.oidc.token}
`;

let world, entra, token;

before(async () => {
  world = await environments.start();
  token = await environments.accessToken(world);
  entra = createServer(answer);
  await new Promise((resolve) => entra.listen(0, '127.0.0.1', resolve));
});

after(async () => {
  entra?.close();
  entra?.closeAllConnections();
  await world?.stop();
});

/** The stand-in's token endpoint. */
async function answer(request, response) {
  let body = '';
  for await (const part of request) body += part;
  const form = new URLSearchParams(body);
  const reply = (status, content) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
  const refuse = (error_description) => reply(401, { error: 'invalid_client', error_description });
  const isForm = form.get('grant_type') === 'client_credentials' && form.get('client_assertion_type') === ASSERTION;
  if (request.url !== `/${TENANT}/oauth2/v2.0/token` || form.get('client_id') !== CLIENT || !isForm) {
    reply(400, { error: 'invalid_request' });
    return;
  }
  try {
    const { iss, sub, aud } = await environments.verified(world, form.get('client_assertion'));
    const isTrusted = iss === CREDENTIAL.issuer && sub === CREDENTIAL.subject && aud === CREDENTIAL.audience;
    if (isTrusted) reply(200, { token_type: 'Bearer', expires_in: 3599, access_token: 'of-the-stand-in' });
    else refuse(`no matching federated identity record found for presented assertion subject '${sub}'`);
  } catch (error) {
    refuse(error.message);
  }
}

/** What a program does with the variables of an opened environment. */
async function login({ ARM_CLIENT_ID, ARM_TENANT_ID, ARM_OIDC_TOKEN }) {
  const answer = await fetch(`http://127.0.0.1:${entra.address().port}/${ARM_TENANT_ID}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials', scope: 'https://management.azure.com/.default',
      client_id: ARM_CLIENT_ID, client_assertion_type: ASSERTION, client_assertion: ARM_OIDC_TOKEN,
    }),
  });
  return { status: answer.status, body: await answer.json() };
}

async function opened(name) {
  await environments.save(world, token, name, DEFINITION);
  const { values, ...rest } = await environments.open(world, token, name);
  assert.ok(values, JSON.stringify(rest));
  return values.environmentVariables;
}

describe('azure-login with a stand-in for Entra', () => {
  test('yields a token that the stand-in accepts', async () => {
    const { status, body } = await login(await opened('web/prod'));
    assert.deepEqual([status, body.access_token], [200, 'of-the-stand-in'], JSON.stringify(body));
  });

  test('yields a token that the stand-in refuses, for an environment that its credential does not name', async () => {
    for (const name of ['web/dev', 'web/Prod', 'default/prod']) {
      const { status, body } = await login(await opened(name));
      assert.equal(status, 401, name);
      assert.match(body.error_description, /^no matching federated identity record found/);
    }
  });

  test('yields a token that the stand-in refuses once a character of it is changed', async () => {
    const variables = await opened('web/prod');
    const [header, claims, signature] = variables.ARM_OIDC_TOKEN.split('.');
    const changed = `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`;
    const { status, body } = await login({ ...variables, ARM_OIDC_TOKEN: `${header}.${claims}.${changed}` });
    assert.deepEqual([status, body.error_description], [401, 'the signature is invalid']);
  });
});
