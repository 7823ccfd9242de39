//! An explanation as text, like a compiler's diagnostics.

use std::fmt::Write;

use super::evidence::{
    Explanation, NearestMiss, Outcome, PolicyEvidence, PolicyOutcome, RuleEvidence, RuleOutcome,
    ValueEvidence,
};
use crate::pattern::{Capture, Position, Trace, visible};

/// Renders an explanation for a terminal: the decision, then every policy with its rules, each
/// value with what the wildcards matched, or underlined from where the match stopped.
///
/// ```
/// use claimgate::claims::{Claims, TrustedClaims};
/// use claimgate::explain::{explain, render_text};
/// use claimgate::pattern::Dialect;
/// use claimgate::policy::{PolicySet, RequestedToken};
///
/// let policies = PolicySet::compile(&[], Dialect::Pulumi)?;
/// let claims = TrustedClaims::dangerous_assume_verified(Claims::from_json("{}")?);
/// let explanation = explain(&policies, &claims, &RequestedToken::Organization { admin: false });
/// assert!(render_text(&explanation).starts_with("DENIED[default-deny]"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn render_text(explanation: &Explanation) -> String {
    let mut out = String::new();
    let word = match explanation.decision {
        Outcome::Allowed => "ALLOWED",
        Outcome::Denied => "DENIED",
    };
    line(
        &mut out,
        0,
        &format!(
            "{word}[{}]: {}",
            explanation.reason.code.as_str(),
            explanation.summary
        ),
    );
    for policy in &explanation.policies {
        render_policy(&mut out, policy);
    }
    line(
        &mut out,
        1,
        &format!("default denial: {}", explanation.default_denial.sentence),
    );
    if let Some(report) = &explanation.report {
        let message = format!("with report-only policies enforced: {}", report.summary);
        line(&mut out, 1, &format!("note[report-only]: {message}"));
    }
    if let Some(miss) = &explanation.nearest_miss {
        render_miss(&mut out, miss);
    }
    for hint in &explanation.hints {
        line(
            &mut out,
            1,
            &format!("note[{}]: {}", hint.code, visible(&hint.message)),
        );
        if let Some(help) = &hint.help {
            line(&mut out, 2, &format!("help: {}", visible(help)));
        }
    }
    out
}

fn render_policy(out: &mut String, policy: &PolicyEvidence) {
    let mark = match policy.outcome {
        PolicyOutcome::NotApplicable => '-',
        PolicyOutcome::NotMatched => 'x',
        PolicyOutcome::Matched => '+',
    };
    line(
        out,
        1,
        &format!("{mark} {}: {}", policy.title, policy.sentence),
    );
    for rule in &policy.rules {
        render_rule(out, rule);
    }
}

fn render_rule(out: &mut String, rule: &RuleEvidence) {
    let mark = if rule.outcome == RuleOutcome::Matched {
        '+'
    } else {
        'x'
    };
    line(
        out,
        3,
        &format!("{mark} {} ~ {}", rule.claim, visible(&rule.pattern)),
    );
    for value in &rule.values {
        render_value(out, rule, value);
    }
    if rule.values_left_out > 0 {
        line(out, 4, &format!("= and {} more", rule.values_left_out));
    }
    if rule.values.is_empty() {
        line(out, 4, &format!("= {}", rule.sentence));
    }
}

fn render_value(out: &mut String, rule: &RuleEvidence, value: &ValueEvidence) {
    let name = match value.index {
        Some(index) => format!("[{index}] "),
        None => String::new(),
    };
    line(out, 4, &format!("| {name}{}", visible(&value.text)));
    match &value.trace {
        Trace::Matched { captures } => {
            let taken: Vec<String> = captures.iter().map(taken).collect();
            if !taken.is_empty() {
                line(out, 4, &format!("= {}", taken.join(", ")));
            }
        }
        Trace::Stopped(stop) if rule.outcome != RuleOutcome::Matched => {
            let before =
                name.chars().count() + visible(&prefix(&value.text, stop.value)).chars().count();
            let width = visible(&stop.found).chars().count().max(1);
            line(
                out,
                4,
                &format!("| {}{}", " ".repeat(before), "^".repeat(width)),
            );
            line(out, 4, &format!("= {}", stop.sentence));
        }
        Trace::Stopped(_) => {}
    }
}

fn taken(capture: &Capture) -> String {
    format!(
        "`{}` matched `{}`",
        capture.wildcard,
        visible(&capture.text)
    )
}

fn render_miss(out: &mut String, miss: &NearestMiss) {
    line(out, 1, &format!("nearest miss: {}", miss.sentence));
    for change in &miss.changes {
        let suggestion = match &change.suggested_pattern {
            Some(pattern) => format!(
                "`{}` would match with the pattern `{}`",
                change.claim,
                visible(pattern)
            ),
            None => change.sentence.clone(),
        };
        let caution = change.caution.as_ref();
        let caution =
            caution.map(|caution| format!("; caution: this also admits {}", visible(caution)));
        line(
            out,
            3,
            &format!("- {suggestion}{}", caution.unwrap_or_default()),
        );
    }
}

fn prefix(text: &str, end: Position) -> String {
    text.chars().take(end.chars).collect()
}

fn line(out: &mut String, indent: usize, text: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{}{text}", "  ".repeat(indent));
}
