// The engine around the Wasm core: what users call, the same for every host.
//
// Nothing here throws, whatever is passed: errors are values. A call reads each property of its arguments once.

import {
  LONGEST, Wrong, describe, failure, failures, field, isWellFormed, json, object, readRequest, readSkip, shortened, string, time, wellFormed,
} from "./input.js";

const SEPARATOR = "\x1f";
const NO_RUN = 0xffff_ffff;
const POLICIES_AT_ONCE = 500;
const POLICY = 33_554_432;
const FAILED = 15;
const ROLE = 5;
const DAY = 86_400;
/** Seconds before the same issuer's keys are asked for again, whatever came of it. */
const PAUSE = 30;
const REASONS = ["allow-matched", "deny-matched", "default-deny", "admin-not-granted", "role-ambiguous", "allow-matched"];
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];
const NOT_READY = "the engine's Wasm is not loaded yet: call `await init()` first";
const NO_SYNC = "this host checks signatures asynchronously only: call the method whose name ends in `Async`";

const encoder = new TextEncoder();

function denied(code, issuer, policy, errors) {
  const result = { decision: "denied", code, policy, issuer, grant: null };
  return errors === undefined ? result : { ...result, errors };
}
const wrongly = (error) => denied("wrong-argument", null, null, failures(error));
const bad = (error) => ({ ok: false, errors: failures(error) });
const done = (value) => ({ ok: true, value });

/** The errors that the core's last call left. */
function said(core) {
  const text = core.text();
  return text === "" ? [] : JSON.parse(text);
}

/** Hands over policies in parts, so that no text of all of them is ever needed. */
function addPolicies(core, index, policies) {
  const add = (first, text) => {
    core.add_policies(index, first, text);
    return said(core);
  };
  if (policies === undefined || policies === null) return [];
  if (typeof policies === "string") return add(0, wellFormed(policies, `issuers[${index}].policies`));
  const document = Array.isArray(policies) ? undefined : object(policies, `issuers[${index}].policies`);
  const list = document === undefined ? policies : document.policies;
  if (!Array.isArray(list)) throw new Wrong(`issuers[${index}].policies`, "an array of policies", list);
  const errors = [];
  for (let first = 0; first < list.length; first += POLICIES_AT_ONCE) {
    errors.push(...add(first, json(list.slice(first, first + POLICIES_AT_ONCE), `issuers[${index}].policies`)));
  }
  return errors;
}

/** Where the signature of a token of three parts begins; going forward is the quicker way. */
const secondDot = (token) => token.indexOf(".", token.indexOf(".") + 1);
const freed = () => failure("engine-freed", "this engine was freed");
const noSync = { genuine: false, problem: NO_SYNC };

/**
 * Makes the package's exports.
 *
 * @param glue what wasm-bindgen generated, with `isReady()` and `memory()`
 * @param host how signatures are checked: `importKey(jwk, algorithm)` and `verify(algorithm, key, input, signature)`, both
 *   or neither of them asynchronous (`isAsync`); nothing where the core does that itself
 */
