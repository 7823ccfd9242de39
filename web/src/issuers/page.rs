//! One issuer: its policies, its details, its jobs and its exports.

use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::A;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use wasm_bindgen::JsCast;

use super::details_form::DetailsForm;
use super::export_panel::ExportForms;
use super::workflow_panel::WorkflowPanel;
use crate::analysis::who::WhoPanel;
use crate::editor::policy_editor::PolicyEditor;
use crate::editor::state::PolicyState;
use crate::shell::not_found::NotFoundPage;
use crate::state::handover::Handover;
use crate::state::store::use_store;
use crate::state::unsaved::Unsaved;
use crate::ui::icon::{Icon, icon};
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::issuers::storage::StoredIssuer;

/// The page of the issuer that the address names.
#[component]
pub(crate) fn IssuerPage() -> impl IntoView {
    let store = use_store();
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    move || match store.find(&id.read()) {
        Some(issuer) => view! { <IssuerView issuer=issuer /> }.into_any(),
        None => view! { <NotFoundPage /> }.into_any(),
    }
}

/// The sections of the page. Each keeps its state while another is visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Policies,
    Who,
    Details,
    Workflow,
    Export,
}

impl Section {
    /// In the order of the tabs.
    const ALL: [Self; 5] = [
        Self::Policies,
        Self::Who,
        Self::Details,
        Self::Workflow,
        Self::Export,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Policies => "Policies",
            Self::Who => "Who gets in",
            Self::Details => "Details",
            Self::Workflow => "Workflow",
            Self::Export => "Export",
        }
    }

    /// Its name in the address.
    fn word(self) -> &'static str {
        match self {
            Self::Policies => "",
            Self::Who => "who",
            Self::Details => "details",
            Self::Workflow => "workflow",
            Self::Export => "export",
        }
    }

    /// Its name in identifiers of elements, which have no spaces.
    fn name(self) -> &'static str {
        match self {
            Self::Who => "Who",
            other => other.label(),
        }
    }

    fn of(word: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|section| section.word() == word)
            .unwrap_or(Self::Policies)
    }

    /// Its content.
    fn view(self, issuer: StoredIssuer, shown: Shown) -> AnyView {
        let Shown {
            section,
            view,
            mine,
            editor,
        } = shown;
        match self {
            Self::Policies => {
                view! { <PolicyEditor issuer=issuer view=view known=editor /> }.into_any()
            }
            Self::Who => {
                let is_shown = move || section.get() == self;
                view! { <WhoPanel issuer=issuer editor=editor is_shown=Signal::derive(is_shown) mine=mine /> }
                    .into_any()
            }
            Self::Details => view! { <DetailsForm issuer=issuer /> }.into_any(),
            Self::Workflow => view! { <WorkflowPanel issuer=issuer /> }.into_any(),
            Self::Export => export(issuer.id),
        }
    }
}

/// What is shown of an issuer, kept in the address but for the editor.
#[derive(Clone, Copy)]
struct Shown {
    section: RwSignal<Section>,
    /// The editor's view.
    view: RwSignal<String>,
    /// What is one's own, as stated.
    mine: RwSignal<String>,
    editor: RwSignal<Option<PolicyState>>,
}

/// The saved issuer in other formats.
fn export(id: String) -> AnyView {
    let store = use_store();
    let issuers = Signal::derive(move || {
        let issuers = store.issuers.read();
        issuers
            .iter()
            .filter(|issuer| issuer.id == id)
            .cloned()
            .collect::<Vec<_>>()
    });
    view! { <ExportForms issuers=issuers /> }.into_any()
}

