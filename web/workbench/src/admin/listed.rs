//! What a server lists a page at a time, the newest first: exchanges, changes, access tokens,
//! revisions of policies.

use claimgate_api::{
    AuditEntry, ChangeEntry, ChangesBody, ExchangesBody, RevisionEntry, RevisionsBody, TokenBody,
    TokensBody,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How many entries of a log one search looks at.
pub const SEARCHED: usize = 200_000;

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The entries.
    pub entries: Vec<T>,
    /// `before` of the next request, if there may be more.
    pub next: Option<String>,
    /// How far the search came, in seconds since 1970, if it stopped before the last entry.
    pub reached: Option<i64>,
}

/// An entry of a list.
pub trait Listed: Clone + PartialEq + Send + Sync + 'static {
    /// One entry, and several.
    const WORDS: [&'static str; 2];

    /// Its key, unique in the list.
    fn key(&self) -> String;

    /// Reads a page.
    ///
    /// # Errors
    /// What the response lacks.
    fn page(body: Value) -> Result<Page<Self>, String>;
}

impl Listed for AuditEntry {
    const WORDS: [&'static str; 2] = ["exchange", "exchanges"];

    fn key(&self) -> String {
        self.id.clone()
    }

    fn page(body: Value) -> Result<Page<Self>, String> {
        let body: ExchangesBody = read(body)?;
        Ok(Page {
            entries: body.exchanges,
            next: body.next,
            reached: body.reached,
        })
    }
}

impl Listed for ChangeEntry {
    const WORDS: [&'static str; 2] = ["change", "changes"];

    fn key(&self) -> String {
        self.id.clone()
    }

    fn page(body: Value) -> Result<Page<Self>, String> {
        let body: ChangesBody = read(body)?;
        Ok(Page {
            entries: body.changes,
            next: body.next,
            reached: body.reached,
        })
    }
}

impl Listed for TokenBody {
    const WORDS: [&'static str; 2] = ["access token", "access tokens"];

    fn key(&self) -> String {
        self.id.clone()
    }

    fn page(body: Value) -> Result<Page<Self>, String> {
        let body: TokensBody = read(body)?;
        Ok(Page {
            entries: body.tokens,
            next: body.next,
            reached: None,
        })
    }
}

impl Listed for RevisionEntry {
    const WORDS: [&'static str; 2] = ["revision", "revisions"];

    fn key(&self) -> String {
        self.version.to_string()
    }

    fn page(body: Value) -> Result<Page<Self>, String> {
        let body: RevisionsBody = read(body)?;
        Ok(Page {
            entries: body.revisions,
            next: body.next.map(|version| version.to_string()),
            reached: None,
        })
    }
}

/// Reads a response.
///
/// # Errors
/// What the response lacks.
pub fn read<T: DeserializeOwned>(body: Value) -> Result<T, String> {
    T::deserialize(body).map_err(|error| format!("the response cannot be read: {error}"))
}

/// How many entries are shown: "1 change", "12 changes", "the newest 50 changes".
pub fn count<T: Listed>(count: usize, has_more: bool) -> String {
    let [one, many] = T::WORDS;
    match (count, has_more) {
        (1, false) => format!("1 {one}"),
        (0, true) => format!("No {many} so far"),
        (count, false) => format!("{count} {many}"),
        (count, true) => format!("The newest {count} {many}"),
    }
}

/// How much was looked at when a search stopped early: "200,000".
pub fn searched(searches: usize) -> String {
    thousands(searches.saturating_mul(SEARCHED) as u64)
}

/// A number with separators: "1,234,567".
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_is_read_with_how_it_continues() {
        let body = json!({"exchanges": [{"id": "a", "at": 7, "decision": "denied", "code": "denied", "summary": "no",
            "policies": [1], "denial": "policy"}], "next": "a", "reached": 9});
        let page = AuditEntry::page(body).unwrap();
        assert_eq!(
            (page.entries[0].key(), page.reached),
            ("a".to_owned(), Some(9))
        );
        assert_eq!(page.next.as_deref(), Some("a"));
        let error = ChangeEntry::page(json!({})).unwrap_err();
        assert!(error.contains("`changes`"), "{error}");
        assert_eq!(TokenBody::page(json!({"tokens": []})).unwrap().next, None);
        let page = RevisionEntry::page(json!({"revisions": [], "next": 7})).unwrap();
        assert_eq!(page.next.as_deref(), Some("7"));
    }

    #[test]
    fn counts_say_whether_there_are_more() {
        assert_eq!(count::<ChangeEntry>(1, false), "1 change");
        assert_eq!(count::<ChangeEntry>(0, false), "0 changes");
        assert_eq!(count::<ChangeEntry>(0, true), "No changes so far");
        assert_eq!(count::<AuditEntry>(50, true), "The newest 50 exchanges");
    }

    #[test]
    fn large_numbers_have_separators() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(thousands(number), text);
        }
        assert_eq!(searched(2), "400,000");
    }
}
