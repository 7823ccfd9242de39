//! The line of a text that a message is about, as it is shown.

use claimgate::json::spans::Span;
use claimgate::pattern::visible;

/// The most characters of a line that are shown.
const WIDTH: usize = 110;

/// How many characters before the range are shown of a longer line.
const BEFORE: usize = 30;

/// The mark in place of the rest of a line.
const CUT: &str = "...";

/// A line, or a part of it, and the range of its bytes that the message is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Excerpt {
    pub(crate) line: String,
    pub(crate) span: Span,
}

impl Excerpt {
    /// The line in which a range of the text begins. What terminals interpret, or do not show, is
    /// written as escapes; tabs are spaces.
    pub(crate) fn of(text: &str, span: &Span) -> Self {
        let is_in_line = |c: &char| !matches!(c, '\n' | '\r');
        let before = text.get(..span.start).unwrap_or_default().chars().rev();
        let after = text.get(span.start..).unwrap_or_default().chars();
        let mut before: Vec<char> = before.take_while(is_in_line).take(WIDTH + 1).collect();
        let mut after: Vec<char> = after.take_while(is_in_line).take(WIDTH + 1).collect();
        let is_long = before.len() + after.len() > WIDTH;
        let is_cut_before = is_long && before.len() > BEFORE;
        if is_cut_before {
            before.truncate(BEFORE);
        }
        let room = WIDTH - before.len();
        let is_cut_after = after.len() > room;
        after.truncate(room);

        let mut line = String::new();
        if is_cut_before {
            line.push_str(CUT);
        }
        before.into_iter().rev().for_each(|c| push(&mut line, c));
        let start = line.len();
        let mut end = start;
        let mut at = span.start;
        for c in after {
            push(&mut line, c);
            at += c.len_utf8();
            if at <= span.end {
                end = line.len();
            }
        }
        if is_cut_after {
            line.push_str(CUT);
        }
        let span = start..end;
        Self { line, span }
    }
}

fn push(line: &mut String, c: char) {
    match c {
        '\t' => line.push_str("    "),
        c => line.push_str(&visible(c.encode_utf8(&mut [0; 4]))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The excerpt for the range between `«` and `»`, with the same marks.
    fn marked(text: &str) -> String {
        let start = text.find('«').unwrap();
        let end = text.find('»').unwrap() - '«'.len_utf8();
        let Excerpt { mut line, span } = Excerpt::of(&text.replace(['«', '»'], ""), &(start..end));
        line.insert(span.end, '»');
        line.insert(span.start, '«');
        line
    }

    #[test]
    fn a_line_is_shown_as_it_is() {
        for text in ["«a»", "{\"é\": «\"😀\"», 1}", "«»", "a«»", "  «{» }"] {
            assert_eq!(marked(&format!("x\n{text}\r\ny")), text);
            assert_eq!(marked(text), text);
        }
        assert_eq!(
            marked("a\n\t\u{1b}[«\u{202e}x»\n"),
            "    \\u{1b}[«\\u{202e}x»"
        );
        assert_eq!(marked("«a: |\n  b»\n"), "«a: |»");
    }

    #[test]
    fn a_long_line_is_cut_around_the_range() {
        let long = "x".repeat(200);
        for (text, before, inside, after) in [
            (format!("{long}«abc»{long}"), 30, 3, 77),
            (format!("ab«c»{long}"), 2, 1, 107),
            (format!("{long}«c»d"), 30, 1, 1),
            (format!("{long}«{long}»"), 30, 80, 0),
            (format!("{long}«»"), 30, 0, 0),
        ] {
            let line = marked(&text);
            let (start, rest) = line.split_once('«').unwrap();
            let (middle, end) = rest.split_once('»').unwrap();
            let lengths = [start, middle, end].map(|part| part.replace(CUT, "").chars().count());
            assert_eq!(lengths, [before, inside, after], "{text}");
            assert_eq!(start.starts_with(CUT), before == BEFORE, "{text}");
            assert_eq!(
                line.ends_with(CUT),
                before + inside + after == WIDTH,
                "{text}"
            );
        }
    }
}
