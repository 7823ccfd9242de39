//! Words that read as translated or archaic, and how to find them outside quotations.

use super::passages::Passage;

/// A word and its forms. A capitalized form matches only so: at the start of a sentence.
pub(super) struct Word {
    pub(super) forms: &'static [&'static str],
    pub(super) instead: &'static str,
}

const fn word(forms: &'static [&'static str], instead: &'static str) -> Word {
    Word { forms, instead }
}

pub(super) const WORDS: [Word; 27] = [
    word(&["nobody"], "no one, or what it is: no client, no policy"),
    word(
        &["whoever"],
        "anyone who, or who it is: the client, the operator",
    ),
    word(&["anew"], "again; \"refresh\" for \"read anew\""),
    word(&["mend", "mends", "mended", "mending"], "fix"),
    word(
        &["held against", "holds against", "hold against"],
        "checked against, compared with",
    ),
    word(
        &["has a say", "have a say", "had a say"],
        "applies, decides",
    ),
    word(&["for ever"], "forever, without a limit"),
    word(&["Likewise"], "the same applies to, also"),
    word(
        &[
            "stands there",
            "stand there",
            "stood there",
            "stands twice",
            "stands before",
            "stands behind",
            "stands between",
            "stands on",
            "stand behind",
            "stand in front",
        ],
        "is there, appears, occurs twice, is between",
    ),
    word(&["what there is"], "what it is: the name of the thing"),
    word(
        &["as good as any"],
        "what makes it so: any of them is correct",
    ),
    word(
        &["let in", "lets in", "letting in"],
        "allow, allows, allowed",
    ),
    word(&["all the same"], "even so, equivalent"),
    word(&["asked for"], "requested"),
    word(&["act upon", "acts upon"], "interpret, interprets"),
    word(&["bit by bit"], "gradually"),
    word(&["broken off"], "interrupted, canceled"),
    word(
        &["comes of", "becomes of"],
        "the effect on: the effect on the issuer",
    ),
    word(&["for lack of"], "without, because there is no"),
    word(&["in case only"], "only in case"),
    word(
        &["in the long run"],
        "sustained: sustained requests per second",
    ),
    word(&["in the manner of"], "like"),
    word(&["is believed", "are believed"], "is trusted"),
    word(
        &["is told", "are told", "be told"],
        "gets, reads: the client gets the code",
    ),
    word(&["is to say"], "the message, the result"),
    word(&["not understood"], "cannot be parsed, is not supported"),
    word(&["may rest on"], "is signed by, depends on"),
];

/// A word in a passage.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) line: usize,
    pub(super) found: String,
    /// An index into [`WORDS`].
    pub(super) word: usize,
}

/// The words of a passage, outside code and quotations.
pub(super) fn find(passage: &Passage) -> Vec<Finding> {
    let text = without_quotations(&passage.text);
    let tokens = tokens(&text);
    let mut findings = Vec::new();
    for start in 0..tokens.len() {
        for (word, Word { forms, .. }) in WORDS.iter().enumerate() {
            let Some(form) = forms
                .iter()
                .find(|form| is_at(form, &text, &tokens[start..]))
            else {
                continue;
            };
            let line = passage.line + text[..tokens[start].0].matches('\n').count();
            findings.push(Finding {
                line,
                found: (*form).to_owned(),
                word,
            });
        }
    }
    findings
}

/// The words of a text with their offsets.
fn tokens(text: &str) -> Vec<(usize, &str)> {
    let is_part = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-');
    let mut at = 0;
    let pieces = text.split_inclusive(|char| !is_part(char)).map(|piece| {
        at += piece.len();
        (
            at - piece.len(),
            piece.trim_end_matches(|char| !is_part(char)),
        )
    });
    pieces.filter(|(_, word)| !word.is_empty()).collect()
}

