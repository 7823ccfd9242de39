//! The requested token, the checks to skip, and the time of the evaluation.

use claimgate::jwt::numeric_date;
use claimgate::policy::TokenType;
use claimgate::time::format_utc;
use claimgate_workbench::playground::time_range::{LEEWAY, Times, times};
use leptos::prelude::*;

use super::bench::Bench;
use super::form::Form;
use crate::state::clock::read_time;
use crate::state::draft::{target_label, unique};
use crate::ui::field::{Checkbox, Select, TextField, same};
use claimgate_workbench::playground::evaluate::Answer;

/// The requested token.
#[component]
pub(crate) fn Requested(form: Form) -> impl IntoView {
    let label = Memo::new(move |_| target_label(&form.token_type.read()));
    let options = same(TokenType::ALL.map(TokenType::as_str));
    view! {
        <div class="requested">
            <Select label="Requested token type" value=form.token_type options=options />
            {move || match label.get() {
                Some(label) => view! { <TextField label=label value=form.target mono=true placeholder=label /> }.into_any(),
                None => view! { <Checkbox label="Request admin scope" value=form.admin /> }.into_any(),
            }}
        </div>
    }
}

/// The checks to skip.
#[component]
pub(crate) fn SkippedChecks(form: Form) -> impl IntoView {
    view! {
        <fieldset class="checkboxes">
            <legend class="visually-hidden">"Skip checks"</legend>
            <Checkbox label="Skip issuer" value=form.skip_issuer />
            <Checkbox label="Skip key" value=form.skip_key />
            <Checkbox label="Skip signature" value=form.skip_signature />
            <Checkbox label="Skip time" value=form.skip_time />
            <Checkbox label="Skip audience" value=form.skip_audience />
        </fieldset>
        <p class="hint">"Skipping the key skips the signature too. The decision says what was not checked."</p>
    }
}

/// Another time to evaluate at.
#[component]
pub(crate) fn TimeTravel(bench: Bench, time: Signal<i64>) -> impl IntoView {
    let field = bench.form.now;
    let error = Signal::derive(move || {
        // A time that cannot be parsed is ignored.
        read_time(&field.read()).map_or_else(
            |problem| format!("{problem}; evaluated at the current time"),
            |_| String::new(),
        )
    });
    let times = Memo::new(move |_| {
        let answered = bench.answered.read();
        let claims = match answered.as_ref().map(|answered| &answered.answer) {
            Some(Answer::Report(report)) => report.claims.as_ref(),
            _ => None,
        };
        let read = |name| numeric_date(claims?, name).ok()?;
        times(read("iat"), read("nbf"), read("exp"))
    });
    let go = move |label: &'static str, to: fn(Times) -> Option<i64>| {
        view! {
            <button
                type="button"
                class="button button--small"
                disabled=move || to(times.get()).is_none()
                on:click=move |_| if let Some(to) = to(times.get_untracked()) { field.set(format_utc(to)) }
            >
                {label}
            </button>
        }
    };
    view! {
        <TextField
            label="Time"
            value=field
            error=error
            mono=true
            hint="Optional: evaluate at another time, RFC 3339 or seconds since 1970."
            placeholder="2026-11-24T00:21:00Z"
        />
        <div class="actions actions--tight times" role="group" aria-label="Go to a time">
            <button
                type="button"
                class="button button--small"
                disabled=move || field.read().is_empty()
                on:click=move |_| field.set(String::new())
            >
                "Now"
            </button>
            {go("At iat", |times| times.iat)}
            {go("Just before exp", |times| times.exp.map(|exp| exp.saturating_sub(1)))}
            {go("Just after exp", |times| times.exp.map(|exp| exp.saturating_add(LEEWAY)))}
        </div>
        {move || times.get().range.map(|range| view! { <Slider field=field time=time range=range /> })}
    }
}

#[component]
fn Slider(field: RwSignal<String>, time: Signal<i64>, range: (i64, i64)) -> impl IntoView {
    let id = format!("field-{}", unique());
    let (from, to) = range;
    view! {
        <div class="field">
            <label for=id.clone()>"Time travel"</label>
            <input
                type="range"
                id=id
                min=from
                max=to
                step="1"
                aria-valuetext=move || format_utc(time.get())
                prop:value=move || time.get().clamp(from, to).to_string()
                on:input:target=move |event| {
                    if let Ok(seconds) = event.target().value().parse::<i64>() {
                        field.set(format_utc(seconds));
                    }
                }
            />
            <p class="hint">"From before the token was issued to after it expired, including 60 seconds of leeway."</p>
        </div>
    }
}
