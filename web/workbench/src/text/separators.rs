//! Places where a long value may be wrapped.

/// A value in pieces that end with a separator, for lines to break after them.
pub fn breakable(text: &str) -> Vec<&str> {
    text.split_inclusive(['/', ':', '@', ',', '&', '=', '|'])
        .collect()
}

/// The longest piece, in characters, that is kept in one line: a longer one is broken wherever it must be.
const LONGEST: usize = 24;

/// Whether a piece is kept in one line, though a browser would break it after a hyphen.
pub fn is_kept(piece: &str) -> bool {
    piece.contains(['-', ' ']) && piece.chars().count() <= LONGEST
}

#[cfg(test)]
mod tests {
    use super::{breakable, is_kept};

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
        assert!(is_kept("octo-repo:") && !is_kept("heads/"));
        assert!(!is_kept("a-name-that-is-longer-than-a-line-of-a-phone"));
        assert_eq!(breakable("https://a").concat(), "https://a");
    }
}