/// Whether the tokens start with the form's words, with only whitespace between them.
fn is_at(form: &str, text: &str, tokens: &[(usize, &str)]) -> bool {
    let is_same = |word: &str, found: &str| match word.starts_with(char::is_uppercase) {
        true => word == found,
        false => word.eq_ignore_ascii_case(found),
    };
    let mut end = None;
    let mut left = tokens.iter();
    form.split(' ').all(|word| {
        let Some((at, found)) = left.next() else {
            return false;
        };
        let is_next = end.is_none_or(|end: usize| text[end..*at].trim().is_empty());
        end = Some(at + found.len());
        is_next && is_same(word, found)
    })
}

/// Blanks code blocks, code in backticks and quoted text.
fn without_quotations(text: &str) -> String {
    let mut blanked = String::new();
    let mut paragraph = String::new();
    let mut fence = None;
    for line in text.split_inclusive('\n') {
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| line.trim_start().starts_with(mark));
        if fence.is_some() || mark.is_some() {
            blanked.push_str(&without_quotes(&std::mem::take(&mut paragraph)));
            blanked.push_str(&blank(line));
            fence = match fence {
                None => mark,
                Some(_) if mark == fence => None,
                Some(_) => fence,
            };
        } else {
            paragraph.push_str(line);
            // A quotation ends with its paragraph.
            if line.trim().is_empty() {
                blanked.push_str(&without_quotes(&std::mem::take(&mut paragraph)));
            }
        }
    }
    blanked + &without_quotes(&paragraph)
}

fn without_quotes(text: &str) -> String {
    let mut blanked = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(['`', '"', '“']) {
        let (before, from) = rest.split_at(start);
        blanked.push_str(before);
        let ticks = from.len() - from.trim_start_matches('`').len();
        let (open, close) = match ticks {
            0 if from.starts_with('"') => ("\"", "\""),
            0 => ("“", "”"),
            _ => (&from[..ticks], &from[..ticks]),
        };
        let end = from[open.len()..]
            .find(close)
            .map(|end| open.len() + end + close.len());
        match end {
            Some(end) => blanked.push_str(&blank(&from[..end])),
            None => blanked.push_str(open),
        }
        rest = &from[end.unwrap_or(open.len())..];
    }
    blanked + rest
}

/// The same number of lines, with a mark that separates the words around it.
fn blank(text: &str) -> String {
    let lines = text.matches('\n').count();
    format!("·{}", "\n".repeat(lines))
}

#[cfg(test)]
mod tests {
    use super::{Passage, WORDS, find};

    fn found(text: &str) -> Vec<String> {
        let passage = Passage {
            line: 1,
            text: text.to_owned(),
        };
        let findings = find(&passage);
        findings
            .iter()
            .map(|finding| format!("{}:{}", finding.line, finding.found))
            .collect()
    }

    #[test]
    fn words_are_found_outside_quotations() {
        for (text, expected) in [
            (
                "Nobody, whoever\nANEW.",
                vec!["1:nobody", "1:whoever", "2:anew"],
            ),
            (
                "it is held\n  against b, for ever",
                vec!["1:held against", "2:for ever"],
            ),
            ("Likewise, a. It mended b.", vec!["1:Likewise", "1:mended"]),
            ("> **nobody** (nobody's)", vec!["1:nobody", "1:nobody"]),
            ("`a` \"b\" nobody", vec!["1:nobody"]),
            ("an inch is 1\" and nobody minds", vec!["1:nobody"]),
            ("a `b\n\nnobody` c", vec!["3:nobody"]),
            ("```\nnobody\n```\n\nanew", vec!["5:anew"]),
            ("\"a\nb\" anew", vec!["2:anew"]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn other_words_and_quotations_are_passed_over() {
        for text in [
            "amend, mender, a-new, NOBODY_KNOWS",
            "a likewise b",
            "it is held, against b; held `x` against; what\nis there",
            "`nobody` ``a ` nobody`` \"whoever\nanew\" “mend”",
            "~~~text\nnobody\n```\nnobody\n~~~",
            "```rust\nnobody\n```",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn every_form_is_listed_once() {
        let mut forms: Vec<_> = WORDS.iter().flat_map(|word| word.forms).collect();
        let count = forms.len();
        forms.sort();
        forms.dedup();
        assert_eq!(forms.len(), count);
    }
}