export function createPackage(glue, host) {
  /** One engine's part of the core: its memory, its keys, and the runs of tokens through it. */
  class Engine {
    #core;
    #issuers = [];
    #byUrl = new Map();
    #keys = new Map();
    #fetched = new Map();
    /** The issuers whose keys the program has set itself. */
    #own = new Set();
    #view = new Uint8Array(0);

    /** @private */
    constructor(core) {
      this.#core = core instanceof glue.Core ? core : null;
      if (this.#core !== null) this.#describe();
    }

    static create(config) {
      if (!glue.isReady()) return { ok: false, errors: [failure("not-ready", NOT_READY)] };
      let core;
      try {
        const { issuers, ...rest } = object(config, "config");
        if (!Array.isArray(issuers)) throw new Wrong("issuers", "an array of issuers", issuers);
        const parts = Array.from(issuers, (issuer, index) => {
          const { policies, ...others } = object(issuer, `issuers[${index}]`);
          return { policies, others };
        });
        core = glue.Core.create(json({ ...rest, issuers: parts.map(({ others }) => others) }, "config"));
        const errors = said(core);
        if (errors.length === 0) parts.forEach(({ policies }, index) => errors.push(...addPolicies(core, index, policies)));
        if (errors.length === 0) {
          core.compile();
          errors.push(...said(core));
        }
        if (errors.length === 0) return { ok: true, engine: new Engine(core) };
        core.free();
        return { ok: false, errors };
      } catch (error) {
        core?.free();
        return bad(error);
      }
    }

    get issuers() {
      return structuredClone(this.#issuers.map(({ url, name, policies, findings }) => ({ url, name, policies, findings })));
    }

    free() {
      this.#core?.free();
      this.#core = null;
      this.#keys.clear();
    }

    decide(input) {
      try {
        const { token, verifiedClaims, request, now } = object(input, "the argument");
        const { kind, target } = readRequest(request);
        if (verifiedClaims !== undefined) return this.#decideClaims(verifiedClaims, kind, target);
        return this.#decideNow(string(token, "token"), kind, target, time(now));
      } catch (error) {
        return wrongly(error);
      }
    }

    async decideAsync(input) {
      try {
        const { token, verifiedClaims, request, now } = object(input, "the argument");
        const { kind, target } = readRequest(request);
        if (verifiedClaims !== undefined) return this.#decideClaims(verifiedClaims, kind, target);
        return await this.#later(this.#decideToken(string(token, "token"), kind, target, time(now)));
      } catch (error) {
        return wrongly(error);
      }
    }

    explain(input) {
      try {
        return this.#now(this.#explain(input));
      } catch (error) {
        return bad(error);
      }
    }

    async explainAsync(input) {
      try {
        return await this.#later(this.#explain(input));
      } catch (error) {
        return bad(error);
      }
    }

    explainText(input) {
      try {
        const { claims, request, issuer } = object(input, "the argument");
        return this.#explainClaims(claims, request, issuer, true);
      } catch (error) {
        return bad(error);
      }
    }

    exchange(body, options) {
      try {
        return this.#now(this.#exchange(body, options));
      } catch (error) {
        return unexchanged(failures(error));
      }
    }

    async exchangeAsync(body, options) {
      try {
        return await this.#later(this.#exchange(body, options));
      } catch (error) {
        return unexchanged(failures(error));
      }
    }

    setKeys(url, jwks) {
      const result = this.#replaceKeys(url, jwks);
      if (!result.ok) return result;
      this.#own.add(url);
      this.#describe();
      return result;
    }

    async fetchKeys(fetch, options) {
      try {
        if (typeof fetch !== "function") throw new Wrong("fetch", "a function like the global `fetch`", fetch);
        const { now = Date.now() / 1000, force = false } = object(options ?? {}, "options");
        time(now);
        const wanted = this.#issuers.filter(({ isStatic }) => !isStatic);
        const results = await Promise.all(wanted.map(({ url }) => this.#freshKeysOf(url, fetch, now, force === true)));
        return done(results.filter((result) => result !== undefined));
      } catch (error) {
        return bad(error);
      }
    }

    // Claims

    #decideClaims(claims, kind, target) {
      if (this.#core === null) return denied("engine-freed", null, null, [freed()]);
      const iss = object(claims, "verifiedClaims").iss;
      const index = this.#byUrl.get(iss);
      if (index === undefined) return denied(typeof iss === "string" ? "iss-unknown" : "iss-missing", null, null);
      let text = target;
      for (const name of this.#issuers[index].claims) text += SEPARATOR + field(claims, name);
      if (text.length < LONGEST && isWellFormed(text)) {
        const number = this.#core.decide_fields(index, kind, this.#put(text));
        if (number >= 0) return decision(number + (index + 1) * 32, this.#core);
      }
      const number = this.#core.decide_json(index, kind, target, json(claims, "verifiedClaims"));
      if (number >= 0) return decision(number + (index + 1) * 32, this.#core);
      return denied("wrong-argument", index, null, said(this.#core));
    }

    #explainClaims(claims, request, issuer, asText) {
      if (this.#core === null) return { ok: false, errors: [freed()] };
      const text = typeof claims === "string" ? wellFormed(claims, "claims") : json(object(claims, "claims"), "claims");
      const { kind, target } = readRequest(request);
      const url = issuer ?? JSON.parse(text)?.iss;
      const index = this.#byUrl.get(url) ?? (this.#issuers.length === 1 && issuer === undefined ? 0 : undefined);
      if (index === undefined) throw new Wrong("issuer", "the URL of one of this engine's issuers", url);
      const explained = this.#core.explain_json(index, kind, target, text, asText);
      if (explained === undefined) return { ok: false, errors: said(this.#core) };
      return done(asText ? explained : JSON.parse(explained));
    }

    /** What `#decideToken` does, at once: the quickest way there is. */
    #decideNow(token, kind, target, now) {
      const core = this.#core;
      if (core === null) return denied("engine-freed", null, null, [freed()]);
      const run = core.begin(this.#put(shortened(token)), now, 0, -1);
      const wanted = core.wanted(run);
      if (wanted >= 0) {
        if (host === undefined) core.settle_built_in(run);
        else {
          const { genuine, problem } = host.isAsync ? noSync : check(this.#check(wanted, token));
          core.settle(run, genuine, problem);
        }
      }
      return decision(core.decide(run, kind, target === "" ? 0 : this.#put(target)), core);
    }

    /** The check of a signature that the core waits for. */
    #check(wanted, token) {
      return { algorithm: ALGORITHMS[wanted % 16], key: this.#keys.get(Math.floor(wanted / 16)), token };
    }

    // Tokens: generators that yield the signature to be checked, and go on with `{ genuine, problem }`

    *#decideToken(token, kind, target, now) {
      if (this.#core === null) return denied("engine-freed", null, null, [freed()]);
      const run = this.#core.begin(this.#put(shortened(token)), now, 0, -1);
      yield* this.#settle(run, token);
      if (this.#core === null) return denied("engine-freed", null, null, [freed()]);
      return decision(this.#core.decide(run, kind, target === "" ? 0 : this.#put(target)), this.#core);
    }

    *#explain(input) {
      const { token, claims, request, now, skip, issuer } = object(input, "the argument");
      if (claims !== undefined) return this.#explainClaims(claims, request, issuer, false);
      const { kind, target } = readRequest(request);
      const bits = readSkip(skip);
      const assumed = issuer === undefined ? -1 : this.#byUrl.get(string(issuer, "issuer"));
      if (assumed === undefined) throw new Wrong("issuer", "the URL of one of this engine's issuers", issuer);
      string(token, "token");
      time(now);
      if (this.#core === null) return { ok: false, errors: [freed()] };
      const run = this.#core.begin(this.#put(shortened(token)), now, bits, assumed);
      yield* this.#settle(run, token);
      if (this.#core === null) return { ok: false, errors: [freed()] };
      return done(JSON.parse(this.#core.explain(run, kind, target)));
    }

    *#exchange(body, options) {
      const { now, contentType = "application/x-www-form-urlencoded" } = object(options, "options");
      time(now);
      const isJson = /^application\/json\s*(;|$)/i.test(string(contentType, "contentType"));
      const text = shortened(string(body, "body"));
      if (this.#core === null) return unexchanged([freed()]);
      const run = this.#core.begin_exchange(this.#put(text), isJson, now);
      if (run === NO_RUN) return JSON.parse(this.#core.text());
      yield* this.#settle(run, this.#core.subject_token(run));
      if (this.#core === null) return unexchanged([freed()]);
      return JSON.parse(this.#core.conclude(run));
    }

    *#settle(run, token) {
      const wanted = this.#core.wanted(run);
      if (wanted < 0) return;
      if (host === undefined) {
        this.#core.settle_built_in(run);
        return;
      }
      const { genuine, problem } = yield this.#check(wanted, token);
      this.#core?.settle(run, genuine, problem);
    }

    /** Runs a generator to its end, signatures checked at once. */
    #now(steps) {
      for (let step = steps.next(); ; ) {
        if (step.done) return step.value;
        step = steps.next(host.isAsync ? noSync : check(step.value));
      }
    }

    /** Runs a generator to its end, signatures checked as the host does. */
    async #later(steps) {
      for (let step = steps.next(); ; ) {
        if (step.done) return step.value;
        step = steps.next(host.isAsync ? await checkAsync(step.value) : check(step.value));
      }
    }

    // Keys

    #replaceKeys(url, jwks) {
      try {
        const index = this.#byUrl.get(string(url, "url"));
        if (index === undefined) throw new Wrong("url", "the URL of one of this engine's issuers", url);
        if (this.#core === null) return { ok: false, errors: [freed()] };
        this.#core.set_jwks(index, typeof jwks === "string" ? wellFormed(jwks, "jwks") : json(jwks, "jwks"));
        const errors = said(this.#core);
        if (errors.length > 0) return { ok: false, errors };
        this.#describe();
        return done(this.#issuers[index].keys.length);
      } catch (error) {
        return bad(error);
      }
    }

    #describe() {
      const before = this.#keys;
      this.#issuers = JSON.parse(this.#core.describe()).map((issuer) => ({
        ...issuer,
        isStatic: this.#own.has(issuer.url) || (issuer.keys.length > 0 && this.#fetched.get(issuer.url)?.hasKeys !== true),
      }));
      this.#byUrl = new Map();
      this.#keys = new Map();
      this.#issuers.forEach(({ url, keys }, index) => {
        // Two issuers of one URL have no say: nobody could tell whose policies hold.
        this.#byUrl.set(url, this.#byUrl.has(url) ? undefined : index);
        for (const [number, jwk] of keys) this.#keys.set(number, before.get(number) ?? { jwk, imported: new Map() });
      });
    }

    /** What fetching an issuer's keys comes to; nothing where they are fresh. */
    #freshKeysOf(url, fetch, now, force) {
      const last = this.#fetched.get(url) ?? { at: -Infinity, expires: -Infinity };
      if (last.pending !== undefined) return last.pending;
      if (Math.abs(now - last.at) < PAUSE) return last.failure;
      if (!force && last.at <= now && now < last.expires) return undefined;
      const state = { ...last, at: now, failure: undefined };
      this.#fetched.set(url, state);
      state.pending = this.#fetchKeysOf(url, fetch, now, state).then((result) => {
        state.pending = undefined;
        if (!result.ok) state.failure = result;
        return result;
      });
      return state.pending;
    }

    async #fetchKeysOf(url, fetch, now, state) {
      const failed = (code, message) => ({ issuer: url, ok: false, errors: [failure(code, message, url)] });
      try {
        const place = `${url.endsWith("/") ? url.slice(0, -1) : url}/.well-known/openid-configuration`;
        const discovered = await read(fetch, place);
        const document = JSON.parse(discovered.text);
        if (document?.issuer !== url) {
          return failed("discovery-issuer", `expected \`issuer\` \`${url}\` in ${place}, found ${describe(document?.issuer)}`);
        }
        const uri = document.jwks_uri;
        if (typeof uri !== "string" || !uri.startsWith("https://")) {
          return failed("discovery-jwks-uri", `expected \`jwks_uri\` with https in ${place}, found ${describe(uri)}`);
        }
        const { text, maxAge } = await read(fetch, uri);
        if (this.#own.has(url)) return failed("fetch-failed", "the program has set other keys in the meantime");
        const hadKeys = state.hasKeys;
        state.hasKeys = true;
        const result = this.#replaceKeys(url, text);
        if (!result.ok) {
          state.hasKeys = hadKeys;
          return { issuer: url, ok: false, errors: result.errors };
        }
        state.expires = now + maxAge;
        return { issuer: url, ok: true, keys: result.value, from: uri, expires: state.expires };
      } catch (error) {
        return failed("fetch-failed", failures(error)[0].message.replace("expected plain data, as JSON has it: ", ""));
      }
    }

    /** Writes text into the core's buffer; the answer is its length in bytes. */
    #put(text) {
      const room = text.length * 3;
      // A view whose memory has grown in the meantime has no length any more.
      if (this.#view.length < room) {
        const start = this.#core.reserve(Math.max(room, 4096));
        this.#view = new Uint8Array(glue.memory().buffer, start, Math.max(room, 4096));
      }
      return encoder.encodeInto(text, this.#view).written;
    }
  }

  const dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
  Object.defineProperty(Engine.prototype, dispose, { value: Engine.prototype.free, configurable: true, writable: true });

  function check({ algorithm, key, token }) {
    try {
      if (key === undefined) return { genuine: false, problem: "the key was replaced in the meantime" };
      let imported = key.imported.get(algorithm);
      if (imported === undefined) key.imported.set(algorithm, (imported = host.importKey(key.jwk, algorithm)));
      const dot = secondDot(token);
      return { genuine: host.verify(algorithm, imported, token.slice(0, dot), token.slice(dot + 1)), problem: undefined };
    } catch (error) {
      return { genuine: false, problem: `the host cannot use the key: ${failures(error)[0].message}` };
    }
  }

  async function checkAsync({ algorithm, key, token }) {
    try {
      if (key === undefined) return { genuine: false, problem: "the key was replaced in the meantime" };
      if (!key.imported.has(algorithm)) key.imported.set(algorithm, host.importKey(key.jwk, algorithm));
      const imported = await key.imported.get(algorithm);
      const dot = secondDot(token);
      const genuine = await host.verify(algorithm, imported, token.slice(0, dot), token.slice(dot + 1));
      return { genuine, problem: undefined };
    } catch (error) {
      return { genuine: false, problem: `the host cannot use the key: ${failures(error)[0].message}` };
    }
  }

  const plain = (name) => (...values) => {
    if (!glue.isReady()) return { ok: false, errors: [failure("not-ready", NOT_READY)] };
    try {
      const long = values.find((value) => typeof value === "string" && value.length > LONGEST);
      if (long !== undefined) throw new Wrong(null, "less than 16 MB", `${long.length} characters`);
      return glue[name](...values);
    } catch (error) {
      return bad(error);
    }
  };
  return {
    Engine,
    decodeUnverified: plain("decodeUnverified"),
    parsePolicies: plain("parsePolicies"),
    parseJwks: plain("parseJwks"),
    matchPattern: plain("matchPattern"),
  };
}

/** A decision from the core's number. */
function decision(number, core) {
  const policy = Math.floor(number / POLICY);
  const low = number - policy * POLICY;
  const reason = low & 15;
  const issuer = ((low >>> 5) & 0xf_ffff) - 1;
  if (reason === FAILED) return denied(core.text(), issuer < 0 ? null : issuer, null);
  const code = REASONS[reason];
  if (code !== "allow-matched") return denied(code, issuer, policy === 0 ? null : policy - 1);
  const grant = { admin: (low & 16) !== 0, roleId: reason === ROLE ? core.role() : null };
  return { decision: "allowed", code, policy: policy - 1, issuer, grant };
}

/** An exchange that the arguments themselves spoil. */
function unexchanged(errors) {
  const [{ code, message }] = errors;
  const error_description = "the request cannot be read";
  return { ok: false, status: 400, error: "invalid_request", error_description, code, reason: message, inspection: null };
}

async function read(fetch, url) {
  const response = await fetch(url, { headers: { accept: "application/json" }, redirect: "error" });
  if (!response.ok) throw new Error(`${url} answered with status ${response.status}`);
  const text = await response.text();
  if (text.length > 1_000_000) throw new Error(`${url} answered with more than 1 MB`);
  const maxAge = /(?:^|[\s,])max-age=(\d+)/i.exec(response.headers?.get?.("cache-control") ?? "")?.[1];
  return { text, maxAge: Math.min(DAY, Math.max(60, Number(maxAge ?? 900))) };
}
