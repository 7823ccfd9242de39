//! What the logs of a server are searched for: the query of their pages, and of the requests.

use claimgate_formats::percent_encode;

use super::range::Range;

/// A choice: its value, its label, and the parameter of the request.
type Choice = (
    &'static str,
    &'static str,
    Option<(&'static str, &'static str)>,
);

/// The decisions that can be chosen.
pub const DECISIONS: [Choice; 5] = [
    ("", "All", None),
    ("allowed", "Allowed", Some(("decision", "allowed"))),
    ("denied", "Denied", Some(("decision", "denied"))),
    ("policy", "Denied by a policy", Some(("denial", "policy"))),
    ("default", "Denied by default", Some(("denial", "default"))),
];

/// The logs that can be chosen: the value and the label. Only the first is for admins of an
/// organization.
pub const SCOPES: [(&str, &str); 3] = [
    ("", "This organization"),
    ("all", "All organizations"),
    ("unknown", "Without an organization"),
];

/// What a log is searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogQuery {
    /// A reference, a subject, an address or a code: of exchanges only.
    pub search: String,
    /// One of [`DECISIONS`]: of exchanges only.
    pub decision: String,
    /// The code of a [`ChangeAction`](claimgate_api::ChangeAction): of changes only.
    pub code: String,
    /// The id of an issuer.
    pub issuer: String,
    /// The range of time.
    pub range: Range,
    /// One of [`SCOPES`].
    pub scope: String,
}

impl LogQuery {
    /// Reads the query of an address.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| get(name).unwrap_or_default();
        let known = |name: &str, is_known: &dyn Fn(&str) -> bool| {
            get(name).filter(|text| is_known(text)).unwrap_or_default()
        };
        Self {
            search: text("search"),
            decision: known("decision", &|text| {
                DECISIONS.iter().any(|one| one.0 == text)
            }),
            code: text("code"),
            issuer: text("issuer"),
            range: Range::read(&get),
            scope: known("scope", &|text| SCOPES.iter().any(|one| one.0 == text)),
        }
    }

    /// The query of an address: empty, or with its question mark.
    pub fn address(&self) -> String {
        let mut parts = vec![
            ("search", self.search.clone()),
            ("decision", self.decision.clone()),
            ("code", self.code.clone()),
            ("issuer", self.issuer.clone()),
            ("scope", self.scope.clone()),
        ];
        parts.extend(self.range.parts());
        match join(&parts) {
            query if query.is_empty() => query,
            query => format!("?{query}"),
        }
    }

    /// The query of a request, without the page. `now` is in seconds since 1970.
    pub fn request(&self, now: i64) -> String {
        let mut parts = vec![
            ("search", self.search.trim().to_owned()),
            ("code", self.code.clone()),
            ("issuer", self.issuer.clone()),
        ];
        let decision = DECISIONS.iter().find(|one| one.0 == self.decision);
        if let Some((name, value)) = decision.and_then(|one| one.2) {
            parts.push((name, value.to_owned()));
        }
        if self.scope == "unknown" {
            parts.push(("unknown", "true".to_owned()));
        }
        parts.extend(self.range.request(now));
        join(&parts)
    }

    /// Whether anything restricts the search.
    pub fn is_restricted(&self) -> bool {
        *self
            != Self {
                scope: self.scope.clone(),
                ..Self::default()
            }
    }
}

/// A query of parts that are not empty, without the question mark.
pub fn join(parts: &[(&str, String)]) -> String {
    let written: Vec<_> = parts
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(name, text)| format!("{name}={}", percent_encode(text)))
        .collect();
    written.join("&")
}

/// Whether a text is the reference of an entry.
pub fn is_reference(text: &str) -> bool {
    let groups: Vec<_> = text.split('-').collect();
    let is_hex = |group: &&str| group.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.iter().all(is_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> LogQuery {
        LogQuery::read(|name| {
            let parts = query.trim_start_matches('?').split('&');
            let mut pairs = parts.filter_map(|part| part.split_once('='));
            let (_, text) = pairs.find(|(other, _)| *other == name)?;
            Some(text.replace("%20", " "))
        })
    }

    #[test]
    fn a_query_is_read_as_it_was_written() {
        let query = LogQuery {
            search: "pull request".to_owned(),
            decision: "default".to_owned(),
            issuer: "7".to_owned(),
            range: Range::Last("7d"),
            scope: "all".to_owned(),
            ..LogQuery::default()
        };
        let address = query.address();
        assert_eq!(
            address,
            "?search=pull%20request&decision=default&issuer=7&scope=all&range=7d"
        );
        assert_eq!(read(&address), query);
        assert_eq!(LogQuery::default().address(), "");
        assert_eq!(read("?decision=maybe&scope=mine"), LogQuery::default());
    }

    #[test]
    fn a_request_names_what_the_api_does() {
        let of = |query: &str| read(query).request(7_200);
        assert_eq!(of("?decision=default"), "denial=default");
        assert_eq!(
            of("?decision=denied&search=%20a"),
            "search=a&decision=denied"
        );
        assert_eq!(
            of("?scope=unknown&range=1h"),
            "unknown=true&since=1970-01-01T01%3A00%3A00Z"
        );
        assert_eq!(of(""), "");
    }

    #[test]
    fn what_restricts_a_search_is_not_its_log() {
        assert!(!read("?scope=all").is_restricted());
        assert!(read("?code=issuer-created").is_restricted());
    }

    #[test]
    fn references_are_told_from_other_texts() {
        assert!(is_reference("0197a6c2-0000-7abc-8def-0123456789ab"));
        assert!(!is_reference("0197A6C2-0000-7abc-8def-0123456789ab"));
        assert!(!is_reference("repo:a/b"));
    }
}
