/**
 * Decides, explains and exchanges ID tokens with OIDC trust policies.
 *
 * Nothing throws: every error is a value with a stable code.
 *
 * @packageDocumentation
 */

/** An error in an input, or a finding that deserves a second look. */
export interface Diagnostic {
  /** Stable, such as `policy-wrong-value` or `wrong-argument`; the project's `docs/errors.md` lists them all. */
  code: string;
  /** Among `errors`, an `error` prevents the input from being used. A finding's says how much it matters: it changes no decision. */
  severity: "error" | "warning" | "note";
  /** What was expected and found. */
  message: string;
  /** The path, such as `issuers[0].policies[2].rules.sub`; empty for the whole input. */
  path: string;
  /** How to fix it. */
  help: string | null;
  /** The replacement that the help suggests, if there is exactly one: ready to copy or to apply. */
  fix: { replace: string; with: string } | null;
  /** What a finding rests on: every token, what is known of the provider, or the text of the patterns. Absent for errors. */
  basis?: "proved" | "facts" | "heuristic";
}

/** A value, or all errors. */
export type Answer<T> = { ok: true; value: T } | { ok: false; errors: Diagnostic[] };

/** A JSON value. Integers beyond 2^53 are rounded, as by `JSON.parse`; evidence is exact. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
/** A JSON object. */
export type JsonObject = { [name: string]: Json };

/** The wildcards of patterns: Pulumi Cloud's (`*`, `.`, `?`) or those of AWS `StringLike` (`*`, `?`). */
export type Dialect = "pulumi" | "stringlike";
/** What an access token acts as. */
export type TokenType = "organization" | "team" | "personal" | "runner";

/** The requested access token. */
export type Request =
  | { tokenType: "organization"; admin?: boolean }
  | { tokenType: "team"; teamName: string }
  | { tokenType: "personal"; userLogin: string }
  | { tokenType: "runner"; runnerID: string };

/** A policy, with the field names of Pulumi Cloud's API. */
export interface Policy {
  /** For people, at most 100 characters: no effect on decisions. An extension. */
  name?: string;
  /** For people, at most 1,000 characters: no effect on decisions. An extension. */
  note?: string;
  decision: "allow" | "deny";
  tokenType: TokenType;
  /** With `team`: a pattern. */
  teamName?: string;
  /** With `personal`. */
  userLogin?: string;
  /** With `runner`. */
  runnerID?: string;
  /** With `organization`: the custom role of the token. */
  roleID?: string;
  /** With `organization`: only `admin`. */
  authorizedPermissions?: string[];
  /** With `deny`: denies nothing; decisions report what it would have denied. An extension. */
  reportOnly?: boolean;
  /** Claim path and pattern; all of them must match. */
  rules: { [claimPath: string]: string };
}
/** Policies as an array, as a body of Pulumi Cloud's API, or as JSON text of either. */
export type Policies = readonly Policy[] | { policies: readonly Policy[] } | string;

/** An issuer of ID tokens, with its keys and policies. */
export interface IssuerConfig {
  /** The value that a token's `iss` must equal, character by character. */
  url: string;
  /** A label; the URL by default. */
  name?: string;
  /** A JWKS, as an object or as JSON text. {@link Engine.fetchKeys} can fetch it instead. */
  jwks?: object | string | null;
  /** The longest lifetime of a granted token, in seconds: at most a year, 90,000 (25 hours) by default. */
  maxExpiration?: number | null;
  /** The audiences that its tokens may have: literals in which only `*` is a wildcard. Any by default. An extension. */
  audiences?: readonly string[] | null;
  /** Whether all its deny policies only report, as with `reportOnly` of each. An extension. */
  reportOnly?: boolean | null;
  policies?: Policies | null;
}

/** The configuration of an engine. */
export interface Config {
  issuers: readonly IssuerConfig[];
  /** The organization of exchanges; without one, every exchange is refused. */
  organization?: string;
  /** The tolerated difference of clocks, in seconds: at most 600, 60 by default. */
  leeway?: number;
  /** The largest token, in bytes; 65,536 by default. */
  maxSize?: number;
  dialect?: Dialect;
}

