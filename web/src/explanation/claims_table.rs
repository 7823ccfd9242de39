//! Decoded claims as a table, with readable times.

use claimgate::claims::{Claims, Value};
use claimgate::time::{format_utc, looks_like_milliseconds, relative};
use claimgate_workbench::playground::claim_use::{ClaimUse, numbers};
use claimgate_workbench::playground::rule_mark::RuleMark;
use leptos::prelude::*;

use super::tone::chip_class;
use crate::playground::bench::{Highlight, use_bench};
use crate::ui::untrusted_text::{untrusted_text, wrapped_text};

/// The table. Times are relative to `now`. In the playground, rules and their claims are
/// highlighted together, and claims that rules use come first; the others are folded.
#[component]
pub(crate) fn ClaimsTable(
    caption: &'static str,
    claims: Claims,
    #[prop(into)] now: Signal<i64>,
    #[prop(optional)] uses: Vec<ClaimUse>,
    /// The claims that come first where no rule uses any.
    #[prop(optional)]
    first: Vec<&'static str>,
) -> impl IntoView {
    let is_claims = caption == "Claims";
    let used = |name: &str| uses.iter().find(|found| found.member == name);
    let is_folded = !uses.is_empty() || first.iter().any(|name| claims.get(name).is_some());
    let (shown, rest): (Vec<_>, Vec<_>) = claims
        .iter()
        .partition(|(name, _)| !is_folded || used(name).is_some() || first.contains(name));
    let line = |(name, value): (&str, &Value)| row(is_claims, name, value, now, used(name));
    let missing = uses
        .iter()
        .filter(|found| found.is_missing && claims.get(&found.member).is_none());
    let missing = missing.map(missing_row).collect_view();
    let count = rest.len();
    let others = match uses.is_empty() {
        true => (count, "other claim", "other claims"),
        false => (count, "claim that no rule uses", "claims that no rule uses"),
    };
    let shown = shown.into_iter().map(line).collect_view();
    let rest = rest.into_iter().map(line).collect_view();
    let is_open = RwSignal::new(false);
    view! {
        <table class="claims" class:claims--used=!uses.is_empty()>
            <caption>{caption}</caption>
            <tbody>{shown} {missing}</tbody>
            <tbody hidden=move || !is_open.get()>{rest}</tbody>
        </table>
        {(count > 0).then(|| view! {
            <button
                type="button"
                class="button button--quiet button--small claims__more"
                aria-expanded=move || is_open.get().to_string()
                on:click=move |_| is_open.update(|open| *open = !*open)
            >
                {move || more(others, is_open.get())}
            </button>
        })}
    }
}

/// What the button says that shows the other claims, or hides them.
fn more((count, one, many): (usize, &str, &str), is_open: bool) -> String {
    match (is_open, count) {
        (true, _) => format!("Hide {many}"),
        (false, 1) => format!("Show 1 {one}"),
        (false, count) => format!("Show {count} {many}"),
    }
}

/// A claim that a rule needs and the token lacks.
fn missing_row(found: &ClaimUse) -> impl IntoView + use<> {
    view! {
        <tr class="claims__missing">
            <th scope="row">{untrusted_text(&found.member)}</th>
            <td>{use_marks(found)} <em>"not in the token"</em></td>
        </tr>
    }
}

/// The policies whose rules use the claim.
fn use_marks(found: &ClaimUse) -> impl IntoView + use<> {
    let chip = |(mark, matches, all): (RuleMark, bool, Vec<usize>)| {
        let policies = if all.len() == 1 { "policy" } else { "policies" };
        let word = if matches { "matches" } else { "does not match" };
        view! {
            <span class=chip_class(mark.tone) title=word>
                {policies} " " {numbers(&all)} " " <span aria-hidden="true">{mark.symbol}</span>
                <span class="visually-hidden">{word}</span>
            </span>
        }
    };
    view! { <span class="claims__use">{found.groups().into_iter().map(chip).collect_view()}</span> }
}

fn row(
    is_claims: bool,
    name: &str,
    value: &Value,
    now: Signal<i64>,
    found: Option<&ClaimUse>,
) -> AnyView {
    let cell = match (name, value) {
        ("exp" | "nbf" | "iat", Value::Integer(number)) => time(*number, value.to_json(), now),
        ("exp" | "nbf" | "iat", Value::Fraction(number)) => {
            time(number.ceil() as i128, value.to_json(), now)
        }
        (_, Value::String(text)) => wrapped_text(text),
        (_, Value::Object(_) | Value::Array(_)) => lines(&value.to_json_pretty()),
        _ => value.to_json().into_any(),
    };
    let head = untrusted_text(name);
    let Some(bench) = use_bench().filter(|_| is_claims) else {
        return view! { <tr><th scope="row">{head}</th><td>{cell}</td></tr> }.into_any();
    };
    let member = name.to_owned();
    let highlight = Highlight {
        policy: None,
        claim: claimgate::claim_path::ClaimPath::of(&[name]),
    };
    view! {
        <tr
            tabindex="-1"
            class:lit=move || bench.is_claim_highlighted(&member)
            on:mouseenter=move |_| bench.highlight.set(Some(highlight.clone()))
            on:mouseleave=move |_| bench.highlight.set(None)
        >
            <th scope="row">{head}</th>
            <td>{found.map(use_marks)} {cell}</td>
        </tr>
    }
    .into_any()
}

/// JSON in several lines, without marks for its line breaks.
fn lines(json: &str) -> AnyView {
    let line = |(index, line): (usize, &str)| view! { {(index > 0).then_some("\n")} {untrusted_text(line)} };
    json.lines().enumerate().map(line).collect_view().into_any()
}

/// A time, rounded up to a whole second, and how the claim has it.
fn time(number: i128, source: String, now: Signal<i64>) -> AnyView {
    let seconds = i64::try_from(number).ok();
    let written = seconds.map_or_else(|| number.to_string(), format_utc);
    if written == number.to_string() {
        // Not a time of the calendar.
        let milliseconds = seconds.filter(|seconds| looks_like_milliseconds(*seconds));
        let aside = milliseconds.map(|milliseconds| {
            let meant = format_utc(milliseconds / 1000);
            view! { <span class="aside">"looks like milliseconds, expected seconds · " {meant}</span> }
        });
        return view! { {source} {aside} }.into_any();
    }
    view! {
        {written}
        <span class="aside">
            {move || seconds.map(|seconds| relative(seconds, now.get()))} " · " {source}
        </span>
    }
    .into_any()
}
