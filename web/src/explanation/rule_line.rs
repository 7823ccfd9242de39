//! One rule's evidence: pattern and value, with the text of each wildcard, or the point where the
//! match stopped.

use claimgate::explain::{RuleEvidence, RuleOutcome, ValueEvidence};
use claimgate::pattern::{Span, Trace};
use claimgate_workbench::playground::rule_mark::RuleMark;
use claimgate_workbench::text::spans::{Piece, cut};
use leptos::prelude::*;

use super::diff::{Diff, furthest};
use super::tone::mark_class;
use crate::playground::bench::{Highlight, use_bench};
use crate::playground::policies::claim_button::claim_button;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::{untrusted_text, wrapped_text};

fn range(span: &Span) -> (usize, usize) {
    (span.start.chars, span.end.chars)
}

fn pieces(value: &ValueEvidence) -> Vec<Piece> {
    match &value.trace {
        Trace::Matched { captures } => {
            let spans: Vec<_> = captures
                .iter()
                .map(|capture| range(&capture.value))
                .collect();
            cut(&value.text, &spans, "took")
        }
        Trace::Stopped(stop) => {
            let end = value.text.chars().count();
            cut(&value.text, &[(stop.value.chars.min(end), end)], "stopped")
        }
    }
}

fn pattern_pieces(rule: &RuleEvidence) -> Vec<Piece> {
    let best = rule
        .values
        .iter()
        .find(|value| value.trace.is_match())
        .or(rule.values.first());
    match best.map(|value| &value.trace) {
        Some(Trace::Matched { captures }) => {
            let spans: Vec<_> = captures
                .iter()
                .map(|capture| range(&capture.pattern))
                .collect();
            cut(&rule.pattern, &spans, "took")
        }
        Some(Trace::Stopped(stop)) => {
            let end = rule.pattern.chars().count();
            cut(
                &rule.pattern,
                &[(stop.pattern.chars.min(end), end)],
                "stopped",
            )
        }
        None => vec![Piece(rule.pattern.clone(), "")],
    }
}

fn render(pieces: Vec<Piece>) -> impl IntoView {
    let span = |Piece(text, style)| match style {
        "" => view! { <span>{wrapped_text(&text)}</span> }.into_any(),
        style => view! { <mark class=style>{wrapped_text(&text)}</mark> }.into_any(),
    };
    pieces.into_iter().map(span).collect_view()
}

/// The line. In the playground it highlights its claim, and the rule in the policies. `mark` is what the rule means for
/// the decision.
#[component]
pub(crate) fn RuleLine(policy: usize, rule: RuleEvidence, mark: RuleMark) -> impl IntoView {
    let bench = use_bench();
    let highlight = StoredValue::new(Highlight {
        policy: Some(policy),
        claim: rule.claim.clone(),
    });
    let point = move |highlight: Option<Highlight>| {
        if let Some(bench) = bench {
            bench.highlight.set(highlight);
        }
    };
    let is_lit = move || {
        bench.is_some_and(|bench| bench.is_rule_highlighted(policy, &highlight.read_value().claim))
    };
    view! {
        <li
            class="rule"
            class:lit=is_lit
            on:mouseenter=move |_| point(Some(highlight.get_value()))
            on:mouseleave=move |_| point(None)
        >
            {rule_body(policy, rule, mark)}
        </li>
    }
}

fn rule_body(policy: usize, rule: RuleEvidence, mark: RuleMark) -> AnyView {
    let word = outcome(rule.outcome);
    let claim = match use_bench() {
        Some(bench) => claim_button(bench, policy, &rule.claim),
        None => view! { <code class="rule__claim">{untrusted_text(&rule.claim)}</code> }.into_any(),
    };
    view! {
        <span class=mark_class(mark.tone) aria-hidden="true">{mark.symbol}</span>
        <div class="rule__body">
            <p>{claim} " " <span class="word">{word}</span></p>
            {evidence(&rule)}
        </div>
    }
    .into_any()
}

/// What the rule saw: the difference, or pattern and values with what each wildcard matched.
fn evidence(rule: &RuleEvidence) -> AnyView {
    if let Some((value, stop)) = furthest(rule).filter(|_| rule.outcome == RuleOutcome::Mismatch) {
        let others = rule.values.len() - 1 + rule.values_left_out;
        let more = (others > 0).then(|| {
            let values = if others == 1 { "value" } else { "values" };
            view! { <p class="hint">{format!("None of the {others} other {values} matches either.")}</p> }
        });
        let (pattern, value, stop) = (rule.pattern.clone(), value.text.clone(), stop.clone());
        return view! { <Diff pattern=pattern value=value stop=stop /> {more} }.into_any();
    }
    let left_out = (rule.values_left_out > 0).then(|| {
        view! { <div><dt>"values"</dt><dd>{format!("and {} more", rule.values_left_out)}</dd></div> }
    });
    let sentence = (rule.outcome != RuleOutcome::Matched)
        .then(|| view! { <p class="sentence">{inline_code(&rule.sentence)}</p> });
    view! {
        <dl class="compare">
            <div><dt>"pattern"</dt><dd><code>{render(pattern_pieces(rule))}</code></dd></div>
            {rule.values.iter().map(value_row).collect_view()}
            {left_out}
        </dl>
        {sentence}
    }
    .into_any()
}

fn outcome(outcome: RuleOutcome) -> &'static str {
    match outcome {
        RuleOutcome::Matched => "matches",
        RuleOutcome::Mismatch => "does not match",
        RuleOutcome::MissingClaim => "claim missing",
        RuleOutcome::UnusableValue => "value unusable",
    }
}

fn value_row(value: &ValueEvidence) -> impl IntoView + use<> {
    let label = value
        .index
        .map_or_else(|| "value".to_owned(), |index| format!("value [{index}]"));
    let took = match &value.trace {
        Trace::Matched { captures } if !captures.is_empty() => Some(
            captures
                .iter()
                .map(|capture| {
                    let text = if capture.text.is_empty() {
                        "nothing".into_any()
                    } else {
                        quoted(&capture.text)
                    };
                    view! { <li><code>{capture.wildcard.clone()}</code> " matched " {text}</li> }
                })
                .collect_view(),
        ),
        _ => None,
    };
    view! {
        <div>
            <dt>{label}</dt>
            <dd>
                <code>{render(pieces(value))}</code>
                {took.map(|items| view! { <ul class="captures">{items}</ul> })}
            </dd>
        </div>
    }
}

fn quoted(text: &str) -> AnyView {
    view! { "“" {untrusted_text(text)} "”" }.into_any()
}
