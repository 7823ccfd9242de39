// Express: a route for jobs whose token the policies allow.
import express from "express";
import { Engine } from "claimgate";

/** Passes on requests whose bearer token is allowed. */
export const allowed = (engine, request = { tokenType: "organization" }) => async (req, res, next) => {
  const token = /^Bearer (.+)$/i.exec(req.headers.authorization ?? "")?.[1] ?? "";
  await engine.fetchKeys(fetch); // no requests while the keys are fresh
  req.decision = await engine.decideAsync({ token, request, now: Date.now() / 1000 });
  if (req.decision.decision === "allowed") return next();
  console.log(JSON.stringify(req.decision)); // the reason is for the log, not for the caller
  res.status(401).json({ error: "invalid_token" });
};

export function app(config) {
  const created = Engine.create(config);
  if (!created.ok) throw new Error(created.errors.map(({ path, message }) => `${path}: ${message}`).join("; "));
  return express().post("/deploy", allowed(created.engine), (req, res) => res.json({ policy: req.decision.policy }));
}
