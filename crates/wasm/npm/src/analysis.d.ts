/**
 * Answers questions about policies for all tokens at once: who gets in, what a change opens and closes, and which
 * policies do not do what they seem to.
 *
 * A "yes" comes with a token that the engine's own evaluation confirmed, a "no" with a proof that a second procedure
 * checked; a question that takes too much work is "undecided". Work is counted, not timed: the answers are the same
 * everywhere, and `who` and `diff` return what the commands of the same names write with `--format json`.
 *
 * Nothing throws: every error is a value with a stable code.
 *
 * @packageDocumentation
 */

import type { Answer, AskedFor, Config, Diagnostic, Explanation, JsonObject, Request } from "./index.js";
import type { FactsProvider, OutsiderClass, Relation, UndecidedReason } from "./analysis-words.js";

export type { FactsProvider, OutsiderClass, Relation, UndecidedReason } from "./analysis-words.js";

/** How questions are asked. */
export interface Terms {
  /**
   * `false` assumes nothing about the provider's tokens but `iss` and `exp`: what is proved then holds whatever
   * tokens look like. `true` by default.
   */
  facts?: boolean;
  /** `true` treats report-only policies as if they were enforced. `false` by default. */
  enforced?: boolean;
}
/** How {@link who} is asked. */
export interface WhoTerms extends Terms {
  /**
   * What is yours: an optional provider and `:`, then names from the outermost, such as `github-actions:acme/web`. By
   * default, what the allow policies name.
   */
  mine?: string;
}

/** A token that proves an answer, with the request that it is for. */
export interface Witness {
  /** They are made up; a signed token has more of them. */
  claims: JsonObject;
  /** What is requested: with the claims, what `engine.decide` takes. */
  request: Request;
  /** When the provider's tokens have this form: `a job of a pull request, without environment`. Empty if nothing is known. */
  when: string;
  /** The paths of the claims that make the difference, sorted. The others are typical ones. */
  matters: string[];
}
/** Why there is no such token. */
export interface Proof {
  /** Indices of the policies that it rests on, besides those that the question is about. */
  policies: number[];
  /** The first 200 steps, in words, with how deep each is nested. */
  steps: { depth: number; text: string }[];
  /** How many more steps there are. */
  leftOut: number;
}
/** The answer to a question of the form "is there a token such that …". */
export type TokenAnswer =
  | { answer: "yes"; witness: Witness }
  | { answer: "no"; proof: Proof }
  | { answer: "undecided"; reason: UndecidedReason };

/** What answers assume about an issuer's tokens. */
export interface Facts {
  /** `null` if nothing is assumed but `iss` and `exp`. */
  provider: FactsProvider | null;
  /** The day on which the facts were checked: `2026-11-29`. */
  asOf: string | null;
  /** Where they are documented. */
  sources: string[];
  /** The facts on the claims that the policies use, as sentences. */
  facts: string[];
}

/** A change of one policy. Indices are those before the changes. */
export type Edit =
  | {
      /** Gives a rule this pattern; adds the rule if the policy has none with that path. */
      edit: "setRule";
      policy: number;
      claim: string;
      pattern: string;
    }
  | { edit: "removePolicy"; policy: number }
  | {
      /** Adds a deny with one rule at the end, with the type of token and the target of the policy `like`. */
      edit: "addDeny";
      like: number;
      claim: string;
      pattern: string;
    };
/** A change of policies that fixes a finding, and that opens nothing: proved. */
export interface SafeFix {
  /** What it does, as an instruction. */
  title: string;
  /** The changes, all of them together. */
  edits: Edit[];
  /** What the changed policies admit: the same, or less. */
  effect: Relation;
}
/** Something in policies that is wrong, or deserves a second look. */
export interface Finding extends Diagnostic {
  /** Indices of the policies that have it, the one of the path first. */
  policies: number[];
  /** Indices of other policies that cause it. */
  becauseOf?: number[];
  /** A token that shows it. */
  witness?: Witness;
  /** Why no token does what the policy is for. */
  proof?: Proof;
  /** Safe fixes, each sufficient by itself. */
  fixes?: SafeFix[];
}
/** What is wrong with the policies of an issuer, or deserves a second look. */
export interface Report {
  /** The issuer's URL. */
  issuer: string;
  /** Errors first, then warnings, then notes; each in the order of the policies, with paths from `policies[0]`. */
  findings: Finding[];
  facts: Facts;
}

