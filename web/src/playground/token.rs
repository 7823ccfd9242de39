//! The playground's input: a pasted token, with its three parts in colours, or typed claims; and
//! its decoded content.

use claimgate::claims::Claims;
use claimgate::inspect::Skip;
use claimgate::json::Value;
use claimgate::jwt::bare_token;
use claimgate_workbench::playground::token_text::{milliseconds, parts};
use leptos::html;
use leptos::prelude::*;

use super::bench::{Bench, member};
use super::request::Requested;
use crate::explanation::claims_table::ClaimsTable;
use crate::state::clock::now;
use crate::state::draft::unique;
use crate::state::store::use_store;
use crate::ui::code_editor::{CodeEditor, Mark, Mode as Language};
use crate::ui::inline_code::inline_code;
use claimgate::text::hidden::hidden_in;
use claimgate_workbench::playground::evaluate::Answer;
use claimgate_workbench::playground::gallery::is_unsigned;
use claimgate_workbench::playground::scratch::is_of;
use claimgate_workbench::policies::json_places::Places;

/// The pane.
#[component]
pub(crate) fn PlaygroundToken(
    bench: Bench,
    #[prop(into)] problem: Signal<String>,
    #[prop(into)] time: Signal<i64>,
) -> impl IntoView {
    let form = bench.form;
    view! {
        <section class="pane pane--token card stack" aria-label="Input">
            <h2>{move || if form.is_claims.get() { "Claims" } else { "Token" }}</h2>
            <Mode bench=bench />
            {move || if form.is_claims.get() {
                bench.tools.get().map(|tools| (tools.claims)(bench)).into_any()
            } else {
                view! {
                    <TokenField value=form.token />
                    {move || bench.tools.get().map(|tools| (tools.token_notes)(bench))}
                }.into_any()
            }}
            {move || (!problem.read().is_empty()).then(|| view! { <p class="error">{inline_code(&problem.read())}</p> })}
            {move || bench.tools.get().map(|tools| (tools.input_notes)(bench))}
            <Requested form=form />
            <div class="folds">
                {move || (!form.is_claims.get()).then(|| view! { <ChecksFold bench=bench time=time /> })}
                <details class="more">
                    <summary>"Sign a sample token"</summary>
                    {move || bench.tools.get().map(|tools| (tools.sign)(bench))}
                </details>
            </div>
            {move || bench.tools.get().map(|tools| (tools.decoded)(bench, time))}
        </section>
    }
}

/// Checks to skip, and another time. Open if either is set, as in a link.
#[component]
fn ChecksFold(bench: Bench, time: Signal<i64>) -> impl IntoView {
    let form = bench.form;
    let is_set = untrack(|| form.skip() != Skip::default() || !form.now.read().is_empty());
    view! {
        <details class="more" open=is_set>
            <summary>"Checks and time"</summary>
            {move || bench.tools.get().map(|tools| (tools.checks)(bench, time))}
        </details>
    }
}

/// Notes on the token.
#[component]
pub(crate) fn TokenNotes(bench: Bench) -> impl IntoView {
    view! {
        <ThrowawayNotice bench=bench />
        <StandIn bench=bench />
    }
}

/// Notes on the token or the claims.
#[component]
pub(crate) fn InputNotes(bench: Bench) -> impl IntoView {
    view! {
        <ClaimsInstead bench=bench />
        <HiddenCharacters bench=bench />
        <Milliseconds bench=bench />
    }
}

#[component]
fn Mode(bench: Bench) -> impl IntoView {
    let form = bench.form;
    let button = move |label: &'static str, is_claims: bool| {
        view! {
            <button
                type="button"
                aria-pressed=move || (form.is_claims.get() == is_claims).to_string()
                on:click=move |_| form.is_claims.set(is_claims)
            >
                {label}
            </button>
        }
    };
    view! {
        <div class="segments" role="group" aria-label="Input kind">
            {button("From a token", false)} {button("From claims", true)}
        </div>
    }
}

/// Offers to move claims that were pasted into the token field.
#[component]
fn ClaimsInstead(bench: Bench) -> impl IntoView {
    let form = bench.form;
    let is_json = Memo::new(move |_| {
        !form.is_claims.get()
            && matches!(Value::parse(form.token.read().trim()), Ok(Value::Object(_)))
    });
    let take = move |_| {
        form.claims.set(form.token.get_untracked());
        form.token.set(String::new());
        form.is_claims.set(true);
    };
    move || {
        is_json.get().then(|| {
            view! {
                <div class="notice notice--note">
                    <p>"These are claims, not a token."</p>
                    <div class="actions">
                        <button type="button" class="button" on:click=take>"Decide from these claims"</button>
                    </div>
                </div>
            }
        })
    }
}

