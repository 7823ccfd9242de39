//! Which examples the page lists.

use claimgate::explain::Outcome;

use super::category::Category;
use super::gallery::{Example, all};

/// Which examples are listed. It is the query of the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Only this decision.
    pub decision: Option<Outcome>,
    /// Only this category.
    pub category: Option<Category>,
    /// Words that all have to be in the title, the story, the code or the provider.
    pub search: String,
}

impl Filter {
    /// Reads the query's members, and ignores invalid ones.
    pub fn read(member: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            decision: match member("decision").as_deref() {
                Some("allowed") => Some(Outcome::Allowed),
                Some("denied") => Some(Outcome::Denied),
                _ => None,
            },
            category: member("category").and_then(|word| Category::read(&word)),
            search: member("search").unwrap_or_default(),
        }
    }

    /// The query's members.
    pub fn query(&self) -> Vec<(&'static str, String)> {
        let decision = self.decision.map(|decision| match decision {
            Outcome::Allowed => "allowed",
            Outcome::Denied => "denied",
        });
        let category = self.category.map(Category::word);
        let search = Some(self.search.as_str()).filter(|search| !search.is_empty());
        [
            ("decision", decision),
            ("category", category),
            ("search", search),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?.to_owned())))
        .collect()
    }

    /// The examples that match.
    pub fn matching(&self) -> Vec<&'static Example> {
        let words: Vec<String> = self
            .search
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let matches = |example: &&Example| {
            let text = [
                &example.title,
                &example.story,
                &example.provider,
                &example.expected.code,
            ]
            .map(|text| text.to_lowercase())
            .join("\n");
            self.decision
                .is_none_or(|decision| decision == example.expected.decision)
                && self
                    .category
                    .is_none_or(|category| category == example.category)
                && words.iter().all(|word| text.contains(word.as_str()))
        };
        all().iter().filter(matches).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Category, Filter, all};

    #[test]
    fn every_category_has_examples_and_every_example_a_category() {
        let count = |category| {
            all()
                .iter()
                .filter(|example| example.category == category)
                .count()
        };
        let counts = Category::ALL.map(count);
        assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
        assert_eq!(counts.iter().sum::<usize>(), all().len());
    }

    #[test]
    fn a_filter_is_read_from_the_query_and_written_back() {
        let query = [
            ("decision", "denied"),
            ("category", "look-alikes"),
            ("search", "octo org"),
        ];
        let member = |name: &str| {
            let found = query.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let filter = Filter::read(member);
        let written = filter.query();
        let written: Vec<_> = written
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        assert_eq!(written, query);
        let ids = |filter: &Filter| {
            filter
                .matching()
                .iter()
                .map(|example| example.id.as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(&filter), ["look-alike-organization", "look-alike-case"]);
        assert_eq!(
            ids(&Filter::read(|_| Some("nonsense".to_owned()))),
            Vec::<&str>::new()
        );
        assert_eq!(ids(&Filter::default()).len(), all().len());
    }
}
