//! The page of one change, with what was different before and after.

use claimgate_api::{ChangeBody, FindingBody};
use leptos::prelude::*;
use leptos_router::components::A;
use leptos_router::hooks::use_params_map;
use serde_json::Value;

use super::changes::overridden;
use crate::connected::author::author;
use crate::connected::loaded::{Loaded, Problem, local_time, zone_name};
use crate::editor::changes::ChangeList;
use crate::explanation::claims_table::ClaimsTable;
use crate::shell::needs_server::NeedsServer;
use crate::shell::page_title::show_title;
use crate::state::clock::ticking;
use crate::state::remote::sync::Sync;
use crate::state::store::use_store;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::{untrusted_lines, untrusted_text};
use claimgate::claims::Claims;
use claimgate_formats::percent_encode;
use claimgate_workbench::admin::recorded::{Member, Recorded, recorded};
use claimgate_workbench::policies::place_name::place_name;

/// One change. One of another organization is found with the bootstrap token.
#[component]
pub(crate) fn ChangePage() -> impl IntoView {
    let Some(sync) = Sync::of(use_store()) else {
        return view! {
            <NeedsServer
                title="Change"
                text="A server has a page for each change to issuers, policies and tokens, with its author."
            />
        }
        .into_any();
    };
    show_title("Change");
    let params = use_params_map();
    let path = Memo::new(move |_| {
        let id = percent_encode(&params.read().get("id").unwrap_or_default());
        match sync.is_root() {
            true => format!("/api/admin/changes/{id}"),
            false => sync.organization_path(&format!("/changes/{id}")),
        }
    });
    let change = Loaded::<ChangeBody>::new(sync, path);
    let is_loading = move || change.body.read().is_none() && change.problem.read().is_empty();
    view! {
        <div class="container stack">
            <p class="crumbs"><A href="/audit/changes">"Changes by administrators"</A></p>
            <h1>"Change"</h1>
            <Problem what="The change could not be loaded" sentence=change.problem again=move |()| change.load() />
            {move || is_loading().then(|| view! { <p class="hint" role="status">"Loading…"</p> })}
            {move || change.body.get().map(|change| details(&change))}
        </div>
    }
    .into_any()
}

fn details(change: &ChangeBody) -> AnyView {
    let (entry, by) = (&change.entry, &change.entry.by);
    view! {
        <dl class="card facts">
            <div><dt>"Change"</dt><dd>{untrusted_text(&entry.summary)} {overridden(change.findings.len())}</dd></div>
            <div><dt>"Time"</dt><dd>{local_time(entry.at)} " " {zone_name(entry.at)}</dd></div>
            {fact("Organization", &entry.organization)}
            {fact("Name", &entry.name)}
            {fact("Issuer ID", &entry.issuer)}
            <div><dt>"By"</dt><dd>{author(Some(by))}</dd></div>
            {fact("Access token ID", &by.token)}
            {fact("Client address", &by.address)}
            {fact("Code", &Some(entry.code.clone()))}
            {fact("Reference", &Some(entry.id.clone()))}
        </dl>
        {findings(&change.findings)}
        {difference(change)}
    }
    .into_any()
}

fn fact(label: &'static str, value: &Option<String>) -> Option<AnyView> {
    let value = value.as_deref().filter(|value| !value.is_empty())?;
    Some(
        view! { <div><dt>{label}</dt><dd><code>{untrusted_text(value)}</code></dd></div> }
            .into_any(),
    )
}

/// What the guard has found on the change.
fn findings(findings: &[FindingBody]) -> Option<AnyView> {
    let item = |finding: &FindingBody| {
        let witness = finding.witness.as_ref();
        let witness = witness.and_then(|witness| Claims::from_json(&witness.to_string()).ok());
        let witness = witness.map(|claims| {
            view! {
                <details class="more">
                    <summary>"A token that is admitted"</summary>
                    <ClaimsTable caption="Claims" claims=claims now=ticking() />
                </details>
            }
        });
        let help = finding.help.as_deref();
        view! {
            <li>
                <p><strong>{inline_code(&place_name(&finding.path))}</strong> ": " {inline_code(&finding.message)} " " <code>{untrusted_text(&finding.code)}</code></p>
                {help.map(|help| view! { <p class="hint">{inline_code(help)}</p> })}
                {witness}
            </li>
        }
        .into_any()
    };
    (!findings.is_empty()).then(|| {
        view! {
            <section class="notice notice--note" aria-labelledby="findings-heading">
                <h2 id="findings-heading">"Made despite the guard"</h2>
                <p>"The guard of shared issuers found that this change admits strangers, or could not decide whether it does, and did not refuse it."</p>
                <ul>{findings.iter().map(item).collect_view()}</ul>
            </section>
        }
        .into_any()
    })
}

/// What was different, and the same as JSON.
fn difference(change: &ChangeBody) -> Option<AnyView> {
    let [before, after] = [&change.before, &change.after].map(|side| {
        let side = side.as_ref();
        side.filter(|value| value.as_object().is_some_and(|object| !object.is_empty()))
    });
    before.or(after)?;
    let Recorded { policies, members } = recorded(before, after);
    let json = [("Before", before), ("After", after)];
    let json = json.map(|(title, value)| value.map(|value| as_json(title, value)));
    Some(
        view! {
            <section class="card stack--tight" aria-labelledby="difference-heading">
                <h2 id="difference-heading">"What changed"</h2>
                {(!policies.is_empty()).then(|| view! { <ChangeList changes=policies /> })}
                {table(members)}
                <details class="more">
                    <summary>"As JSON"</summary>
                    {json.into_iter().flatten().collect_view()}
                </details>
            </section>
        }
        .into_any(),
    )
}

/// One side of a member.
type Side = fn(&Member) -> &Option<String>;

/// The members, with the columns that have a value.
fn table(members: Vec<Member>) -> Option<AnyView> {
    let has = |side: Side| members.iter().any(|one| side(one).is_some());
    let sides: [(&'static str, Side); 2] =
        [("Before", |one| &one.before), ("After", |one| &one.after)];
    let sides: Vec<_> = sides.into_iter().filter(|(_, side)| has(*side)).collect();
    let heads = sides
        .iter()
        .map(|(title, _)| view! { <th scope="col">{*title}</th> });
    let heads = heads.collect_view();
    let rows = members.iter().map(|member| {
        let cells = sides.iter().map(|(title, side)| {
            let value = side(member).as_deref().map(untrusted_lines);
            view! { <td data-label=*title>{value}</td> }
        });
        view! { <tr><th scope="row">{untrusted_text(&member.label)}</th> {cells.collect_view()}</tr> }
    });
    let rows = rows.collect_view();
    (!members.is_empty()).then(|| {
        view! {
            <table class="difference">
                <thead><tr><td></td>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    })
}

fn as_json(title: &'static str, value: &Value) -> AnyView {
    let json = serde_json::to_string_pretty(value).unwrap_or_default();
    view! {
        <h3>{title}</h3>
        <pre tabindex="0" class="code" role="region" aria-label=title>{untrusted_lines(&json)}</pre>
    }
    .into_any()
}
