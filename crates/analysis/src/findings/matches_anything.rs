//! `matches-anything`: a pattern of nothing but `*` accepts every value.

use claimgate::diagnostic::{Basis, Diagnostic};
use claimgate::pattern::PartKind;

use super::PatternText;

pub(super) fn finding(pattern: &PatternText<'_>) -> Option<Diagnostic> {
    let parts = &pattern.parts;
    let is_any = !parts.is_empty() && parts.iter().all(|part| part.kind == PartKind::Many);
    is_any.then(|| {
        Diagnostic::note(
            "matches-anything",
            format!("`{}` accepts every value", pattern.source),
        )
        .basis(Basis::Proved)
        .help("the claim has to be there, but its value does not matter")
    })
}

#[cfg(test)]
mod tests {
    use super::super::codes;

    #[test]
    fn nothing_but_stars_has_the_finding() {
        let code = || Some("matches-anything".to_owned());
        for (pattern, expected) in [
            ("", [None, None]),
            ("a*b", [None, None]),
            ("*?", [None, None]),
            (r"\*", [None, None]),
            ("*", [code(), code()]),
            ("***", [code(), code()]),
        ] {
            assert_eq!(codes(super::finding, pattern), expected, "{pattern}");
        }
    }
}
