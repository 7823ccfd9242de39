/**
 * Answers questions about policies for all tokens at once: who gets in, what a change opens and closes, and which
 * policies do not do what they seem to.
 *
 * A "yes" comes with a token that the engine's own evaluation confirmed, a "no" with a proof that a second procedure
 * checked; a question that takes too much work is "undecided". Work is counted, not timed: the answers are the same
 * everywhere, and equal to what `claimgate who`, `claimgate diff` and `claimgate check` write with `--format json`.
 *
 * Nothing throws: every error is a value with a stable code.
 *
 * @packageDocumentation
 */

import type { Answer, AskedFor, Config, Diagnostic, JsonObject } from "./index.js";
import type { Defect, FactsProvider, OutsiderClass, Relation, UndecidedReason } from "./analysis-words.js";

export type { Defect, FactsProvider, OutsiderClass, Relation, UndecidedReason } from "./analysis-words.js";

/** How questions are asked. */
export interface Terms {
  /**
   * `false` takes nothing for granted of the provider's tokens but `iss` and `exp`: what is proved then holds whatever
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
  request: AskedFor;
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

/** What answers take for granted of an issuer's tokens. */
export interface Facts {
  /** `null` if nothing is taken for granted but `iss` and `exp`. */
  provider: FactsProvider | null;
  /** The day on which the facts were checked: `2026-11-29`. */
  asOf: string | null;
  /** Where they are documented. */
  sources: string[];
  /** The facts on the claims that the policies use, as sentences. */
  facts: string[];
}

/** Something that is wrong with a policy, or may be. */
export interface Issue {
  defect: Defect;
  /** Indices of the policies that have it: one, or two allows. */
  policies: number[];
  /** Indices of the policies that cause it. */
  becauseOf: number[];
  /** The proof or the token; undecided if it is not known whether there is a defect. */
  answer: TokenAnswer;
}
/** What deserves a second look in an issuer's policies. */
export interface Report {
  /** The issuer's URL. */
  issuer: string;
  /** Findings, with paths from `policies[0]`. Without facts, none that rests on them. */
  findings: Diagnostic[];
  /** Policies that are dead, redundant, useless or ambiguous. */
  issues: Issue[];
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
  /** Who it is: `another repository of ours`. */
  title: string;
  /** Whether they are strangers: not of one's own outermost name, such as the owner. */
  isStranger: boolean;
  /** Whether one of them is admitted. */
  answer: TokenAnswer;
  /** Indices of the allows that admit one. */
  policies: number[];
}
/** Who gets into an issuer's policies, from strangers inwards. */
export interface Who {
  /** The issuer's URL. */
  issuer: string;
  ours: Ours[];
  /** Empty if nothing is known of the provider. */
  rungs: Rung[];
  facts: Facts;
}

/** A kind of request. Each is analyzed by itself. */
export type RequestKind =
  | { tokenType: "organization"; admin: boolean }
  | { tokenType: "team" }
  | { tokenType: "personal"; login: string }
  | { tokenType: "runner"; name: string };
/** A token that only one side admits. */
export interface Change {
  /** Index of the allow that admits it: among the new policies if it is opened, the old ones if closed. */
  policy: number;
  /** Indices of the other side's policies that refuse it; empty if none allows it. */
  refusedBy: number[];
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
 * What deserves a second look in the policies of each issuer, with a token or a proof.
 *
 * @example
 * ```ts
 * const analyzed = analyze(config);
 * if (analyzed.ok) for (const { defect, policies, answer } of analyzed.value[0]?.issues ?? []) console.log(defect, policies, answer.answer);
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
