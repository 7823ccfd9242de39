//! Escapes values for text in other languages.

use claimgate::text::quote;

/// Words that YAML does not read as strings.
const YAML_WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];

/// Writes `text` with a placeholder's filter; none for an unknown filter.
///
/// `yaml`, `sh`, `json` and `groovy` write a whole scalar, word or literal, with quotes if needed;
/// `colon` writes `:` as GitHub does within `sub`.
pub(super) fn apply(filter: Option<&str>, text: &str) -> Option<String> {
    Some(match filter {
        None => text.to_owned(),
        Some("yaml") if is_plain_yaml(text) => text.to_owned(),
        Some("yaml" | "json") => quote::double(text),
        Some("sh") => quote::shell(text),
        Some("groovy") => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        Some("colon") => text.replace(':', "%3A"),
        Some(_) => return None,
    })
}

fn is_plain_yaml(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.' | '@');
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .split(':')
            .all(|part| !part.is_empty() && part.chars().all(is_word))
        && !YAML_WORDS.contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::apply;

    #[test]
    fn values_stay_one_value_in_every_language() {
        for (filter, text, written) in [
            ("yaml", "acme", "acme"),
            ("yaml", "urn:pulumi:org:acme", "urn:pulumi:org:acme"),
            ("yaml", "https://api.pulumi.com", "https://api.pulumi.com"),
            ("yaml", "a: b", r#""a: b""#),
            ("yaml", "12", r#""12""#),
            ("yaml", "No", r#""No""#),
            ("yaml", "a:", r#""a:""#),
            ("yaml", "a #b", r#""a #b""#),
            ("yaml", "*", r#""*""#),
            ("yaml", "a\u{2028}", r#""a\u2028""#),
            ("sh", "acme", "acme"),
            ("sh", "-x", "'-x'"),
            ("sh", "", "''"),
            ("sh", "$(id)", "'$(id)'"),
            ("sh", "it's", r"'it'\''s'"),
            ("json", "a\"b\\", r#""a\"b\\""#),
            ("groovy", "it's \\", r"'it\'s \\'"),
            ("colon", "a:b", "a%3Ab"),
        ] {
            assert_eq!(
                apply(Some(filter), text).as_deref(),
                Some(written),
                "{filter} of {text}"
            );
        }
        assert_eq!(apply(Some("html"), "a"), None);
    }
}
