//! The playground's policies: an issuer's, read-only, or a scratch set to edit.

use claimgate::diagnostic::{Diagnostic, Diagnostics};
use claimgate::pattern::Dialect;
use claimgate::policy::{Decision, PolicyDefinition, to_json};
use leptos::prelude::*;
use leptos_router::components::A;

use super::bench::{Bench, Highlight};
use super::save::SaveToIssuer;
use crate::state::clock::now;
use crate::state::store::use_store;
use crate::ui::code_editor::{CodeEditor, Mark, Mode, Severity, Underline};
use crate::ui::field::Select;
use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::playground::scratch::{Origin, SCRATCH, Scratch};
use claimgate_workbench::policies::json_places::Places;

/// The pane.
#[component]
pub(crate) fn PlaygroundPolicies(bench: Bench) -> impl IntoView {
    let store = use_store();
    let options = Signal::derive(move || {
        let mut options = vec![(String::new(), "The one that iss names".to_owned())];
        options.extend(
            store
                .issuers
                .get()
                .into_iter()
                .map(|issuer| (issuer.id, issuer.name)),
        );
        if bench.scratch.read().is_some() {
            options.push((SCRATCH.to_owned(), "Scratch set".to_owned()));
        }
        options
    });
    let is_scratch = Memo::new(move |_| bench.is_scratch());
    view! {
        <section class="pane pane--policies card stack" aria-label="Policies in the playground">
            <h2>"Policies"</h2>
            <Select label="Issuer" value=bench.form.issuer options=options />
            {move || if is_scratch.get() {
                bench.tools.get().map(|tools| (tools.scratch)(bench)).into_any()
            } else {
                view! { <Registered bench=bench /> }.into_any()
            }}
        </section>
    }
}

/// A registered issuer's policies; to change them here, make a scratch copy.
#[component]
fn Registered(bench: Bench) -> impl IntoView {
    let store = use_store();
    let decided = Memo::new(move |_| {
        let answered = bench.answered.read();
        let report = answered
            .as_ref()
            .and_then(|answered| match &answered.answer {
                claimgate_workbench::playground::evaluate::Answer::Report(report) => {
                    report.issuer.as_ref()
                }
                _ => None,
            });
        report.map(|(id, _)| id.clone()).unwrap_or_default()
    });
    let issuer = Memo::new(move |_| {
        let chosen = bench.form.issuer.get();
        let id = if chosen.is_empty() {
            decided.get()
        } else {
            chosen
        };
        store
            .issuers
            .read()
            .iter()
            .find(|issuer| issuer.id == id)
            .cloned()
    });
    let copy = move |_| {
        if let Some(issuer) = issuer.get_untracked() {
            bench.start_scratch(Scratch::of_issuer(&issuer), &issuer.policies);
        }
    };
    move || {
        match issuer.get() {
        None => view! { <NoIssuer is_empty=store.issuers.read().is_empty() /> }.into_any(),
        Some(issuer) => view! {
            <p class="hint">
                "As they are saved with " <A href=format!("/issuers/{}", issuer.id)>{untrusted_text(&issuer.name)}</A> "."
            </p>
            <Rules bench=bench policies=issuer.policies />
            <div class="actions">
                <button type="button" class="button" on:click=copy>"Edit a scratch copy"</button>
            </div>
        }
        .into_any(),
    }
    }
}

#[component]
fn NoIssuer(is_empty: bool) -> impl IntoView {
    view! {
        <div class="empty">
            {if is_empty {
                view! { <p>"No issuer is registered yet, so nobody's tokens are let in."</p> }.into_any()
            } else {
                view! { <p>"The policies of the issuer that the token names in " <code>"iss"</code> " stand here."</p> }.into_any()
            }}
            <p><A href="/examples">"An example"</A>" brings its own policies along, and changes nothing of yours."</p>
        </div>
    }
}

