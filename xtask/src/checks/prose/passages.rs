//! Extracts the comments and string literals of code, without their delimiters.

/// A piece of prose and its first line. Its line breaks are those of the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Passage {
    pub(super) line: usize,
    pub(super) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Rust,
    JavaScript,
}

/// The prose of a code file.
#[derive(Default)]
pub(super) struct Passages {
    pub(super) comments: Vec<Passage>,
    pub(super) strings: Vec<Passage>,
}

impl Passages {
    /// Scans code for comments and strings.
    pub(super) fn read(text: &str, language: Language) -> Self {
        let mut scanner = Scanner {
            text,
            language,
            at: 0,
            line: 1,
            found: Self::default(),
        };
        while scanner.at < text.len() {
            scanner.step();
        }
        scanner.found
    }

    /// Joins comments on consecutive lines into one passage.
    fn comment(&mut self, line: usize, text: String, is_whole_line: bool) {
        match self.comments.last_mut() {
            Some(last) if is_whole_line && last.line + last.text.lines().count() == line => {
                if !last.text.ends_with('\n') {
                    last.text.push('\n');
                }
                last.text.push_str(&text);
            }
            _ => self.comments.push(Passage { line, text }),
        }
    }
}

struct Scanner<'a> {
    text: &'a str,
    language: Language,
    at: usize,
    line: usize,
    found: Passages,
}

