//! What changes from one revision to another: what it opens and closes, in words, and line by line.

use claimgate::policy::PolicyDefinition;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::restore::Restore;
use super::state::History;
use crate::analysis::meaning::MeaningOfChange;
use crate::connected::loaded::local_words;
use crate::editor::changes::{ChangeList, ChangedText, ONLY_ORDER};
use crate::state::store::use_store;
use claimgate_workbench::analysis::question::Settings;
use claimgate_workbench::issuers::diff::{changes, lines};
use claimgate_workbench::remote::revisions::Pair;

/// The comparison, and the button that restores the later revision.
#[component]
pub(super) fn Compare(history: History) -> impl IntoView {
    Effect::new(move || {
        if let Some(Pair { from, to }) = history.pair.get() {
            history.fetch(from);
            history.fetch(to);
        }
    });
    let both = Memo::new(move |_| {
        let Pair { from, to } = history.pair.get()?;
        Some((history.policies(from)?, history.policies(to)?))
    });
    let store = use_store();
    let settings = Signal::derive(move || {
        let issuer = store.find(&history.issuer.read_untracked());
        issuer.as_ref().map(Settings::of)
    });
    view! {
        <section class="card stack--tight" aria-labelledby="compare-heading">
            <h2 id="compare-heading">{move || history.pair.get().map(|Pair { from, to }| match from {
                0 => format!("Revision {to}"),
                _ => format!("From revision {from} to {to}"),
            })}</h2>
            <Choice history=history />
            {move || both.get().map(|(before, after)| view! {
                <Difference settings=settings.get_untracked() before=before after=after />
            })}
            <Restore history=history />
        </section>
    }
}

/// Which two revisions are compared.
#[component]
fn Choice(history: History) -> impl IntoView {
    let navigate = use_navigate();
    let go = Callback::new(move |pair: Pair| {
        let options = NavigateOptions {
            replace: true,
            scroll: false,
            ..NavigateOptions::default()
        };
        let issuer = history.issuer.get_untracked();
        navigate(
            &format!("/issuers/{issuer}/history{}", pair.query()),
            options,
        );
    });
    let choice = move |label: &'static str, id: &'static str, is_from: bool| {
        let chosen = Memo::new(move |_| {
            let pair = history.pair.get();
            pair.map(|pair| if is_from { pair.from } else { pair.to })
        });
        let options = move || {
            let revisions = history.list.entries.get();
            let option = |revision: &claimgate_api::RevisionEntry| {
                let version = revision.version;
                view! {
                    <option value=version prop:selected=move || chosen.get() == Some(version)>
                        {format!("{version}: {}", local_words(&revision.created))}
                    </option>
                }
            };
            let nothing = is_from.then(|| view! {
                <option value="0" prop:selected=move || chosen.get() == Some(0)>"No policies"</option>
            });
            view! { {revisions.iter().map(option).collect_view()} {nothing} }
        };
        let choose = move |text: String| {
            if let (Some(pair), Ok(version)) = (history.pair.get_untracked(), text.parse()) {
                go.run(match is_from {
                    true => Pair {
                        from: version,
                        ..pair
                    },
                    false => Pair {
                        to: version,
                        ..pair
                    },
                });
            }
        };
        view! {
            <div class="field">
                <label for=id>{label}</label>
                <select id=id on:change:target=move |event| choose(event.target().value())>{options}</select>
            </div>
        }
    };
    view! { <div class="field-row field-row--even">{choice("From", "compare-from", true)} {choice("To", "compare-to", false)}</div> }
}

#[component]
fn Difference(
    /// Those of the issuer as it is now.
    settings: Option<Settings>,
    before: Vec<PolicyDefinition>,
    after: Vec<PolicyDefinition>,
) -> impl IntoView {
    if before == after {
        return view! { <p class="hint">"Both have the same policies."</p> }.into_any();
    }
    let list = changes(&before, &after);
    let is_order = list.is_empty();
    view! {
        {is_order.then(|| view! { <p>{ONLY_ORDER}</p> })}
        {settings.filter(|_| !is_order).map(|settings| view! {
            <MeaningOfChange settings=settings old=before.clone() new=after.clone() />
        })}
        <ChangeList changes=list />
        <ChangedText lines=lines(&before, &after) open=true />
    }
    .into_any()
}