/// The scratch set, editable.
#[component]
pub(crate) fn ScratchSet(bench: Bench) -> impl IntoView {
    let as_json = RwSignal::new(true);
    let leave = move |_| {
        let origin = bench.scratch.get_untracked().map(|scratch| scratch.origin);
        bench.form.issuer.set(match origin {
            Some(Origin::Issuer(id)) => id,
            _ => String::new(),
        });
        bench.dialect.set(Dialect::Pulumi);
        bench.scratch.set(None);
    };
    let errors = Memo::new(move |_| bench.written.get().err().unwrap_or_default());
    let revert = move |_| {
        if let Some(scratch) = bench.scratch.get_untracked() {
            bench.text.set(to_json(&scratch.issuer.policies));
        }
    };
    let is_changed = Memo::new(move |_| {
        bench.scratch.with(|scratch| {
            scratch.as_ref().is_some_and(|scratch| {
                bench.written.read().as_ref() != Ok(&scratch.issuer.policies)
            })
        })
    });
    view! {
        <div class="notice notice--scratch" role="note">
            <p><strong>"Scratch set"</strong> " " {move || bench.scratch.get().map(|scratch| origin_line(&scratch))}</p>
            {move || (bench.dialect.get() == Dialect::StringLike).then(|| view! {
                <p>"Its patterns are read as AWS reads " <code>"StringLike"</code> ": "
                <code>"?"</code> " is exactly one character, " <code>"."</code> " is itself."</p>
            })}
        </div>
        <div class="segments" role="group" aria-label="View of the policies">
            {[("JSON", true), ("Rules", false)].map(|(label, json)| view! {
                <button type="button" aria-pressed=move || (as_json.get() == json).to_string() on:click=move |_| as_json.set(json)>
                    {label}
                </button>
            })}
        </div>
        {move || if as_json.get() {
            view! { <ScratchJson bench=bench /> }.into_any()
        } else {
            (move || view! { <Rules bench=bench policies=bench.good.get() /> }).into_any()
        }}
        <Problems errors=errors />
        <div class="actions">
            {move || is_changed.get().then(|| view! {
                <button type="button" class="button" on:click=revert>"Undo all changes"</button>
            })}
            <button type="button" class="button button--quiet" on:click=leave>"Discard the scratch set"</button>
        </div>
        <SaveToIssuer bench=bench />
    }
}

/// The text of the scratch policies. The rule under the pointer is highlighted.
#[component]
fn ScratchJson(bench: Bench) -> impl IntoView {
    let places = Signal::derive(move || Places::read(&bench.text.read()));
    let marks = Memo::new(move |_| {
        let highlight = bench.highlight.read();
        let range = highlight.as_ref().and_then(|highlight| {
            let path = format!("policies[{}].rules.{}", highlight.policy?, highlight.claim);
            places.with(|places| places.find(&path))
        });
        range
            .map(|range| Mark {
                from: range.start,
                to: range.end,
                class: "cm-lit",
            })
            .into_iter()
            .collect::<Vec<_>>()
    });
    let known = Memo::new(move |_| {
        let preset = bench.scratch.with(|scratch| {
            scratch
                .as_ref()
                .map(|scratch| scratch.issuer.preset.clone())
        });
        let provider = preset.and_then(|preset| claimgate_providers::find(&preset));
        provider
            .map(|provider| provider.example(now()).known)
            .unwrap_or_default()
    });
    let diagnostics = Memo::new(move |_| {
        let places = places.get();
        let underline = |error: &Diagnostic| {
            let range = places.find(&error.path)?;
            let message = error.message.clone();
            Some(Underline {
                from: range.start,
                to: range.end,
                severity: Severity::Error,
                message,
            })
        };
        bench
            .written
            .read()
            .as_ref()
            .err()
            .map(|errors| errors.iter().filter_map(underline).collect())
            .unwrap_or_default()
    });
    view! {
        <CodeEditor
            label="Scratch policies as JSON"
            value=bench.text
            mode=Mode::Policies
            marks=marks
            diagnostics=diagnostics
            known=known
            rows=18
        />
    }
}