impl<'a> Scanner<'a> {
    fn step(&mut self) {
        let rest = self.rest();
        let is_rust = self.language == Language::Rust;
        match rest.as_bytes() {
            [b'/', b'/', ..] => self.line_comment(),
            [b'/', b'*', ..] => self.block_comment(),
            [b'"', ..] => self.string('"'),
            [b'\'', ..] if is_rust => self.character(),
            [quote @ (b'\'' | b'`'), ..] if !is_rust => self.string(char::from(*quote)),
            [b'/', ..] if !is_rust => self.regular_expression(),
            [byte, ..] if byte.is_ascii_alphanumeric() || *byte == b'_' => self.word(),
            _ => drop(self.take(rest.chars().next().map_or(1, char::len_utf8))),
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn take(&mut self, length: usize) -> &'a str {
        let taken = &self.rest()[..length];
        self.at += length;
        self.line += taken.matches('\n').count();
        taken
    }

    fn line_comment(&mut self) {
        let before = self.text[..self.at].rsplit('\n').next().unwrap_or_default();
        let is_whole_line = before.trim().is_empty();
        let line = self.line;
        let length = self
            .rest()
            .find('\n')
            .map_or(self.rest().len(), |end| end + 1);
        let taken = self.take(length).trim_start_matches('/');
        self.found.comment(
            line,
            taken.strip_prefix('!').unwrap_or(taken).to_owned(),
            is_whole_line,
        );
    }

    fn block_comment(&mut self) {
        let (line, rest) = (self.line, self.rest());
        let mut depth = 0;
        let mut length = 0;
        for (at, pair) in rest.as_bytes().windows(2).enumerate() {
            match pair {
                b"/*" if at >= length && (depth == 0 || self.language == Language::Rust) => {
                    (depth, length) = (depth + 1, at + 2);
                }
                b"*/" if at >= length => (depth, length) = (depth - 1, at + 2),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        let taken = self.take(if depth == 0 { length } else { rest.len() });
        let lines = taken.trim_end_matches("*/").split('\n');
        let lines = lines.map(|line| line.trim().trim_start_matches(['/', '*']));
        self.found
            .comment(line, lines.collect::<Vec<_>>().join("\n"), false);
    }

    /// A string up to its closing quote, with escapes blanked.
    fn string(&mut self, quote: char) {
        let line = self.line;
        let mut text = String::new();
        let mut is_escaped = false;
        let rest = self.rest();
        let end = rest.char_indices().skip(1).find(|(_, char)| {
            let is_end = !is_escaped && *char == quote;
            let is_plain = !is_escaped && *char != '\\';
            text.push(if is_plain || matches!(char, '\n' | '"') {
                *char
            } else {
                ' '
            });
            is_escaped = !is_escaped && *char == '\\';
            // A quote without its pair on the line is not a string in JavaScript.
            is_end || (*char == '\n' && self.language == Language::JavaScript && quote != '`')
        });
        self.take(end.map_or(rest.len(), |(at, char)| at + char.len_utf8()));
        text.truncate(text.len() - end.map_or(0, |(_, char)| char.len_utf8()));
        self.found.strings.push(Passage { line, text });
    }

    /// A name or a number; `r##` starts a raw string.
    fn word(&mut self) {
        let is_part = |char: char| char.is_alphanumeric() || char == '_';
        let length = self
            .rest()
            .find(|char| !is_part(char))
            .unwrap_or(self.rest().len());
        let word = self.take(length);
        let marks = self.rest().len() - self.rest().trim_start_matches('#').len();
        let is_raw = self.language == Language::Rust && matches!(word, "r" | "br" | "cr");
        if !is_raw || !self.rest()[marks..].starts_with('"') {
            return;
        }
        let line = self.line;
        let body = &self.rest()[marks + 1..];
        let end = format!("\"{}", "#".repeat(marks));
        let length = body.find(&end).unwrap_or(body.len());
        self.found.strings.push(Passage {
            line,
            text: body[..length].to_owned(),
        });
        self.take((marks + 1 + length + end.len()).min(self.rest().len()));
    }

    /// A character literal or a lifetime.
    fn character(&mut self) {
        let rest = self.rest();
        let mut chars = rest.char_indices().skip(1);
        let length = match (chars.next(), chars.next()) {
            (Some((_, '\\')), Some((at, escaped))) => {
                let after = at + escaped.len_utf8();
                rest[after..].find('\'').map_or(1, |end| after + end + 1)
            }
            (Some(_), Some((at, '\''))) => at + 1,
            _ => 1,
        };
        self.take(length);
    }

    /// A regular expression, which may contain quotes, if a value can start here; else a division.
    fn regular_expression(&mut self) {
        let before = self.text[..self.at].trim_end().chars().next_back();
        let rest = self.rest();
        let (mut is_escaped, mut is_in_class) = (false, false);
        let end = rest.char_indices().skip(1).find(|(_, char)| {
            let is_end = !is_escaped && !is_in_class && *char == '/';
            match char {
                '[' if !is_escaped => is_in_class = true,
                ']' if !is_escaped => is_in_class = false,
                _ => {}
            }
            is_escaped = !is_escaped && *char == '\\';
            is_end || *char == '\n'
        });
        let is_value = before.is_none_or(|char| "(,=:[!&|?{};>\n".contains(char));
        match end {
            Some((at, '/')) if is_value => drop(self.take(at + 1)),
            _ => drop(self.take(1)),
        }
    }
}

/// The first line of the test module at the end of a Rust file.
pub(super) fn tests_begin(text: &str) -> usize {
    let mut lines = text.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        let is_test = line.starts_with("#[cfg(") && line.contains("test");
        let next = lines.peek().map_or("", |(_, line)| line);
        if is_test && next.starts_with("mod ") && next.ends_with('{') {
            return number + 1;
        }
    }
    usize::MAX
}

#[cfg(test)]
mod tests {
    use super::{Language, Passage, Passages, tests_begin};

    fn shown(passages: &[Passage]) -> Vec<String> {
        passages
            .iter()
            .map(|Passage { line, text }| format!("{line}:{text}"))
            .collect()
    }

    #[test]
    fn comments_are_distinguished_from_code() {
        for (code, expected) in [
            ("a // b\n", vec!["1: b\n"]),
            ("/// a\n/// b\nfn f() {}\n// c", vec!["1: a\n b\n", "4: c"]),
            ("//! a\nx; // b\n  // c\n", vec!["1: a\n", "2: b\n c\n"]),
            (
                "/* a */ /** b\n * c\n */ // d",
                vec!["1: a", "1: b\n c\n", "3: d"],
            ),
            ("\"// a\" '\"' // b", vec!["1: b"]),
            ("\"\\\"\" // b", vec!["1: b"]),
        ] {
            for language in [Language::Rust, Language::JavaScript] {
                let found = Passages::read(code, language);
                assert_eq!(shown(&found.comments), expected, "{code} {language:?}");
            }
        }
        for (code, language, expected) in [
            (
                "/* a /* b */ c */ d // e",
                Language::Rust,
                vec!["1: a /* b */ c", "1: e"],
            ),
            (
                "/* a /* b */ // c",
                Language::JavaScript,
                vec!["1: a /* b", "1: c"],
            ),
            (
                "r#\"\" // a\"# '\\'' &'a b '\"' // é",
                Language::Rust,
                vec!["1: é"],
            ),
            ("'// a' `\n// b` // c", Language::JavaScript, vec!["2: c"]),
            ("f(/['\"`]/) // a", Language::JavaScript, vec!["1: a"]),
            ("a / b; \"c\" // d", Language::JavaScript, vec!["1: d"]),
        ] {
            let found = Passages::read(code, language);
            assert_eq!(shown(&found.comments), expected, "{code}");
        }
    }

    #[test]
    fn strings_are_read_without_escapes() {
        for (code, expected) in [
            (
                "f(\"a\\nb\\\"c\\\"\");\n\"d\"",
                vec!["1:a  b \"c \"", "2:d"],
            ),
            ("\"a \\\n  b\"", vec!["1:a  \n  b"]),
            ("r\"a\\b\" br##\"c\"#d\"##", vec!["1:a\\b", "1:c\"#d"]),
            ("b\"a\" // \"b\"", vec!["1:a"]),
        ] {
            let found = Passages::read(code, Language::Rust);
            assert_eq!(shown(&found.strings), expected, "{code}");
        }
    }

    #[test]
    fn tests_are_a_module_at_the_end() {
        let end = "#[cfg(all(test, unix))]\nmod tests {\n}";
        assert_eq!(
            tests_begin(&format!("#[cfg(test)]\nmod a;\nfn f() {{}}\n{end}")),
            4
        );
        assert_eq!(tests_begin("fn f() {}"), usize::MAX);
    }
}
