//! Makes characters visible that are invisible or change the direction of text.

/// Visible text, or one invisible character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Visible text.
    Plain(String),
    /// An invisible character.
    Hidden {
        /// Its code point, such as `U+202E`.
        code: String,
        /// Its name, such as `right-to-left override`.
        name: &'static str,
    },
}

/// Splits a text into visible text and invisible characters.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    for c in text.chars() {
        let Some(name) = name(c) else {
            plain.push(c);
            continue;
        };
        if !plain.is_empty() {
            pieces.push(Piece::Plain(std::mem::take(&mut plain)));
        }
        pieces.push(Piece::Hidden {
            code: format!("U+{:04X}", u32::from(c)),
            name,
        });
    }
    if !plain.is_empty() {
        pieces.push(Piece::Plain(plain));
    }
    pieces
}

/// The invisible characters of a text, each once, with code point and name; at most eight.
pub fn hidden_in(text: &str) -> Vec<(String, &'static str)> {
    let mut found: Vec<(String, &'static str)> = Vec::new();
    for piece in pieces(text) {
        if let Piece::Hidden { code, name } = piece
            && found.iter().all(|(other, _)| *other != code)
        {
            found.push((code, name));
        }
    }
    found.truncate(8);
    found
}

/// Whether a text has an invisible character.
pub fn has_hidden(text: &str) -> bool {
    text.chars().any(|c| name(c).is_some())
}

/// The name of a character that is not visible; `None` for a visible one.
pub fn name(c: char) -> Option<&'static str> {
    Some(match c {
        '\t' => "tab",
        '\n' => "line feed",
        '\r' => "carriage return",
        '\0' => "null character",
        '\u{1b}' => "escape character",
        '\u{7f}' => "delete character",
        '\u{85}' => "next line",
        c if c.is_control() => "control character",
        _ => return direction(c).or_else(|| zero_width(c)).or_else(|| space(c)),
    })
}

/// Characters that change the direction of text.
fn direction(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{61c}' => "Arabic letter mark",
        '\u{200e}' => "left-to-right mark",
        '\u{200f}' => "right-to-left mark",
        '\u{202a}' => "left-to-right embedding",
        '\u{202b}' => "right-to-left embedding",
        '\u{202c}' => "pop directional formatting",
        '\u{202d}' => "left-to-right override",
        '\u{202e}' => "right-to-left override",
        '\u{2066}' => "left-to-right isolate",
        '\u{2067}' => "right-to-left isolate",
        '\u{2068}' => "first strong isolate",
        '\u{2069}' => "pop directional isolate",
        '\u{206a}'..='\u{206f}' => "deprecated formatting character",
        _ => return None,
    })
}

/// Characters without width.
fn zero_width(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{ad}' => "soft hyphen",
        '\u{34f}' => "combining grapheme joiner",
        '\u{17b4}' | '\u{17b5}' => "Khmer inherent vowel",
        '\u{1d173}'..='\u{1d17a}' => "musical control character",
        '\u{180b}'..='\u{180f}' => "Mongolian separator",
        '\u{200b}' => "zero width space",
        '\u{200c}' => "zero width non-joiner",
        '\u{200d}' => "zero width joiner",
        '\u{2060}' => "word joiner",
        '\u{2061}'..='\u{2064}' => "invisible operator",
        '\u{2065}' | '\u{fff0}'..='\u{fff8}' => "unassigned invisible character",
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => "variation selector",
        '\u{feff}' => "byte order mark",
        '\u{fff9}'..='\u{fffb}' => "interlinear annotation mark",
        '\u{e0000}'..='\u{e00ff}' => "tag character",
        '\u{e01f0}'..='\u{e0fff}' => "unassigned invisible character",
        _ => return None,
    })
}

/// White space that looks like a space, like no character, or like a new line.
fn space(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{a0}' => "no-break space",
        '\u{202f}' => "narrow no-break space",
        '\u{2028}' => "line separator",
        '\u{2029}' => "paragraph separator",
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => "Hangul filler",
        '\u{2800}' => "blank Braille pattern",
        c if c.is_whitespace() && c != ' ' => "unusual space",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(code: &str, name: &'static str) -> Piece {
        Piece::Hidden {
            code: code.to_owned(),
            name,
        }
    }

    fn plain(text: &str) -> Piece {
        Piece::Plain(text.to_owned())
    }

    #[test]
    fn what_does_not_show_is_named_in_its_place() {
        let expected = [
            plain("octo"),
            hidden("U+200B", "zero width space"),
            plain("-org"),
        ];
        assert_eq!(pieces("octo\u{200b}-org"), expected);
        let expected = [hidden("U+202E", "right-to-left override"), plain("main")];
        assert_eq!(pieces("\u{202e}main"), expected);
        assert_eq!(
            pieces("a\u{e0041}"),
            [plain("a"), hidden("U+E0041", "tag character")]
        );
        assert_eq!(
            pieces("\n\t"),
            [hidden("U+000A", "line feed"), hidden("U+0009", "tab")]
        );
    }

    #[test]
    fn what_shows_stays_as_it_is() {
        for text in [
            "repo:octo-org/octo-repo:*",
            "grün und 日本語 😀",
            "a b",
            "<b>&amp;</b>",
        ] {
            assert_eq!(pieces(text), [plain(text)]);
            assert!(!has_hidden(text));
        }
        assert_eq!(pieces(""), []);
    }

    #[test]
    fn a_character_is_shown_as_an_escape_exactly_if_it_has_a_name_here() {
        for c in '\0'..=char::MAX {
            let is_escaped = !crate::pattern::visible(&c.to_string()).starts_with(c);
            assert_eq!(is_escaped, name(c).is_some(), "{c:?}");
        }
    }
}
