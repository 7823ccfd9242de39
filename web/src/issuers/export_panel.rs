//! Issuers in the formats of other programs.

use leptos::prelude::*;

use crate::state::download::file_name;
use crate::state::unsaved::Unsaved;
use crate::ui::copy_button::{CopyButton, DownloadButton};
use crate::ui::field::TextField;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::{untrusted_lines, untrusted_text};
use claimgate::diagnostic::Diagnostic;
use claimgate_formats::{lead, resource, rest, settings};
use claimgate_workbench::issuers::storage::StoredIssuer;
use claimgate_workbench::issuers::storage::to_file;
use claimgate_workbench::policies::place_name::place_before;

/// A format.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Settings,
    Rest,
    Yaml,
    TypeScript,
}

impl Form {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Settings, settings::FILE),
        (Self::Rest, "Pulumi REST"),
        (Self::Yaml, "Pulumi YAML"),
        (Self::TypeScript, "Pulumi TypeScript"),
    ];

    fn hint(self) -> &'static str {
        match self {
            Self::Settings => {
                "Claimgate's own format: it can be imported again, and the JavaScript package reads it."
            }
            Self::Rest => {
                "Requests to Pulumi Cloud's API that register the issuer and set its policies. Needs curl and jq."
            }
            Self::Yaml | Self::TypeScript => {
                "A Pulumi program with resources of type pulumiservice:index:OidcIssuer."
            }
        }
    }
}

/// An export: a text, a file name, and notes.
#[derive(Clone, Default, PartialEq)]
struct Export {
    text: String,
    file: String,
    notes: Vec<Diagnostic>,
}

fn export(form: Form, issuers: &[StoredIssuer], organization: &str) -> Export {
    let definitions: Vec<_> = issuers.iter().map(StoredIssuer::definition).collect();
    let stem = match issuers {
        [only] => only.name.as_str(),
        _ => "oidc-issuers",
    };
    let (text, file, notes) = match form {
        Form::Settings => (to_file(issuers), settings::FILE.to_owned(), Vec::new()),
        Form::Rest => (
            rest::script(&definitions, organization),
            file_name(stem, "sh"),
            Vec::new(),
        ),
        Form::Yaml => {
            let exported = resource::yaml(&definitions, organization);
            (exported.text, "Pulumi.yaml".to_owned(), exported.notes)
        }
        Form::TypeScript => {
            let exported = resource::typescript(&definitions, organization);
            (exported.text, "index.ts".to_owned(), exported.notes)
        }
    };
    Export { text, file, notes }
}

/// The panel, folded at first.
#[component]
pub(crate) fn ExportPanel(#[prop(into)] issuers: Signal<Vec<StoredIssuer>>) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let title = move || match issuers.read().len() {
        1 => "Export this issuer".to_owned(),
        count => format!("Export all {count} issuers"),
    };
    view! {
        <details class="card export" on:toggle:target=move |event| is_open.set(event.target().open())>
            <summary><h2>{title}</h2></summary>
            {move || is_open.get().then(|| view! { <Forms issuers=issuers /> })}
        </details>
    }
}

/// The formats, in a card of their own.
#[component]
pub(crate) fn ExportForms(#[prop(into)] issuers: Signal<Vec<StoredIssuer>>) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="export-heading">
            <h2 id="export-heading">"Export as"</h2>
            <NotExported />
            <Forms issuers=issuers />
        </section>
    }
}

/// A notice while something on the page is unsaved: the export has the last saved version.
#[component]
fn NotExported() -> impl IntoView {
    let unsaved = expect_context::<Unsaved>();
    view! {
        <div role="status">
            {move || unsaved.is_any().then(|| view! {
                <p class="notice notice--note">
                    "The export contains the issuer as last saved, without unsaved changes."
                </p>
            })}
        </div>
    }
}

