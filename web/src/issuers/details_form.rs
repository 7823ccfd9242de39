//! An issuer's fields, for registering and editing.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::keys_field::{KeysField, keys_error};
use super::untrusted_certificate::IssuerProblem;
use crate::state::draft::unique;
use crate::state::remote::sync::Sync;
use crate::state::store::{Store, use_store};
use crate::state::unsaved::Unsaved;
use crate::ui::field::{Checkbox, Select, TextArea, TextField, same};
use crate::ui::save_state::SaveState;
use crate::ui::untrusted_text::untrusted_text;
use claimgate::audience;
use claimgate_formats::thumbprint;
use claimgate_workbench::issuers::lifetime;
use claimgate_workbench::issuers::storage::StoredIssuer;

/// The values of the fields.
#[derive(Clone, Copy)]
pub(crate) struct Details {
    /// Name.
    pub(crate) name: RwSignal<String>,
    /// URL.
    pub(crate) url: RwSignal<String>,
    /// Max expiration, the number.
    pub(crate) number: RwSignal<String>,
    /// Its unit.
    pub(crate) unit: RwSignal<String>,
    /// JWKS.
    pub(crate) jwks: RwSignal<String>,
    /// Fetched keys: their text and their address. Once the field is edited, the address no longer
    /// applies.
    pub(crate) fetched: RwSignal<Option<(String, String)>>,
    /// Thumbprints, one per line.
    pub(crate) thumbprints: RwSignal<String>,
    /// Audiences, one per line.
    audiences: RwSignal<String>,
    /// Whether a token can be exchanged only once.
    single_use: RwSignal<bool>,
    /// Whether deny policies are report-only.
    report_only: RwSignal<bool>,
    /// Whether saving was tried: from then on, errors are visible.
    pub(crate) tried: RwSignal<bool>,
}

impl Details {
    /// Empty fields.
    pub(crate) fn new() -> Self {
        let text = || RwSignal::new(String::new());
        let unit = RwSignal::new("hours".to_owned());
        Self {
            name: text(),
            url: text(),
            number: text(),
            unit,
            jwks: text(),
            fetched: RwSignal::new(None),
            thumbprints: text(),
            audiences: text(),
            single_use: RwSignal::new(false),
            report_only: RwSignal::new(false),
            tried: RwSignal::new(false),
        }
    }

    /// The fields of an issuer.
    pub(crate) fn of(issuer: &StoredIssuer) -> Self {
        let details = Self::new();
        details.show(issuer);
        details
    }

    /// Fills the fields from an issuer.
    pub(crate) fn show(self, issuer: &StoredIssuer) {
        let (number, unit) = lifetime::split(issuer.max_expiration);
        let jwks = issuer.jwks.clone().unwrap_or_default();
        self.name.set(issuer.name.clone());
        self.url.set(issuer.url.clone());
        self.number.set(number);
        self.unit.set(unit.to_owned());
        self.fetched.set(
            issuer
                .jwks_source
                .clone()
                .map(|address| (jwks.clone(), address)),
        );
        self.jwks.set(jwks);
        self.thumbprints.set(issuer.thumbprints.join("\n"));
        self.audiences
            .set(issuer.audiences.as_deref().unwrap_or_default().join("\n"));
        self.single_use.set(issuer.single_use);
        self.report_only.set(issuer.report_only);
    }

    /// Adds a line to the thumbprints.
    pub(crate) fn add_thumbprint(self, thumbprint: &str) {
        self.thumbprints.update(|text| {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            text.push_str(thumbprint);
        });
    }

    /// The texts of all fields.
    pub(crate) fn texts(self) -> [String; 7] {
        [
            self.name,
            self.url,
            self.number,
            self.unit,
            self.jwks,
            self.thumbprints,
            self.audiences,
        ]
        .map(|field| field.get())
    }

    /// The states of all checkboxes.
    pub(crate) fn flags(self) -> [bool; 2] {
        [self.single_use, self.report_only].map(|field| field.get())
    }

    /// The address of the fetched keys, if they were not edited.
    fn source(self) -> Option<String> {
        self.fetched
            .read()
            .as_ref()
            .filter(|(text, _)| *text == *self.jwks.read())
            .map(|(_, address)| address.clone())
    }

    fn thumbprint_error(self) -> String {
        thumbprint::parse_list(&self.thumbprints.read())
            .err()
            .unwrap_or_default()
            .join("; ")
    }

    fn audiences_error(self) -> String {
        let list = lines(&self.audiences.read());
        let problems = list.map(|list| audience::problems(&list).to_string());
        problems.unwrap_or_default()
    }

