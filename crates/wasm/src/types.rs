//! The functions' types for TypeScript, written by hand for exactness.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export interface Failure { code: string; message: string; path: string | null; help: string | null }
export type Answer<T> = { ok: true; value: T } | { ok: false; errors: Failure[] };

/** Integers beyond 2^53 are rounded, as by `JSON.parse`; the evidence has their exact text. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };
export type Dialect = "pulumi" | "stringlike";
export type TokenType = "organization" | "team" | "personal" | "runner";

export type Request =
  | { tokenType: "organization"; admin?: boolean }
  | { tokenType: "team"; teamName: string }
  | { tokenType: "personal"; userLogin: string }
  | { tokenType: "runner"; runnerID: string };

export interface Policy {
  decision: "allow" | "deny";
  tokenType: TokenType;
  teamName?: string;
  userLogin?: string;
  runnerID?: string;
  roleID?: string;
  authorizedPermissions?: string[];
  rules: { [claimPath: string]: string };
}
export type Policies = Policy[] | { policies: Policy[] };

export interface IssuerInput {
  url: string;
  name?: string;
  /** A JWKS, as an object or as JSON text. */
  jwks?: JsonObject | string | null;
  /** Seconds. */
  maxExpiration?: number | null;
  policies?: Policies;
}

export interface EvaluateOptions {
  issuers: IssuerInput[];
  request: Request;
  /** Seconds since 1970. */
  now: number;
  /** Seconds; 60 unless told otherwise. */
  leeway?: number;
  /** Checks to leave out: a simulation, never a ground to grant access. */
  skip?: { issuer?: boolean; key?: boolean; signature?: boolean; time?: boolean };
  /** With `skip.issuer`: the index of the issuer whose keys and policies are used. */
  assumeIssuer?: number;
  dialect?: Dialect;
}
export interface ExplainOptions { policies: Policies; request: Request; dialect?: Dialect }

export interface Position { chars: number; utf16: number }
export interface Span { start: Position; end: Position }
export interface Capture { wildcard: string; pattern: Span; value: Span; text: string }
export type Trace =
  | { outcome: "matched"; captures: Capture[] }
  | { outcome: "stopped"; pattern: Position; value: Position; expected: string; found: string; sentence: string };

export interface RuleEvidence {
  claim: string;
  pattern: string;
  outcome: "matched" | "mismatch" | "missingClaim" | "unusableValue";
  values: { text: string; index: number | null; trace: Trace }[];
  sentence: string;
}
export interface PolicyEvidence {
  index: number;
  decision: "allow" | "deny";
  tokenType: TokenType;
  title: string;
  outcome: "notApplicable" | "notMatched" | "matched";
  sentence: string;
  rules: RuleEvidence[];
}
/** What was asked for, as the explanation repeats it. */
export type AskedFor =
  | { tokenType: "organization"; admin: boolean }
  | { tokenType: "team"; name: string }
  | { tokenType: "personal"; login: string }
  | { tokenType: "runner"; name: string };
export interface Explanation {
  decision: "allowed" | "denied";
  reason: {
    code: "allow-matched" | "deny-matched" | "default-deny" | "admin-not-granted" | "role-ambiguous";
    policies: number[];
  };
  summary: string;
  request: AskedFor;
  policies: PolicyEvidence[];
  defaultDenial: { applied: boolean; sentence: string };
  nearestMiss: {
    policy: number;
    changes: { claim: string; pattern: string; seen: string | null; suggestedPattern: string | null; sentence: string }[];
    sentence: string;
  } | null;
  grant: { admin: boolean; roleId: string | null } | null;
  /** What people trip on, as far as it is seen here. */
  hints: Finding[];
}
export interface Check {
  id: "format" | "header" | "issuer" | "key" | "signature" | "time" | "policies";
  title: string;
  status: "passed" | "failed" | "skipped" | "notReached";
  sentence: string;
  code: string | null;
  help: string | null;
}
export interface Finding { code: string; path: string; message: string; help: string | null }
export interface Inspection {
  header: JsonObject | null;
  claims: JsonObject | null;
  issuer: number | null;
  checks: Check[];
  findings: Finding[];
  explanation: Explanation | null;
  decision: "allowed" | "denied";
  summary: string;
  unchecked: string[];
}
export interface Verification {
  verified: boolean;
  header: JsonObject | null;
  claims: JsonObject | null;
  issuer: number | null;
  checks: Check[];
  unchecked: string[];
}
export interface Jwk {
  kid: string | null; kty: string; alg: string | null; crv: string | null; use: string | null;
  keyOps: string[] | null; bits: number | null; problem: string | null;
}

/** Decodes a token without verifying anything. */
export function decodeUnverified(token: string): Answer<{
  header: JsonObject; claims: JsonObject; keyId: string | null; algorithm: string | null;
}>;
/** Every check of a token but the policies. */
export function verify(token: string, options: EvaluateOptions): Answer<Verification>;
/** Every check of a token and the policies of its issuer. */
export function evaluate(token: string, options: EvaluateOptions): Answer<Inspection>;
/** How policies decide on claims that nobody has verified here. */
export function explain(claims: JsonObject | string, options: ExplainOptions): Answer<Explanation>;
/** The same as text, in the manner of a compiler's diagnostics. */
export function explainText(claims: JsonObject | string, options: ExplainOptions): Answer<string>;
/** Reads policies from JSON text, strictly. */
export function parsePolicies(json: string): Answer<Policy[]>;
/** Reads a JWKS from JSON text, and describes its keys. */
export function parseJwks(json: string): Answer<Jwk[]>;
/** Holds one pattern against one value. */
export function matchPattern(pattern: string, value: string, dialect?: Dialect): Answer<Trace>;
"#;
