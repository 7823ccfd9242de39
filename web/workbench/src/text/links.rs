//! Which addresses may become links.

use claimgate::text::hidden::has_hidden;

/// Whether an address may be a link: it is https and contains no hidden characters.
pub fn is_safe_link(address: &str) -> bool {
    address.starts_with("https://")
        && !has_hidden(address)
        && !address.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::is_safe_link;

    #[test]
    fn https_is_the_only_scheme_of_a_link() {
        assert!(is_safe_link("https://ci.example/keys"));
        for address in [
            "javascript:alert(1)",
            "data:text/html,x",
            "http://ci.example",
            " https://a",
            "https://a\u{202e}b",
        ] {
            assert!(!is_safe_link(address), "{address}");
        }
    }
}
