//! The picture: columns of nodes with lines between them. It is one stop of the Tab key; arrow keys lead
//! from node to node, and Enter opens the page of one.

use std::collections::BTreeSet;

use leptos::ev;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;

use crate::ui::svg_title::svg_title;
use claimgate::text::hidden::{Piece, pieces};
use claimgate_workbench::admin::listed::thousands;
use claimgate_workbench::admin::trust_layout::{HEIGHT, Layout, WIDTH, layout, line_width};
use claimgate_workbench::admin::trust_map::{Column, Edge, Node, TrustMap};

/// The room for the headings.
const HEAD: f64 = 22.0;

/// How many characters of a label fit into a node, and of the smaller text below it.
const FIT: [usize; 2] = [26, 31];

/// What the drawing's parts share.
#[derive(Clone, Copy)]
struct Picture {
    map: StoredValue<TrustMap>,
    layout: StoredValue<Layout>,
    /// The node that the Tab key leads to.
    current: RwSignal<usize>,
    /// The nodes on the paths through the one that is pointed at or has the focus.
    lit: RwSignal<Option<BTreeSet<usize>>>,
}

impl Picture {
    fn light(self, place: usize) {
        let connected = self.map.with_value(|map| map.connected(place));
        self.lit.set(Some(connected.into_iter().collect()));
    }

    fn is_dim(self, places: &[usize]) -> bool {
        let lit = self.lit.read();
        lit.as_ref()
            .is_some_and(|lit| places.iter().any(|place| !lit.contains(place)))
    }
}

/// The picture of a map. `unit` is what its lines count.
#[component]
pub(super) fn Drawing(map: TrustMap, unit: &'static str) -> impl IntoView {
    let placed = layout(&map);
    let [width, height] = placed.size;
    let (nodes, edges, most) = (map.nodes.clone(), map.edges.clone(), map.most());
    let columns = Column::ALL.iter().map(|column| {
        let place = nodes.iter().position(|node| node.column == *column);
        let left = place
            .and_then(|place| placed.corners.get(place))
            .map_or(0.0, |corner| corner[0]);
        view! { <text class="trust__column" x=left y=14>{column.title()}</text> }
    });
    let columns = columns.collect_view();
    let picture = Picture {
        map: StoredValue::new(map),
        layout: StoredValue::new(placed),
        current: RwSignal::new(0),
        lit: RwSignal::new(None),
    };
    let lines = edges
        .into_iter()
        .map(|edge| line(picture, edge, most, unit))
        .collect_view();
    let boxes = nodes
        .into_iter()
        .enumerate()
        .map(|(place, node)| view! { <NodeBox picture=picture place=place node=node /> });
    let boxes = boxes.collect_view();
    view! {
        <div class="card trust">
            <svg
                class="trust__picture"
                role="group"
                aria-label="Trust map. Use the arrow keys to move."
                viewBox=format!("0 -{HEAD} {width} {}", height + HEAD)
                width=width
                height=height + HEAD
                on:focusout=move |_| picture.lit.set(None)
            >
                <g transform="translate(0 -20)" aria-hidden="true">{columns}</g>
                <g class="trust__lines" aria-hidden="true">{lines}</g>
                {boxes}
            </svg>
        </div>
    }
}

fn line(picture: Picture, edge: Edge, most: u64, unit: &'static str) -> AnyView {
    let path = picture.layout.with_value(|layout| layout.path(edge.ends));
    let class = if edge.denies {
        "trust__line trust__line--denies"
    } else {
        "trust__line"
    };
    let width = line_width(edge.count.unwrap_or_default(), most);
    let title = match edge.count {
        Some(count) => format!("{} {unit}", thousands(count)),
        None => format!("{unit} not counted"),
    };
    view! {
        <path
            class=class
            class:is-dim=move || picture.is_dim(&edge.ends)
            class:is-unused=edge.count.unwrap_or_default() == 0
            d=path
            stroke-width=width
        >{svg_title(title)}</path>
    }
    .into_any()
}

#[component]
fn NodeBox(picture: Picture, place: usize, node: Node) -> impl IntoView {
    let [x, y] = picture
        .layout
        .with_value(|layout| layout.corners.get(place).copied().unwrap_or_default());
    let navigate = use_navigate();
    let link = node.link.clone();
    let open = move || {
        if let Some(page) = &link {
            navigate(page, NavigateOptions::default());
        }
    };
    let click = open.clone();
    let press = move |event: ev::KeyboardEvent| {
        let key = event.key();
        if key == "Enter" {
            event.prevent_default();
            return open();
        }
        let next = picture.map.with_value(|map| {
            picture
                .layout
                .with_value(|layout| layout.step(map, place, &key))
        });
        if key.starts_with("Arrow") {
            event.prevent_default();
        }
        if let Some(next) = next {
            picture.current.set(next);
            focus(next);
        }
    };
    let class = match (node.column, node.denies) {
        (Column::Issuer, _) => "trust__node trust__node--issuer",
        (Column::Policy, true) => "trust__node trust__node--denies",
        (Column::Policy, false) => "trust__node trust__node--allows",
        _ => "trust__node",
    };
    let symbol = match (node.column, node.denies) {
        (Column::Policy, true) => "✕ ",
        (Column::Policy, false) => "✓ ",
        _ => "",
    };
    let [label, spoken, short] =
        [&node.label, &node.spoken(), &node.short].map(|text| visible(text));
    let shown = format!("{symbol}{}", shortened(&label, FIT[0]));
    let below = shortened(&short, FIT[1]);
    let middle = if below.is_empty() { HEIGHT / 2.0 } else { 15.0 };
    let role = if node.link.is_some() { "link" } else { "img" };
    view! {
        <g
            id=format!("trust-{place}")
            class=class
            class:is-dim=move || picture.is_dim(&[place])
            class:is-link=node.link.is_some()
            role=role
            tabindex=move || if picture.current.get() == place { "0" } else { "-1" }
            transform=format!("translate({x} {y})")
            on:focus=move |_| { picture.current.set(place); picture.light(place); }
            on:pointerenter=move |_| picture.light(place)
            on:pointerleave=move |_| picture.lit.set(None)
            on:click=move |_| click()
            on:keydown=press
        >
            {svg_title(spoken)}
            <rect width=WIDTH height=HEIGHT rx=6 />
            <text x=12 y=middle dominant-baseline="central">{shown}</text>
            {(!below.is_empty()).then(|| view! { <text class="trust__below" x=12 y=32 dominant-baseline="central">{below}</text> })}
        </g>
    }
}

/// The beginning of a text that is too long; the whole one is in the title and the table.
fn shortened(text: &str, fit: usize) -> String {
    match text.chars().count() > fit {
        true => format!("{}…", text.chars().take(fit - 1).collect::<String>()),
        false => text.to_owned(),
    }
}

/// A text in which hidden characters are named: they could reverse it.
fn visible(text: &str) -> String {
    let piece = |piece| match piece {
        Piece::Plain(text) => text,
        Piece::Hidden { code, .. } => format!("[{code}]"),
    };
    pieces(text).into_iter().map(piece).collect()
}

fn focus(place: usize) {
    let element = document().get_element_by_id(&format!("trust-{place}"));
    if let Some(element) = element {
        let _ = element.unchecked_into::<web_sys::HtmlElement>().focus();
    }
}
