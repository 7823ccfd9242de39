//! Decoded claims as a table; times as times.

use claimgate::claims::{Claims, Value};
use claimgate::time::{format_utc, relative};
use leptos::prelude::*;

/// The table. Times are put in relation to `now`.
#[component]
pub(crate) fn ClaimsTable(caption: &'static str, claims: Claims, #[prop(into)] now: Signal<i64>) -> impl IntoView {
    let rows = claims
        .iter()
        .map(|(name, value)| {
            let cell = match (name, value) {
                ("exp" | "nbf" | "iat", Value::Integer(number)) => time(*number, now).into_any(),
                (_, Value::String(text)) => text.clone().into_any(),
                (_, Value::Object(_) | Value::Array(_)) => value.to_json_pretty().into_any(),
                _ => value.to_json().into_any(),
            };
            view! { <tr><th scope="row">{name.to_owned()}</th><td>{cell}</td></tr> }
        })
        .collect_view();
    view! {
        <table class="claims">
            <caption>{caption}</caption>
            <tbody>{rows}</tbody>
        </table>
    }
}

fn time(number: i128, now: Signal<i64>) -> impl IntoView {
    let seconds = i64::try_from(number).ok();
    view! {
        {seconds.map_or_else(|| number.to_string(), format_utc)}
        <span class="aside">
            {move || seconds.map(|seconds| relative(seconds, now.get()))} " · " {number.to_string()}
        </span>
    }
}
