//! An issuer's policies, as a form or as JSON, next to their decisions on its samples.

use claimgate::diagnostic::Diagnostic;
use leptos::ev;
use leptos::prelude::*;
use leptos_router::components::A;

use super::findings::guard::follow_server;
use super::policy_views::{PolicyViews, ViewToggle};
use super::save::SaveBar;
use super::state::{PolicyState, PolicyView};
use super::tests::panel::TestPanel;
use crate::state::clock::now;
use crate::state::unsaved::Unsaved;
use crate::ui::inline_code::inline_code;
use claimgate_workbench::issuers::storage::StoredIssuer;
use claimgate_workbench::policies::place_name::place_name;

/// The editor of an issuer's policies. The page keeps `view` in the address.
#[component]
pub(crate) fn PolicyEditor(
    issuer: StoredIssuer,
    view: RwSignal<String>,
    /// Set to the state, for components next to the editor.
    known: RwSignal<Option<PolicyState>>,
) -> impl IntoView {
    let asked = if view.get_untracked() == "json" {
        PolicyView::Json
    } else {
        PolicyView::Form
    };
    let state = PolicyState::of(&issuer, asked);
    known.set(Some(state));
    state.check(state.saved.into(), Signal::stored(true));
    follow_server(state);
    expect_context::<Unsaved>().watch(state.dirty);
    Effect::new(move || {
        view.set(
            if state.shown.get() == PolicyView::Json {
                "json"
            } else {
                ""
            }
            .to_owned(),
        );
    });
    let example = claimgate_providers::find(&issuer.preset).map(|provider| provider.example(now()));
    let starter = example
        .as_ref()
        .map(|example| example.policies.clone())
        .unwrap_or_default();
    view! {
        <div class="two-panes">
            <section class="stack editor" aria-labelledby="policies-heading" on:keydown=move |event| undo_by_keys(state, &event)>
                <div class="section-head">
                    <h2 id="policies-heading">"Policies " <Count state=state /></h2>
                    <div class="actions editor__tools">
                        {state.store.remote.is_some().then(|| view! {
                            <A href=format!("/issuers/{}/history", issuer.id) attr:class="button button--quiet" attr:data-command="Policy history">
                                "Policy history"
                            </A>
                        })}
                        <History state=state />
                        <ViewToggle state=state />
                    </div>
                </div>
                <p class="lead">
                    "A token is allowed if an allow matches and no deny does."
                </p>
                <PolicyViews
                    state=state
                    starter=starter
                    json_label="Policies as JSON"
                    problems_label="Problems in the policies"
                />
                <SaveBar state=state />
            </section>
            <TestPanel state=state example=example url=issuer.url.clone() />
        </div>
    }
}

/// The number of policies, and the usual maximum.
#[component]
fn Count(state: PolicyState) -> impl IntoView {
    let count = Memo::new(move |last: Option<&usize>| match &*state.written.read() {
        Ok(policies) => policies.len(),
        Err(_) => last.copied().unwrap_or_default(),
    });
    let most = claimgate_analysis::PULUMI_POLICY_LIMIT;
    let shown = move || match count.get() {
        count if count > most => format!("{count}, more than {most}"),
        count => format!("{count} of at most {most}"),
    };
    view! {
        <span class="count" class:count--many=move || { count.get() > most }>
            <span aria-hidden="true">{shown}</span>
            <span class="visually-hidden">{count} " of the " {most} " policies that Pulumi Cloud documents as its limit"</span>
        </span>
    }
}

#[component]
fn History(state: PolicyState) -> impl IntoView {
    let can_undo = Memo::new(move |_| state.history.read().can_undo());
    let can_redo = Memo::new(move |_| state.history.read().can_redo());
    let button = move |label: &'static str, keys: &'static str, can: Memo<bool>, is_redo: bool| {
        view! {
            <button
                type="button"
                class="button button--quiet"
                aria-disabled=move || (!can.get()).then_some("true")
                title=keys
                on:click=move |_| state.travel(is_redo)
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="actions" role="group" aria-label="Undo and redo">
            {button("Undo", "Ctrl+Z", can_undo, false)} {button("Redo", "Ctrl+Shift+Z", can_redo, true)}
        </div>
    }
}

/// Undo and redo by keyboard, before the browser undoes in one field only.
fn undo_by_keys(state: PolicyState, event: &ev::KeyboardEvent) {
    if !(event.ctrl_key() || event.meta_key()) || event.alt_key() || event.default_prevented() {
        return;
    }
    let is_redo = match event.key().to_lowercase().as_str() {
        "z" => event.shift_key(),
        "y" => true,
        _ => return,
    };
    event.prevent_default();
    state.travel(is_redo);
}

/// The engine's findings; empty without any.
#[component]
pub(crate) fn Findings(#[prop(into)] findings: Signal<Vec<Diagnostic>>) -> impl IntoView {
    move || {
        (!findings.read().is_empty()).then(|| {
            view! {
                <div class="notice notice--note">
                    <h3>"Findings"</h3>
                    <ul>{findings.get().into_iter().map(|finding| view! {
                        <li>
                            {inline_code(&place_name(&finding.path))} " " {inline_code(&finding.message)}
                            {finding.help.map(|help| view! { <p class="hint">{inline_code(&help)}</p> })}
                        </li>
                    }).collect_view()}</ul>
                </div>
            }
        })
    }
}
