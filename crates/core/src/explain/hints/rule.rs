//! Hints on one rule.

use super::sources::{HintSources, Mismatch};
use super::{languages, spelling, unseen};
use crate::claim_names::{foreign, similar};
use crate::claim_path::ClaimPath;
use crate::claims::{Claims, Value};
use crate::diagnostic::Diagnostic;
use crate::expected::LONGEST_NAME;
use crate::explain::evidence::{RuleEvidence, ValueEvidence};
use crate::pattern::{PartKind, Pattern, Trace, parts, visible};
use crate::policy::{Decision, Rule};

/// The most values of an array that are looked at.
const MANY_VALUES: usize = 20;

/// The longest value that is looked at, in bytes: patterns for longer ones are not written by hand.
const LONGEST_VALUE: usize = 4_096;

/// The shortest text that is not another claim's value by chance, in characters.
const TELLING: usize = 6;

/// The hint on a rule that matches, and likely not as it was meant.
pub(super) fn on_match(seen: &RuleEvidence, rule: &Rule) -> Vec<Diagnostic> {
    let matched = seen.values.iter().find(|value| value.trace.is_match());
    let hint = matched
        .and_then(|value| languages::on_match(&seen.pattern, rule.pattern.dialect(), &value.trace));
    hint.into_iter().collect()
}

/// The hint on a rule whose claim the token does not have.
pub(super) fn on_missing(
    path: &ClaimPath,
    claims: &Claims,
    sources: HintSources,
) -> Vec<Diagnostic> {
    let hint = unquoted(path, claims)
        .or_else(|| unseen_in_name(path, claims, sources))
        .or_else(|| of_another_system(path, claims))
        .or_else(|| misspelt(path, claims));
    hint.into_iter().collect()
}

/// The hints on a rule that no value matches: those on the first value that has any.
pub(super) fn on_mismatch(
    seen: &RuleEvidence,
    rule: &Rule,
    decision: Decision,
    claims: &Claims,
    sources: HintSources,
) -> Vec<Diagnostic> {
    let hints_on = |value: &ValueEvidence| {
        let mismatch = Mismatch::of(rule, &value.text, claims, sources);
        let hints = value_hints(&mismatch, decision, &value.trace);
        (!hints.is_empty()).then_some(hints)
    };
    if seen.values.len() > 1 && seen.pattern.contains([',', '[']) {
        let message = format!("claim `{}` is an array", rule.path);
        let help = "an array matches if any of its elements matches: write the pattern for a single element";
        return vec![Diagnostic::note("claim-is-array", message).help(help)];
    }
    let is_short = |value: &&ValueEvidence| value.text.len() <= LONGEST_VALUE;
    let mut values = seen.values.iter().filter(is_short).take(MANY_VALUES);
    values.find_map(hints_on).unwrap_or_default()
}