#[component]
fn IssuerView(issuer: StoredIssuer) -> impl IntoView {
    let playground = format!("/playground?issuer={}", issuer.id);
    let editor = RwSignal::new(None::<PolicyState>);
    let take_along = take_along(editor, issuer.id.clone(), playground.clone());
    let store = use_store();
    let id = StoredValue::new(issuer.id.clone());
    let name = Memo::new(move |_| {
        let issuers = store.issuers.read();
        issuers
            .iter()
            .find(|issuer| issuer.id == *id.read_value())
            .map(|issuer| issuer.name.clone())
    });
    let last_name = issuer.name.clone();
    let title = move || untrusted_text(&name.get().unwrap_or_else(|| last_name.clone()));
    let is_gone = Memo::new(move |_| name.read().is_none());
    let asked = use_query_map().with_untracked(Clone::clone);
    let section = RwSignal::new(Section::of(&asked.get("section").unwrap_or_default()));
    let shown = Shown {
        section,
        view: RwSignal::new(asked.get("view").unwrap_or_default()),
        mine: RwSignal::new(asked.get("mine").unwrap_or_default()),
        editor,
    };
    keep_address(issuer.id.clone(), shown);
    let address = issuer.url.clone();
    let panels = Section::ALL
        .map(|this| {
            let name = this.name();
            view! {
                <div
                    id=format!("panel-{name}")
                    role="tabpanel"
                    aria-labelledby=format!("tab-{name}")
                    hidden=move || section.get() != this
                >
                    {this.view(issuer.clone(), shown)}
                </div>
            }
        })
        .collect_view();
    view! {
        <div class="container stack">
            <p class="crumbs"><A href="/">"OIDC Issuers"</A></p>
            <div class="section-head">
                <div>
                    <h1>{title}</h1>
                    <p><code>{untrusted_text(&address)}</code></p>
                </div>
                <A href=playground attr:class="button" attr:data-command="Try in the playground" on:click=take_along>
                    {icon(Icon::Play)} "Try in the playground"
                </A>
            </div>
            <div role="status">
                {move || is_gone.get().then(|| view! {
                    <div class="notice notice--bad">
                        <p>
                            <strong>"This issuer was deleted in the meantime."</strong>
                            " What you see exists only on this page. Saving registers the issuer again."
                        </p>
                    </div>
                })}
            </div>
            <Tabs section=section />
            {panels}
        </div>
    }
}

/// Passes unsaved policies to the playground, as a scratch set. While they have errors, the link is
/// an ordinary one, which asks before they are lost.
fn take_along(
    editor: RwSignal<Option<PolicyState>>,
    id: String,
    playground: String,
) -> impl Fn(ev::MouseEvent) + Send + Sync + 'static {
    let (navigate, unsaved, handover) = (
        use_navigate(),
        expect_context::<Unsaved>(),
        expect_context::<Handover>(),
    );
    move |event| {
        let is_elsewhere =
            event.ctrl_key() || event.meta_key() || event.shift_key() || event.button() != 0;
        let Some(state) = editor.get_untracked().filter(|_| !is_elsewhere) else {
            return;
        };
        let is_right = state
            .compiled
            .with_untracked(|compiled| compiled.errors.is_empty());
        let Ok(policies) = state.written.get_untracked() else {
            return;
        };
        if !state.dirty.get_untracked() || !is_right {
            return;
        }
        event.prevent_default();
        if unsaved.may_leave_with(state.dirty) {
            handover.give(&id, policies);
            navigate(&playground, NavigateOptions::default());
        }
    }
}

/// The tabs; arrow keys move between them.
#[component]
fn Tabs(section: RwSignal<Section>) -> impl IntoView {
    let go = move |event: ev::KeyboardEvent| {
        let place = Section::ALL
            .iter()
            .position(|this| *this == section.get_untracked())
            .unwrap_or_default();
        let count = Section::ALL.len();
        let next = match event.key().as_str() {
            "ArrowRight" => (place + 1) % count,
            "ArrowLeft" => (place + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            _ => return,
        };
        event.prevent_default();
        let Some(next) = Section::ALL.get(next).copied() else {
            return;
        };
        section.set(next);
        let tab = document().get_element_by_id(&format!("tab-{}", next.name()));
        if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = tab.focus();
        }
    };
    let tab = move |this: Section| {
        let (word, name) = (this.label(), this.name());
        let is_shown = move || section.get() == this;
        view! {
            <button
                type="button"
                id=format!("tab-{name}")
                role="tab"
                aria-controls=format!("panel-{name}")
                aria-selected=move || is_shown().to_string()
                tabindex=move || if is_shown() { "0" } else { "-1" }
                on:click=move |_| section.set(this)
            >
                {word}
            </button>
        }
    };
    view! { <div class="tabs" role="tablist" aria-label="Issuer" on:keydown=go>{Section::ALL.map(tab).collect_view()}</div> }
}

/// Keeps the section, the editor's view and what is one's own in the address.
fn keep_address(id: String, shown: Shown) {
    let navigate = use_navigate();
    Effect::new(move |before: Option<String>| {
        let words = [
            ("section", shown.section.get().word().to_owned()),
            ("view", shown.view.get()),
            (
                "mine",
                String::from(js_sys::encode_uri_component(&shown.mine.read())),
            ),
        ];
        let query: Vec<_> = words
            .iter()
            .filter(|(_, word)| !word.is_empty())
            .map(|(name, word)| format!("{name}={word}"))
            .collect();
        let query = if query.is_empty() {
            String::new()
        } else {
            format!("?{}", query.join("&"))
        };
        if before.is_some_and(|before| before != query) {
            let options = NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            };
            navigate(&format!("/issuers/{id}{query}"), options);
        }
        query
    });
}