/** What an allowed request is granted beyond the token itself. */
export interface Granted {
  admin: boolean;
  roleId: string | null;
}

/** A decision. `issuer` and `policy` are indices into the engine's configuration. */
export type Decision =
  | { decision: "allowed"; code: "allow-matched"; policy: number; issuer: number; grant: Granted; errors?: undefined }
  | {
      decision: "denied";
      /**
       * `deny-matched`, `default-deny`, `admin-not-granted`, `role-ambiguous` or
       * `decision-too-costly` by policies;
       * otherwise the code of the failed check, such as `token-expired` or `signature-invalid`.
       */
      code: string;
      /** The first deciding policy; `null` if none matched or the policies were not evaluated. */
      policy: number | null;
      issuer: number | null;
      grant: null;
      /** With the code `wrong-argument`, `engine-freed` or `not-ready`: the errors. */
      errors?: Diagnostic[];
    };

/** The input of {@link Engine.decide}. */
export type DecideInput =
  | { token: string; request: Request; /** Seconds since 1970. */ now: number; verifiedClaims?: undefined }
  | {
      /**
       * Claims of a token that **you have verified**: signature, issuer and times are not checked
       * again. `iss` selects the issuer whose audiences and policies decide.
       */
      verifiedClaims: object;
      request: Request;
      token?: undefined;
      now?: number;
    };

/** Checks that an explanation skips: a simulation, never a ground to grant access. */
export interface Skip {
  issuer?: boolean;
  key?: boolean;
  signature?: boolean;
  time?: boolean;
  audience?: boolean;
}

/** The input of {@link Engine.explain} for a token. */
export interface ExplainToken {
  token: string;
  request: Request;
  /** Seconds since 1970. */
  now: number;
  skip?: Skip;
  /** With `skip.issuer`: the URL of the issuer whose keys and policies are used. */
  issuer?: string;
  claims?: undefined;
}
/** The input of {@link Engine.explain} for unverified claims. */
export interface ExplainClaims {
  /** An object, or JSON text. */
  claims: object | string;
  request: Request;
  /** The URL of the issuer whose audiences and policies decide, unless `iss` names it. */
  issuer?: string;
  token?: undefined;
}

/** A position in a text: in Unicode scalar values, and in UTF-16 units as JavaScript counts. */
export interface Position {
  chars: number;
  utf16: number;
}
export interface Span {
  start: Position;
  end: Position;
}
/** The text that a wildcard matched. */
export interface Capture {
  wildcard: string;
  pattern: Span;
  value: Span;
  text: string;
}
/** How a pattern was matched with a value. */
export type Trace =
  | { outcome: "matched"; captures: Capture[] }
  | { outcome: "stopped"; pattern: Position; value: Position; expected: string; found: string; sentence: string };

/** The evidence of a rule. */
export interface RuleEvidence {
  claim: string;
  pattern: string;
  outcome: "matched" | "mismatch" | "missingClaim" | "unusableValue";
  /** At most 20, of which one matches if any does. */
  values: { text: string; index: number | null; trace: Trace }[];
  /** How many more values the pattern was compared with. */
  valuesLeftOut: number;
  sentence: string;
}
/** The evidence of a policy. */
export interface PolicyEvidence {
  index: number;
  decision: "allow" | "deny";
  /** Whether it is a report-only deny. */
  reportOnly: boolean;
  tokenType: TokenType;
  title: string;
  outcome: "notApplicable" | "notMatched" | "matched";
  sentence: string;
  rules: RuleEvidence[];
}
/** The request, as the explanation repeats it. */
export type AskedFor =
  | { tokenType: "organization"; admin: boolean }
  | { tokenType: "team"; name: string }
  | { tokenType: "personal"; login: string }
  | { tokenType: "runner"; name: string };
