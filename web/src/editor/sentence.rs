//! A policy in one sentence.

use leptos::prelude::*;

use crate::ui::untrusted_text::wrapped_text;
use claimgate_workbench::policies::sentence::{Part, Sentence};

/// A policy's sentence, in which patterns are broken only after their separators.
pub(crate) fn sentence_view(sentence: Sentence, is_report: bool) -> AnyView {
    let part = |part: Part| match part {
        Part::Words(words) => words.into_any(),
        Part::Code(code) => view! { <code>{wrapped_text(&code)}</code> }.into_any(),
    };
    let class = match sentence.decision.as_str() {
        "deny" => "decision-word decision-word--deny",
        _ => "decision-word",
    };
    view! {
        <strong class=class>{sentence.decision}</strong>
        {is_report.then_some(" (report only)")}
        {sentence.rest.into_iter().map(part).collect_view()}
    }
    .into_any()
}
