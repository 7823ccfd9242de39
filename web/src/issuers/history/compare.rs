//! What changes from one revision to another: what it opens and closes, in words, and line by line.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::state::History;
use crate::connected::loaded::local_words;
use crate::editor::review::Differences;
use claimgate_workbench::remote::revisions::Pair;

/// The comparison.
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
    let is_there = Memo::new(move |_| history.pair.read().is_some());
    let heading = move || {
        history.pair.get().map(|Pair { from, to }| match from {
            0 => format!("Revision {to}"),
            _ => format!("From revision {from} to {to}"),
        })
    };
    move || {
        is_there.get().then(|| {
            view! {
                <section class="card stack--tight" aria-labelledby="compare-heading">
                    <h2 id="compare-heading">{heading}</h2>
                    <Choice history=history />
                    {move || both.get().map(|(before, after)| view! {
                        <Differences settings=history.settings() old=before new=after open=true />
                    })}
                </section>
            }
        })
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
