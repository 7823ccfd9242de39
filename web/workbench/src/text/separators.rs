//! Places where a long value may be wrapped.

/// A value in pieces that end with a separator, for lines to break after them.
pub fn breakable(text: &str) -> Vec<&str> {
    text.split_inclusive(['/', ':', '@', ',', '&', '=', '|'])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::breakable;

    #[test]
    fn a_value_is_wrapped_after_its_separators() {
        let pieces = breakable("repo:octo-org/octo-repo:ref:refs/heads/main");
        assert_eq!(
            pieces,
            [
                "repo:",
                "octo-org/",
                "octo-repo:",
                "ref:",
                "refs/",
                "heads/",
                "main"
            ]
        );
        assert_eq!(breakable("main"), ["main"]);
        assert_eq!(breakable("https://a").concat(), "https://a");
    }
}
