// Reads the caller's input: each property once, with an error that has the path of what is invalid.

import { ADMIN_REQUEST, ORGANIZATION_REQUEST, PERSONAL_REQUEST, RUNNER_REQUEST, SKIPPED, TEAM_REQUEST } from "./protocol.js";

/** The longest accepted text: the core's memory is limited. Texts that it refuses anyway are cut. */
export const LONGEST = 1 << 24;

/** The message of `not-ready`. */
export const NOT_READY = "the engine's Wasm is not loaded yet: call `await init()` first";

export const isWellFormed = (text) =>
  typeof text.isWellFormed === "function" ? text.isWellFormed() : !/\p{Surrogate}/u.test(text);

/** An error in the caller's input, with its path in the arguments. */
export class Wrong extends Error {
  code = "wrong-argument";
  help = null;

  constructor(path, expected, found) {
    super(`expected ${expected}, found ${describe(found)}`);
    this.path = path;
  }
}

/** Two members of which there can be one only: which of them counts would be a guess. */
export const both = (path, expected) => Object.assign(new Wrong(path, expected), { message: `expected ${expected}, found both` });

/** How many letters two names differ in. */
function distance(name, other) {
  const first = Array.from({ length: other.length + 1 }, (_, at) => at);
  const next = (row, letter) => {
    const below = [row[0] + 1];
    for (let at = 0; at < other.length; at++) {
      below.push(Math.min(below[at] + 1, row[at + 1] + 1, row[at] + (letter === other[at] ? 0 : 1)));
    }
    return below;
  };
  return Array.from(name).reduce(next, first)[other.length];
}

/** The object, which has none but the `known` members; others may be `undefined` or `null`. */
export function members(value, path, known) {
  for (const name in object(value, path || "the argument")) {
    if (known.includes(name) || (value[name] ?? undefined) === undefined) continue;
    const near = known.find((other) => name.length <= 64 && distance(name.toLowerCase(), other.toLowerCase()) <= 1 + other.length / 3);
    throw Object.assign(new Wrong(path ? `${path}.${name}` : name, ""), {
      code: "unknown-key",
      message: `unknown key ${describe(name)}`,
      help: near === undefined ? `known are ${known.join(", ")}` : `did you mean \`${near}\`?`,
    });
  }
  return value;
}

export function describe(value) {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value === "string") return value.length > 60 ? "a string" : `\`${value}\``;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}

export function failure(code, message, path = "", help = null) {
  return { code, severity: "error", path, message, help, fix: null };
}

/** An exception as the list of errors that every answer has. */
export function failures(error) {
  if (error instanceof Wrong) return [failure(error.code, error.message, error.path, error.help)];
  let reason = "";
  try {
    reason = String(error?.message ?? error).split("\n", 1)[0];
  } catch {
    // An error that cannot be read must not throw another.
  }
  return [failure("wrong-argument", `expected plain data, as JSON has it: ${reason}`)];
}

export function json(value, path) {
  const text = JSON.stringify(value);
  if (text === undefined) throw new Wrong(path, "data that JSON has", value);
  if (text.length > LONGEST) throw new Wrong(path, "less than 16 MB of JSON", `${text.length} characters`);
  return text;
}

export function object(value, path) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Wrong(path, "an object", value);
  return value;
}

export function string(value, path) {
  if (typeof value !== "string") throw new Wrong(path, "a string", value);
  return value;
}

/** A well-formed text: lone surrogates would turn into other characters. */
export function wellFormed(value, path) {
  if (string(value, path).length === 0) throw new Wrong(path, "a string that is not empty", value);
  if (value.length > LONGEST) throw new Wrong(path, "less than 16 MB", `${value.length} characters`);
  if (!isWellFormed(value)) throw new Wrong(path, "well-formed Unicode", "half of a surrogate pair");
  return value;
}

export function time(value) {
  if (typeof value !== "number" || !Number.isFinite(value) || Math.abs(value) > 1e15) {
    throw new Wrong("now", "a number of seconds since 1970", value);
  }
  return value;
}

/** The members of a request for each type of token. */
const REQUESTS = {
  organization: ["tokenType", "admin"],
  team: ["tokenType", "teamName"],
  personal: ["tokenType", "userLogin"],
  runner: ["tokenType", "runnerID"],
};

/** The number of a request's kind, and its target. */
export function readRequest(value) {
  const request = object(value, "request");
  const tokenType = request.tokenType;
  if (typeof tokenType === "string" && Object.hasOwn(REQUESTS, tokenType)) members(request, "request", REQUESTS[tokenType]);
  switch (tokenType) {
    case "organization": {
      const admin = request.admin;
      if (admin !== undefined && typeof admin !== "boolean") throw new Wrong("request.admin", "true or false", admin);
      return admin === true ? ADMIN : ORGANIZATION;
    }
    case "team":
      return { kind: TEAM_REQUEST, target: wellFormed(request.teamName, "request.teamName") };
    case "personal":
      return { kind: PERSONAL_REQUEST, target: wellFormed(request.userLogin, "request.userLogin") };
    case "runner":
      return { kind: RUNNER_REQUEST, target: wellFormed(request.runnerID, "request.runnerID") };
    default:
      throw new Wrong("request.tokenType", "one of `organization`, `team`, `personal`, `runner`", tokenType);
  }
}
const ORGANIZATION = { kind: ORGANIZATION_REQUEST, target: "" };
const ADMIN = { kind: ADMIN_REQUEST, target: "" };

/** The bits of the checks to skip. */
export function readSkip(value) {
  if (value === undefined || value === null) return 0;
  const skip = members(value, "skip", SKIPPED);
  return SKIPPED.reduce((bits, name, bit) => {
    const flag = skip[name];
    if (flag !== undefined && typeof flag !== "boolean") throw new Wrong(`skip.${name}`, "true or false", flag);
    return flag === true ? bits | (1 << bit) : bits;
  }, 0);
}

/** A claim in the core's compact form; `null` if it has to be passed as JSON. */
export function field(claims, name) {
  if (!Object.hasOwn(claims, name)) return "m";
  const value = claims[name];
  switch (typeof value) {
    case "string":
      return `s${value}`;
    case "boolean":
      return value ? "jtrue" : "jfalse";
    default: {
      const text = JSON.stringify(value);
      return text === undefined ? "m" : `j${text}`;
    }
  }
}

/** Cuts a text to the length at which the core still sees that it is too long. */
export function shortened(text) {
  return text.length > LONGEST ? text.slice(0, LONGEST) : text;
}
