//! Pages that are loaded on demand. With the feature `split`, code that only they need is moved
//! from the app's Wasm into files of its own (`xtask/wasm-tools`); without it, everything is in
//! one file.

use leptos::prelude::*;
#[cfg(feature = "split")]
use leptos::wasm_split;
use leptos::wasm_split::SplitLoaderError;
use leptos_router::LazyRoute;

use super::conflict_versions::ConflictVersions;
use super::palette::Palette;
use super::palette_field::Field;
use crate::admin::demo::DemoPage;
use crate::admin::organizations::OrganizationsPage;
use crate::admin::settings::SettingsPage;
use crate::admin::tokens::TokensPage;
use crate::audit::change::ChangePage;
use crate::audit::changes::ChangesPage;
use crate::audit::entry_page::AuditEntryPage;
use crate::audit::exchanges::AuditPage;
use crate::connected::account::Account;
use crate::connected::top::Connected;
use crate::examples::page::{ExamplePage, ExamplesPage};
use crate::issuers::history::page::HistoryPage;
use crate::issuers::import::ImportPage;
use crate::issuers::list::IssuersPage;
use crate::issuers::page::IssuerPage;
use crate::issuers::register::page::NewIssuerPage;
use crate::map::page::MapPage;
use crate::playground::page::PlaygroundPage;
use crate::playground::tools;
use crate::state::store::Store;
use crate::state::styles;
use crate::state::theme::Theme;
use crate::state::unsaved::Unsaved;
use claimgate_workbench::issuers::storage::StoredIssuer;

type Loaded = Result<AnyView, SplitLoaderError>;

// A page: its route, the function that loads it, `load_` with the page's name, its view, and the style sheets that it needs
// besides those of all pages. `web/build/index.mjs` reads all this, for early.js.
macro_rules! lazy_page {
    ($route:ident, $load:ident, $page:ident, $styles:literal $(, if $begins:expr)?) => {
        #[doc = concat!("The route of [`", stringify!($page), "`].")]
        pub(crate) struct $route;

        #[cfg_attr(feature = "split", wasm_split::wasm_split($load, wasm_split_path = ::leptos::wasm_split, fallible))]
        fn $load() -> Loaded {
            Ok(view! { <$page /> }.into_any())
        }

        impl LazyRoute for $route {
            fn data() -> Self {
                Self
            }

            async fn view(_: Self) -> AnyView {
                let styled = styles::load($styles);
                $(if $begins {
                    tools::load().await;
                })?
                #[cfg(feature = "split")]
                let loaded = $load().await;
                #[cfg(not(feature = "split"))]
                let loaded = $load();
                let view = loaded.unwrap_or_else(|_| not_loaded());
                styled.await;
                view
            }
        }
    };
}

lazy_page!(
    IssuersRoute,
    load_issuers,
    IssuersPage,
    "issuers issuer-list"
);
lazy_page!(NewIssuerRoute, load_new_issuer, NewIssuerPage, "issuers");
lazy_page!(
    IssuerRoute,
    load_issuer,
    IssuerPage,
    "issuers editor analysis"
);
lazy_page!(
    HistoryRoute,
    load_history,
    HistoryPage,
    "issuers editor analysis connected administration"
);
lazy_page!(ImportRoute, load_import, ImportPage, "issuers");
lazy_page!(ExamplesRoute, load_examples, ExamplesPage, "examples");
lazy_page!(PlaygroundRoute, load_playground, PlaygroundPage, "explanation playground editor analysis", if is_link());
lazy_page!(ExampleRoute, load_example, ExamplePage, "explanation playground editor analysis", if true);
lazy_page!(MapRoute, load_map, MapPage, "administration");

/// Whether the playground opens with a link's content.
fn is_link() -> bool {
    window()
        .location()
        .hash()
        .is_ok_and(|hash| !matches!(hash.as_str(), "" | "#main"))
}

/// Views that every page of a server needs.
pub(crate) enum ServerPart {
    /// The top of every page.
    Above(Box<(Store, Memo<bool>)>),
    /// The organization and the user, in the header.
    Account(Box<(Store, Unsaved)>),
}

impl ServerPart {
    /// Loads and renders the view.
    pub(crate) async fn view(self) -> AnyView {
        let styled = styles::load("connected");
        #[cfg(feature = "split")]
        let loaded = load_server(self).await;
        #[cfg(not(feature = "split"))]
        let loaded = load_server(self);
        let view = loaded.unwrap_or_else(|_| not_loaded());
        styled.await;
        view
    }
}

#[cfg_attr(feature = "split", wasm_split::wasm_split(load_server, wasm_split_path = ::leptos::wasm_split, fallible))]
fn load_server(part: ServerPart) -> Loaded {
    Ok(match part {
        ServerPart::Above(known) => {
            let (store, needs_token) = *known;
            view! { <Connected store=store needs_token=needs_token /> }.into_any()
        }
        ServerPart::Account(known) => {
            let (store, unsaved) = *known;
            view! { <Account store=store unsaved=unsaved /> }.into_any()
        }
    })
}

