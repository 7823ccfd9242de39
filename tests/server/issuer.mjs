// A continuous integration service: a real OpenID provider over TLS, with an address at which its
// jobs request ID tokens, as on GitHub.
import { createServer } from 'node:https';
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const JOB = 'urn:claimgate:tests:job';
/** The secret with which a job requests an ID token. */
export const JOB_SECRET = 'the-secret-of-the-job';

const signingKey = (kid) => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
};

/** Starts it, with one client for each audience of its tokens. */
export async function start(identity, audiences) {
  const server = createServer(identity);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://localhost:${server.address().port}`;
  const issuer = { url, server, requests: [], isDown: false };
  let keys = [signingKey('first')];
  let provider = make(url, audiences, keys);
  /** Signs with a new key from now on; the previous one stays for existing tokens. */
  issuer.rotate = (kid) => {
    keys = [signingKey(kid), keys[0]];
    provider = make(url, audiences, keys);
  };
  server.on('request', (request, response) => {
    issuer.requests.push(request.url);
    if (issuer.isDown) {
      response.writeHead(503).end();
    } else if (request.url.startsWith('/job?')) {
      job(provider, request, response);
    } else {
      provider.callback()(request, response);
    }
  });
  issuer.stop = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return issuer;
}

function make(url, audiences, keys) {
  const provider = new Provider(url, {
    clients: audiences.map((client_id) => ({
      client_id,
      client_secret: JOB_SECRET,
      grant_types: [JOB],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: 'client_secret_post',
    })),
    features: { devInteractions: { enabled: false } },
    jwks: { keys },
    cookies: { keys: ['of no importance'] },
    claims: { openid: ['sub', 'repository', 'ref'] },
    ttl: { IdToken: 300 },
  });
  // An ID token of the provider for a job, signed with its key.
  provider.registerGrantType(JOB, async (context) => {
    const { subject, ttl } = context.oidc.params;
    const [, repository, , ref] = subject.split(':');
    const token = new context.oidc.provider.IdToken({ sub: subject, repository, ref }, { ctx: context });
    token.scope = 'openid';
    const expiresAt = ttl ? Math.floor(Date.now() / 1000) + Number(ttl) : null;
    context.body = { id_token: await token.issue({ use: 'idtoken', expiresAt }) };
  }, ['subject', 'ttl']);
  return provider;
}

/** `GET /job?…&audience=A` with the job's secret answers with `{"value": ID token}`. */
async function job(provider, request, response) {
  const { searchParams } = new URL(request.url, 'https://localhost');
  if (request.headers.authorization !== `bearer ${JOB_SECRET}`) {
    response.writeHead(401).end();
    return;
  }
  const { id_token, ...rest } = await tokenEndpoint(provider, {
    grant_type: JOB,
    client_id: searchParams.get('audience'),
    client_secret: JOB_SECRET,
    subject: searchParams.get('subject'),
    ...(searchParams.get('ttl') && { ttl: searchParams.get('ttl') }),
  });
  response.writeHead(id_token ? 200 : 400, { 'content-type': 'application/json' });
  response.end(JSON.stringify(id_token ? { value: id_token } : rest));
}

/** Calls the provider's own token endpoint without a network. */
async function tokenEndpoint(provider, parameters) {
  const { default: http } = await import('node:http');
  const inner = http.createServer(provider.callback());
  provider.proxy = true;
  await new Promise((resolve) => inner.listen(0, '127.0.0.1', resolve));
  const answer = await fetch(`http://127.0.0.1:${inner.address().port}/token`, {
    method: 'POST',
    headers: { host: new URL(provider.issuer).host, 'x-forwarded-proto': 'https' },
    body: new URLSearchParams(parameters),
  });
  const body = await answer.json();
  inner.close();
  inner.closeAllConnections();
  return body;
}
