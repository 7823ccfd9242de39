//! What a change of policies opens and closes, before it is saved.

use claimgate::policy::PolicyDefinition;
use claimgate_analysis::{Change, KindDifference, Meaning, Relation, Rung, UndecidedChange};
use leptos::prelude::*;

use super::witness::Token;
use super::worker::live;
use super::yours::yours;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::analysis::question::Settings;
use claimgate_workbench::analysis::words::{self, sentence_case};

/// The meaning of a change.
#[component]
pub(crate) fn MeaningOfChange(
    settings: Settings,
    old: Vec<PolicyDefinition>,
    new: Vec<PolicyDefinition>,
) -> impl IntoView {
    let asked = live::<Meaning>(move || Some(settings.meaning(&old, &new)));
    view! {
        <div class="meaning" role="status">
            {move || match asked.answer.get() {
                None => view! { <p class="hint">"Checking what this opens and closes…"</p> }.into_any(),
                Some(Err(problem)) => view! {
                    <p class="notice notice--note">"What this opens and closes is not known: " {inline_code(&problem)} "."</p>
                }
                .into_any(),
                Some(Ok(meaning)) => changes(meaning),
            }}
        </div>
    }
}

fn changes(meaning: Meaning) -> AnyView {
    let Meaning {
        difference,
        ours,
        opened,
        closed,
        ..
    } = meaning;
    let class = match difference.relation {
        Relation::Equivalent | Relation::Narrower => "notice",
        _ => "notice notice--note",
    };
    let sentence = sentence_case(difference.relation.sentence());
    let kinds = difference.kinds;
    let sides = [("Opens", true, opened), ("Closes", false, closed)]
        .map(|(verb, is_opened, rungs)| side(verb, is_opened, &rungs, &kinds));
    let undecided: Vec<_> = kinds
        .iter()
        .flat_map(|kind| kind.undecided.clone())
        .collect();
    let ours = words::ours(&ours);
    let is_shown = !ours.is_empty() && !is_same(&kinds);
    view! {
        <p class=class>{sentence} "."</p>
        {sides.collect_view()}
        {undecided.into_iter().map(unknown).collect_view()}
        {is_shown.then(|| view! { <p class="hint">"Yours, " {yours(&ours)} "."</p> })}
    }
    .into_any()
}

fn is_same(kinds: &[KindDifference]) -> bool {
    kinds
        .iter()
        .all(|kind| kind.relation == Relation::Equivalent)
}

/// What is opened, or what is closed: the classes of outsiders, then a token for each allow.
fn side(
    verb: &'static str,
    is_opened: bool,
    rungs: &[Rung],
    kinds: &[KindDifference],
) -> Option<AnyView> {
    let changes: Vec<_> = kinds
        .iter()
        .flat_map(|kind| {
            let (tokens, roles) = if is_opened {
                (&kind.opened, &kind.opened_roles)
            } else {
                (&kind.closed, &kind.closed_roles)
            };
            tokens.iter().chain(roles).cloned()
        })
        .collect();
    if changes.is_empty() {
        return None;
    }
    let titles: Vec<_> = rungs.iter().map(|rung| rung.title.clone()).collect();
    let heading = match titles.as_slice() {
        [] => verb.to_owned(),
        titles => format!("{verb}: {}", titles.join("; ")),
    };
    let items = changes.into_iter().map(|change: Change| {
        let by = sentence_case(&change.sentence(is_opened));
        view! { <li><p class="hint">{inline_code(&by)} ":"</p><Token witness=change.witness /></li> }
    });
    let class = if is_opened {
        "meaning__side meaning__side--opens"
    } else {
        "meaning__side meaning__side--closes"
    };
    Some(
        view! {
            <div class=class>
                <h3>{untrusted_text(&heading)}</h3>
                <ul class="closing__tokens">{items.collect_view()}</ul>
            </div>
        }
        .into_any(),
    )
}

fn unknown(change: UndecidedChange) -> AnyView {
    let text = sentence_case(&change.sentence());
    view! { <p class="notice notice--note">{text} "."</p> }.into_any()
}
