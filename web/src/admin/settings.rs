//! The settings of the server, and the keys of the organization's issuers.

use claimgate_api::{SettingBody, SettingsBody};
use leptos::prelude::*;

use super::issuer_keys::IssuerKeys;
use crate::connected::loaded::{Loaded, Problem};
use crate::shell::needs_server::NeedsServer;
use crate::shell::page_title::show_title;
use crate::state::remote::sync::Sync;
use crate::state::store::use_store;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::admin::setting::{group, label, source, value};

/// The settings, by group.
#[component]
pub(crate) fn SettingsPage() -> impl IntoView {
    let store = use_store();
    let Some(sync) = Sync::of(store) else {
        return view! {
            <NeedsServer
                title="Settings"
                text="A server shows its limits, its guard and the keys of its issuers here."
            />
        }
        .into_any();
    };
    show_title("Settings");
    let loaded = Loaded::<SettingsBody>::new(sync, Signal::stored("/api/settings".to_owned()));
    let is_loading = move || loaded.body.read().is_none() && loaded.problem.read().is_empty();
    view! {
        <div class="container stack">
            <h1>"Settings"</h1>
            <p class="lead">
                "The settings come from the flags, the environment or the configuration file that the server was started with. To \
                 change one, change it there and restart the server. Only the keys of issuers can be changed here."
            </p>
            <IssuerKeys sync=sync store=store />
            <Problem what="The settings could not be loaded" sentence=loaded.problem again=move |()| loaded.load() />
            {move || is_loading().then(|| view! { <p class="hint" role="status">"Loading…"</p> })}
            {move || loaded.body.get().map(|body| groups(&body))}
        </div>
    }
    .into_any()
}

fn groups(body: &SettingsBody) -> AnyView {
    let mut names: Vec<&str> = body
        .settings
        .iter()
        .map(|setting| setting.group.as_str())
        .collect();
    names.dedup();
    let groups = names.into_iter().map(|name| {
        let settings = body.settings.iter().filter(|setting| setting.group == name);
        section(name, settings.collect())
    });
    let version = format!("Claimgate {}", body.version);
    view! {
        <div class="settings">{groups.collect_view()}</div>
        <p class="hint">{version}</p>
    }
    .into_any()
}

fn section(name: &str, settings: Vec<&SettingBody>) -> AnyView {
    let (title, text) = group(name);
    let heading = format!("settings-{name}");
    let labelled = heading.clone();
    view! {
        <section class="card stack--tight" aria-labelledby=labelled>
            <h2 id=heading>{untrusted_text(&title)}</h2>
            {(!text.is_empty()).then(|| view! { <p class="hint">{text}</p> })}
            <dl class="settings__list">{settings.into_iter().map(row).collect_view()}</dl>
        </section>
    }
    .into_any()
}

fn row(setting: &SettingBody) -> AnyView {
    let [flag, variable] = source(&setting.name);
    let from = setting.read_only.then(|| {
        view! { <dd class="hint">"Set by " <code>{flag}</code> " or " <code>{variable}</code></dd> }
    });
    view! {
        <div>
            <dt>{untrusted_text(&label(setting))}</dt>
            <dd class="settings__value">{untrusted_text(&value(setting))}</dd>
            {from}
        </div>
    }
    .into_any()
}
