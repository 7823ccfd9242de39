// Hono, on Node.js and on edge runtimes: a route for jobs whose token the policies allow.
import { Hono } from "hono";
import { Engine } from "claimgate";

/** Passes on requests whose bearer token is allowed. */
export const allowed = (engine, request = { tokenType: "organization" }) => async (c, next) => {
  const token = /^Bearer (.+)$/i.exec(c.req.header("authorization") ?? "")?.[1] ?? "";
  await engine.fetchKeys((url, init) => fetch(url, init)); // no requests while the keys are fresh
  c.set("decision", await engine.decideAsync({ token, request, now: Date.now() / 1000 }));
  if (c.get("decision").decision === "allowed") return next();
  console.log(JSON.stringify(c.get("decision"))); // the reason is for the log, not for the caller
  return c.json({ error: "invalid_token" }, 401);
};

export function app(config) {
  const created = Engine.create(config);
  if (!created.ok) throw new Error(created.errors.map(({ path, message }) => `${path}: ${message}`).join("; "));
  return new Hono().post("/deploy", allowed(created.engine), (c) => c.json({ policy: c.get("decision").policy }));
}