    fn name_error(self) -> String {
        if self.name.read().trim().is_empty() {
            "expected a name, found nothing".to_owned()
        } else {
            String::new()
        }
    }

    fn url_error(self) -> String {
        claimgate::issuer::validate_url(&self.url.read())
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    }

    fn lifetime(self) -> Result<Option<u64>, String> {
        lifetime::parse(&self.number.read(), &self.unit.read())
    }

    /// Writes the fields into an issuer; if one is invalid, shows all errors and returns none.
    pub(crate) fn apply(self, mut issuer: StoredIssuer) -> Option<StoredIssuer> {
        self.tried.set(true);
        let jwks = self.jwks.get_untracked();
        let errors = [
            self.name_error(),
            self.url_error(),
            keys_error(&jwks),
            self.audiences_error(),
        ];
        let max_expiration = self.lifetime().ok()?;
        let thumbprints = thumbprint::parse_list(&self.thumbprints.read_untracked()).ok()?;
        if errors.iter().any(|error| !error.is_empty()) {
            return None;
        }
        issuer.name = self.name.get_untracked().trim().to_owned();
        issuer.url = self.url.get_untracked();
        issuer.max_expiration = max_expiration;
        issuer.jwks_source = self.source().filter(|_| !jwks.trim().is_empty());
        issuer.jwks = (!jwks.trim().is_empty()).then_some(jwks);
        issuer.thumbprints = thumbprints;
        issuer.audiences = lines(&self.audiences.get_untracked());
        [issuer.single_use, issuer.report_only] = untrack(|| self.flags());
        Some(issuer)
    }
}

/// The fields.
#[component]
pub(crate) fn DetailsFields(details: Details, #[prop(optional)] fixed_url: bool) -> impl IntoView {
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
                <p class="hint">"Fixed after registration: a token's iss must equal it, character by character."</p>
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
        let hint =
            "A token's iss must equal it, character by character. It cannot be changed later.";
        view! { <TextField label="URL" value=details.url error=error mono=true hint=hint /> }
            .into_any()
    };
    view! {
        <TextField
            label="Name"
            value=details.name
            error=Signal::derive(move || once_tried(details.name_error()))
            hint="For yourself."
        />
        {url_field}
        <div class="field-row">
            <TextField
                label="Max expiration"
                value=details.number
                error=Signal::derive(move || details.lifetime().err().unwrap_or_default())
                hint="Optional. The longest life of a granted token; 25 hours if empty."
            />
            <Select label="Unit" value=details.unit options=same(lifetime::UNITS.map(|(name, _)| name)) />
        </div>
        {move || lifetime::warning(details.lifetime().ok().flatten()).map(|warning| view! {
            <p class="note" role="note">{warning}</p>
        })}
        <KeysField jwks=details.jwks url=details.url fetched=details.fetched />
        <ThumbprintsField details=details />
        <TextArea
            label="Audiences"
            value=details.audiences
            rows=2
            error=Signal::derive(move || details.audiences_error())
            hint="Optional. A token is refused unless its aud is one of these, one a line; only * is a wildcard. If empty, \
                  only policies restrict aud."
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
                "Each ID token is exchanged once only, told by its jti; a token without jti is refused. So a token that leaks \
                 after its job has used it is worth nothing. Jobs that exchange one token twice need two.",
            )}
            {field(
                "Report only",
                details.report_only,
                "No deny policy of this issuer denies anything; what they would have denied is in the audit log. To try denies \
                 before they count. Without an allow that matches, everything stays denied.",
            )}
        </fieldset>
    }
}

/// The lines of a text without white space around them; `None` if all are blank.
fn lines(text: &str) -> Option<Vec<String>> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<_> = lines.map(str::to_owned).collect();
    (!lines.is_empty()).then_some(lines)
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
                hint="Optional. SHA-256 of the server's certificate: 64 hexadecimal digits, one a line. Colons and case \
                      do not count."
            />
            <details class="more">
                <summary>"What thumbprints are for"</summary>
                <p class="hint">
                    "Pulumi Cloud checks the certificate of the issuer's server against public authorities. Thumbprints \
                     are only a fallback for when that fails, as with a private authority. "
                    {if use_store().remote.is_some() {
                        "So does this server, when it fetches the issuer's keys."
                    } else {
                        "They are kept and exported here, and not checked: a page cannot see the certificates that its \
                         browser gets."
                    }}
                </p>
                <p class="hint">
                    "To read one: " <code>"openssl x509 -in certificate.pem -noout -fingerprint -sha256"</code>
                </p>
            </details>
        </div>
    }
}

