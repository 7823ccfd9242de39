//! The list of issuers: search and order.

use std::cmp::Ordering;

use claimgate::issuer::DEFAULT_MAX_EXPIRATION;
use claimgate::jwt::Jwks;
use claimgate::policy::Decision;

use super::storage::StoredIssuer;

/// A column that the list can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The name.
    Name,
    /// The URL.
    Url,
    /// The number of policies.
    Policies,
    /// The number of keys.
    Keys,
    /// Max expiration.
    Expiration,
    /// When it was registered.
    Created,
    /// When it was last saved.
    Modified,
    /// When it was last used in the playground.
    Used,
}

impl Column {
    /// All columns, in the order of the table.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Url,
        Self::Policies,
        Self::Keys,
        Self::Expiration,
        Self::Created,
        Self::Modified,
        Self::Used,
    ];

    /// Its name in the query.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Url => "url",
            Self::Policies => "policies",
            Self::Keys => "keys",
            Self::Expiration => "expiration",
            Self::Created => "created",
            Self::Modified => "modified",
            Self::Used => "used",
        }
    }

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Url => "URL",
            Self::Policies => "Policies",
            Self::Keys => "Keys",
            Self::Expiration => "Max expiration",
            Self::Created => "Created",
            Self::Modified => "Modified",
            Self::Used => "Last used",
        }
    }

    fn compare(self, one: &StoredIssuer, other: &StoredIssuer) -> Ordering {
        let keys = |issuer: &StoredIssuer| keys(issuer).map_or(0, |jwks| jwks.keys().len());
        let expiration =
            |issuer: &StoredIssuer| issuer.max_expiration.unwrap_or(DEFAULT_MAX_EXPIRATION);
        match self {
            Self::Name => one.name.to_lowercase().cmp(&other.name.to_lowercase()),
            Self::Url => one.url.cmp(&other.url),
            Self::Policies => one.policies.len().cmp(&other.policies.len()),
            Self::Keys => keys(one).cmp(&keys(other)),
            Self::Expiration => expiration(one).cmp(&expiration(other)),
            Self::Created => one.created.cmp(&other.created),
            Self::Modified => one.modified.cmp(&other.modified),
            Self::Used => one.last_used.cmp(&other.last_used),
        }
    }
}

/// What the list shows, as the query of the address stores it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The search text.
    pub search: String,
    /// The sort column; none for the order of registration.
    pub sort: Option<Column>,
    /// Whether the order is descending.
    pub descending: bool,
}

impl Listing {
    /// Reads the parameters of a query.
    pub fn read(member: impl Fn(&str) -> Option<String>) -> Self {
        let sort = member("sort")
            .and_then(|word| Column::ALL.into_iter().find(|column| column.word() == word));
        Self {
            search: member("q").unwrap_or_default(),
            sort,
            descending: sort.is_some() && member("dir").as_deref() == Some("desc"),
        }
    }

    /// The parameters of its query: name and value.
    pub fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = Vec::new();
        if !self.search.is_empty() {
            query.push(("q", self.search.clone()));
        }
        query.extend(self.sort.map(|column| ("sort", column.word().to_owned())));
        if self.sort.is_some() && self.descending {
            query.push(("dir", "desc".to_owned()));
        }
        query
    }

    /// The listing after a click on a column: ascending first, then descending, then unsorted.
    pub fn sorted_by(&self, column: Column) -> Self {
        let (sort, descending) = match (self.sort == Some(column), self.descending) {
            (false, _) => (Some(column), false),
            (true, false) => (Some(column), true),
            (true, true) => (None, false),
        };
        Self {
            search: self.search.clone(),
            sort,
            descending,
        }
    }

    /// The issuers that match the search, in order.
    pub fn of(&self, issuers: &[StoredIssuer]) -> Vec<StoredIssuer> {
        let words: Vec<String> = self
            .search
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let mut found: Vec<StoredIssuer> = issuers
            .iter()
            .filter(|issuer| has_all(issuer, &words))
            .cloned()
            .collect();
        if let Some(column) = self.sort {
            found.sort_by(|one, other| {
                let order = column.compare(one, other);
                if self.descending {
                    order.reverse()
                } else {
                    order
                }
            });
        }
        found
    }
}