/** The explanation of the policies' decision. */
export interface Explanation {
  decision: "allowed" | "denied";
  reason: {
    code:
      | "allow-matched"
      | "deny-matched"
      | "default-deny"
      | "admin-not-granted"
      | "role-ambiguous"
      | "decision-too-costly"
      | "audience-not-accepted";
    /** The first 20 that decided. */
    policies: number[];
    /** Whether more policies decided. */
    others: boolean;
  };
  summary: string;
  request: AskedFor;
  /** Empty if they were not evaluated. */
  policies: PolicyEvidence[];
  defaultDenial: { applied: boolean; sentence: string };
  /** The smallest change that would allow the request. */
  nearestMiss: {
    policy: number;
    changes: {
      claim: string;
      pattern: string;
      seen: string | null;
      suggestedPattern: string | null;
      /** Outsiders whom the suggested pattern would admit, in words. */
      caution: string | null;
      sentence: string;
    }[];
    sentence: string;
  } | null;
  grant: Granted | null;
  /** What report-only policies would have denied, if no other policy denies it. */
  report: { policies: number[]; others: boolean; summary: string } | null;
  /** Common mistakes that were detected. */
  hints: Diagnostic[];
  /** How much work the decision takes, in steps of matching, and the claim that most of it is for. */
  cost: { steps: number; limit: number; claim: string | null };
}
/** One check of a token. */
export interface Check {
  id: "format" | "header" | "issuer" | "key" | "signature" | "time" | "audience" | "policies";
  title: string;
  status: "passed" | "failed" | "skipped" | "notReached";
  sentence: string;
  code: string | null;
  help: string | null;
}
/** All checks and the explanation of a token and a request. */
export interface Inspection {
  header: JsonObject | null;
  claims: JsonObject | null;
  issuer: number | null;
  /** All eight, in order. */
  checks: Check[];
  findings: Diagnostic[];
  explanation: Explanation | null;
  decision: "allowed" | "denied";
  summary: string;
  /** The skipped checks, in sentences. */
  unchecked: string[];
}

/** A granted exchange. Creating the access token is up to you. */
export interface Grant {
  organization: string;
  issuer: string;
  subject: string | null;
  token: AskedFor;
  admin: boolean;
  roleId: string | null;
  scope: string;
  /** `issued_token_type` of the response (RFC 8693, section 2.2.1). */
  issuedTokenType: string;
  /** Lifetime in seconds. */
  expiresIn: number;
  /** Seconds since 1970. */
  expiresAt: number;
  /** The policies that allow it. */
  policies: number[];
  /** For the audit log. */
  inspection: Inspection;
}
/** The result of an exchange (RFC 8693). */
export type Exchange =
  | { ok: true; grant: Grant }
  | {
      ok: false;
      /** The HTTP status. */
      status: number;
      error: "invalid_request" | "unsupported_grant_type" | "invalid_target" | "invalid_scope";
      /** For the client: reveals nothing about keys and policies. */
      error_description: string;
      /** The stable code, for the audit log. */
      code: string;
      /** The full reason, for the audit log. */
      reason: string;
      /** What to write instead, where the form of the request is wrong. */
      help: string | null;
      inspection: Inspection | null;
    };
export interface ExchangeOptions {
  /** Seconds since 1970. */
  now: number;
  /** `application/x-www-form-urlencoded` (the default) or `application/json`. */
  contentType?: string;
}

/** The part of the global `fetch` that is used. */
export type Fetch = (
  url: string,
  init: { headers: { accept: string }; redirect: "error" },
) => Promise<{ ok: boolean; status: number; headers: { get(name: string): string | null }; text(): Promise<string> }>;
export interface FetchKeysOptions {
  /** Seconds since 1970; the current time by default. */
  now?: number;
  /** Also fetches fresh keys, but not twice within 30 seconds. For tokens with an unknown `kid`. */
  force?: boolean;
}
/** The result of fetching one issuer's keys. */
export type FetchedKeys =
  | { issuer: string; ok: true; keys: number; from: string; /** Seconds since 1970. */ expires: number }
  | { issuer: string; ok: false; errors: Diagnostic[] };

