//! Hints on common mistakes: why a rule that looks right does not match, and what to write instead.
//!
//! Hints are derived after the decision and do not affect it.

mod github;

use super::evidence::{
    Outcome, PolicyEvidence, PolicyOutcome, Reason, ReasonCode, RuleEvidence, RuleOutcome,
};
use crate::claim_path::ClaimPath;
use crate::claims::{Claims, Usable, Value, usable};
use crate::diagnostic::Diagnostic;
use crate::pattern::{Dialect, Pattern, visible};
use crate::policy::{CompiledPolicy, Decision, Rule};

/// The largest number of hints: more would not be read.
const MANY: usize = 20;

/// The largest number of policies that are examined: each one costs several matches.
const MANY_POLICIES: usize = 2_000;

/// The hints on an explanation's evidence, in the policies' order.
pub(super) fn hints(
    evidence: &[PolicyEvidence],
    compiled: &[CompiledPolicy],
    claims: &Claims,
    reason: &Reason,
    decision: Outcome,
) -> Vec<Diagnostic> {
    let mut hints = Vec::new();
    shadowed(evidence, reason, &mut hints);
    for (policy, compiled) in evidence.iter().zip(compiled).take(MANY_POLICIES) {
        // After an allow, hints on other allows are useless; a deny that does not match may be a mistake.
        let matters = decision == Outcome::Denied || compiled.decision == Decision::Deny;
        if policy.outcome == PolicyOutcome::NotMatched && matters {
            for (seen, rule) in policy.rules.iter().zip(&compiled.rules) {
                let place = format!("policies[{}].rules.{}", policy.index, rule.path);
                // A deny on one form of `sub` is not expected to match the others.
                let hint = rule_hint(seen, rule, claims)
                    .filter(|hint| compiled.decision == Decision::Allow || hint.code != "sub-form");
                hints.extend(hint.map(|hint| hint.at(place)));
            }
        }
        if hints.len() >= MANY {
            break;
        }
    }
    if reason.code == ReasonCode::DefaultDeny {
        hints.extend(other_type(evidence, compiled, claims));
    }
    hints.truncate(MANY);
    hints
}

/// A matching allow that a deny overrides.
fn shadowed(evidence: &[PolicyEvidence], reason: &Reason, hints: &mut Vec<Diagnostic>) {
    let allow = |policy: &&PolicyEvidence| {
        policy.outcome == PolicyOutcome::Matched && policy.decision == Decision::Allow
    };
    let (ReasonCode::DenyMatched, Some(deny), Some(allow)) = (
        reason.code,
        reason.policies.first(),
        evidence.iter().find(allow),
    ) else {
        return;
    };
    let message = format!(
        "policy {} allows this, but policy {} denies it",
        allow.index + 1,
        deny + 1
    );
    let help =
        "a deny wins however narrow the allow is, and whichever comes first: narrow the deny";
    hints.push(
        Diagnostic::note("deny-shadows-allow", message)
            .at(format!("policies[{}]", allow.index))
            .help(help),
    );
}

/// An allow whose rules match, but which does not apply to the requested token.
fn other_type(
    evidence: &[PolicyEvidence],
    compiled: &[CompiledPolicy],
    claims: &Claims,
) -> Option<Diagnostic> {
    let matches = |rule: &Rule| {
        let texts = claims.lookup(&rule.path).map(texts).unwrap_or_default();
        texts.iter().any(|text| rule.pattern.is_match(text))
    };
    let (policy, _) = evidence.iter().zip(compiled).find(|(policy, compiled)| {
        policy.outcome == PolicyOutcome::NotApplicable
            && compiled.decision == Decision::Allow
            && compiled.rules.iter().all(matches)
    })?;
    let token_type = policy.token_type.as_str();
    let message = format!(
        "policy {} matches this token, but applies to another request: {}",
        policy.index + 1,
        policy.sentence
    );
    let help = format!(
        "request a token of type {token_type} with its target, or add a policy for this request"
    );
    Some(
        Diagnostic::note("wrong-token-type", message)
            .at(format!("policies[{}].tokenType", policy.index))
            .help(help),
    )
}

fn texts(value: &Value) -> Vec<String> {
    match usable(value) {
        Usable::One(text) => vec![text],
        Usable::Any(texts) => texts.into_iter().map(|(_, text)| text).collect(),
        Usable::Nothing(_) => Vec::new(),
    }
}

fn rule_hint(seen: &RuleEvidence, rule: &Rule, claims: &Claims) -> Option<Diagnostic> {
    match seen.outcome {
        RuleOutcome::Matched | RuleOutcome::UnusableValue => None,
        RuleOutcome::MissingClaim => unquoted(&rule.path, claims).or_else(|| misspelt(&rule.path, claims)),
        RuleOutcome::Mismatch => seen.values.iter().find_map(|value| value_hint(rule, &value.text)).or_else(|| {
            let help =
                "an array matches if one of its elements does, each on its own: write the pattern for one element";
            (seen.values.len() > 1 && seen.pattern.contains([',', '[']))
                .then(|| Diagnostic::note("claim-is-array", format!("claim `{}` is an array", rule.path)).help(help))
        }),
    }
}