/// A notice if the token was made from claims without one.
#[component]
fn StandIn(bench: Bench) -> impl IntoView {
    let is_stand_in =
        Memo::new(move |_| !bench.form.is_claims.get() && is_unsigned(&bench.form.token.read()));
    move || {
        is_stand_in.get().then(|| {
            view! {
                <div class="notice notice--scratch" role="note">
                    <p>
                        <strong>"Made of claims."</strong>
                        " What was opened has claims and no token: header and signature here only stand in for the real ones, \
                        and are not checked."
                    </p>
                </div>
            }
        })
    }
}

/// The field. A layer below with the same text has the colours; the field's own text is
/// transparent.
#[component]
fn TokenField(value: RwSignal<String>) -> impl IntoView {
    let id = format!("field-{}", unique());
    let hint = format!("{id}-hint");
    let layer = NodeRef::<html::Pre>::new();
    let area = NodeRef::<html::Textarea>::new();
    let follow = move || {
        // The field may be gone by the next frame.
        let (layer, area) = (
            layer.try_get_untracked().flatten(),
            area.try_get_untracked().flatten(),
        );
        if let (Some(layer), Some(area)) = (layer, area) {
            layer.set_scroll_top(area.scroll_top());
        }
    };
    Effect::new(move || {
        value.track();
        request_animation_frame(follow);
    });
    view! {
        <div class="field">
            <label for=id.clone()>"Token"</label>
            <div class="token-box">
                <pre class="token-layer" aria-hidden="true" node_ref=layer>
                    {move || parts(&value.read()).into_iter().map(|(class, text)| view! { <span class=class>{text}</span> }).collect_view()}
                </pre>
                <textarea
                    id=id
                    class="mono"
                    rows=8
                    node_ref=area
                    placeholder="eyJhbGciOiJSUzI1NiIs…"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    aria-describedby=hint.clone()
                    prop:value=move || value.get()
                    on:input:target=move |event| {
                        let text = event.target().value();
                        value.set(bare_token(&text).map_or(text, |bare| bare.token));
                    }
                    on:scroll=move |_| follow()
                ></textarea>
            </div>
            <p id=hint class="hint">
                <span class="part part--header">"Header"</span> ", " <span class="part part--claims">"claims"</span> ", "
                <span class="part part--signature">"signature"</span>
                ". Stays in this page: never stored, never sent."
            </p>
        </div>
    }
}

/// The claims, editable.
#[component]
pub(crate) fn ClaimsInput(bench: Bench) -> impl IntoView {
    let store = use_store();
    let form = bench.form;
    let sample = move |_| {
        let preset = store.issuers.with_untracked(|issuers| {
            let chosen = form.issuer.get_untracked();
            let named = issuers.iter().find(|issuer| issuer.id == chosen);
            named
                .or(issuers.iter().find(|issuer| !issuer.preset.is_empty()))
                .map(|issuer| issuer.preset.clone())
        });
        let provider = preset
            .and_then(|preset| claimgate_providers::find(&preset))
            .or_else(|| claimgate_providers::all().first());
        form.claims.set(
            provider
                .map(|provider| provider.example(now()).claims)
                .unwrap_or_default(),
        );
    };
    let marks = Memo::new(move |_| {
        let name = bench
            .highlight
            .read()
            .as_ref()
            .and_then(|highlight| member(&highlight.claim));
        let places = name.as_ref().map(|_| Places::read(&form.claims.read()));
        let range = places
            .zip(name)
            .and_then(|(places, name)| places.find(&name));
        range
            .map(|range| Mark {
                from: range.start,
                to: range.end,
                class: "cm-lit",
            })
            .into_iter()
            .collect::<Vec<_>>()
    });
    view! {
        <CodeEditor
            label="Claims"
            value=form.claims
            mode=Language::Claims
            marks=marks
            rows=14
            hint="A JSON object. There is no token: signature, issuer and time are not checked."
            placeholder=r#"{"iss": "https://…", "sub": "…"}"#
        />
        <div class="actions">
            <button type="button" class="button" on:click=sample>"Load sample claims"</button>
        </div>
    }
}

