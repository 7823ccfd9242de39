//! The differences between two versions: in words, and as text.

use leptos::prelude::*;

use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::issuers::diff::{Change, ChangeKind, Line};

/// What is said of two versions that differ in nothing else.
pub(crate) const ONLY_ORDER: &str =
    "Only the order of policies differs. Every decision stays the same.";

/// The changes in words.
#[component]
pub(crate) fn ChangeList(changes: Vec<Change>) -> impl IntoView {
    let item = |change: Change| {
        let (symbol, class) = match change.kind {
            ChangeKind::Added => ("+", "mark mark--good"),
            ChangeKind::Removed => ("−", "mark mark--bad"),
            ChangeKind::Changed => ("~", "mark mark--note"),
        };
        let details = change
            .details
            .iter()
            .map(|detail| view! { <li>{inline_code(detail)}</li> })
            .collect_view();
        view! {
            <li class="review__change">
                <span class=class aria-hidden="true">{symbol}</span>
                <div><p class="review__title">{inline_code(&change.title)}</p> <ul>{details}</ul></div>
            </li>
        }
    };
    view! { <ul class="review__list">{changes.into_iter().map(item).collect_view()}</ul> }
}

/// Both texts line by line, folded unless `open`.
#[component]
pub(crate) fn ChangedText(lines: Vec<Line>, #[prop(optional)] open: bool) -> impl IntoView {
    view! {
        <details open=open>
            <summary>"As text"</summary>
            <pre class="review__text" tabindex="0">{lines.into_iter().map(line).collect_view()}</pre>
        </details>
    }
}

fn line(line: Line) -> AnyView {
    let (symbol, class, word) = match line.kind {
        None => ("  ", "", ""),
        Some(ChangeKind::Removed) => ("− ", "goes", "removed: "),
        Some(_) => ("+ ", "comes", "added: "),
    };
    let text = view! { <span aria-hidden="true">{symbol}</span> <span class="visually-hidden">{word}</span> {untrusted_text(&line.text)} "\n" };
    match class {
        "" => view! { <span>{text}</span> }.into_any(),
        class => view! { <mark class=class>{text}</mark> }.into_any(),
    }
}
