//! The link to the documentation of what is shown. The pages are static HTML beside the app
//! (`web/build/docs.mjs`), so they are available offline too.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::ui::icon::{Icon, icon};
use claimgate_workbench::shell::docs::{Page, page_for};

/// The link, in another tab: unsaved work stays where it is.
#[component]
pub(crate) fn DocsLink() -> impl IntoView {
    let location = use_location();
    let page = Memo::new(move |_| {
        let section = location.query.read().get("section").unwrap_or_default();
        page_for(&location.pathname.read(), &section)
    });
    let label = move || format!("Documentation: {} (opens in a new tab)", page.get().title);
    view! {
        <a
            class="button button--icon"
            href=move || address(page.get())
            target="_blank"
            rel="noopener"
            aria-label=label
            title=move || format!("Documentation: {}", page.get().title)
        >
            {icon(Icon::Book)}
        </a>
    }
}

/// The address of a page, relative to the app's.
pub(crate) fn address(page: Page) -> String {
    format!("docs/{}.html", page.file)
}
