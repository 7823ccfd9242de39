//! Organizations: create, switch, delete.

use claimgate_api::{OrganizationBody, OrganizationsBody};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::connected::account::may_go;
use crate::connected::loaded::{Loaded, Problem, local_text};
use crate::connected::organization_name::OrganizationName;
use crate::shell::needs_server::NeedsServer;
use crate::shell::page_title::show_title;
use crate::state::remote::Remote;
use crate::state::remote::sync::Sync;
use crate::state::store::use_store;
use crate::state::unsaved::Unsaved;
use crate::ui::confirm::{Confirm, Question};
use crate::ui::icon::{Icon, icon};
use crate::ui::untrusted_text::untrusted_text;

/// What the page's parts share.
#[derive(Clone, Copy)]
struct Page {
    sync: Sync,
    remote: Remote,
    unsaved: Unsaved,
    loaded: Loaded<OrganizationsBody>,
    /// The organization that is to be deleted.
    deleted: StoredValue<String>,
    question: RwSignal<Option<Question>>,
}

/// The list, with the form for another one.
#[component]
pub(crate) fn OrganizationsPage() -> impl IntoView {
    let store = use_store();
    let (Some(sync), Some(remote)) = (Sync::of(store), store.remote) else {
        return view! {
            <NeedsServer
                title="Organizations"
                text="A server keeps issuers, policies and tokens by organization."
            />
        }
        .into_any();
    };
    show_title("Organizations");
    let page = Page {
        sync,
        remote,
        unsaved: expect_context::<Unsaved>(),
        loaded: Loaded::new(sync, Signal::stored("/api/orgs".to_owned())),
        deleted: StoredValue::default(),
        question: RwSignal::new(None),
    };
    let rows = move || {
        let body = page.loaded.body.get().unwrap_or_default();
        body.organizations
            .into_iter()
            .map(|organization| row(page, &organization))
            .collect_view()
    };
    view! {
        <div class="container stack">
            <h1>"Organizations"</h1>
            <p class="lead">
                "An organization has its own issuers, policies, access tokens and audit log. Jobs name it when they request a token: "
                <code>"urn:pulumi:org:NAME"</code> "."
            </p>
            <Problem what="The organizations could not be loaded" sentence=page.loaded.problem again=move |()| page.loaded.load() />
            <div class="card card--flush">
                <table class="audit">
                    <thead><tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Created"</th>
                        <th scope="col">"Actions"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {move || match sync.is_root() {
                true => view! { <Create page=page /> }.into_any(),
                false => view! {
                    <p class="hint">"Your token is for one organization. Only the bootstrap token can create and delete organizations."</p>
                }
                .into_any(),
            }}
            <Delete page=page />
        </div>
    }
    .into_any()
}

fn row(page: Page, organization: &OrganizationBody) -> AnyView {
    let name = organization.name.clone();
    let is_shown = {
        let name = name.clone();
        Memo::new(move |_| *page.remote.organization.read() == name)
    };
    let actions = {
        let name = name.clone();
        move || view! { <RowActions page=page name=name.clone() is_shown=is_shown.get() /> }
    };
    view! {
        <tr>
            <td data-label="Name">
                <span>
                    <strong>{untrusted_text(&name)}</strong>
                    {move || is_shown.get().then(|| view! { " " <span class="badge badge--good">"current"</span> })}
                </span>
            </td>
            <td data-label="Created">{local_text(&organization.created)}</td>
            <td data-label="Actions"><span class="actions actions--tight">{actions}</span></td>
        </tr>
    }
    .into_any()
}

#[component]
fn RowActions(page: Page, name: String, is_shown: bool) -> impl IntoView {
    let name = StoredValue::new(name);
    let switch = move |_| {
        if may_go(page.remote, page.unsaved) {
            spawn_local(async move {
                // Problems are reported at the sign-in form.
                let _ = page.sync.choose(name.get_value()).await;
            });
        }
    };
    let ask = move |_| {
        let name = name.get_value();
        page.deleted.set_value(name.clone());
        page.question.set(Some(Question {
            title: format!("Delete {name}?"),
            text: "Its issuers, policies and tests are deleted, and its access tokens stop working at once. Its audit log is \
                   kept; only the bootstrap token can read it."
                .to_owned(),
            verb: "Delete organization".to_owned(),
            typed: name,
        }));
    };
    let label = move || name.get_value();
    view! {
        {(!is_shown).then(|| view! {
            <button type="button" class="button button--small" on:click=switch>
                "Switch" <span class="visually-hidden">" to " {label}</span>
            </button>
        })}
        {move || page.sync.is_root().then(|| view! {
            <button type="button" class="button button--small button--danger" on:click=ask>
                {icon(Icon::Trash)} "Delete" <span class="visually-hidden">" " {label}</span>
            </button>
        })}
    }
}

/// The form for another organization. It stays, to create several.
#[component]
fn Create(page: Page) -> impl IntoView {
    let (name, problem) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let created = RwSignal::new(String::new());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let text = name.read_untracked().trim().to_owned();
        if text.is_empty() {
            return problem.set("Enter a name".to_owned());
        }
        problem.set(String::new());
        created.set(String::new());
        spawn_local(async move {
            match page.sync.create_organization(text.clone()).await {
                Ok(()) => {
                    let _ = name.try_set(String::new());
                    let _ = created.try_set(text);
                    page.loaded.load();
                }
                Err(error) => {
                    let _ = problem.try_set(error.message());
                }
            }
        });
    };
    view! {
        <form class="card stack" aria-labelledby="create-heading" on:submit=submit novalidate>
            <h2 id="create-heading">"Create another organization"</h2>
            <OrganizationName name=name problem=problem />
            <div class="actions">
                <button type="submit" class="button button--primary">"Create organization"</button>
                <span class="good" role="status">
                    {move || (!created.read().is_empty()).then(|| view! { "✓ Created " {untrusted_text(&created.read())} })}
                </span>
            </div>
        </form>
    }
}

/// The question before an organization is deleted.
#[component]
fn Delete(page: Page) -> impl IntoView {
    let (problem, is_busy) = (RwSignal::new(String::new()), RwSignal::new(false));
    let answer = move |()| {
        let name = page.deleted.get_value();
        let is_shown = *page.remote.organization.read_untracked() == name;
        if is_shown && !may_go(page.remote, page.unsaved) {
            return;
        }
        is_busy.set(true);
        problem.set(String::new());
        spawn_local(async move {
            let done = page.sync.delete_organization(&name).await;
            // Without the organization that it showed, the page is gone.
            if is_busy.try_set(false).is_some() {
                return;
            }
            match done {
                Ok(()) => {
                    page.question.set(None);
                    page.loaded.load();
                }
                Err(error) => problem.set(error.message()),
            }
        });
    };
    view! { <Confirm question=page.question problem=problem is_busy=is_busy answer=Callback::new(answer) /> }
}