/// The pages that administer a server: one part, because most of their code is shared.
#[derive(Clone, Copy)]
enum Administration {
    Exchanges,
    Exchange,
    Changes,
    Change,
    Tokens,
    Organizations,
    Settings,
    Demo,
}

impl Administration {
    async fn view(self) -> AnyView {
        let styled = styles::load("explanation editor administration");
        #[cfg(feature = "split")]
        let loaded = load_administration(self).await;
        #[cfg(not(feature = "split"))]
        let loaded = load_administration(self);
        let view = loaded.unwrap_or_else(|_| not_loaded());
        styled.await;
        view
    }
}

#[cfg_attr(feature = "split", wasm_split::wasm_split(load_administration, wasm_split_path = ::leptos::wasm_split, fallible))]
fn load_administration(page: Administration) -> Loaded {
    Ok(match page {
        Administration::Exchanges => view! { <AuditPage /> }.into_any(),
        Administration::Exchange => view! { <AuditEntryPage /> }.into_any(),
        Administration::Changes => view! { <ChangesPage /> }.into_any(),
        Administration::Change => view! { <ChangePage /> }.into_any(),
        Administration::Tokens => view! { <TokensPage /> }.into_any(),
        Administration::Organizations => view! { <OrganizationsPage /> }.into_any(),
        Administration::Settings => view! { <SettingsPage /> }.into_any(),
        Administration::Demo => view! { <DemoPage /> }.into_any(),
    })
}

/// The two versions of a conflict, each with its label, and what their comparison begins with; none of
/// the second one if it was deleted.
type Versions = Box<(
    (
        (&'static str, StoredIssuer),
        (&'static str, Option<StoredIssuer>),
    ),
    &'static str,
)>;

/// Loads and renders the comparison of a conflict's versions.
pub(crate) async fn versions_view(versions: Versions) -> AnyView {
    let styled = styles::load("editor connected");
    #[cfg(feature = "split")]
    let loaded = load_versions(versions).await;
    #[cfg(not(feature = "split"))]
    let loaded = load_versions(versions);
    let view = loaded.unwrap_or_else(|_| not_loaded());
    styled.await;
    view
}

#[cfg_attr(feature = "split", wasm_split::wasm_split(load_versions, wasm_split_path = ::leptos::wasm_split, fallible))]
fn load_versions(versions: Versions) -> Loaded {
    let ((first, second), compared) = *versions;
    Ok(view! { <ConflictVersions first=first second=second compared=compared /> }.into_any())
}

/// What the content of the command palette needs; `open` and the field are the dialog's.
type PaletteParts = (Store, Unsaved, Theme, RwSignal<bool>, Field);

/// Loads and renders the content of the command palette.
pub(crate) async fn palette_view(parts: Box<PaletteParts>) -> AnyView {
    #[cfg(feature = "split")]
    let loaded = load_palette(parts).await;
    #[cfg(not(feature = "split"))]
    let loaded = load_palette(parts);
    loaded.unwrap_or_else(|_| not_loaded())
}

#[cfg_attr(feature = "split", wasm_split::wasm_split(load_palette, wasm_split_path = ::leptos::wasm_split, fallible))]
fn load_palette(parts: Box<PaletteParts>) -> Loaded {
    let (store, unsaved, theme, open, field) = *parts;
    Ok(
        view! { <Palette store=store unsaved=unsaved theme=theme open=open field=field /> }
            .into_any(),
    )
}

macro_rules! administration_page {
    ($route:ident, $page:ident) => {
        #[doc = concat!("The route of `", stringify!($page), "`.")]
        pub(crate) struct $route;

        impl LazyRoute for $route {
            fn data() -> Self {
                Self
            }

            async fn view(_: Self) -> AnyView {
                Administration::$page.view().await
            }
        }
    };
}

administration_page!(AuditRoute, Exchanges);
administration_page!(AuditEntryRoute, Exchange);
administration_page!(ChangesRoute, Changes);
administration_page!(ChangeRoute, Change);
administration_page!(TokensRoute, Tokens);
administration_page!(OrganizationsRoute, Organizations);
administration_page!(SettingsRoute, Settings);
administration_page!(DemoRoute, Demo);

/// The message when a page's code could not be loaded.
fn not_loaded() -> AnyView {
    let again = move |_| {
        let _ = window().location().reload();
    };
    view! {
        <div class="container stack">
            <h1>"This page could not be loaded"</h1>
            <p class="lead">"Its files cannot be reached, or a newer version of Claimgate has replaced them."</p>
            <p><button type="button" class="button button--primary" on:click=again>"Reload"</button></p>
        </div>
    }
    .into_any()
}
