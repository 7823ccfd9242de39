//! The scratch set: policies to edit as a form or as JSON, which change no saved issuer.

use claimgate::pattern::Dialect;
use claimgate::policy::to_json;
use leptos::prelude::*;

use super::save::SaveToIssuer;
use super::who::ScratchWho;
use crate::editor::policy_views::{PolicyViews, ViewToggle};
use crate::editor::state::{PolicyState, PolicyView};
use crate::playground::bench::Bench;
use crate::ui::code_editor::Mark;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::playground::scratch::{Origin, Scratch};
use claimgate_workbench::policies::json_places::Places;

/// The set, with its origin and its actions.
#[component]
pub(crate) fn ScratchSet(bench: Bench) -> impl IntoView {
    let state = state_of(bench);
    view! {
        <div class="notice notice--scratch" role="note">
            <p><strong>"Scratch set"</strong> " " {move || bench.scratch.get().map(|scratch| origin_line(&scratch))}</p>
            {move || (bench.dialect.get() == Dialect::StringLike).then(|| view! {
                <p>"Its patterns are read as AWS reads " <code>"StringLike"</code> ": "
                <code>"?"</code> " is exactly one character, " <code>"."</code> " is itself."</p>
            })}
        </div>
        <ViewToggle state=state />
        <PolicyViews
            state=state
            starter=Vec::new()
            json_label="Scratch policies as JSON"
            problems_label="Problems in the scratch policies"
            lit=lit_rule(bench)
        />
        <ScratchWho bench=bench state=state />
        <Actions bench=bench state=state />
        <SaveToIssuer bench=bench />
    }
}

/// The editor's state of the scratch set. Its text is the playground's; changes in the form are written
/// into the text, and a text that is replaced is shown in the form.
fn state_of(bench: Bench) -> PolicyState {
    let issuer = Memo::new(move |_| bench.scratch.get().map(|scratch| scratch.issuer));
    let first = bench.is_json.get_untracked();
    let shown = if first {
        PolicyView::Json
    } else {
        PolicyView::Form
    };
    let state = PolicyState::scratch(issuer.into(), bench.text, shown, bench.dialect.into());
    Effect::new(move || {
        bench.is_json.set(state.shown.get() == PolicyView::Json);
        let form = state.form_text();
        let aside = form
            .as_ref()
            .map(|(_, aside)| aside.clone())
            .unwrap_or_default();
        if *bench.aside.read_untracked() != aside {
            bench.aside.set(aside);
        }
        if let Some((text, _)) = form.filter(|(text, _)| *bench.text.read_untracked() != *text) {
            bench.text.set(text);
        }
    });
    Effect::new(move || {
        bench.text.track();
        state.follow_text();
    });
    state
}

#[component]
fn Actions(bench: Bench, state: PolicyState) -> impl IntoView {
    let leave = move |_| {
        let origin = bench.scratch.get_untracked().map(|scratch| scratch.origin);
        bench.form.issuer.set(match origin {
            Some(Origin::Issuer(id)) => id,
            _ => String::new(),
        });
        bench.dialect.set(Dialect::Pulumi);
        bench.scratch.set(None);
    };
    let revert = move |_| {
        if let Some(scratch) = bench.scratch.get_untracked() {
            bench.text.set(to_json(&scratch.issuer.policies));
        }
    };
    view! {
        <div class="actions">
            {move || state.dirty.get().then(|| view! {
                <button type="button" class="button" on:click=revert>"Undo all changes"</button>
            })}
            <button type="button" class="button button--quiet" on:click=leave>"Discard the scratch set"</button>
        </div>
    }
}

/// The place of the highlighted rule in the text.
fn lit_rule(bench: Bench) -> Memo<Vec<Mark>> {
    Memo::new(move |_| {
        let highlight = bench.highlight.read();
        let range = highlight.as_ref().and_then(|highlight| {
            let path = format!("policies[{}].rules.{}", highlight.policy?, highlight.claim);
            Places::read(&bench.text.read()).find(&path)
        });
        let mark = |range: std::ops::Range<usize>| Mark {
            from: range.start,
            to: range.end,
            class: "cm-lit",
        };
        range.map(mark).into_iter().collect()
    })
}

fn origin_line(scratch: &Scratch) -> AnyView {
    let name = untrusted_text(&scratch.issuer.name);
    let from = match scratch.origin {
        Origin::Issuer(_) => {
            return view! { "copied from " {name} ". The saved issuer changes only when you save to it." }
                .into_any();
        }
        Origin::Example(_) => "from an example, for ",
        Origin::Link => "from a link, for ",
        Origin::File => "from a file, for ",
        Origin::Starter => "starter policies for ",
        Origin::Token => "for the token's issuer, ",
    };
    view! { {from} {name} ". It is not saved." }.into_any()
}