/// The details of a registered issuer, saved separately.
#[component]
pub(crate) fn DetailsForm(issuer: StoredIssuer) -> impl IntoView {
    let store = use_store();
    let details = Details::of(&issuer);
    let opened = StoredValue::new(issuer.clone());
    let saved = RwSignal::new(false);
    let written = Memo::new(move |_| (details.texts(), details.flags()));
    let kept = RwSignal::new(written.get_untracked());
    let dirty = Memo::new(move |_| *written.read() != *kept.read());
    expect_context::<Unsaved>().watch(dirty);
    let show = move |issuer: &StoredIssuer| {
        opened.set_value(issuer.clone());
        details.show(issuer);
        kept.set(written.get_untracked());
    };
    let save = move || {
        saved.set(false);
        let Some(new) = details.apply(opened.get_value()) else {
            return;
        };
        let stored = store.change_since(&opened.get_value(), |issuer| *issuer = new);
        show(&stored);
        saved.set(true);
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        save();
    };
    let trust = Callback::new(move |thumbprint| {
        details.thumbprints.set(thumbprint);
        save();
    });
    let id = StoredValue::new(issuer.id);
    let current = Memo::new(move |_| {
        let issuers = store.issuers.read();
        issuers
            .iter()
            .find(|issuer| issuer.id == *id.read_value())
            .cloned()
    });
    let elsewhere = Memo::new(move |_| {
        current
            .get()
            .filter(|current| opened.with_value(|opened| differ(opened, current)))
    });
    // Shows what another tab has saved at once, unless that would overwrite edits here.
    Effect::new(move || {
        if let Some(current) = elsewhere.get()
            && !dirty.get()
        {
            show(&current);
        }
    });
    view! {
        <section class="stack details-form" aria-labelledby="details-heading">
            <h2 id="details-heading">"Details"</h2>
            <form class="card stack" on:submit=submit novalidate>
                {move || (elsewhere.read().is_some() && dirty.get()).then(|| view! {
                    <div class="notice notice--note" role="status">
                        <p>
                            "These details were changed " {elsewhere_word(store)} " meanwhile. Saving keeps both: yours \
                             here, the other version where you can choose it."
                        </p>
                    </div>
                })}
                <DetailsFields details=details fixed_url=true />
                {Sync::of(store).map(|sync| view! { <Regenerate sync=sync id=id details=details trust=trust /> })}
                <div class="actions">
                    <button type="submit" class="button">"Save details"</button>
                    <SaveState id=id dirty=dirty saved=saved />
                </div>
            </form>
        </section>
    }
}

/// With a server, the server itself records the thumbprint of the issuer's certificate, if it can
/// verify that; otherwise `trust` gets the thumbprint once the person has confirmed it.
#[component]
fn Regenerate(
    sync: Sync,
    id: StoredValue<String>,
    details: Details,
    trust: Callback<String>,
) -> impl IntoView {
    let (busy, result) = (RwSignal::new(false), RwSignal::new(None));
    let start = move |_| {
        busy.set(true);
        spawn_local(async move {
            let done = sync.regenerate_thumbprints(id.get_value()).await;
            let _ = busy.try_set(false);
            let _ = result.try_set(Some(done));
        });
    };
    let trust = Callback::new(move |thumbprint| {
        result.set(None);
        trust.run(thumbprint);
    });
    view! {
        <Show when=move || details.jwks.read().trim().is_empty()>
            <div class="actions">
                <button type="button" class="button" on:click=start disabled=move || busy.get()>
                    {move || if busy.get() { "The server asks the issuer…" } else { "Regenerate thumbprints" }}
                </button>
                <span class="hint">"This server connects to the issuer, and takes its certificate's."</span>
            </div>
            <div class="fetch" role="status">
                {move || result.get().map(|result| match result {
                    Ok(()) => view! { <span class="good">"✓ Taken from the issuer's certificate"</span> }.into_any(),
                    Err(error) => view! {
                        <IssuerProblem error=error action="Trust this certificate and save" trust=trust />
                    }
                    .into_any(),
                })}
            </div>
        </Show>
    }
}

/// The origin of a change that was not made here.
pub(crate) fn elsewhere_word(store: Store) -> &'static str {
    if store.remote.is_some() {
        "by somebody else"
    } else {
        "in another tab"
    }
}

/// Whether the details of two versions differ.
fn differ(one: &StoredIssuer, other: &StoredIssuer) -> bool {
    let details = |issuer: &StoredIssuer| {
        let StoredIssuer {
            name,
            max_expiration,
            jwks,
            jwks_source,
            thumbprints,
            audiences,
            single_use,
            report_only,
            ..
        } = issuer.clone();
        (
            name,
            max_expiration,
            jwks,
            jwks_source,
            thumbprints,
            audiences,
            single_use,
            report_only,
        )
    };
    details(one) != details(other)
}
