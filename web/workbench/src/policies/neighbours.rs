//! Realistic values beside one that a claim has: another owner, a longer name, another case, another
//! branch.

/// A value beside another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// The value.
    pub text: String,
    /// What differs.
    pub kind: Kind,
}

/// What differs in a neighbour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The owner: anyone could have such a value.
    Owner,
    /// Another name.
    Name,
}

/// Neighbours of a value, the most telling first. Each differs from it.
pub fn neighbours(value: &str) -> Vec<Neighbour> {
    let pieces = split(value);
    let names: Vec<_> = (0..pieces.len())
        .filter(|place| is_name(pieces[*place]))
        .collect();
    // The owner is the part before the first `/`: a fork has another one.
    let owner = names
        .iter()
        .copied()
        .find(|place| pieces.get(place + 1) == Some(&"/"));
    let mut found = Vec::new();
    let mut add = |place: usize, new: &str| {
        let mut pieces = pieces.clone();
        pieces[place] = new;
        let kind = if owner == Some(place) {
            Kind::Owner
        } else {
            Kind::Name
        };
        found.push(Neighbour {
            text: pieces.concat(),
            kind,
        });
    };
    if let Some(place) = owner {
        add(place, "octocat-fork");
    }
    for place in names.iter().rev().copied() {
        let name = pieces[place];
        add(place, &format!("{name}-2"));
        add(place, &other_case(name));
        if name == "main" {
            add(place, "feature");
        }
    }
    found.retain(|near| near.text != value);
    found
}

/// Names and the separators between them.
fn split(value: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    for piece in value.split_inclusive(SEPARATORS) {
        match piece.strip_suffix(SEPARATORS) {
            Some(name) => {
                pieces.push(name);
                pieces.push(&piece[name.len()..]);
            }
            None => pieces.push(piece),
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

const SEPARATORS: [char; 4] = ['/', ':', '@', ','];

/// Words of the grammar, which a stranger's value has too.
const WORDS: [&str; 12] = [
    "repo",
    "ref",
    "refs",
    "heads",
    "tags",
    "environment",
    "https",
    "urn",
    "pulumi",
    "org",
    "project",
    "system",
];

fn is_name(piece: &str) -> bool {
    piece.chars().any(char::is_alphanumeric) && !WORDS.contains(&piece)
}

/// The name with its first letter in the other case.
fn other_case(name: &str) -> String {
    let mut chars = name.chars();
    match chars.next() {
        Some(first) if first.is_lowercase() => first.to_uppercase().chain(chars).collect(),
        Some(first) if first.is_uppercase() => first.to_lowercase().chain(chars).collect(),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(value: &str) -> Vec<String> {
        neighbours(value)
            .into_iter()
            .map(|near| near.text)
            .collect()
    }

    #[test]
    fn a_subject_has_a_fork_a_longer_name_and_another_case() {
        let found = texts("repo:octo-org/octo-repo:ref:refs/heads/main");
        for expected in [
            "repo:octocat-fork/octo-repo:ref:refs/heads/main",
            "repo:octo-org-2/octo-repo:ref:refs/heads/main",
            "repo:octo-org/octo-repo-2:ref:refs/heads/main",
            "repo:octo-org/octo-repo:ref:refs/heads/feature",
            "repo:octo-org/octo-repo:ref:refs/heads/Main",
        ] {
            assert!(
                found.iter().any(|text| text == expected),
                "{expected}: {found:?}"
            );
        }
        assert!(
            found.iter().all(|text| text.starts_with("repo:")),
            "{found:?}"
        );
        assert_eq!(texts("main"), ["main-2", "Main", "feature"]);
        assert_eq!(texts("65"), ["65-2"]);
        assert_eq!(texts(""), Vec::<String>::new());
    }

    #[test]
    fn a_neighbour_with_another_owner_is_a_strangers() {
        let found = neighbours("octo-org/octo-repo");
        let owners = found.iter().filter(|near| near.kind == Kind::Owner);
        let owners: Vec<_> = owners.map(|near| near.text.as_str()).collect();
        assert_eq!(
            owners,
            [
                "octocat-fork/octo-repo",
                "octo-org-2/octo-repo",
                "Octo-org/octo-repo"
            ]
        );
    }
}
