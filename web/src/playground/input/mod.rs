//! The playground's input: a pasted token, shown as claims, encoded, or by its header; or typed claims.

pub(crate) mod claims;
pub(crate) mod decoded;
pub(crate) mod notes;
pub(crate) mod sign;
pub(crate) mod token_field;

use leptos::prelude::*;

use self::token_field::TokenField;
use super::bench::{Bench, TokenView};
use crate::ui::icon::{Icon, icon};
use crate::ui::inline_code::inline_code;
use claimgate_workbench::playground::token_text::{is_complete, is_replaced};

/// The pane.
#[component]
pub(crate) fn PlaygroundToken(
    bench: Bench,
    #[prop(into)] problem: Signal<String>,
    #[prop(into)] time: Signal<i64>,
) -> impl IntoView {
    let form = bench.form;
    follow_token(bench);
    let is_encoded = move || !form.is_claims.get() && bench.token_view.get() == TokenView::Encoded;
    view! {
        <section class="pane pane--token card stack" aria-label="Input">
            <div class="pane__head">
                <h2>{move || if form.is_claims.get() { "Claims" } else { "Token" }}</h2>
                <Views bench=bench />
                <Tools bench=bench />
            </div>
            {move || (!form.is_claims.get()).then(|| bench.tools.get().map(|tools| (tools.about)(bench)))}
            {move || form.is_claims.get().then(|| bench.tools.get().map(|tools| (tools.claims)(bench)))}
            <div hidden=move || !is_encoded()><TokenField value=form.token is_shown=Signal::derive(is_encoded) /></div>
            {move || (!form.is_claims.get()).then(|| bench.tools.get().map(|tools| (tools.token_notes)(bench)))}
            {move || (!problem.read().is_empty()).then(|| view! { <p class="error">{inline_code(&problem.read())}</p> })}
            {move || bench.tools.get().map(|tools| (tools.input_notes)(bench))}
            {move || bench.tools.get().map(|tools| (tools.decoded)(bench, time))}
            <div class="folds">
                <details class="more">
                    <summary>"Sign a sample token"</summary>
                    {move || bench.tools.get().map(|tools| (tools.sign)(bench))}
                </details>
            </div>
        </section>
    }
}

/// Shows the claims once a whole token is there, and its field while there is none. Typing within a
/// token does not change the view.
fn follow_token(bench: Bench) {
    let token = bench.form.token;
    Effect::new(move |before: Option<String>| {
        let text = token.get();
        let is_pasted = before
            .as_ref()
            .is_none_or(|before| is_replaced(before, &text));
        if text.is_empty() {
            bench.token_view.set(TokenView::Encoded);
        } else if is_pasted && is_complete(&text) {
            let is_encoded = bench.token_view.get_untracked() == TokenView::Encoded;
            bench.token_view.set(TokenView::Claims);
            if is_encoded && before.is_some() {
                focus_view();
            }
        }
        text
    });
}

/// Keeps the focus in the pane when the field that had it is hidden.
fn focus_view() {
    let is_field = document()
        .active_element()
        .is_some_and(|element| element.tag_name() == "TEXTAREA");
    if !is_field {
        return;
    }
    request_animation_frame(|| {
        if let Ok(Some(button)) = document().query_selector(".pane--token [aria-pressed='true']") {
            let _ = wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(button).focus();
        }
    });
}

/// How the token is shown, once there is one.
#[component]
fn Views(bench: Bench) -> impl IntoView {
    let form = bench.form;
    let is_there = Memo::new(move |_| !form.is_claims.get() && !form.token.read().is_empty());
    let button = move |label: &'static str, shown: TokenView| {
        view! {
            <button
                type="button"
                aria-pressed=move || (bench.token_view.get() == shown).to_string()
                on:click=move |_| bench.token_view.set(shown)
            >
                {label}
            </button>
        }
    };
    move || {
        is_there.get().then(|| {
            view! {
                <div class="segments" role="group" aria-label="View of the token">
                    {button("Claims", TokenView::Claims)} {button("Encoded", TokenView::Encoded)}
                    {button("Header", TokenView::Header)}
                </div>
            }
        })
    }
}

/// Claims in place of a token, or the token again, and clearing both.
#[component]
fn Tools(bench: Bench) -> impl IntoView {
    let form = bench.form;
    let clear = move |_| {
        form.token.set(String::new());
        form.claims.set(String::new());
        bench.throwaway.set(None);
    };
    let edit = move |_| {
        if form.claims.read_untracked().trim().is_empty()
            && let Some(claims) = bench.report_untracked().and_then(|report| report.claims)
        {
            form.claims.set(claims.to_json_pretty());
        }
        form.is_claims.set(true);
    };
    let is_empty =
        Memo::new(move |_| form.token.read().is_empty() && form.claims.read().is_empty());
    view! {
        <div class="pane__tools">
            {move || match form.is_claims.get() {
                true => view! {
                    <button type="button" class="button button--small" on:click=move |_| form.is_claims.set(false)>"Use a token"</button>
                }
                .into_any(),
                false => view! {
                    <button
                        type="button"
                        class="button button--small"
                        title="Decide from claims that you write, instead of a token"
                        on:click=edit
                    >
                        "Edit claims"
                    </button>
                }
                .into_any(),
            }}
            <button
                type="button"
                class="button button--icon"
                aria-label="Clear"
                title="Clear the token and the claims"
                disabled=move || is_empty.get()
                on:click=clear
            >
                {icon(Icon::Trash)}
            </button>
        </div>
    }
}
