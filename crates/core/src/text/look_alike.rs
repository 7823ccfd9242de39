//! Characters that look like others.

/// Characters that look like the ASCII characters at the same places of [`PLAIN`].
const ODD: &str =
    "аеорсухіјѕԁɡһԛԝАВЕКМНОРСТХІЈЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧοινρυıⅼ‐‑‒–—―−⁃∕⁄⧸꞉∶׃∗⁎․·ꓸǃ‚‘’‛ʼ“”„ɑօѵոս‧。Ꭺ";
const PLAIN: &str =
    "aeopcyxijsdghqwABEKMHOPCTXIJSABEZHIKMNOPTYXoivpuil--------///:::**...!,''''\"\"\"aovnu..A";

/// The ASCII character that a character looks like, if it is another one.
///
/// ```
/// use claimgate::text::look_alike::ascii_of;
///
/// assert_eq!((ascii_of('\u{430}'), ascii_of('a')), (Some('a'), None));
/// ```
#[must_use]
pub fn ascii_of(c: char) -> Option<char> {
    if c.is_ascii() {
        return None;
    }
    let mut pairs = ODD.chars().zip(PLAIN.chars());
    pairs.find(|(odd, _)| *odd == c).map(|(_, plain)| plain)
}

/// Marks that combine with the character before them, and the parts of Hangul syllables.
#[must_use]
pub fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1100}'..='\u{11ff}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{3099}' | '\u{309a}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use super::{ODD, PLAIN};

    #[test]
    fn each_look_alike_has_its_character() {
        assert_eq!(ODD.chars().count(), PLAIN.chars().count());
        for (odd, plain) in ODD.chars().zip(PLAIN.chars()) {
            assert!(!odd.is_ascii() && plain.is_ascii(), "{odd} {plain}");
            assert_eq!(ODD.matches(odd).count(), 1, "{odd}");
        }
    }
}