/// `kubernetes.io.namespace` instead of `"kubernetes.io".namespace`.
fn unquoted(path: &ClaimPath, claims: &Claims) -> Option<Diagnostic> {
    let segments = path.segments();
    let quoted = (2..=segments.len()).find_map(|count| {
        let (first, rest) = segments.split_at_checked(count)?;
        let first = first.join(".");
        claims.get(&first)?;
        let all: Vec<&str> = std::iter::once(first.as_str())
            .chain(rest.iter().map(String::as_str))
            .collect();
        Some(ClaimPath::of(&all))
    })?;
    let message = format!(
        "`{path}` looks for members within members, but the token's claim has a dot in its name"
    );
    Some(Diagnostic::note("claim-unquoted", message).help(format!("write `{quoted}`")))
}

fn misspelt(path: &ClaimPath, claims: &Claims) -> Option<Diagnostic> {
    let wanted = path.segments().first()?;
    let nearest = claims
        .iter()
        .map(|(name, _)| (strsim::damerau_levenshtein(wanted, name), name))
        .filter(|(distance, name)| *distance > 0 && *distance <= 2 && name.chars().count() > 3)
        .min()?;
    let message = format!(
        "the token has no claim `{wanted}`, but it has `{}`",
        nearest.1
    );
    Some(Diagnostic::note("claim-misspelt", message).help(format!("did you mean `{}`?", nearest.1)))
}

/// Tries small changes of a pattern, each a common oversight, until the value matches.
fn value_hint(rule: &Rule, value: &str) -> Option<Diagnostic> {
    let source = rule.pattern.source();
    let dialect = rule.pattern.dialect();
    let matches = |pattern: &str, value: &str| is_match(pattern, dialect, value);
    let finding = |code: &'static str, message: String, help: String| {
        Some(Diagnostic::note(code, message).help(help))
    };
    let shown = visible(source);
    if source.trim() != source && matches(source.trim(), value.trim()) {
        return finding(
            "invisible-characters",
            format!("`{shown}` begins or ends with white space"),
            format!("write `{}`", source.trim()),
        );
    }
    if matches(&clean(source), &clean(value)) {
        let message = format!(
            "`{shown}` and `{}` differ in characters that look alike or cannot be seen",
            visible(value)
        );
        return finding(
            "invisible-characters",
            message,
            "retype the pattern, or copy the value from the token".to_owned(),
        );
    }
    if matches(&source.to_lowercase(), &value.to_lowercase()) {
        let message = format!("`{shown}` and `{value}` differ in upper and lower case only");
        return finding(
            "look-alike-case",
            message,
            format!("patterns are case-sensitive: write it as the token has it, `{value}`"),
        );
    }
    if matches(&format!("{source}/"), value)
        || source
            .strip_suffix('/')
            .is_some_and(|shorter| matches(shorter, value))
    {
        return finding(
            "trailing-slash",
            format!("`{shown}` and `{value}` differ in a trailing slash only"),
            format!("write `{value}`"),
        );
    }
    if let Some(yes) = boolean(source, value) {
        return finding(
            "boolean-as-text",
            format!(
                "claim `{}` is matched by its JSON text, `{value}`",
                rule.path
            ),
            format!("write `{yes}`"),
        );
    }
    reference(source, value, &matches).or_else(|| github::subject_form(source, value, &matches))
}

fn is_match(pattern: &str, dialect: Dialect, value: &str) -> bool {
    Pattern::new(pattern, dialect).is_ok_and(|pattern| pattern.is_match(value))
}

/// Removes invisible characters, and replaces common look-alikes with ASCII.
fn clean(text: &str) -> String {
    let look_alike = |c: char| match c {
        '\u{a0}' | '\u{2007}' | '\u{202f}' => Some(' '),
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '\u{2215}' | '\u{2044}' => Some('/'),
        '\u{ff1a}' | '\u{a789}' => Some(':'),
        '\u{ff0a}' | '\u{2217}' => Some('*'),
        c => Some(c),
    };
    text.chars().filter_map(look_alike).collect()
}

fn boolean(source: &str, value: &str) -> Option<&'static str> {
    let means = |words: [&str; 4]| words.iter().any(|word| source.eq_ignore_ascii_case(word));
    match value {
        "true" if means(["yes", "1", "on", "\"true\""]) => Some("true"),
        "false" if means(["no", "0", "off", "\"false\""]) => Some("false"),
        _ => None,
    }
}

/// `main` instead of `refs/heads/main`, or vice versa.
fn reference(
    source: &str,
    value: &str,
    matches: &dyn Fn(&str, &str) -> bool,
) -> Option<Diagnostic> {
    for kind in ["refs/heads/", "refs/tags/"] {
        let hint = |help: String| {
            Diagnostic::note(
                "ref-form",
                format!("`{source}` and `{value}` differ in `{kind}` only"),
            )
            .help(help)
        };
        let full = format!("{kind}{source}");
        if matches(&full, value) {
            return Some(hint(format!(
                "the claim has the full name of the reference: write `{full}`"
            )));
        }
        let short = source.replacen(kind, "", 1);
        if short != source && matches(&short, value) {
            return Some(hint(format!(
                "the claim has the short name of the reference: write `{short}`"
            )));
        }
    }
    None
}
