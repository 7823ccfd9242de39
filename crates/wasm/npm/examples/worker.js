// An edge worker that answers `POST /api/oauth/token`, with issuers and policies from its configuration (`CLAIMGATE`, JSON).
import { Engine } from "claimgate";

let engine;

async function load(env) {
  const created = Engine.create(JSON.parse(env.CLAIMGATE));
  if (!created.ok) throw new Error(created.errors.map(({ path, message }) => `${path}: ${message}`).join("; "));
  return created.engine;
}

export default {
  async fetch(request, env) {
    if (request.method !== "POST" || new URL(request.url).pathname !== "/api/oauth/token") {
      return new Response("not found\n", { status: 404 });
    }
    engine ??= await load(env);
    // Keys missing from the configuration are fetched, and refreshed when they expire.
    await engine.fetchKeys((url, init) => fetch(url, init));
    const contentType = request.headers.get("content-type") ?? undefined;
    const result = await engine.exchangeAsync(await request.text(), { now: Date.now() / 1000, contentType });
    if (!result.ok) {
      const reference = crypto.randomUUID();
      console.log(JSON.stringify({ reference, code: result.code, reason: result.reason }));
      const { error, error_description } = result;
      return Response.json({ error, error_description: `${error_description} (reference ${reference})` }, { status: result.status });
    }
    const { issuedTokenType, expiresIn, scope } = result.grant;
    return Response.json({
      access_token: `demo-${crypto.randomUUID()}`, // create and store a real one here
      issued_token_type: issuedTokenType,
      token_type: "token",
      expires_in: expiresIn,
      scope,
    });
  },
};
