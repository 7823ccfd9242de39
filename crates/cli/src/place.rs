//! Where in a JSON text a path leads, for messages that people can click on.

use claimgate::claim_path::ClaimPath;

/// A place in a text; lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Place {
    /// The line.
    pub(crate) line: usize,
    /// The column.
    pub(crate) column: usize,
}

/// The place of a value by its path, such as `issuers[0].policies[1].rules.sub`, in a text that is
/// JSON. Where the path leads on to what is not there, the last place on the way.
pub(crate) fn place(text: &str, path: &str) -> Place {
    let mut reader = Reader { text, at: 0 };
    reader.space();
    let found = reader.follow(path);
    position(text, found)
}

/// The place of a byte.
fn position(text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rfind('\n').map_or(before, |end| &before[end + 1..]);
    Place {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
    }
}

/// A reader of a text that is known to be JSON.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    /// The byte at which the value of a path begins, from the value that the reader is at. Of a
    /// member, that of its name.
    fn follow(&mut self, path: &str) -> usize {
        let mut found = self.at;
        let mut path = path;
        while !path.is_empty() {
            let step = match (self.peek(), index(path)) {
                (Some(b'['), Some((index, rest))) => self.item(index).map(|at| (at, rest)),
                (Some(b'{'), None) => self.member(path.strip_prefix('.').unwrap_or(path)),
                _ => None,
            };
            let Some((at, rest)) = step else { break };
            (found, path) = (at, rest);
        }
        found
    }

    /// Goes to an item of the array that it is at.
    fn item(&mut self, index: usize) -> Option<usize> {
        self.open();
        for _ in 0..index {
            self.skip();
            if self.peek() != Some(b',') {
                return None;
            }
            self.open();
        }
        (self.peek() != Some(b']')).then_some(self.at)
    }

    /// Goes to the value of the member of the object that it is at which the path begins with: the
    /// longest name that does, for a name may have dots in it, and claims in quotes have.
    fn member<'p>(&mut self, path: &'p str) -> Option<(usize, &'p str)> {
        let mut best: Option<(usize, usize, &'p str)> = None;
        self.open();
        while self.peek() == Some(b'"') {
            let name_at = self.at;
            let name = self.string();
            self.space();
            self.open();
            if let Some(rest) = after(path, &name)
                && best.is_none_or(|(.., other)| rest.len() < other.len())
            {
                best = Some((name_at, self.at, rest));
            }
            self.skip();
            if self.peek() == Some(b',') {
                self.open();
            }
        }
        let (name_at, value_at, rest) = best?;
        self.at = value_at;
        Some((name_at, rest))
    }

    /// Passes over one character of punctuation and the white space behind it.
    fn open(&mut self) {
        self.at += 1;
        self.space();
    }

    /// Passes over a value and the white space behind it.
    fn skip(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                None => return,
                Some(b'"') => {
                    self.string();
                }
                Some(b'[' | b'{') => {
                    depth += 1;
                    self.at += 1;
                }
                Some(b']' | b'}') if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                Some(b']' | b'}' | b',') if depth == 0 => return,
                Some(_) => self.at += 1,
            }
            if depth == 0 {
                self.space();
            }
        }
    }

    /// Passes over a string, and gives its text.
    fn string(&mut self) -> String {
        let start = self.at;
        let mut is_escaped = false;
        let rest = self.text.get(start + 1..).unwrap_or_default();
        let end = rest.bytes().position(|byte| {
            let is_end = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            is_end
        });
        self.at = start + 2 + end.unwrap_or(rest.len());
        serde_json::from_str(self.text.get(start..self.at).unwrap_or_default()).unwrap_or_default()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

/// The index that a path begins with, and what is behind it.
fn index(path: &str) -> Option<(usize, &str)> {
    let (digits, rest) = path.strip_prefix('[')?.split_once(']')?;
    Some((digits.parse().ok()?, rest))
}

/// The rest of a path after the name that it begins with. The name of a claim may be quoted, as in
/// a claim path.
fn after<'p>(path: &'p str, name: &str) -> Option<&'p str> {
    let quoted = ClaimPath::of(&[name]);
    [name, quoted.as_str()].into_iter().find_map(|name| {
        let rest = path.strip_prefix(name)?;
        (rest.is_empty() || rest.starts_with(['.', '['])).then_some(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
  "version": 1, "a": {"b": [1, "x,]}", {"c": null}], "b.d": 3},
  "rules": {
    "sub": "a\"b",
    "\"kubernetes.io\".pod": "ü", "é": {"deep": [[], [7]]}
  }
}"#;

    #[test]
    fn paths_lead_to_their_values() {
        for (path, expected) in [
            ("", (1, 1)),
            ("version", (2, 3)),
            ("a", (2, 17)),
            ("a.b", (2, 23)),
            ("a.b[0]", (2, 29)),
            ("a.b[1]", (2, 32)),
            ("a.b[2]", (2, 40)),
            ("a.b[2].c", (2, 41)),
            ("a.b.d", (2, 54)),
            ("rules.sub", (4, 5)),
            ("rules.\"kubernetes.io\".pod", (5, 5)),
            ("rules.é", (5, 35)),
            ("rules.é.deep[1]", (5, 54)),
            ("rules.é.deep[1][0]", (5, 55)),
            // What is not there is where it would be.
            ("missing", (1, 1)),
            ("a.b[3]", (2, 23)),
            ("a.missing.more", (2, 17)),
            ("rules[0]", (3, 3)),
        ] {
            let Place { line, column } = place(TEXT, path);
            assert_eq!((line, column), expected, "{path}");
        }
    }

    #[test]
    fn texts_that_are_cut_off_do_no_harm() {
        for end in TEXT.char_indices().map(|(at, _)| at) {
            place(&TEXT[..end], "a.b[2].c");
            place(&TEXT[..end], "rules.é.deep[1][0]");
        }
        assert_eq!(place("", "a"), Place { line: 1, column: 1 });
        assert_eq!(place("[", "[0]"), Place { line: 1, column: 2 });
    }
}
