//! What a change of policies opens and closes, before it is saved.

use claimgate::policy::PolicyDefinition;
use claimgate::text::list;
use claimgate_analysis::{Change, KindDifference, Meaning, Relation, Rung, UndecidedChange};
use leptos::prelude::*;

use super::witness::Token;
use super::worker::live;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::analysis::question::Settings;
use claimgate_workbench::analysis::words;

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
                None => view! { <p class="hint">"Finding out what this opens and closes…"</p> }.into_any(),
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
    let (class, sentence) = match difference.relation {
        Relation::Equivalent => (
            "notice",
            "The same tokens are allowed as before, for the same requests: proved.",
        ),
        Relation::Narrower => (
            "notice",
            "Less is allowed than before, and nothing more: proved.",
        ),
        Relation::Wider => ("notice notice--note", "More is allowed than before."),
        Relation::Incomparable => (
            "notice notice--note",
            "Some tokens are newly allowed, or get another role, and others are no longer allowed.",
        ),
        _ => (
            "notice notice--note",
            "It is not known whether more is allowed than before.",
        ),
    };
    let kinds = difference.kinds;
    let is_alone = kinds.len() == 1;
    let sides = [("Opens", true, opened), ("Closes", false, closed)]
        .map(|(verb, is_opened, rungs)| side(verb, is_opened, &rungs, &kinds, is_alone));
    let undecided: Vec<_> = kinds
        .iter()
        .flat_map(|kind| kind.undecided.clone())
        .collect();
    let ours = words::ours(&ours);
    view! {
        <p class=class>{sentence}</p>
        {sides.collect_view()}
        {undecided.into_iter().map(unknown).collect_view()}
        {(!ours.is_empty() && !is_same(&kinds)).then(|| view! { <p class="hint">"Yours, as the policies name it: " {untrusted_text(&ours)} "."</p> })}
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
    is_alone: bool,
) -> Option<AnyView> {
    let changes: Vec<_> = kinds
        .iter()
        .flat_map(|kind| {
            let (tokens, roles) = if is_opened {
                (&kind.opened, &kind.opened_roles)
            } else {
                (&kind.closed, &kind.closed_roles)
            };
            tokens
                .iter()
                .chain(roles)
                .map(|change| (kind.kind.phrase(), change.clone()))
        })
        .collect();
    if changes.is_empty() {
        return None;
    }
    let titles: Vec<_> = rungs.iter().map(|rung| rung.title.clone()).collect();
    let heading = match titles.as_slice() {
        [] => format!("{verb}:"),
        titles => format!("{verb}: {}", titles.join("; ")),
    };
    let items = changes.into_iter().map(|(kind, change)| {
        let Change {
            policy,
            gives,
            because,
            witness,
            ..
        } = change;
        let which = if is_opened { "new" } else { "old" };
        let mut by = format!("By {which} {}", list::policies(&[policy]));
        // A role says more than the kind.
        if gives.contains(" with ") {
            by += &format!(", {gives}, {because}");
        } else if !is_alone {
            by += &format!(", {kind}");
        }
        view! { <li><p class="hint">{untrusted_text(&by)} ":"</p><Token witness=witness /></li> }
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
    let (which, verb) = if change.is_new {
        ("new", "opens")
    } else {
        ("old", "closed by its change")
    };
    let text = format!(
        "It is not known what {which} {} {verb}: {}.",
        list::policies(&[change.policy]),
        change.reason.sentence()
    );
    view! { <p class="notice notice--note">{text}</p> }.into_any()
}
