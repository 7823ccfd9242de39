//! An issuer's policies, as a form or as JSON.

use claimgate::finding::Finding;
use claimgate::pattern::Dialect;
use claimgate::policy::{PolicyDefinition, PolicyError, PolicySet, parse_policies, to_json};
use leptos::prelude::*;

use super::code_editor::{CodeEditor, Mode};
use super::policy_card::PolicyCard;
use super::save_state::SaveState;
use crate::providers;
use crate::state::clock::now;
use crate::state::draft::{PolicyDraft, definitions};
use crate::state::storage::StoredIssuer;
use crate::state::store::use_store;
use crate::state::unsaved::Unsaved;

type Parsed = Result<Vec<PolicyDefinition>, Vec<PolicyError>>;

/// The editor's state.
#[derive(Clone, Copy)]
struct Editor {
    drafts: RwSignal<Vec<PolicyDraft>>,
    json: RwSignal<String>,
    as_json: RwSignal<bool>,
    tried: RwSignal<bool>,
    saved: RwSignal<Vec<PolicyDefinition>>,
}

impl Editor {
    fn of(policies: &[PolicyDefinition]) -> Self {
        Self {
            drafts: RwSignal::new(policies.iter().map(PolicyDraft::of).collect()),
            json: RwSignal::new(String::new()),
            as_json: RwSignal::new(false),
            tried: RwSignal::new(false),
            saved: RwSignal::new(policies.to_vec()),
        }
    }

    fn written(self) -> Parsed {
        if self.as_json.get() { parse_policies(&self.json.read()) } else { Ok(definitions(&self.drafts.read())) }
    }

    /// Changes between form and JSON; text that does not parse stays where it is.
    fn show_json(self, as_json: bool) {
        match self.written() {
            Ok(policies) if as_json => self.json.set(to_json(&policies)),
            Ok(policies) => self.drafts.set(policies.iter().map(PolicyDraft::of).collect()),
            Err(_) => return self.tried.set(true),
        }
        self.as_json.set(as_json);
    }
}

/// The editor of an issuer's policies.
#[component]
pub(crate) fn PolicyEditor(issuer: StoredIssuer) -> impl IntoView {
    let store = use_store();
    let unsaved = expect_context::<Unsaved>();
    let editor = Editor::of(&issuer.policies);
    let written = Memo::new(move |_| editor.written());
    let compiled = Memo::new(move |_| {
        let set = PolicySet::compile(&written.get()?, Dialect::Pulumi)?;
        Ok::<Vec<Finding>, Vec<PolicyError>>(set.findings().to_vec())
    });
    let dirty = Memo::new(move |_| written.with(|written| written.as_ref() != Ok(&*editor.saved.read())));
    unsaved.watch(dirty);
    let id = StoredValue::new(issuer.id.clone());
    let just_saved = RwSignal::new(false);
    let save = move |_| {
        editor.tried.set(true);
        if let (Ok(policies), Ok(_)) = (written.get_untracked(), compiled.get_untracked()) {
            store.change(&id.read_value(), |issuer| issuer.policies.clone_from(&policies));
            editor.saved.set(policies);
            editor.tried.set(false);
            just_saved.set(true);
        }
    };
    let errors = move || compiled.get().err().filter(|_| editor.tried.get() || editor.as_json.get());
    view! {
        <section class="stack" aria-labelledby="policies-heading">
            <div class="section-head">
                <h2 id="policies-heading">"Policies"</h2>
                <ViewToggle editor=editor />
            </div>
            <p class="lead">
                "A token is let in if an allow matches and no deny does. Their order does not matter."
            </p>
            <div hidden=move || editor.as_json.get() class="stack">
                <PolicyForm editor=editor preset=issuer.preset.clone() />
            </div>
            {move || editor.as_json.get().then(|| view! {
                <CodeEditor label="Policies as JSON" value=editor.json mode=Mode::Policies rows=18 />
            })}
            <Problems errors=Signal::derive(move || errors().unwrap_or_default()) />
            <Findings findings=Signal::derive(move || compiled.get().unwrap_or_default()) />
            <div class="save-bar">
                <button type="button" class="button button--primary" on:click=save>"Save policies"</button>
                <SaveState dirty=dirty saved=just_saved />
            </div>
        </section>
    }
}

#[component]
fn ViewToggle(editor: Editor) -> impl IntoView {
    let button = move |label: &'static str, as_json: bool| {
        view! {
            <button
                type="button"
                aria-pressed=move || (editor.as_json.get() == as_json).to_string()
                on:click=move |_| if editor.as_json.get_untracked() != as_json { editor.show_json(as_json) }
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="segments" role="group" aria-label="View">
            {button("Form", false)} {button("JSON", true)}
        </div>
    }
}

#[component]
fn PolicyForm(editor: Editor, preset: String) -> impl IntoView {
    let example = providers::find(&preset).map(|provider| provider.example(now()));
    let (known, starter) = example.map(|example| (example.known, example.policies)).unwrap_or_default();
    let starter = StoredValue::new(starter);
    let remove = Callback::new(move |key| editor.drafts.update(|drafts| drafts.retain(|draft| draft.key != key)));
    let add = move |_| editor.drafts.update(|drafts| drafts.push(PolicyDraft::blank()));
    let start = move |_| editor.drafts.set(starter.read_value().iter().map(PolicyDraft::of).collect());
    let place = move |key: usize| {
        Signal::derive(move || editor.drafts.read().iter().position(|draft| draft.key == key).unwrap_or_default())
    };
    view! {
        <datalist id="known-claims">
            {known.into_iter().map(|known| view! { <option value=known.path>{known.doc}</option> }).collect_view()}
        </datalist>
        <Show when=move || editor.drafts.read().is_empty()>
            <div class="card empty">
                <h3>"Everything is denied"</h3>
                <p>"This issuer has no policies, and what no policy allows is denied. Add an allow to let tokens in."</p>
                <Show when=move || !starter.read_value().is_empty()>
                    <button type="button" class="button" on:click=start>"Use the starter policy"</button>
                </Show>
            </div>
        </Show>
        <For each=move || editor.drafts.get() key=|draft| draft.key let:draft>
            <PolicyCard policy=draft place=place(draft.key) list="known-claims" remove=remove />
        </For>
        <div class="actions">
            <button type="button" class="button" on:click=add>"Add policy"</button>
        </div>
    }
}

#[component]
fn Problems(errors: Signal<Vec<PolicyError>>) -> impl IntoView {
    view! {
        <div role="alert">
            {move || (!errors.read().is_empty()).then(|| view! {
                <div class="notice notice--bad">
                    <h3>"These policies cannot be saved"</h3>
                    <ul>{errors.get().into_iter().map(|error| view! {
                        <li>
                            <code>{error.path}</code> " " {error.message}
                            {error.help.map(|help| view! { <p class="hint">{help}</p> })}
                        </li>
                    }).collect_view()}</ul>
                </div>
            })}
        </div>
    }
}

/// Remarks of the engine; nothing where it has none.
#[component]
pub(crate) fn Findings(#[prop(into)] findings: Signal<Vec<Finding>>) -> impl IntoView {
    move || {
        (!findings.read().is_empty()).then(|| {
            view! {
                <div class="notice notice--note">
                    <h3>"Worth a second look"</h3>
                    <ul>{findings.get().into_iter().map(|finding| view! {
                        <li>
                            <code>{finding.path}</code> " " {finding.message}
                            {finding.help.map(|help| view! { <p class="hint">{help}</p> })}
                        </li>
                    }).collect_view()}</ul>
                </div>
            }
        })
    }
}
