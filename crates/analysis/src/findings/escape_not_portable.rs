//! `escape-not-portable`: a pattern escapes a character, and Pulumi Cloud documents no escapes.

use claimgate::diagnostic::{Basis, Diagnostic};
use claimgate::pattern::PartKind;

use super::PatternText;

pub(super) fn finding(pattern: &PatternText<'_>) -> Option<Diagnostic> {
    let is_escape = |kind| kind == PartKind::Escape;
    let has_escape = pattern.parts.iter().any(|part| is_escape(part.kind));
    has_escape.then(|| {
        Diagnostic::note(
            "escape-not-portable",
            format!("`{}` escapes a character with `\\`", pattern.source),
        )
        .basis(Basis::Facts).help("escapes are an extension: Pulumi Cloud documents none, and may read the `\\` as itself")
    })
}

#[cfg(test)]
mod tests {
    use super::super::codes;

    #[test]
    fn escapes_have_the_finding() {
        let code = || Some("escape-not-portable".to_owned());
        for (pattern, expected) in [
            ("", [None, None]),
            ("main", [None, None]),
            ("v1.*", [None, None]),
            (r"a\b", [None, None]),
            (r"v1\*", [code(), code()]),
            (r"v1\.0", [code(), None]),
        ] {
            assert_eq!(codes(super::finding, pattern), expected, "{pattern}");
        }
    }
}