/** What was taken for one's own. */
export interface Ours {
  /** `owner`, for example. */
  part: string;
  values: string[];
  /** Whether it was stated in `mine`; otherwise it is what the policies name. */
  isStated: boolean;
}
/** A class of outsiders. */
export interface Rung {
  id: OutsiderClass;
  /** Who it is: `another repository of yours`. */
  title: string;
  /** Whether they are strangers: not of one's own outermost name, or of one that someone else has registered again. */
  isStranger: boolean;
  /** Whether one of them is admitted. */
  answer: TokenAnswer;
  /** Indices of the allows that admit one. */
  policies: number[];
  /** The same allows, with a token that they match: the first 50 groups. */
  admitted: Admitted[];
}
/** Allows that admit a token of a class, with one that each of them matches. */
export interface Admitted {
  /** Indices of the allows. */
  policies: number[];
  /** What each of them gives: `organization tokens with role deployer`. */
  gives: string;
  /** Which of the class they admit, if their rules leave out some: ``only if the tag begins with `v` ``. */
  which?: string;
  witness: Witness;
}
/** A deny, and what it takes away from allows. */
export interface DenyEffect {
  /** Index of the deny. */
  policy: number;
  /** Whether it only reports: then it takes away nothing yet. */
  isReportOnly: boolean;
  /** What it refuses, for tokens that its rules match: `organization tokens`. */
  refuses: string;
  /** Whether there is a token that an allow admits, or would admit without this deny. */
  answer: TokenAnswer;
  /** Indices of the allows that admit less by it. */
  policies: number[];
}
/** Who gets into an issuer's policies, from strangers inwards. */
export interface Who {
  /** The issuer's URL. */
  issuer: string;
  ours: Ours[];
  /** Empty if nothing is known of the provider. */
  rungs: Rung[];
  /** The denies, with what they take away: the first 100. */
  denies: DenyEffect[];
  facts: Facts;
}

/** A kind of request. Each is analyzed by itself. */
export type RequestKind =
  | { tokenType: "organization"; admin: boolean }
  | { tokenType: "team" }
  | { tokenType: "personal"; login: string }
  | { tokenType: "runner"; name: string };
/** A token that only one side admits, or to which only one side gives a role. */
export interface Change {
  /** Index of the allow that admits it: among the new policies if it is opened, the old ones if closed. */
  policy: number;
  /** What that allow gives: `organization tokens with role deployer`. */
  gives: string;
  /** Indices of the other side's policies that refuse it, or give another role; empty if none allows it. */
  refusedBy: number[];
  /** What the other side does with it: `no new policy allows it`. */
  because: string;
  witness: Witness;
}
/** What a change opens and closes for requests of one kind. */
export interface KindDifference {
  kind: RequestKind;
  relation: Relation;
  /** One token for each allow of the new policies that admits something new. */
  opened: Change[];
  /** One token for each allow of the old policies that admits something no longer admitted. */
  closed: Change[];
  /** The roles that tokens get only from the new policies, where both admit them. */
  openedRoles?: Change[];
  /** The roles that tokens get only from the old policies, where both admit them. */
  closedRoles?: Change[];
  /** Allows of which it is not known whether they open or close something. */
  undecided: { policy: number; isNew: boolean; reason: UndecidedReason }[];
}
/** What a change of an issuer's policies opens and closes. */
export interface Difference {
  /** The issuer's URL. */
  issuer: string;
  /** For all kinds of requests together. */
  relation: Relation;
  kinds: KindDifference[];
  facts: Facts;
}

/**
 * What is wrong with the policies of each issuer, or deserves a second look, with a token or a proof.
 *
 * @example
 * ```ts
 * const analyzed = analyze(config);
 * if (analyzed.ok) for (const { code, severity, path, message } of analyzed.value[0]?.findings ?? []) console.log(severity, code, path, message);
 * ```
 */
