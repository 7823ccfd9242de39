//! The simulated exchange: request and response.

use leptos::prelude::*;

use super::bench::Bench;
use crate::state::server::use_server;
use crate::ui::copy_button::CopyButton;
use crate::ui::field::TextField;
use crate::ui::inline_code::inline_code;
use crate::ui::server_choice::WithServer;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::playground::evaluate::Answer;
use claimgate_workbench::playground::exchange::{Simulation, organization, simulate};

/// The placeholder for the organization if `aud` names none.
const UNNAMED: &str = "my-org";

/// The panel, folded at first. Nothing is simulated until it is opened.
#[component]
pub(crate) fn ExchangePanel(bench: Bench) -> impl IntoView {
    let form = bench.form;
    let named = Memo::new(move |_| {
        let answered = bench.answered.read();
        match answered.as_ref().map(|answered| &answered.answer) {
            Some(Answer::Report(report)) => organization(report),
            _ => None,
        }
    });
    let server = use_server();
    let is_open = RwSignal::new(false);
    let simulation = Memo::new(move |_| {
        if !is_open.get() {
            return None;
        }
        let answered = bench.answered.read();
        let answered = answered.as_ref()?;
        let Answer::Report(report) = &answered.answer else {
            return None;
        };
        let typed = form.organization.get();
        let organization = if typed.trim().is_empty() {
            named
                .get()
                .or_else(|| server.organization())
                .unwrap_or_else(|| UNNAMED.to_owned())
        } else {
            typed
        };
        let expiration = form.expiration.read();
        Some(simulate(
            &server.url()?,
            &answered.question,
            &answered.stored,
            report,
            &organization,
            &expiration,
        ))
    });
    let hint = "If empty, the organization that `aud` names.";
    view! {
        <section class="card stack--tight" aria-label="Exchange">
            <details class="more" on:toggle:target=move |event| is_open.set(event.target().open())>
                <summary><h2>"Exchange"</h2></summary>
                <div class="stack--tight">
                    <p class="hint">
                        "What a job sends for an access token, and the answer. A simulation: nothing is sent, and "
                        <code>"$ID_TOKEN"</code> " is a placeholder for the token."
                    </p>
                    <div class="field-row field-row--even">
                        <TextField label="Organization" value=form.organization hint=hint mono=true />
                        <TextField label="Expiration in seconds" value=form.expiration hint="Optional; 7200 by default." mono=true />
                    </div>
                    <WithServer>
                        {move || simulation.get().map(|simulation| view! { <Messages simulation=simulation /> })}
                    </WithServer>
                </div>
            </details>
        </section>
    }
}

#[component]
fn Messages(simulation: Simulation) -> impl IntoView {
    let login = match simulation.login {
        Ok(command) => block("pulumi login", "Pulumi's command", command),
        Err(reason) => {
            view! { <h3>"pulumi login"</h3> <p class="hint">{inline_code(reason)}</p> }.into_any()
        }
    };
    let notes = simulation
        .notes
        .into_iter()
        .map(|note| view! { <p class="hint">{note}</p> })
        .collect_view();
    view! {
        {block("Answer", "the answer", format!("{}\nContent-Type: application/json\n\n{}", simulation.status, simulation.body))}
        {notes}
        {block("curl", "the curl command", simulation.curl)}
        {login}
        {block("HTTP", "the HTTP request", simulation.http)}
    }
}

fn block(title: &'static str, what: &'static str, text: String) -> AnyView {
    let lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| view! { {(index > 0).then_some("\n")} {untrusted_text(line)} });
    let lines = lines.collect_view();
    view! {
        <div class="code-head"><h3>{title}</h3> <CopyButton text=Signal::stored(text) what=what /></div>
        <pre tabindex="0" aria-label=what>{lines}</pre>
    }
    .into_any()
}
