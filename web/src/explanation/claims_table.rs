//! Decoded claims as a table, with readable times.

use claimgate::claims::{Claims, Value};
use claimgate::time::{format_utc, looks_like_milliseconds, relative};
use leptos::prelude::*;

use crate::playground::bench::{Highlight, use_bench};
use crate::ui::untrusted_text::untrusted_text;

/// The table. Times are relative to `now`. In the playground, rules and their claims are
/// highlighted together.
#[component]
pub(crate) fn ClaimsTable(
    caption: &'static str,
    claims: Claims,
    #[prop(into)] now: Signal<i64>,
) -> impl IntoView {
    let is_claims = caption == "Claims";
    let rows = claims
        .iter()
        .map(|(name, value)| row(is_claims, name, value, now))
        .collect_view();
    view! {
        <table class="claims">
            <caption>{caption}</caption>
            <tbody>{rows}</tbody>
        </table>
    }
}

fn row(is_claims: bool, name: &str, value: &Value, now: Signal<i64>) -> AnyView {
    let cell = match (name, value) {
        ("exp" | "nbf" | "iat", Value::Integer(number)) => time(*number, value.to_json(), now),
        ("exp" | "nbf" | "iat", Value::Fraction(number)) => {
            time(number.ceil() as i128, value.to_json(), now)
        }
        (_, Value::String(text)) => untrusted_text(text),
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
            class:lit=move || bench.is_claim_highlighted(&member)
            on:mouseenter=move |_| bench.highlight.set(Some(highlight.clone()))
            on:mouseleave=move |_| bench.highlight.set(None)
        >
            <th scope="row">{head}</th>
            <td>{cell}</td>
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
