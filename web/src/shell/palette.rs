//! The content of the command palette: a field, and the entries that match it.
//!
//! The actions of a page are its visible buttons and links with the attribute `data-command`, whose
//! value is their title here. Choosing one presses it, so nothing works in two ways.

use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::docs::address;
use super::palette_field::Field;
use crate::connected::menu;
use crate::state::store::Store;
use crate::state::theme::{CHOICES, Theme};
use crate::state::unsaved::Unsaved;
use crate::ui::icon::{Icon, icon, theme_icon};
use crate::ui::provider_mark::provider_mark;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::playground::gallery;
use claimgate_workbench::shell::docs;
use claimgate_workbench::shell::palette::{Entry, Kind, matching};

/// The entries that are shown at once.
const SHOWN: usize = 50;

/// What choosing an entry does.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    /// Goes to a page of the app.
    Go(String),
    /// Opens another document in a new tab.
    Open(String),
    /// Presses the page's element of this number.
    Press(u32),
    /// Sets the theme.
    Theme(&'static str),
}

/// An entry's target, and the icon beside its title: of an issuer, its provider's letters.
type Row = (Target, Option<Icon>);

/// The state of the palette.
#[derive(Clone, Copy)]
struct State {
    active: RwSignal<Option<usize>>,
    found: Memo<Vec<Entry<Row>>>,
}