/// The first explanation that there is, from the most likely mistake to the least.
fn value_hints(at: &Mismatch<'_>, decision: Decision, trace: &Trace) -> Vec<Diagnostic> {
    let spelling = spelling::hints(at);
    if !spelling.is_empty() {
        return spelling;
    }
    let hint = boolean(at).or_else(|| languages::hint(at));
    let hints = hint
        .map(|hint| vec![hint])
        .or_else(|| reference(at))
        .or_else(|| ends_early(at, trace).map(|hint| vec![hint]))
        .or_else(|| starts_late(at))
        .or_else(|| with_other_differences(at))
        .or_else(|| one_of_a_list(at).map(|hint| vec![hint]));
    match (hints, decision) {
        (Some(hints), _) => hints,
        // A deny on one form of a claim is not expected to match the others.
        (None, Decision::Deny) => Vec::new(),
        (None, Decision::Allow) => {
            let known = at
                .sources
                .providers
                .iter()
                .map(|provider| (provider.mismatch)(at));
            let known = known.into_iter().find(|hints| !hints.is_empty());
            let other = || unseen::outside_ascii(at).or_else(|| other_claim(at));
            known.unwrap_or_else(|| other().into_iter().collect())
        }
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
    let message =
        format!("`{path}` looks up nested members, but the token's claim has a dot in its name");
    let hint = Diagnostic::note("claim-unquoted", message).help(format!("write `{quoted}`"));
    Some(hint.fix(path.source(), quoted))
}

/// `sub` with an invisible character, or with a letter of another script.
fn unseen_in_name(path: &ClaimPath, claims: &Claims, sources: HintSources) -> Option<Diagnostic> {
    let fold = |name: &String| unseen::fold(name, sources.normalize).trim().to_owned();
    let names: Vec<String> = path.segments().iter().map(fold).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let meant = ClaimPath::of(&names);
    claims.lookup(&ClaimPath::parse(&meant).ok()?)?;
    let named = unseen::odd_characters(path.source(), &meant, sources.normalize);
    let message = format!(
        "the token has no claim `{}`, but it has `{meant}`: the path has {}",
        visible(path.source()),
        named.join(", ")
    );
    let hint = Diagnostic::note("claim-misspelt", message).help(format!("write `{meant}`"));
    (meant != path.source()).then(|| hint.fix(path.source(), meant))
}

/// `token.actions.githubusercontent.com:sub` instead of `sub`.
fn of_another_system(path: &ClaimPath, claims: &Claims) -> Option<Diagnostic> {
    let found = foreign(path, claims)?;
    let message = format!(
        "`{path}` names a claim in {}, and the token has no claim of that name",
        found.system
    );
    let hint = Diagnostic::note("claim-of-another-system", message);
    let help = format!("write `{}`", found.path);
    Some(hint.help(help).fix(path.source(), found.path))
}

fn misspelt(path: &ClaimPath, claims: &Claims) -> Option<Diagnostic> {
    let wanted = path.segments().first()?;
    let is_short = |name: &str| name.len() <= LONGEST_NAME;
    if !is_short(wanted) {
        return None;
    }
    let nearest = claims
        .iter()
        .filter(|(name, _)| is_short(name))
        .map(|(name, _)| (strsim::osa_distance(wanted, name), name))
        .filter(|(distance, name)| *distance > 0 && *distance <= 2 && name.chars().count() > 3)
        .min();
    let meant = match nearest {
        Some((_, name)) => ClaimPath::of(&[name]),
        None => similar(path, claims)?,
    };
    let message = format!("the token has no claim `{path}`, but it has `{meant}`");
    Some(Diagnostic::note("claim-misspelt", message).help(format!("did you mean `{meant}`?")))
}

/// `yes` or `1` instead of `true`.
fn boolean(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let is_one_of = |words: [&str; 4]| {
        words
            .iter()
            .any(|word| at.pattern.eq_ignore_ascii_case(word))
    };
    let meant = match at.value {
        "true" if is_one_of(["yes", "1", "on", "\"true\""]) => "true",
        "false" if is_one_of(["no", "0", "off", "\"false\""]) => "false",
        _ => return None,
    };
    let message = format!(
        "claim `{}` is matched by its JSON text, `{meant}`",
        at.claim
    );
    Some(at.suggest(
        Diagnostic::note("boolean-as-text", message),
        "",
        &[meant.to_owned()],
    ))
}

/// `main` instead of `refs/heads/main`, or vice versa.
fn reference(at: &Mismatch<'_>) -> Option<Vec<Diagnostic>> {
    for kind in ["refs/heads/", "refs/tags/"] {
        let full = format!("{kind}{}", at.pattern);
        let short = at.pattern.replacen(kind, "", 1);
        let (form, pattern) = if is_alike(at, &full, at.value) {
            ("full", full)
        } else if short != at.pattern && is_alike(at, &short, at.value) {
            ("short", short)
        } else {
            continue;
        };
        let only = match at.matches(&pattern, at.value) {
            true => "only ",
            false => "",
        };
        let message = format!(
            "`{}` and `{}` differ {only}in `{kind}`",
            at.pattern, at.value
        );
        let advice = format!("the claim has the {form} name of the reference: ");
        let hint = Diagnostic::note("ref-form", message);
        return Some(with_case(at, hint, &advice, pattern));
    }
    None
}

/// `repo:acme/app` where the value goes on with `:pull_request`.
fn ends_early(at: &Mismatch<'_>, trace: &Trace) -> Option<Diagnostic> {
    let Trace::Stopped(stop) = trace else {
        return None;
    };
    let is_at_end = stop.expected.is_empty() && stop.pattern.chars == at.pattern.chars().count();
    let is_separator = |c: &char| matches!(c, ':' | '/' | '@');
    let is_ended = at.pattern.ends_with([':', '/', '@']);
    let pattern = match stop.found.chars().next().filter(is_separator) {
        _ if is_ended => format!("{}*", at.pattern),
        separator => format!("{}{}*", at.pattern, separator?),
    };
    if !is_at_end || !at.matches(&pattern, at.value) {
        return None;
    }
    let message = format!(
        "`{}` ends where the value continues with `{}`: a pattern has to match the whole value",
        visible(at.pattern),
        visible(&stop.found)
    );
    let advice = "for any continuation, ";
    Some(at.suggest(
        Diagnostic::note("pattern-ends-early", message),
        advice,
        &[pattern],
    ))
}

/// `acme/web:*` where the value begins with `repo:`.
fn starts_late(at: &Mismatch<'_>) -> Option<Vec<Diagnostic>> {
    if let Some(hint) = domain(at) {
        return Some(vec![hint]);
    }
    let is_telling = literal_length(at) >= TELLING && !at.pattern.starts_with('*');
    let separators = at.value.match_indices([':', '/']);
    let (before, pattern) = separators
        .filter(|_| is_telling)
        .find_map(|(place, separator)| {
            let (before, rest) = at.value.split_at_checked(place + separator.len())?;
            let ends = ["", ":*", "/*"]
                .iter()
                .map(|end| format!("{}{end}", at.pattern));
            let mut meant = ends.filter(|pattern| is_alike(at, pattern, rest));
            Some((before, format!("{before}{}", meant.next()?)))
        })?;
    let message = format!(
        "`{}` leaves out the beginning of the value, `{}`: a pattern has to match the whole value",
        visible(at.pattern),
        visible(before)
    );
    let hint = Diagnostic::note("pattern-starts-late", message);
    Some(with_case(at, hint, "", pattern))
}

/// A pattern in another language, or one that ends early, where case or what only a provider knows keeps
/// it apart from the value as well: each is named.
fn with_other_differences(at: &Mismatch<'_>) -> Option<Vec<Diagnostic>> {
    let caseless = Mismatch {
        is_caseless: true,
        ..*at
    };
    let read = |other: &Mismatch<'_>| {
        let trace = || {
            let [pattern, value] = [other.pattern, other.value].map(str::to_ascii_lowercase);
            let pattern = Pattern::new(&pattern, other.dialect).ok()?;
            ends_early(other, &pattern.trace(&value))
        };
        languages::hint(other).or_else(|| other.is_caseless.then(trace).flatten())
    };
    if let Some(hint) = read(&caseless) {
        return Some(vec![spelling::case(at, false), hint]);
    }
    let known = at.sources.providers.iter();
    let mut known = known.flat_map(|provider| provider.differences);
    known.find_map(|difference| {
        let value = (difference.fold)(at.value, at.sources);
        let plain = Mismatch {
            value: &value,
            ..*at
        };
        let hint = languages::hint(&plain).filter(|_| value != at.value)?;
        Some(vec![(difference.hint)(at, false), hint])
    })
}