/**
 * Compiled issuers and policies. An engine holds memory outside JavaScript's: free it, or let
 * `using` free it; otherwise it is freed some time after garbage collection.
 */
export class Engine {
  private constructor();

  /**
   * Reads and compiles the configuration.
   *
   * @example
   * ```ts
   * const created = Engine.create({
   *   issuers: [{
   *     url: "https://token.actions.githubusercontent.com",
   *     policies: [{ decision: "allow", tokenType: "organization", rules: { sub: "repo:octo-org/*" } }],
   *   }],
   * });
   * if (!created.ok) throw new Error(created.errors.map((error) => error.message).join("; "));
   * const { engine } = created;
   * ```
   */
  static create(config: Config): { ok: true; engine: Engine } | { ok: false; errors: Diagnostic[] };

  /** The issuers, with the number of their policies and the findings on the text of those; `analyze` finds more, exactly. */
  readonly issuers: { url: string; name: string; policies: number; findings: Diagnostic[] }[];

  /**
   * Decides on a token, or on claims that you have verified, without an explanation.
   *
   * If the host checks signatures only asynchronously (browsers, edge runtimes), a token is denied
   * with `signature-unchecked`: use {@link Engine.decideAsync}, or `claimgate/pure`.
   *
   * @example
   * ```ts
   * const { decision, code } = engine.decide({ token, request: { tokenType: "organization" }, now: Date.now() / 1000 });
   * ```
   */
  decide(input: DecideInput): Decision;
  /**
   * The same, with an asynchronous signature check if the host needs it.
   *
   * @example
   * ```ts
   * const decision = await engine.decideAsync({ token, request: { tokenType: "team", teamName: "ops" }, now: Date.now() / 1000 });
   * if (decision.decision === "denied") console.log(decision.code, decision.policy);
   * ```
   */
  decideAsync(input: DecideInput): Promise<Decision>;

  /**
   * The full evidence: for a token, every check and the policies' explanation; for claims, the
   * explanation.
   *
   * @example
   * ```ts
   * const answer = engine.explain({ claims: { sub: "repo:octo-org/x:ref:refs/heads/main" }, request: { tokenType: "organization" } });
   * if (answer.ok) console.log(answer.value.summary, answer.value.nearestMiss?.sentence);
   * ```
   */
  explain(input: ExplainToken): Answer<Inspection>;
  explain(input: ExplainClaims): Answer<Explanation>;
  /**
   * The same, with an asynchronous signature check if the host needs it.
   *
   * @example
   * ```ts
   * const answer = await engine.explainAsync({ token, request: { tokenType: "organization" }, now: Date.now() / 1000 });
   * if (answer.ok) for (const check of answer.value.checks) console.log(check.status, check.sentence);
   * ```
   */
  explainAsync(input: ExplainToken): Promise<Answer<Inspection>>;
  explainAsync(input: ExplainClaims): Promise<Answer<Explanation>>;
  /**
   * The explanation of claims as text, in the style of a compiler's diagnostics.
   *
   * @example
   * ```ts
   * const answer = engine.explainText({ claims: '{"sub": "repo:octo-org/x:pull_request"}', request: { tokenType: "organization" } });
   * console.log(answer.ok ? answer.value : answer.errors);
   * ```
   */
  explainText(input: ExplainClaims): Answer<string>;

  /**
   * Decides a token exchange (RFC 8693) from the body of its request. It creates no token.
   *
   * @example
   * ```ts
   * const result = engine.exchange(body, { now: Date.now() / 1000 });
   * if (!result.ok) respond(result.status, { error: result.error, error_description: result.error_description });
   * ```
   */
  exchange(body: string, options: ExchangeOptions): Exchange;
  /**
   * The same, with an asynchronous signature check if the host needs it.
   *
   * @example
   * ```ts
   * const result = await engine.exchangeAsync(body, { now: Date.now() / 1000 });
   * if (result.ok) console.log(result.grant.organization, result.grant.expiresIn);
   * ```
   */
  exchangeAsync(body: string, options: ExchangeOptions): Promise<Exchange>;