#[component]
fn ThrowawayNotice(bench: Bench) -> impl IntoView {
    let is_used = Memo::new(move |_| {
        bench
            .throwaway
            .read()
            .as_ref()
            .is_some_and(|throwaway| is_of(&bench.form.token.read(), throwaway))
    });
    move || {
        is_used.get().then(|| {
            view! {
                <div class="notice notice--scratch" role="note">
                    <p>
                        <strong>"Throw-away key."</strong>
                        " This token was signed in this page. It is checked with the key that was made for it, and not with \
                        the issuer's keys; nobody else would let it in."
                    </p>
                    <div class="actions">
                        <button type="button" class="button" on:click=move |_| bench.throwaway.set(None)>
                            "Check it with the issuer's own keys"
                        </button>
                    </div>
                </div>
            }
        })
    }
}

/// Names the invisible characters of the input.
#[component]
fn HiddenCharacters(bench: Bench) -> impl IntoView {
    let form = bench.form;
    let found = Memo::new(move |_| {
        let text = if form.is_claims.get() {
            form.claims.get()
        } else {
            form.token.get()
        };
        // Line breaks and tabs are formatting in JSON.
        hidden_in(&text.trim().replace(['\n', '\r', '\t'], " "))
    });
    move || {
        (!found.read().is_empty()).then(|| {
            let items = found
                .get()
                .into_iter()
                .map(|(code, name)| view! { <li><code>{code}</code> " " {name}</li> });
            view! {
                <div class="notice notice--note" role="note">
                    <p>"There are characters in it that do not show in the field:"</p>
                    <ul>{items.collect_view()}</ul>
                </div>
            }
        })
    }
}

/// Names the times of the claims that are in milliseconds.
#[component]
fn Milliseconds(bench: Bench) -> impl IntoView {
    let found = Memo::new(move |_| {
        let answered = bench.answered.read();
        let claims = match answered.as_ref().map(|answered| &answered.answer) {
            Some(Answer::Report(report)) => report.claims.as_ref(),
            _ => None,
        };
        claims.map(milliseconds).unwrap_or_default()
    });
    move || {
        (!found.read().is_empty()).then(|| {
            let items = found.get().into_iter().map(|(name, number)| {
                let seconds = number / 1000;
                view! {
                    <li>
                        <code>{name}</code> " looks like milliseconds: expected seconds since 1970, as "
                        <code>{seconds.to_string()}</code> ", found " <code>{number.to_string()}</code> "."
                    </li>
                }
            });
            view! { <div class="notice notice--note" role="note"><ul>{items.collect_view()}</ul></div> }
        })
    }
}

/// The decoded header and claims.
#[component]
pub(crate) fn Decoded(bench: Bench, time: Signal<i64>) -> impl IntoView {
    let read =
        move |part: fn(&claimgate_workbench::playground::evaluate::Report) -> Option<Claims>| {
            Memo::new(move |_| {
                match bench
                    .answered
                    .read()
                    .as_ref()
                    .map(|answered| &answered.answer)
                {
                    Some(Answer::Report(report)) => part(report),
                    _ => None,
                }
            })
        };
    Effect::new(move || {
        if bench
            .highlight
            .read()
            .as_ref()
            .is_some_and(|highlight| highlight.policy.is_some())
        {
            request_animation_frame(bring_into_pane);
        }
    });
    let header = read(|report| report.header.clone());
    let claims = read(|report| report.claims.clone());
    view! {
        {move || header.get().map(|header| view! { <ClaimsTable caption="Header" claims=header now=time /> })}
        {move || claims.get().map(|claims| view! { <ClaimsTable caption="Claims" claims=claims now=time /> })}
    }
}

/// Scrolls the pane, and nothing else, to the highlighted claim.
fn bring_into_pane() {
    let find = |selector| document().query_selector(selector).ok().flatten();
    let (Some(pane), Some(row)) = (find(".pane--token"), find(".pane--token .claims .lit")) else {
        return;
    };
    let (pane_box, row_box) = (
        pane.get_bounding_client_rect(),
        row.get_bounding_client_rect(),
    );
    let below = row_box.bottom() - pane_box.bottom() + 16.0;
    let above = row_box.top() - pane_box.top() - 16.0;
    let by = if above < 0.0 { above } else { below.max(0.0) };
    if by != 0.0 && pane.scroll_height() > pane.client_height() {
        pane.set_scroll_top(pane.scroll_top() + by as i32);
    }
}