fn origin_line(scratch: &Scratch) -> AnyView {
    let name = untrusted_text(&scratch.issuer.name);
    match scratch.origin {
        Origin::Issuer(_) => {
            view! { "copied from " {name} ". The saved issuer stays as it is." }.into_any()
        }
        Origin::Example(_) => {
            view! { "of an example, for " {name} ". Nothing of it is saved." }.into_any()
        }
        Origin::Link => view! { "from a link, for " {name} ". Nothing of it is saved." }.into_any(),
        Origin::File => view! { "from a file, for " {name} ". Nothing of it is saved." }.into_any(),
        Origin::Starter => {
            view! { "to start from, for " {name} ". Nothing of it is saved." }.into_any()
        }
    }
}

#[component]
fn Problems(errors: Memo<Diagnostics>) -> impl IntoView {
    let item = |error: Diagnostic| {
        view! {
            <li>
                <code>{untrusted_text(&error.path)}</code> " " {inline_code(&error.message)}
                {error.help.map(|help| view! { <p class="hint">{inline_code(&help)}</p> })}
            </li>
        }
    };
    view! {
        <div role="status" aria-label="Problems of the scratch policies">
            {move || (!errors.read().is_empty()).then(|| view! {
                <div class="notice notice--bad">
                    <p>"These policies cannot be read; the last that could be decide."</p>
                    <ul>{errors.get().into_iter().map(item).collect_view()}</ul>
                </div>
            })}
        </div>
    }
}

/// Read-only policies; each rule highlights its claim.
#[component]
fn Rules(bench: Bench, policies: Vec<PolicyDefinition>) -> impl IntoView {
    if policies.is_empty() {
        return view! { <p class="hint">"There are no policies: everything is denied."</p> }
            .into_any();
    }
    let items = policies
        .into_iter()
        .enumerate()
        .map(|(index, policy)| policy_item(bench, index, &policy));
    view! { <ol class="written-policies" aria-label="Written rules">{items.collect_view()}</ol> }
        .into_any()
}

fn policy_item(bench: Bench, index: usize, policy: &PolicyDefinition) -> AnyView {
    let is_deny = policy.decision == Decision::Deny;
    let target = policy
        .team_name
        .as_ref()
        .or(policy.user_login.as_ref())
        .or(policy.runner_id.as_ref());
    let admin = policy
        .authorized_permissions
        .as_ref()
        .is_some_and(|list| list.iter().any(|item| item == "admin"));
    let rules = policy
        .rules
        .iter()
        .map(|(claim, pattern)| rule_item(bench, index, claim, pattern))
        .collect_view();
    view! {
        <li class="written-policy" class:written-policy--deny=is_deny>
            <p>
                <strong>{format!("Policy {}", index + 1)}</strong> " "
                {policy.decision.as_str()} " " {policy.token_type.as_str()}
                {target.map(|target| view! { " " <code>{untrusted_text(target)}</code> })}
                {admin.then_some(" with admin")}
                {policy.role_id.as_ref().map(|role| view! { " as role " <code>{untrusted_text(role)}</code> })}
            </p>
            <ul class="rule-items">{rules}</ul>
        </li>
    }
    .into_any()
}

fn rule_item(bench: Bench, policy: usize, claim: &str, pattern: &str) -> AnyView {
    let path = claim.to_owned();
    let highlight = Highlight {
        policy: Some(policy),
        claim: path.clone(),
    };
    view! {
        <li
            class:lit=move || bench.is_rule_highlighted(policy, &path)
            on:mouseenter=move |_| bench.highlight.set(Some(highlight.clone()))
            on:mouseleave=move |_| bench.highlight.set(None)
        >
            {claim_button(bench, policy, claim)} " " <code>{untrusted_text(pattern)}</code>
        </li>
    }
    .into_any()
}

/// A button for a rule's claim: it highlights the claim in the token and scrolls to it.
pub(crate) fn claim_button(bench: Bench, policy: usize, claim: &str) -> AnyView {
    let highlight = StoredValue::new(Highlight {
        policy: Some(policy),
        claim: claim.to_owned(),
    });
    let point = move || bench.highlight.set(Some(highlight.get_value()));
    view! {
        <button
            type="button"
            class="claim-button"
            on:focus=move |_| point()
            on:blur=move |_| bench.highlight.set(None)
            on:click=move |_| {
                point();
                bench.reveal();
            }
        >
            <code>{untrusted_text(claim)}</code>
        </button>
    }
    .into_any()
}
