//! Which values of the provider's tokens fit a pattern: the parts that it leaves open, and whose they are.

use std::sync::Arc;

use claimgate_analysis::{Fits, Form, Part, PartKind, Piece};
use leptos::prelude::*;

use crate::ui::inline_code::inline_code;
use crate::ui::untrusted_text::untrusted_text;
use claimgate_workbench::analysis::fits::{part_name, parts, sentence, short, summary};

/// The most forms that are shown at first.
const FORMS: usize = 4;

/// The values that fit.
#[component]
pub(crate) fn FittingValues(
    fits: Arc<Fits>,
    /// Whether the pattern is of an allow: strangers that a deny stops are no problem.
    allows: bool,
) -> impl IntoView {
    let provider = fits.facts.provider.clone().unwrap_or_default();
    let as_of = fits.facts.as_of.clone().unwrap_or_default();
    let shown = fits.forms.iter().take(FORMS);
    let shown = shown.map(|form| row(form, allows)).collect_view();
    let more: Vec<_> = fits.forms.iter().skip(FORMS).collect();
    let count = more.len();
    let more = more
        .into_iter()
        .map(|form| row(form, allows))
        .collect_view();
    let ranges = parts(&fits).into_iter().map(|part| {
        view! {
            <div>
                <dt>{mark(part.kind, allows)} " " {untrusted_text(&part_name(part))}</dt>
                <dd>{inline_code(&sentence(part))}</dd>
            </div>
        }
    });
    let unfit = (!fits.unfit.is_empty() && !fits.forms.is_empty()).then(|| {
        let items = fits.unfit.iter().map(|when| view! { <li>{untrusted_text(when)}</li> });
        view! {
            <details class="more"><summary>{unfit_count(fits.unfit.len())}</summary><ul class="fits__unfit">{items.collect_view()}</ul></details>
        }
    });
    view! {
        <div class="fits" role="group" aria-label="What fits">
            {allows.then(|| view! { <p class="pattern-help__head">{summary(&fits)}</p> })}
            {(!fits.forms.is_empty()).then(|| view! {
                <dl class="fits__ranges">{ranges.collect_view()}</dl>
                <ul class="fits__forms">{shown}</ul>
            })}
            {(count > 0).then(|| view! {
                <details class="more"><summary>{format!("{count} more forms")}</summary><ul class="fits__forms">{more}</ul></details>
            })}
            {unfit}
            <p class="hint">"Exact for the tokens of " {untrusted_text(&provider)} ", as of " {as_of} "."</p>
        </div>
    }
}

fn unfit_count(count: usize) -> String {
    match count {
        1 => "1 other form does not fit".to_owned(),
        count => format!("{count} other forms do not fit"),
    }
}

/// A form of tokens with the ways in which its value fits.
fn row(form: &Form, allows: bool) -> AnyView {
    let ways = form.ways.iter().map(|way| {
        let pieces = way.iter().map(|piece| match piece {
            Piece::Text { text } => {
                view! { <span class="fits__text">{untrusted_text(text)}</span> }.into_any()
            }
            Piece::Part(part) => chip(part, allows),
            _ => ().into_any(),
        });
        view! { <p class="fits__way">{pieces.collect_view()}</p> }
    });
    let when = match form.when.as_slice() {
        [] => "any token".to_owned(),
        when => when.join("; "),
    };
    let more = (form.left_out > 0)
        .then(|| view! { <p class="hint">{format!("and {} more ways", form.left_out)}</p> });
    view! { <li>{ways.collect_view()} {more} <p class="hint">{untrusted_text(&when)}</p></li> }
        .into_any()
}

fn chip(part: &Part, allows: bool) -> AnyView {
    let class = match part.kind {
        PartKind::Ours => "fits__part fits__part--ours",
        PartKind::Strangers if allows => "fits__part fits__part--strangers",
        _ => "fits__part",
    };
    view! { <span class=class>{mark(part.kind, allows)} {untrusted_text(&short(part))}</span> }
        .into_any()
}

/// A sign of whose a part is, with a word for it.
fn mark(kind: PartKind, allows: bool) -> AnyView {
    let (sign, word) = match kind {
        PartKind::Ours => ("✓", "yours: "),
        PartKind::Strangers if allows => ("!", "strangers': "),
        _ => return ().into_any(),
    };
    view! { <span class="fits__mark" aria-hidden="true">{sign}</span> <span class="visually-hidden">{word}</span> }
        .into_any()
}
