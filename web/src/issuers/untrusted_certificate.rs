//! Why a request about an issuer failed. A certificate that the server does not trust can be compared
//! and trusted here.

use leptos::prelude::*;

use crate::state::remote::client::RequestError;
use crate::ui::inline_code::inline_code;

/// The error, and for an untrusted certificate its thumbprint with a button that passes it on.
#[component]
pub(crate) fn IssuerProblem(
    /// The error.
    error: RequestError,
    /// What the button does, such as "Trust this certificate and save".
    action: &'static str,
    /// Called with the thumbprint.
    trust: Callback<String>,
) -> impl IntoView {
    let message = error.message();
    let RequestError::Untrusted { thumbprint, .. } = error else {
        return view! { <span class="error">{inline_code(&message)}</span> }.into_any();
    };
    view! {
        <div class="notice notice--bad">
            <p><strong>"Do you know this certificate?"</strong></p>
            <p>{inline_code(&message)}</p>
            <p>
                "Anyone between the server and the issuer could have sent it. Trust it only if its SHA-256 thumbprint is \
                 the one that the issuer's owner publishes."
            </p>
            <div class="actions">
                <button type="button" class="button" on:click=move |_| trust.run(thumbprint.clone())>{action}</button>
            </div>
        </div>
    }
    .into_any()
}
