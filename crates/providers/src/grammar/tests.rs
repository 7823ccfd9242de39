//! Grammars refer only to what they have, and admit the sample tokens of their presets.

use std::collections::BTreeSet;

use claimgate::claim_path::ClaimPath;

use super::{GRAMMARS, Grammar, Is, Piece, Words, grammar};

fn pieces(grammar: &Grammar) -> impl Iterator<Item = &'static Piece> {
    let shapes = grammar.shapes.iter().flat_map(|shape| shape.claims);
    let claims = grammar.claims.iter().chain(shapes);
    claims.flat_map(|claim| claim.value)
}

#[test]
fn every_name_of_an_atom_exists_and_is_used() {
    for grammar in GRAMMARS {
        let names: BTreeSet<_> = grammar.atoms.iter().map(|atom| atom.name).collect();
        assert_eq!(names.len(), grammar.atoms.len(), "{}", grammar.id);
        let used: BTreeSet<_> = pieces(grammar)
            .filter_map(|piece| match piece {
                Piece::Atom(name) => Some(*name),
                Piece::Text(_) => None,
            })
            .collect();
        assert!(used.is_subset(&names), "{}: {used:?}", grammar.id);
        let outsiders = grammar.outsiders.iter();
        let mentioned = outsiders.flat_map(|class| class.is.iter().chain(class.is_not));
        for name in grammar.mine.iter().chain(mentioned.map(|(name, _)| name)) {
            assert!(used.contains(name), "{}: {name}", grammar.id);
        }
    }
}

#[test]
fn paths_are_valid_and_unique_and_shapes_exist() {
    for grammar in GRAMMARS {
        assert!(!grammar.shapes.is_empty() && !grammar.sources.is_empty());
        for shape in grammar.shapes {
            let mut seen = BTreeSet::new();
            for claim in grammar.claims_of(shape) {
                let path = ClaimPath::parse(claim.path).unwrap();
                assert!(
                    seen.insert(path.segments().to_vec()),
                    "{}: {}",
                    grammar.id,
                    claim.path
                );
                assert!(
                    !claim.is_many
                        || matches!(
                            claim.value,
                            [Piece::Atom(_)] | [Piece::Text(_), Piece::Atom(_)]
                        )
                );
            }
        }
        for class in grammar.outsiders {
            for name in class.shapes {
                assert!(grammar.shapes.iter().any(|shape| shape.name == *name));
            }
        }
    }
}

/// What excludes each other is on claims that the provider sends, with patterns that both dialects read
/// alike.
#[test]
fn claims_that_exclude_each_other_are_known() {
    for grammar in GRAMMARS {
        for (path, pattern) in grammar.never.iter().copied().flatten() {
            let mut claims = grammar.claims.iter();
            assert!(
                claims.any(|own| own.path == *path),
                "{}: {path}",
                grammar.id
            );
            assert!(
                !pattern.contains(['.', '?', '\\']),
                "{}: {pattern}",
                grammar.id
            );
        }
    }
}

/// `build_branch` is the branch of the subject.
#[test]
fn the_branch_of_a_buildkite_subject_is_that_of_its_claim() {
    let buildkite = grammar("https://agent.buildkite.com").unwrap();
    let shape = buildkite.shapes.iter().find(|shape| shape.name == "branch");
    let claims: Vec<_> = buildkite.claims_of(shape.unwrap()).collect();
    for path in ["sub", "build_branch"] {
        let claim = claims.iter().find(|claim| claim.path == path).unwrap();
        assert!(claim.value.contains(&Piece::Atom("branch")), "{path}");
    }
}

#[test]
fn samples_are_words_of_their_atoms() {
    for grammar in GRAMMARS {
        for atom in grammar.atoms {
            assert!(!atom.samples.is_empty(), "{}: {}", grammar.id, atom.name);
            for sample in atom.samples {
                assert!(
                    is_word(&atom.words, sample),
                    "{}: {} {sample}",
                    grammar.id,
                    atom.name
                );
            }
        }
    }
}

#[test]
fn texts_of_outsiders_are_words() {
    for grammar in GRAMMARS {
        for (name, is) in grammar.outsiders.iter().flat_map(|class| class.is) {
            if let Is::Text(text) = is {
                assert!(
                    is_word(&grammar.atom(name).unwrap().words, text),
                    "{name} {text}"
                );
            }
        }
    }
}

#[test]
fn issuers_are_recognized_by_their_urls() {
    for (url, id) in [
        (
            "https://token.actions.githubusercontent.com",
            "github-actions",
        ),
        (
            "https://token.actions.githubusercontent.com/octo",
            "github-actions",
        ),
        ("https://token.actions.octocorp.ghe.com", "github-actions"),
        ("https://ghe.example/_services/token", "github-actions"),
        ("https://gitlab.com", "gitlab"),
        ("https://gitlab.example", "gitlab-self-managed"),
        ("https://oidc.eks.us-west-2.amazonaws.com/id/D43C", "eks"),
        ("https://abc.tokens.sts.global.api.aws", "aws"),
        ("https://oidc.vercel.com/acme", "vercel"),
    ] {
        assert_eq!(grammar(url).map(|grammar| grammar.id), Some(id), "{url}");
    }
    assert!(grammar("https://token.actions.githubusercontent.com/").is_none());
}

#[test]
fn every_shared_issuer_has_a_grammar_with_tenants() {
    for issuer in &crate::SHARED_ISSUERS {
        for url in issuer.urls {
            let grammar = grammar(url).unwrap_or_else(|| panic!("{url}"));
            assert!(grammar.atoms.iter().any(|atom| atom.is_tenant), "{url}");
        }
    }
}

fn is_word(words: &Words, text: &str) -> bool {
    let is_in =
        |set: &[(char, char)], c: char| set.iter().any(|(low, high)| (*low..=*high).contains(&c));
    match words {
        Words::Any => true,
        Words::Name { first, rest } => {
            let mut chars = text.chars();
            chars.next().is_some_and(|c| is_in(first, c)) && chars.all(|c| is_in(rest, c))
        }
        Words::Path(set) => text
            .split('/')
            .all(|part| !part.is_empty() && part.chars().all(|c| is_in(set, c))),
        Words::OneOf(texts) => texts.contains(&text),
        Words::Integer => text
            .parse::<i64>()
            .is_ok_and(|number| number.to_string() == text),
        Words::Further(c) => text.is_empty() || text.starts_with(*c),
        Words::Ending(set, ends) => ends.iter().any(|end| {
            let start = text.strip_suffix(end).unwrap_or_default();
            !start.is_empty() && start.chars().all(|c| is_in(set, c))
        }),
        Words::After(starts, rest) => starts.iter().any(|start| {
            text.strip_prefix(start)
                .is_some_and(|text| is_word(rest, text))
        }),
        Words::Either(kinds) => kinds.iter().any(|kind| is_word(kind, text)),
        Words::Except(set, other) => {
            !text.is_empty() && text != *other && text.chars().all(|c| is_in(set, c))
        }
    }
}
