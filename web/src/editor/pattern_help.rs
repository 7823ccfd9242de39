//! Help on the pattern at the cursor, with texts that it matches and one that it does not.

use leptos::prelude::*;

use super::state::{AtPattern, PolicyState};
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
) -> impl IntoView {
    let own = Memo::new(move |_| state.at.get().filter(|at| at.key == key));
    move || {
        own.get()
            .filter(|at| !at.pattern.is_empty())
            .map(|at| help(state, &at))
    }
}

fn help(state: PolicyState, at: &AtPattern) -> AnyView {
    let known = state.known.read();
    let claim = known
        .iter()
        .find(|known| Some(&known.path) == at.claim.as_ref());
    let values = claim
        .map(|claim| claim.values.as_slice())
        .unwrap_or_default();
    let found = examples(&at.pattern, values);
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
        <div class="pattern-help" role="group" aria-label="About this pattern">
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
            {admitted(&at.pattern, values).map(|found| view! { <Admits found=found /> })}
        </div>
    }
    .into_any()
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
            <p>"Besides known values it matches, for example:"</p>
            <ul class="admits__names">{names("", found.others)}</ul>
        }
    });
    view! {
        <details class="more admits">
            <summary>"What this leaves open"</summary>
            <ul>{open.collect_view()}</ul>
            {strangers}
            {others}
        </details>
    }
}

fn example(text: &str) -> AnyView {
    match text {
        "" => view! { <span class="hint">"the empty text"</span> }.into_any(),
        text => view! { <code>{untrusted_text(text)}</code> }.into_any(),
    }
}
