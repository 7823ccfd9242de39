//! The title of the page, for the browser's tab and history.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::state::store::use_store;

/// Sets the title.
pub(crate) fn show_title(title: &str) {
    document().set_title(&format!("{title} · Claimgate"));
}

/// Sets the title of the current page, except for examples, administration and the trust map, which set
/// their own.
#[component]
pub(crate) fn PageTitle() -> impl IntoView {
    let store = use_store();
    let path = use_location().pathname;
    Effect::new(move || {
        let path = path.get();
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        let title = match parts.as_slice() {
            [.., "issuers", "new"] => Some("Register issuer".to_owned()),
            [.., "issuers", id] => store
                .issuers
                .with(|issuers| Some(issuers.iter().find(|issuer| issuer.id == *id)?.name.clone())),
            [.., "examples", _] => return,
            [.., "examples"] => Some("Examples".to_owned()),
            [.., "import"] => Some("Import".to_owned()),
            [
                ..,
                "audit" | "tokens" | "organizations" | "settings" | "demo",
            ]
            | [.., "audit", _]
            | [.., "audit", "changes", _] => return,
            [.., "map"] => return,
            [.., "playground"] => Some("Playground".to_owned()),
            _ => Some("OIDC Issuers".to_owned()),
        };
        show_title(&title.unwrap_or_else(|| "Page not found".to_owned()));
    });
}
