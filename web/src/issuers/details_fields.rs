//! The fields of an issuer, for registering and editing.

use leptos::html;
use leptos::prelude::*;

use super::details::Details;
use super::keys_field::KeysField;
use crate::state::draft::unique;
use crate::state::store::use_store;
use crate::ui::field::{Checkbox, Select, TextArea, TextField, same};
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::issuers::lifetime;

/// The fields.
#[component]
pub(crate) fn DetailsFields(
    details: Details,
    #[prop(optional)] fixed_url: bool,
    /// What is to be said about the URL.
    #[prop(optional)]
    about_url: Option<AnyView>,
) -> impl IntoView {
    let once_tried = move |error: String| {
        if details.tried.get() {
            error
        } else {
            String::new()
        }
    };
    let url_field = if fixed_url {
        view! {
            <div class="field">
                <span class="label">"URL"</span>
                <code class="fixed">{untrusted_text(&details.url.get_untracked())}</code>
                <p class="hint">"Cannot be changed after registration. A token's " <code>"iss"</code> " must equal it exactly."</p>
            </div>
        }
        .into_any()
    } else {
        let error = Signal::derive(move || {
            let empty = details.url.read().is_empty();
            if empty {
                once_tried(details.url_error())
            } else {
                details.url_error()
            }
        });
        let hint = "A token's `iss` must equal it exactly. It cannot be changed later.";
        view! { <TextField label="URL" value=details.url error=error mono=true hint=hint /> }
            .into_any()
    };
    view! {
        <TextField
            label="Name"
            value=details.name
            error=Signal::derive(move || once_tried(details.name_error()))
            hint="Shown in lists, logs and exports. Policies do not depend on it."
        />
        {url_field}
        {about_url}
        <KeysField jwks=details.jwks url=details.url fetched=details.fetched problem=details.keys_problem />
        {match fixed_url {
            true => view! { <AdvancedFields details=details /> }.into_any(),
            false => view! { <Folded details=details /> }.into_any(),
        }}
    }
}

/// The fields that most issuers leave empty, folded until one of them has an error.
#[component]
fn Folded(details: Details) -> impl IntoView {
    let fold = NodeRef::<html::Details>::new();
    Effect::new(move || {
        if details.has_advanced_error()
            && let Some(fold) = fold.get()
        {
            fold.set_open(true);
        }
    });
    view! {
        <details class="more advanced" node_ref=fold>
            <summary>"Advanced settings: lifetime, thumbprints, audiences"</summary>
            <div class="stack"><AdvancedFields details=details /></div>
        </details>
    }
}

/// Lifetime, thumbprints, audiences, and what only a server uses.
#[component]
fn AdvancedFields(details: Details) -> impl IntoView {
    view! {
        <div class="field-row">
            <TextField
                label="Max expiration"
                value=details.number
                error=Signal::derive(move || details.lifetime().err().unwrap_or_default())
                hint="Optional. The maximum lifetime of an access token; 25 hours if empty."
            />
            <Select label="Unit" value=details.unit options=same(lifetime::UNITS.map(|(name, _)| name)) />
        </div>
        {move || lifetime::warning(details.lifetime().ok().flatten()).map(|warning| view! {
            <p class="note" role="note">{warning}</p>
        })}
        <ThumbprintsField details=details />
        <TextArea
            label="Audiences"
            value=details.audiences
            rows=2
            error=Signal::derive(move || details.audiences_error())
            hint="Optional. One per line; a token whose `aud` is not listed is refused. The only wildcard is `*`. If empty, only \
                  policies restrict `aud`."
        />
        {use_store().remote.is_some().then(|| view! { <ServerFields details=details /> })}
    }
}

/// Settings that only a server uses.
#[component]
fn ServerFields(details: Details) -> impl IntoView {
    let field = |label: &'static str, value: RwSignal<bool>, hint: &'static str| {
        let id = format!("field-{}", unique());
        view! {
            <div>
                <Checkbox label=label value=value described_by=id.clone() />
                <p id=id class="hint">{hint}</p>
            </div>
        }
    };
    view! {
        <fieldset class="stack--tight server-fields">
            <legend>"When this server exchanges tokens"</legend>
            {field(
                "Single use",
                details.single_use,
                "Each ID token can be exchanged only once, identified by its jti; a token without jti is refused. A token that \
                 leaks after its job has used it is then worthless. A job that exchanges twice needs two tokens.",
            )}
            {field(
                "Report only",
                details.report_only,
                "Deny policies of this issuer do not deny anything; the audit log shows what they would have denied. Use this to \
                 try out deny policies. A token that no allow matches is still denied.",
            )}
        </fieldset>
    }
}

#[component]
fn ThumbprintsField(details: Details) -> impl IntoView {
    view! {
        <div class="stack--tight">
            <TextArea
                label="Thumbprints"
                value=details.thumbprints
                rows=2
                error=Signal::derive(move || details.thumbprint_error())
                hint="Optional. SHA-256 of the server's certificate: 64 hexadecimal digits, one per line. Colons and case \
                      are ignored."
            />
            <details class="more">
                <summary>"About thumbprints"</summary>
                <p class="hint">
                    "Pulumi Cloud checks the certificate of the issuer's server against public authorities. Thumbprints \
                     are only a fallback for when that fails, as with a private authority. "
                    {if use_store().remote.is_some() {
                        "This server does the same when it fetches the issuer's keys."
                    } else {
                        "Here they are stored and exported but not checked: a page cannot see certificates."
                    }}
                </p>
                <p class="hint">
                    "To compute one: " <code>"openssl x509 -in certificate.pem -noout -fingerprint -sha256"</code>
                </p>
            </details>
        </div>
    }
}