fn has_all(issuer: &StoredIssuer, words: &[String]) -> bool {
    if words.is_empty() {
        return true;
    }
    let provider = issuer
        .provider()
        .map(|provider| provider.name.as_str())
        .unwrap_or_default();
    let mut text = format!("{}\n{}\n{provider}", issuer.name, issuer.url);
    for (claim, pattern) in issuer.policies.iter().flat_map(|policy| &policy.rules) {
        text.push_str(&format!("\n{claim}\n{pattern}"));
    }
    let text = text.to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}

/// The keys of an issuer, if they can be read.
pub fn keys(issuer: &StoredIssuer) -> Option<Jwks> {
    issuer
        .jwks
        .as_deref()
        .and_then(|text| Jwks::parse(text).ok())
}

/// How many policies allow, and how many deny.
pub fn counts(issuer: &StoredIssuer) -> (usize, usize) {
    let allows = issuer
        .policies
        .iter()
        .filter(|policy| policy.decision == Decision::Allow)
        .count();
    (allows, issuer.policies.len() - allows)
}

#[cfg(test)]
mod tests {
    use claimgate::policy::{PolicyDefinition, TokenType};

    use super::*;

    fn issuer(name: &str, url: &str, created: i64) -> StoredIssuer {
        let policies = vec![
            PolicyDefinition::new(Decision::Allow, TokenType::Organization)
                .rule("sub", "repo:octo/*"),
        ];
        StoredIssuer {
            name: name.to_owned(),
            url: url.to_owned(),
            policies,
            ..StoredIssuer::blank(name.to_owned(), created)
        }
    }

    fn names(listing: &Listing) -> Vec<String> {
        let issuers = [
            issuer("beta", "https://gitlab.com", 3),
            issuer("Alpha", "https://token.actions.githubusercontent.com", 1),
            StoredIssuer {
                max_expiration: Some(60),
                policies: Vec::new(),
                ..issuer("gamma", "https://c.example", 2)
            },
        ];
        listing
            .of(&issuers)
            .into_iter()
            .map(|issuer| issuer.name)
            .collect()
    }

    fn read(query: &[(&str, &str)]) -> Listing {
        Listing::read(|name| {
            query
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn issuers_are_found_by_name_url_provider_and_rules() {
        for (search, expected) in [
            ("", &["beta", "Alpha", "gamma"][..]),
            ("ALPHA", &["Alpha"]),
            ("c.example", &["gamma"]),
            ("github actions", &["Alpha"]),
            ("octo", &["beta", "Alpha"]),
            ("octo gitlab", &["beta"]),
            ("nothing", &[]),
        ] {
            assert_eq!(names(&read(&[("q", search)])), expected, "{search}");
        }
    }

    #[test]
    fn issuers_are_sorted_by_each_column() {
        for (column, expected) in [
            ("name", ["Alpha", "beta", "gamma"]),
            ("url", ["gamma", "beta", "Alpha"]),
            ("policies", ["gamma", "beta", "Alpha"]),
            ("expiration", ["gamma", "beta", "Alpha"]),
            ("created", ["Alpha", "gamma", "beta"]),
            ("nothing", ["beta", "Alpha", "gamma"]),
        ] {
            assert_eq!(names(&read(&[("sort", column)])), expected, "{column}");
        }
        assert_eq!(
            names(&read(&[("sort", "name"), ("dir", "desc")])),
            ["gamma", "beta", "Alpha"]
        );
    }

    #[test]
    fn the_query_stores_the_whole_listing() {
        for query in [
            &[][..],
            &[("q", "a b")],
            &[("sort", "used")],
            &[("q", "&"), ("sort", "name"), ("dir", "desc")],
        ] {
            let owned: Vec<(&str, String)> = query
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect();
            assert_eq!(read(query).query(), owned);
        }
        assert_eq!(read(&[("dir", "desc")]).query(), []);
        for column in Column::ALL {
            assert_eq!(read(&[("sort", column.word())]).sort, Some(column));
        }
    }

    #[test]
    fn a_column_sorts_ascending_descending_and_not_at_all() {
        let up = Listing::default().sorted_by(Column::Name);
        assert_eq!((up.sort, up.descending), (Some(Column::Name), false));
        let down = up.sorted_by(Column::Name);
        assert_eq!((down.sort, down.descending), (Some(Column::Name), true));
        assert_eq!(down.sorted_by(Column::Name), Listing::default());
        assert_eq!(
            down.sorted_by(Column::Url),
            Listing::default().sorted_by(Column::Url)
        );
    }
}