/// The entries that match what is typed in `field`. `open` closes the dialog.
#[component]
pub(crate) fn Palette(
    store: Store,
    unsaved: Unsaved,
    theme: Theme,
    open: RwSignal<bool>,
    field: Field,
) -> impl IntoView {
    let entries = StoredValue::new(entries(store));
    let found = Memo::new(move |_| {
        let query = field.query.read();
        entries.with_value(|entries| {
            matching(entries, &query, SHOWN)
                .into_iter()
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let state = State {
        active: field.active,
        found,
    };
    Effect::new(move || state.active.set((!found.read().is_empty()).then_some(0)));
    let run = runner(unsaved, theme, open);
    let keys = Callback::new(move |event: ev::KeyboardEvent| press(state, run, &event));
    field.keys.set_value(Some(keys));
    if field.is_entered.get_value() {
        request_animation_frame(move || choose(state, run, 0));
    }
    view! {
        <ul id="palette-list" class="palette__list" role="listbox" aria-label="Results" tabindex="-1">
            {move || state.found.get().into_iter().enumerate().map(|(place, entry)| row(state, run, place, entry)).collect_view()}
        </ul>
        <p class="hint palette__count" role="status">{move || match state.found.read().len() {
            0 => "Nothing matches.".to_owned(),
            1 => "1 result".to_owned(),
            count => format!("{count} results"),
        }}</p>
    }
}

fn row(state: State, run: Callback<Target>, place: usize, entry: Entry<Row>) -> AnyView {
    let is_active = move || state.active.get() == Some(place);
    let (target, shown) = entry.target;
    let shown = shown.map_or_else(|| provider_mark(&entry.title), icon);
    view! {
        <li
            id=format!("palette-{place}")
            role="option"
            aria-selected=move || is_active().to_string()
            // The field keeps the focus.
            on:mousedown=|event| event.prevent_default()
            on:click=move |_| run.run(target.clone())
        >
            <span class="palette__icon">{shown}</span>
            <span class="palette__title">{untrusted_text(&entry.title)}</span>
            <span class="palette__detail">{untrusted_text(&entry.detail)}</span>
            <span class="badge">{entry.kind.label()}</span>
        </li>
    }
    .into_any()
}

fn press(state: State, run: Callback<Target>, event: &ev::KeyboardEvent) {
    let count = state.found.with_untracked(Vec::len);
    if event.is_composing() || count == 0 {
        return;
    }
    let active = state.active.get_untracked().unwrap_or(0);
    let next = match event.key().as_str() {
        "ArrowDown" => (active + 1) % count,
        "ArrowUp" => (active + count - 1) % count,
        "Enter" => {
            event.prevent_default();
            return choose(state, run, active);
        }
        _ => return,
    };
    event.prevent_default();
    state.active.set(Some(next));
    if let Some(row) = document().get_element_by_id(&format!("palette-{next}")) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        row.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Does what the entry of that number is for, if there is one.
fn choose(state: State, run: Callback<Target>, place: usize) {
    let chosen = state
        .found
        .with_untracked(|found| found.get(place).map(|entry| entry.target.0.clone()));
    if let Some(target) = chosen {
        run.run(target);
    }
}

/// Closes the palette and does what an entry is for.
fn runner(unsaved: Unsaved, theme: Theme, open: RwSignal<bool>) -> Callback<Target> {
    let navigate = use_navigate();
    Callback::new(move |target| {
        open.set(false);
        match target {
            Target::Go(page) => {
                if unsaved.may_leave() {
                    navigate(&page, NavigateOptions::default());
                }
            }
            Target::Open(page) => {
                let base = document().base_uri().ok().flatten().unwrap_or_default();
                let _ = window().open_with_url_and_target(&format!("{base}{page}"), "_blank");
            }
            // The dialog has to be closed first: behind it, nothing can take the focus.
            Target::Press(number) => request_animation_frame(move || {
                if let Some(element) = commands().into_iter().nth(number as usize) {
                    let _ = element.focus();
                    element.click();
                }
            }),
            Target::Theme(choice) => theme.chosen.set(choice.to_owned()),
        }
    })
}

/// The elements of the page that are actions: visible, and enabled.
fn commands() -> Vec<HtmlElement> {
    let selector = "main [data-command]:not([disabled], [aria-disabled=true])";
    let Ok(found) = document().query_selector_all(selector) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|place| found.item(place)?.dyn_into::<HtmlElement>().ok())
        .filter(|element| element.offset_parent().is_some())
        .collect()
}

fn entries(store: Store) -> Vec<Entry<Row>> {
    let entry = |kind, title: &str, detail: &str, target, shown| Entry {
        kind,
        title: title.to_owned(),
        detail: detail.to_owned(),
        target: (target, shown),
    };
    let go = |page: &str| Target::Go(page.to_owned());
    let actions = commands().into_iter().enumerate().map(|(place, element)| {
        let title = element.get_attribute("data-command").unwrap_or_default();
        let target = Target::Press(place as u32);
        entry(Kind::Action, &title, "", target, Some(Icon::Action))
    });
    let mut all: Vec<_> = actions.collect();
    all.extend(
        pages(store)
            .into_iter()
            .map(|(title, page, shown)| entry(Kind::Page, title, "", go(page), Some(shown))),
    );
    store.issuers.with_untracked(|issuers| {
        all.extend(issuers.iter().map(|issuer| {
            entry(
                Kind::Issuer,
                &issuer.name,
                &issuer.url,
                Target::Go(format!("/issuers/{}", issuer.id)),
                None,
            )
        }));
    });
    all.extend(gallery::all().iter().map(|example| {
        entry(
            Kind::Example,
            &example.title,
            &example.expected.code,
            Target::Go(format!("/examples/{}", example.id)),
            Some(Icon::Spark),
        )
    }));
    all.extend(docs::ALL.iter().map(|page| {
        entry(
            Kind::Documentation,
            page.title,
            "",
            Target::Open(address(*page)),
            Some(Icon::Book),
        )
    }));
    all.extend(CHOICES.iter().map(|(choice, label)| {
        entry(
            Kind::Setting,
            &format!("Theme: {label}"),
            "",
            Target::Theme(choice),
            Some(theme_icon(choice)),
        )
    }));
    all
}

/// The pages of the app: title, path and icon.
fn pages(store: Store) -> Vec<(&'static str, &'static str, Icon)> {
    let mut pages = vec![
        ("OIDC Issuers", "/", Icon::Key),
        ("Register issuer", "/issuers/new", Icon::Plus),
        ("Import", "/import", Icon::Import),
        ("Playground", "/playground", Icon::Play),
        ("Examples", "/examples", Icon::Spark),
    ];
    if store
        .remote
        .is_some_and(|remote| remote.is_ready.get_untracked())
    {
        pages.extend(menu::PAGES);
    } else {
        pages.push(("Trust map", "/map", Icon::Map));
    }
    pages
}