#[component]
fn Forms(issuers: Signal<Vec<StoredIssuer>>) -> impl IntoView {
    let form = RwSignal::new(Form::Settings);
    let organization = RwSignal::new(
        issuers
            .with_untracked(|issuers| {
                rest::organization_of(issuers.iter().flat_map(|issuer| &issuer.policies))
            })
            .unwrap_or_default(),
    );
    let exported = Memo::new(move |_| {
        let organization = organization.read();
        let organization = if organization.trim().is_empty() {
            "ORGANIZATION"
        } else {
            organization.trim()
        };
        export(form.get(), &issuers.read(), organization)
    });
    let text = Signal::derive(move || exported.read().text.clone());
    let file = Signal::derive(move || exported.read().file.clone());
    let button = move |(this, label): (Form, &'static str)| {
        view! {
            <button type="button" aria-pressed=move || (form.get() == this).to_string() on:click=move |_| form.set(this)>
                {label}
            </button>
        }
    };
    view! {
        <div class="stack export__body">
            <div class="segments" role="group" aria-label="Format">{Form::ALL.map(button).collect_view()}</div>
            <p class="hint">{move || form.get().hint()}</p>
            <Show when=move || form.get() != Form::Settings>
                <TextField
                    label="Pulumi organization"
                    value=organization
                    placeholder="ORGANIZATION"
                    hint="The organization that trusts the issuers."
                />
            </Show>
            <Notes notes=Signal::derive(move || exported.read().notes.clone()) />
            <div class="snippet">
                <div class="snippet__head">
                    <code>{file}</code>
                    <span class="actions">
                        <CopyButton text=text what="the export" />
                        <DownloadButton text=text name=file what="the export" />
                    </span>
                </div>
                <pre tabindex="0" class="code" role="region" aria-label="Export">{move || untrusted_lines(&text.read())}</pre>
            </div>
            {move || (form.get() == Form::Rest).then(|| view! { <Bodies issuers=issuers /> })}
        </div>
    }
}

/// The bodies of the requests, one by one.
#[component]
fn Bodies(issuers: Signal<Vec<StoredIssuer>>) -> impl IntoView {
    let bodies = move || {
        let of = |issuer: StoredIssuer| {
            let definition = issuer.definition();
            let policies = rest::policies_body(&definition);
            view! {
                <h3>{untrusted_text(&issuer.name)}</h3>
                {body("POST …/oidc/issuers", rest::issuer_body(&definition))}
                {(!definition.policies.is_empty()).then(|| body("PATCH …/auth/policies/{policyId}", policies))}
            }
        };
        issuers.get().into_iter().map(of).collect_view()
    };
    view! {
        <details class="more">
            <summary>"Request bodies"</summary>
            <div class="stack">{bodies}</div>
        </details>
    }
}

fn body(call: &'static str, text: String) -> AnyView {
    let copied = Signal::stored(text.clone());
    view! {
        <div class="snippet">
            <div class="snippet__head"><code>{call}</code> <CopyButton text=copied what=format!("the body of {call}") /></div>
            <pre tabindex="0" class="code" role="region" aria-label=format!("Body of {call}")>{untrusted_lines(&text)}</pre>
        </div>
    }
    .into_any()
}

/// Omissions and warnings.
#[component]
pub(crate) fn Notes(#[prop(into)] notes: Signal<Vec<Diagnostic>>) -> impl IntoView {
    move || {
        (!notes.read().is_empty()).then(|| {
            let item = |note: Diagnostic| {
                let lead = lead(&note);
                let place = place_before(&note.path, &note.message);
                view! {
                    <li>
                        <span class="word">{lead}</span> " "
                        {(!place.is_empty()).then(|| view! { {inline_code(&place)} ": " })}
                        {inline_code(&note.message)} "."
                    </li>
                }
            };
            view! {
                <div class="notice notice--note">
                    <h3>"Import notes"</h3>
                    <ul>{notes.get().into_iter().map(item).collect_view()}</ul>
                </div>
            }
        })
    }
}
