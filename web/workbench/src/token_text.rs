//! The text of a token: found in pasted text, and split into its parts.

use claimgate::claims::{Claims, Value};
use claimgate::time::looks_like_milliseconds;

/// The token in a text with surroundings from copying: `Bearer `, quotes, a variable's name, line
/// ends.
pub fn bare_token(text: &str) -> Option<String> {
    let mut rest = text.trim().trim_end_matches([';', ',']);
    if let Some((name, value)) = rest.split_once('=') {
        let name = name.trim().rsplit(' ').next().unwrap_or_default();
        let is_name =
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        rest = if is_name { value.trim() } else { rest };
    }
    let quotes = ['"', '\'', '`'];
    rest = rest.trim_matches(quotes).trim();
    let is_scheme = |word: &str| {
        ["bearer", "authorization:", "token"].contains(&word.to_ascii_lowercase().as_str())
    };
    while let Some((_, more)) = rest
        .split_once(char::is_whitespace)
        .filter(|(word, _)| is_scheme(word))
    {
        rest = more.trim().trim_matches(quotes);
    }
    let token: String = rest.split_whitespace().collect();
    let is_part = |part: &str| {
        part.chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    let is_token =
        token.starts_with("eyJ") && token.split('.').count() == 3 && token.split('.').all(is_part);
    (is_token && token != text).then_some(token)
}

/// The parts of a compact token, with the dots between them.
pub fn parts(token: &str) -> Vec<(&'static str, String)> {
    let names = [
        "part part--header",
        "part part--claims",
        "part part--signature",
    ];
    let mut parts = Vec::new();
    for (index, text) in token.splitn(3, '.').enumerate() {
        if index > 0 {
            parts.push(("part", ".".to_owned()));
        }
        parts.push((names[index], text.to_owned()));
    }
    parts
}

/// Times among the claims that look like milliseconds.
pub fn milliseconds(claims: &Claims) -> Vec<(&'static str, i64)> {
    let read = |name: &'static str| match claims.get(name)? {
        Value::Integer(number) => i64::try_from(*number)
            .ok()
            .filter(|number| looks_like_milliseconds(*number))
            .map(|number| (name, number)),
        _ => None,
    };
    ["iat", "nbf", "exp"].into_iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use claimgate::claims::Claims;

    use super::{bare_token, milliseconds, parts};

    #[test]
    fn times_in_milliseconds_are_found() {
        let claims = Claims::from_json(
            r#"{"iat": 1763942400, "exp": 1763942400000, "nbf": "1763942400000"}"#,
        )
        .unwrap();
        assert_eq!(milliseconds(&claims), [("exp", 1_763_942_400_000)]);
    }

    #[test]
    fn a_token_is_found_in_what_people_copy() {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2ln";
        let copied = [
            format!("Bearer {token}"),
            format!("Authorization: bearer {token}\n"),
            format!("\"{token}\","),
            format!("'{token}'"),
            format!("export ID_TOKEN=\"{token}\";"),
            format!("TOKEN={token}"),
            format!(" {}\n{}\r\n", &token[..20], &token[20..]),
        ];
        for text in copied {
            assert_eq!(bare_token(&text).as_deref(), Some(token), "{text}");
        }
        for text in [
            token,
            "",
            "eyJ.a",
            "Bearer",
            "{\"a\": 1}",
            "a=b=c",
            "eyJ.a.b.c.d",
            "Bearer eyJ.ä.b",
        ] {
            assert_eq!(bare_token(text), None, "{text}");
        }
    }

    #[test]
    fn a_token_is_coloured_in_three_parts() {
        let text = |token: &str| {
            parts(token)
                .into_iter()
                .map(|(_, text)| text)
                .collect::<Vec<_>>()
        };
        assert_eq!(text("a.b.c"), ["a", ".", "b", ".", "c"]);
        assert_eq!(text("a.b.c.d"), ["a", ".", "b", ".", "c.d"]);
        assert_eq!(text("a"), ["a"]);
        assert_eq!(parts("a.b")[2], ("part part--claims", "b".to_owned()));
    }
}