/// `deploy` where the value is `openid deploy email`.
fn one_of_a_list(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let mut words = at.value.split_whitespace();
    let is_list = at.value.contains(' ') && !at.pattern.contains(' ');
    let word = words.find(|word| is_list && at.matches(at.pattern, word))?;
    let message = format!(
        "`{}` is one of the words of the value: a pattern has to match the whole value",
        visible(word)
    );
    let advice = "for the word in any place, and for longer ones that contain it, ";
    let pattern = format!("*{}*", at.pattern.trim_matches('*'));
    Some(at.suggest(
        Diagnostic::note("value-is-list", message),
        advice,
        &[pattern],
    ))
}

/// Whether a pattern matches a text, if upper and lower case are the same.
fn is_alike(at: &Mismatch<'_>, pattern: &str, text: &str) -> bool {
    at.matches(pattern, text)
        || at.matches(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase())
}

/// `example.com` or `@example.com` where the value is an address of that domain.
fn domain(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let (_, domain) = at.value.rsplit_once('@')?;
    let wanted = at.pattern.strip_prefix('@').unwrap_or(at.pattern);
    let is_meant = domain.contains('.') && at.matches(wanted, domain);
    let message = format!(
        "`{}` is the domain of the address: a pattern has to match the whole value",
        visible(at.pattern)
    );
    let hint = Diagnostic::note("pattern-starts-late", message);
    let pattern = format!("*@{wanted}");
    is_meant.then(|| at.suggest(hint, "for all addresses of that domain, ", &[pattern]))
}

/// The hint with a pattern that matches the value, or would if there were not the case as well, which
/// is named then.
fn with_case(
    at: &Mismatch<'_>,
    hint: Diagnostic,
    advice: &str,
    pattern: String,
) -> Vec<Diagnostic> {
    match at.matches(&pattern, at.value) {
        true => vec![at.suggest(hint, advice, &[pattern])],
        false => vec![
            spelling::case(at, false),
            at.suggest(hint, advice, &[at.value.to_owned()]),
        ],
    }
}

/// How many characters of the pattern are no wildcards.
fn literal_length(at: &Mismatch<'_>) -> usize {
    let literals = parts(at.pattern, at.dialect).into_iter();
    let literals = literals.filter(|part| part.kind == PartKind::Literal);
    literals.map(|part| part.text.chars().count()).sum()
}

/// A pattern that another claim with a similar name matches: `workflow_ref` instead of
/// `job_workflow_ref`.
fn other_claim(at: &Mismatch<'_>) -> Option<Diagnostic> {
    let [own] = at.claim.segments() else {
        return None;
    };
    let is_similar =
        |name: &str| name != own && (name.contains(own.as_str()) || own.contains(name));
    let mut claims = at.claims.iter();
    let (name, value) = claims.find_map(|(name, value)| match value {
        Value::String(text) if is_similar(name) && at.matches(at.pattern, text) => {
            Some((name, text))
        }
        _ => None,
    })?;
    let message = format!(
        "`{}` does not match `{own}`, but it matches claim `{name}`, which is `{}`",
        visible(at.pattern),
        visible(value)
    );
    let help = format!("is the rule meant for `{}`?", ClaimPath::of(&[name]));
    let hint = Diagnostic::note("claim-mistaken", message).help(help);
    (literal_length(at) >= TELLING).then_some(hint)
}
