//! Which server copied commands and jobs name: asked once, on a page that has none of its own.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::field::TextField;
use crate::state::server::{Server, use_server};
use claimgate::exchange::PULUMI_CLOUD;
use claimgate_workbench::text::server_url::read_server;

/// The children, once the server is known; until then the question. Above them is the answer, with
/// a button that changes it.
#[component]
pub(crate) fn WithServer(children: ChildrenFn) -> impl IntoView {
    let server = use_server();
    let is_known = Memo::new(move |_| server.url().is_some());
    move || match is_known.get() {
        true => view! { <Answer server=server /> {children()} }.into_any(),
        false => view! { <Question server=server /> }.into_any(),
    }
}

#[component]
fn Answer(server: Server) -> impl IntoView {
    let change = move |_| server.choose(String::new());
    view! {
        <p class="server-answer">
            <span class="hint">"Tokens are exchanged at "</span>
            <code>{move || server.url()}</code>
            {(!server.is_own).then(|| view! {
                <button type="button" class="button button--small button--quiet" on:click=change>"Change server"</button>
            })}
        </p>
    }
}

#[component]
fn Question(server: Server) -> impl IntoView {
    let (text, problem) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        match read_server(&text.read_untracked()) {
            Ok(url) => server.choose(url),
            Err(error) => problem.set(error.to_owned()),
        }
    };
    view! {
        <form class="server-question stack--tight" on:submit=submit novalidate>
            <h3>"Which server exchanges the tokens?"</h3>
            <p class="hint">"Commands and jobs send an ID token there. This page remembers the answer."</p>
            <TextField label="Server" value=text error=problem mono=true placeholder="https://tokens.example.com" />
            <div class="actions">
                <button type="submit" class="button button--primary">"Use this server"</button>
                <button type="button" class="button" on:click=move |_| server.choose(PULUMI_CLOUD.to_owned())>
                    "Use Pulumi Cloud"
                </button>
            </div>
        </form>
    }
}
