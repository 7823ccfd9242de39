//! `matches-anything`: a pattern of nothing but `*` accepts every value.

use claimgate::diagnostic::{Basis, Diagnostic};
use claimgate::pattern::PartKind;

use super::{PatternText, Place};

pub(super) fn finding(pattern: &PatternText<'_>) -> Option<Diagnostic> {
    let parts = &pattern.parts;
    let is_any = !parts.is_empty() && parts.iter().all(|part| part.kind == PartKind::Many);
    is_any.then(|| {
        let (accepts, help) = match pattern.place {
            Place::Claim => (
                "every value",
                "the claim has to be there, but its value does not matter",
            ),
            Place::Team => (
                "every team",
                "the policy applies to requests for a token of any team",
            ),
        };
        let message = format!("`{}` accepts {accepts}", pattern.source);
        Diagnostic::note("matches-anything", message)
            .basis(Basis::Proved)
            .help(help)
    })
}

#[cfg(test)]
mod tests {
    use claimgate::pattern::Dialect;

    use super::super::{codes, on_pattern};
    use super::Place;

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

    #[test]
    fn a_team_is_no_claim() {
        let words = |place| {
            let found = on_pattern("*", place, Dialect::Pulumi).remove(0);
            format!("{}: {}", found.message, found.help.unwrap())
        };
        let of_team =
            "`*` accepts every team: the policy applies to requests for a token of any team";
        assert_eq!(words(Place::Team), of_team);
        assert!(words(Place::Claim).contains("the claim has to be there"));
    }
}
