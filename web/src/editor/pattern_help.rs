//! Help on the pattern at the cursor, with texts that it matches and one that it does not.

use claimgate_analysis::Fits;
use leptos::prelude::*;

use super::at::AtPattern;
use super::findings::fitting::FittingValues;
use super::state::PolicyState;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::policies::admits::{Admitted, admitted};
use claimgate_workbench::policies::pattern_help::{at_cursor, examples};

/// Help on the pattern of a draft, while the cursor was last in it. Without `key`, on a pattern of
/// the text.
#[component]
pub(crate) fn PatternHelp(
    state: PolicyState,
    #[prop(optional)] key: Option<usize>,
    /// Whether the pattern is of an allow.
    #[prop(into)]
    allows: Signal<bool>,
) -> impl IntoView {
    let own = Memo::new(move |_| {
        let at = state.at.get().filter(|at| at.key == key);
        at.filter(|at| !at.pattern.is_empty())
    });
    let is_shown = Memo::new(move |_| own.read().is_some());
    view! {
        <Show when=move || is_shown.get()>
            <div class="pattern-help" role="group" aria-label="About this pattern">
                {move || own.get().map(|at| help(state, &at))}
                <Open state=state own=own allows=allows />
            </div>
        </Show>
    }
}

/// The values that the claim of a pattern is known to have.
fn known_values(state: PolicyState, at: &AtPattern) -> Vec<String> {
    let known = state.known.read();
    let claim = known
        .iter()
        .find(|known| Some(&known.path) == at.claim.as_ref());
    claim.map(|claim| claim.values.clone()).unwrap_or_default()
}

fn help(state: PolicyState, at: &AtPattern) -> AnyView {
    let values = known_values(state, at);
    let found = examples(&at.pattern, &values);
    let is_one = found.accepted.len() == 1;
    let accepted = found
        .accepted
        .iter()
        .map(|text| view! { <li>{example(text)}</li> })
        .collect_view();
    let refused = match &found.refused {
        Some(text) => view! { <ul><li>{example(text)}</li></ul> }.into_any(),
        None => view! { <p>"No value: the claim only has to exist."</p> }.into_any(),
    };
    view! {
        <p class="pattern-help__at">{at_cursor(&at.pattern, at.cursor).map(|sentence| inline_code(&sentence))}</p>
        <div class="pattern-help__texts">
            <div>
                <p class="pattern-help__head">
                    <span class="mark mark--good" aria-hidden="true">"✓"</span>
                    {if is_one { "Matches only" } else { "Matches" }}
                </p>
                <ul>{accepted}</ul>
            </div>
            <div>
                <p class="pattern-help__head"><span class="mark mark--bad" aria-hidden="true">"✕"</span> "Does not match"</p>
                {refused}
            </div>
        </div>
    }
    .into_any()
}

/// What the pattern leaves open: exactly, where the provider's tokens are known; until the analysis has
/// answered, and elsewhere, by known values.
#[component]
fn Open(state: PolicyState, own: Memo<Option<AtPattern>>, allows: Signal<bool>) -> impl IntoView {
    let is_exact = |fits: &Fits| fits.undecided.is_none() && fits.facts.provider.is_some();
    let fitting = Memo::new(move |_| {
        let claim = own.read().as_ref().map(|at| at.claim.clone());
        let fitting = state.fits.get();
        fitting
            .filter(|fitting| Some(&fitting.asked.0) == claim.as_ref() && is_exact(&fitting.fits))
    });
    // The last answer stays while the pattern is typed in.
    let is_stale = move || {
        let own = own.read();
        let pattern = own.as_ref().map(|at| at.pattern.as_str());
        let fitting = fitting.read();
        pattern != fitting.as_ref().map(|fitting| fitting.asked.1.as_str())
    };
    let by_values = Memo::new(move |_| match (&*own.read(), fitting.read().is_none()) {
        (Some(at), true) => admitted(&at.pattern, &known_values(state, at)),
        _ => None,
    });
    let admits = move || {
        by_values
            .get()
            .map(|found| view! { <Admits found=found /> })
    };
    move || match fitting.get() {
        Some(fitting) => view! {
            <div class:stale=is_stale><FittingValues fits=fitting.fits allows=allows.get() /></div>
        }
        .into_any(),
        None => admits().into_any(),
    }
}

/// What the wildcards leave open: own names, and strangers that match.
#[component]
fn Admits(found: Admitted) -> impl IntoView {
    let names = |class: &'static str, texts: Vec<String>| {
        let name = move |text: String| view! { <li class=class>{example(&text)}</li> };
        texts.into_iter().map(name).collect_view()
    };
    let open = found.open.into_iter().map(|open| {
        view! {
            <li>
                <code>{untrusted_text(&open.after)}</code> <code class="wild">{open.wildcard}</code>
                {if open.own.is_empty() { " any text" } else { " any text, here:" }}
                <ul class="admits__names">{names("admits__own", open.own)}</ul>
            </li>
        }
    });
    let strangers = (!found.strangers.is_empty()).then(|| {
        view! {
            <p class="error">"Values of other owners match too:"</p>
            <ul class="admits__names">{names("admits__stranger", found.strangers)}</ul>
        }
    });
    let others = (!found.others.is_empty()).then(|| {
        view! {
            <p>"It also matches, for example:"</p>
            <ul class="admits__names">{names("", found.others)}</ul>
        }
    });
    view! {
        <details class="more admits">
            <summary>"What this pattern leaves open"</summary>
            <ul>{open.collect_view()}</ul>
            {strangers}
            {others}
        </details>
    }
}

fn example(text: &str) -> AnyView {
    match text {
        "" => view! { <span class="hint">"empty text"</span> }.into_any(),
        text => view! { <code>{untrusted_text(text)}</code> }.into_any(),
    }
}