export function analyze(config: Config, options?: Terms): Answer<Report[]>;
/**
 * Which classes of outsiders the policies of each issuer admit.
 *
 * @example
 * ```ts
 * const answer = who(config, { mine: "acme/web" });
 * if (answer.ok) for (const { title, answer: admitted } of answer.value[0]?.rungs ?? []) {
 *   if (admitted.answer === "yes") console.log(title, admitted.witness.claims["sub"]);
 * }
 * ```
 */
export function who(config: Config, options?: WhoTerms): Answer<Who[]>;
/**
 * What a change opens and closes, for each issuer of either configuration.
 *
 * @example
 * ```ts
 * const compared = diff(before, after);
 * if (compared.ok && compared.value.some(({ relation }) => relation !== "equivalent" && relation !== "narrower")) {
 *   throw new Error("the new policies admit more, or it is not known");
 * }
 * ```
 */
export function diff(before: Config, after: Config, options?: Terms): Answer<Difference[]>;

/** Why a test failed. */
export interface Failure {
  /** Stable. */
  code: string;
  message: string;
}
/** The result of a case. */
export interface CaseReport {
  /** Stable: the name of the file, `#` and that of the case. */
  id: string;
  name: string;
  /** Where it is in the file: `cases[0]`. */
  path: string;
  passed: boolean;
  failures: Failure[];
  request: AskedFor;
  /** `null` if the claims are not known. */
  decision: {
    decision: "allowed" | "denied";
    code: string;
    summary: string;
    policies: number[];
    role: string | null;
    nearest: Explanation["nearestMiss"];
  } | null;
  /** The whole explanation as text, if the case failed. */
  explanation?: string;
}
/** The result of a property, which is to hold for all tokens. */
export interface PropertyReport {
  /** Stable: the name of the file, `#` and that of the property. */
  id: string;
  name: string;
  /** Where it is in the file: `properties[0]`. */
  path: string;
  passed: boolean;
  /** Whether it is not known if it holds. */
  undecided: boolean;
  failures: Failure[];
  /** Tokens on which it does not hold, with what should be decided on them. */
  counterexamples: { expect: "allowed" | "denied"; title: string; witness: Witness }[];
  /** The findings that there should not be. */
  findings: Diagnostic[];
}
/** The results of a file of tests. */
export interface TestReport {
  file: string;
  /** The issuer's URL; empty if it is not known. */
  issuer: string;
  passed: boolean;
  cases: CaseReport[];
  properties: PropertyReport[];
  /** How many cases made each policy decide. */
  coverage: { policies: { index: number; title: string; decision: "allow" | "deny"; cases: number }[] };
  /** What properties assume. */
  facts: Facts;
}
/** How tests are run. */
export interface TestOptions {
  /** The name of the file, in identifiers; `tests` by default. */
  name?: string;
  /** The configurations that the file names, by their names. */
  files?: { readonly [name: string]: Config };
}
/**
 * Runs a file of tests, as `docs/policy-tests.md` documents it: an object, or its JSON text.
 *
 * @example
 * ```ts
 * const ran = runTests({
 *   issuer: "https://token.actions.githubusercontent.com",
 *   policies: [{ decision: "allow", tokenType: "organization", rules: { sub: "repo:acme/web:*" } }],
 *   properties: [{ never: { sub: "*:pull_request" } }],
 * });
 * if (ran.ok && !ran.value.passed) console.log(ran.value.properties[0]?.counterexamples[0]?.witness.claims);
 * ```
 */
export function runTests(file: object | string, options?: TestOptions): Answer<TestReport>;

/**
 * Loads the Wasm: in browsers, before any other call. Node.js and edge runtimes need no loading.
 * Without `source`, it is fetched from next to the package's code.
 *
 * @example
 * ```ts
 * await init();
 * ```
 */
export function init(source?: string | URL | globalThis.Request | Response | BufferSource | WebAssembly.Module): Promise<void>;
