//! `dot-is-wildcard`: in Pulumi's dialect a `.` matches any one character.

use claimgate::diagnostic::{Basis, Diagnostic};
use claimgate::pattern::{Dialect, Part, PartKind};

use super::PatternText;

pub(super) fn finding(pattern: &PatternText<'_>) -> Option<Diagnostic> {
    let parts = &pattern.parts;
    let has_dot =
        pattern.dialect == Dialect::Pulumi && parts.iter().any(|part| part.kind == PartKind::One);
    has_dot.then(|| {
        let message = format!("each `.` in `{}` matches any one character", pattern.source);
        let other: String = parts.iter().map(sample).collect();
        Diagnostic::note("dot-is-wildcard", message)
            .basis(Basis::Proved)
            .help(format!("it also accepts `{other}`"))
    })
}

/// The part in a text that shows what the pattern accepts: an `x` for each `.`, other wildcards as
/// they are written.
fn sample(part: &Part) -> &str {
    match part.kind {
        PartKind::One => "x",
        PartKind::Escape => part.text.strip_prefix('\\').unwrap_or(&part.text),
        _ => &part.text,
    }
}

#[cfg(test)]
mod tests {
    use claimgate::policy::{Decision, PolicyDefinition, TokenType};

    use super::super::{codes, findings};
    use super::Dialect;
    use crate::policies::Policies;

    #[test]
    fn dots_have_the_finding_and_its_help_shows_another_value() {
        let code = || Some("dot-is-wildcard".to_owned());
        for (pattern, expected) in [
            ("", [None, None]),
            ("v?", [None, None]),
            (r"v1\.0", [None, None]),
            ("v1.0", [code(), None]),
        ] {
            assert_eq!(codes(super::finding, pattern), expected, "{pattern}");
        }
        let deny = PolicyDefinition::new(Decision::Deny, TokenType::Organization);
        let help = findings(&Policies::new(
            &[deny.rule("ref", r"v?.0\.*")],
            Dialect::Pulumi,
        ))
        .remove(1)
        .help;
        assert_eq!(help.as_deref(), Some("it also accepts `v?x0.*`"));
    }
}