  /**
   * Gives an issuer new keys, and returns their number. {@link Engine.fetchKeys} does not replace
   * them.
   *
   * @example
   * ```ts
   * const answer = engine.setKeys("https://token.actions.githubusercontent.com", { keys: [] });
   * if (!answer.ok) console.log(answer.errors);
   * ```
   */
  setKeys(issuer: string, jwks: object | string): Answer<number>;
  /**
   * Gets the keys of all issuers that were created without keys: from the discovery document, whose
   * `issuer` must equal the URL, then from its `jwks_uri`, both without redirects.
   *
   * Keys stay fresh for the `max-age` of the response, at least one minute and at most one day, 15
   * minutes by default; while they are fresh, a call sends no request unless forced. The same
   * issuer is not requested twice within 30 seconds, forced or not; the last error is returned
   * again. Concurrent calls share their requests. If a request fails, the previous keys stay.
   *
   * @example
   * ```ts
   * await engine.fetchKeys(fetch);
   * ```
   */
  fetchKeys(fetch: Fetch, options?: FetchKeysOptions): Promise<Answer<FetchedKeys[]>>;

  /** Gives back its memory. Later calls return the error `engine-freed`. */
  free(): void;
  [Symbol.dispose](): void;
}

/** The content of a token. It proves nothing. */
export interface Decoded {
  header: JsonObject;
  claims: JsonObject;
  keyId: string | null;
  algorithm: string | null;
}
/** A public key. */
export interface Jwk {
  kid: string | null;
  /** Empty if there is none. */
  kty: string;
  alg: string | null;
  crv: string | null;
  use: string | null;
  keyOps: string[] | null;
  bits: number | null;
  /** Why it cannot check any token, if so. */
  problem: string | null;
}

/**
 * Decodes a token **without verifying anything**.
 *
 * @example
 * ```ts
 * const decoded = decodeUnverified(token);
 * if (decoded.ok) console.log(decoded.value.claims.sub);
 * ```
 */
export function decodeUnverified(token: string): Answer<Decoded>;
/**
 * Reads policies from JSON text, strictly: unknown keys are errors, and all errors are returned at
 * once.
 *
 * @example
 * ```ts
 * const policies = parsePolicies('{"policies": [{"decison": "allow"}]}');
 * if (!policies.ok) for (const { path, message, help } of policies.errors) console.log(path, message, help);
 * ```
 */
export function parsePolicies(json: string): Answer<Policy[]>;
/**
 * Reads a JWKS from JSON text, and describes its keys.
 *
 * @example
 * ```ts
 * const keys = parseJwks('{"keys": []}');
 * if (keys.ok) console.log(keys.value.filter(({ problem }) => problem !== null));
 * ```
 */
export function parseJwks(json: string): Answer<Jwk[]>;
/**
 * Matches one value with one pattern.
 *
 * @example
 * ```ts
 * const trace = matchPattern("repo:octo-org/*", "repo:octo-org/octo-repo:pull_request");
 * if (trace.ok && trace.value.outcome === "matched") console.log(trace.value.captures[0]?.text);
 * ```
 */
export function matchPattern(pattern: string, value: string, dialect?: Dialect): Answer<Trace>;

/**
 * Loads the Wasm: in browsers, before any other call. Node.js and edge runtimes need no loading.
 * Without `source`, it is fetched from next to the package's code.
 *
 * @example
 * ```ts
 * await init(new URL("/assets/claimgate.wasm", "https://a.example"));
 * ```
 */
export function init(source?: string | URL | Request_ | Response | BufferSource | WebAssembly.Module): Promise<void>;
type Request_ = globalThis.Request;
