//! The query of the address, which holds the settings of a page.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use claimgate_formats::percent_encode;

/// Writes a query into the address of a page, in place of the last one.
pub(crate) fn query_writer(page: &'static str) -> Callback<Vec<(&'static str, String)>> {
    let navigate = use_navigate();
    Callback::new(move |query: Vec<(&'static str, String)>| {
        let members: Vec<String> = query
            .iter()
            .map(|(name, value)| format!("{name}={}", percent_encode(value)))
            .collect();
        let mark = if members.is_empty() { "" } else { "?" };
        let options = NavigateOptions {
            replace: true,
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&format!("{page}{mark}{}", members.join("&")), options);
    })
}
