//! The command palette: which entries match what is typed, the best first.

/// What an entry is. The palette shows entries in this order when nothing is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An action of the current page.
    Action,
    /// A page of the app.
    Page,
    /// An issuer.
    Issuer,
    /// An example.
    Example,
    /// A documentation page.
    Documentation,
    /// A setting of the app.
    Setting,
}

impl Kind {
    /// Its label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Action => "Action",
            Self::Page => "Page",
            Self::Issuer => "Issuer",
            Self::Example => "Example",
            Self::Documentation => "Documentation",
            Self::Setting => "Setting",
        }
    }
}

/// An entry of the palette. `target` is what choosing it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<T> {
    /// Its kind.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// More to search in, such as an issuer's URL. It is shown beside the title.
    pub detail: String,
    /// What choosing it does.
    pub target: T,
}

/// How well an entry matches: smaller is better. `None` if a word of the query is nowhere in it.
fn rank(title: &str, detail: &str, words: &[String]) -> Option<usize> {
    let (title, detail) = (title.to_lowercase(), detail.to_lowercase());
    let word_rank = |word: &String| {
        if title.starts_with(word.as_str()) {
            return Some(0);
        }
        let begins_word = title
            .split(|letter: char| !letter.is_alphanumeric())
            .any(|part| part.starts_with(word.as_str()));
        if begins_word {
            Some(1)
        } else if title.contains(word.as_str()) {
            Some(2)
        } else {
            detail.contains(word.as_str()).then_some(3)
        }
    };
    words.iter().map(word_rank).sum()
}

/// The entries that match all words of the query, the best first, at most `limit`.
pub fn matching<'a, T>(entries: &'a [Entry<T>], query: &str, limit: usize) -> Vec<&'a Entry<T>> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let mut found: Vec<(usize, &Entry<T>)> = entries
        .iter()
        .filter_map(|entry| Some((rank(&entry.title, &entry.detail, &words)?, entry)))
        .collect();
    found.sort_by_key(|(rank, entry)| (*rank, entry.kind));
    found
        .into_iter()
        .take(limit)
        .map(|(_, entry)| entry)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Entry, Kind, matching};

    fn titles(query: &str, limit: usize) -> Vec<&'static str> {
        let entries = [
            (Kind::Example, "A pull request", "github"),
            (Kind::Page, "Playground", ""),
            (
                Kind::Issuer,
                "GitHub Actions",
                "https://token.actions.example",
            ),
            (Kind::Action, "Import", ""),
            (Kind::Page, "OIDC Issuers", ""),
        ]
        .map(|(kind, title, detail)| Entry {
            kind,
            title: title.to_owned(),
            detail: detail.to_owned(),
            target: title,
        });
        let found = matching(&entries, query, limit);
        found.into_iter().map(|entry| entry.target).collect()
    }

    #[test]
    fn without_a_query_everything_is_listed_by_kind() {
        let all = [
            "Import",
            "Playground",
            "OIDC Issuers",
            "GitHub Actions",
            "A pull request",
        ];
        assert_eq!(titles("", 9), all);
        assert_eq!(titles(" ", 2), ["Import", "Playground"]);
    }

    #[test]
    fn the_beginning_of_a_title_comes_first_and_details_last() {
        for (query, expected) in [
            ("git", &["GitHub Actions", "A pull request"][..]),
            ("PUL", &["A pull request"]),
            ("request pull", &["A pull request"]),
            ("ground", &["Playground"]),
            ("example", &["GitHub Actions"]),
            ("iss", &["OIDC Issuers"]),
            ("pull nothing", &[]),
        ] {
            assert_eq!(titles(query, 9), expected, "{query}");
        }
    }
}
