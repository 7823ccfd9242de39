//! Translates regular expressions and shell globs, as far as people write them in rules, into
//! patterns: one for each alternative.

use std::iter::Peekable;
use std::str::Chars;

use crate::pattern::Dialect;

/// The most alternatives that are told.
const MANY: usize = 16;

/// How deep groups may be nested.
const DEEPEST: usize = 8;

/// The language that a pattern is likely written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    Regex,
    Glob,
}

/// The patterns that a text of another language means.
pub(super) struct Read {
    pub(super) patterns: Vec<String>,
    /// Whether they match more than the text does.
    pub(super) is_wider: bool,
}

impl Syntax {
    /// The language of a text that has characters of one; nothing for a pattern as it should be.
    pub(super) fn of(text: &str) -> Option<Self> {
        const OF_REGEX: [&str; 12] = [
            ".*", ".+", "\\d", "\\w", "\\/", "(", "|", "]+", "]{", "[^", "^", "$",
        ];
        if OF_REGEX.iter().any(|mark| text.contains(mark)) {
            Some(Self::Regex)
        } else if text.contains(['[', '{']) || text.contains("**/") {
            Some(Self::Glob)
        } else {
            None
        }
    }
}

/// Translates a text; nothing if it has more than this module reads.
pub(super) fn read(text: &str, syntax: Syntax, dialect: Dialect) -> Option<Read> {
    let mut reader = Reader {
        chars: text.chars().peekable(),
        syntax,
        one: match dialect {
            Dialect::Pulumi => ".",
            Dialect::StringLike => "?",
        },
        is_wider: false,
        depth: 0,
    };
    let mut patterns = reader.alternatives()?;
    if reader.chars.next().is_some() {
        return None;
    }
    for pattern in &mut patterns {
        while pattern.contains("**") {
            *pattern = pattern.replace("**", "*");
        }
    }
    patterns.dedup();
    let is_new = patterns != [text];
    is_new.then_some(Read {
        patterns,
        is_wider: reader.is_wider,
    })
}

struct Reader<'a> {
    chars: Peekable<Chars<'a>>,
    syntax: Syntax,
    /// The wildcard for one character.
    one: &'static str,
    is_wider: bool,
    depth: usize,
}

impl Reader<'_> {
    /// Sequences with the separator of alternatives in between, up to a closing bracket.
    fn alternatives(&mut self) -> Option<Vec<String>> {
        let separator = match self.syntax {
            Syntax::Regex => '|',
            Syntax::Glob => ',',
        };
        let mut all = self.sequence()?;
        while (self.depth > 0 || self.syntax == Syntax::Regex) && self.next_if(separator) {
            all.extend(self.sequence()?);
        }
        (all.len() <= MANY).then_some(all)
    }

    fn sequence(&mut self) -> Option<Vec<String>> {
        let mut all = vec![String::new()];
        while let Some(c) = self.chars.peek().copied() {
            let is_end = match self.syntax {
                Syntax::Regex => matches!(c, '|' | ')'),
                Syntax::Glob => self.depth > 0 && matches!(c, ',' | '}'),
            };
            if is_end {
                break;
            }
            self.chars.next();
            let atom = match self.syntax {
                Syntax::Regex => self.regex_atom(c)?,
                Syntax::Glob => self.glob_atom(c)?,
            };
            let mut joined = Vec::with_capacity(all.len() * atom.len());
            for before in &all {
                joined.extend(atom.iter().map(|after| format!("{before}{after}")));
            }
            all = joined;
            if all.len() > MANY {
                return None;
            }
        }
        Some(all)
    }

    fn regex_atom(&mut self, c: char) -> Option<Vec<String>> {
        let one = self.one.to_owned();
        let mut is_literal = false;
        let atom = match c {
            '^' | '$' => return Some(vec![String::new()]),
            '.' => vec![one],
            '[' => {
                self.class()?;
                vec![one]
            }
            '(' => {
                // `(?:…)` is a group; other kinds are not read.
                if self.next_if('?') && !self.next_if(':') {
                    return None;
                }
                self.group(')')?
            }
            '\\' => match self.chars.next()? {
                'd' | 'w' | 's' | 'D' | 'W' | 'S' => {
                    self.is_wider = true;
                    vec![one]
                }
                literal if literal.is_ascii_alphanumeric() => return None,
                literal => vec![literal.to_string()],
            },
            c => {
                is_literal = true;
                vec![c.to_string()]
            }
        };
        // In `acme/*` the `*` is rather a wildcard than any number of slashes.
        if is_literal && self.chars.peek() == Some(&'*') {
            return Some(atom);
        }
        Some(self.quantified(atom))
    }

    /// Reads what says how often an atom is repeated.
    fn quantified(&mut self, mut atom: Vec<String>) -> Vec<String> {
        let is_any = atom == [self.one];
        if self.next_if('?') {
            atom.push(String::new());
        } else if self.next_if('*') || self.next_if('+') {
            self.next_if('?');
            self.is_wider |= !is_any;
            atom = vec!["*".to_owned()];
        } else if self.chars.peek() == Some(&'{') {
            let is_closed = self.chars.by_ref().any(|c| c == '}');
            self.is_wider = true;
            atom = vec!["*".to_owned()];
            if !is_closed {
                atom.clear();
            }
        }
        atom
    }

    fn glob_atom(&mut self, c: char) -> Option<Vec<String>> {
        Some(match c {
            '{' => self.group('}')?,
            '[' => {
                self.class()?;
                vec![self.one.to_owned()]
            }
            // `**/` matches no folder, too.
            '*' if self.next_if('*') => match self.next_if('/') {
                true => vec![String::new(), "*/".to_owned()],
                false => vec!["*".to_owned()],
            },
            c => vec![c.to_string()],
        })
    }

    fn group(&mut self, end: char) -> Option<Vec<String>> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let all = self.alternatives()?;
        self.depth -= 1;
        self.next_if(end).then_some(all)
    }

    /// Reads a class of characters, of which none is told apart.
    fn class(&mut self) -> Option<()> {
        self.is_wider = true;
        self.next_if('^');
        self.next_if(']');
        self.chars.by_ref().find(|c| *c == ']').map(drop)
    }

    fn next_if(&mut self, expected: char) -> bool {
        self.chars.next_if_eq(&expected).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::{Syntax, read};
    use crate::pattern::Dialect;

    fn patterns(text: &str) -> Vec<String> {
        let syntax = Syntax::of(text).unwrap();
        read(text, syntax, Dialect::Pulumi)
            .map(|read| read.patterns)
            .unwrap_or_default()
    }

    #[test]
    fn regular_expressions_become_patterns() {
        for (text, expected) in [
            ("^repo:acme/.*$", vec!["repo:acme/*"]),
            (r"repo:acme/[^/]+:ref:.+", vec!["repo:acme/*:ref:*"]),
            (r"^v\d+\.\d+$", vec!["v*.*"]),
            ("main|develop", vec!["main", "develop"]),
            (
                "refs/(heads/main|tags/v.*)",
                vec!["refs/heads/main", "refs/tags/v*"],
            ),
            ("(?:a|b(c|d))e", vec!["ae", "bce", "bde"]),
            ("colou?r$", vec!["colour", "color"]),
            (r"^a\.b$", vec!["a.b"]),
            ("[a-z]{2,4}x", vec!["*x"]),
            ("(?!main).*", vec![]),
            ("(a|b", vec![]),
            ("a)b(c", vec![]),
            (r"^\p{L}$", vec![]),
        ] {
            assert_eq!(patterns(text), expected, "{text}");
        }
    }

    #[test]
    fn globs_become_patterns() {
        for (text, expected) in [
            (
                "repo:acme/{web,api}:*",
                vec!["repo:acme/web:*", "repo:acme/api:*"],
            ),
            ("{a,b{c,d}}", vec!["a", "bc", "bd"]),
            ("refs/**/main", vec!["refs/main", "refs/*/main"]),
            ("v[0-9]*", vec!["v.*"]),
            ("{a,b", vec![]),
        ] {
            assert_eq!(patterns(text), expected, "{text}");
        }
    }

    #[test]
    fn many_alternatives_are_too_many() {
        let text = "{a,b}".repeat(40);
        assert_eq!(patterns(&text), Vec::<String>::new());
        assert_eq!(patterns(&"(".repeat(900)), Vec::<String>::new());
        assert_eq!(Syntax::of("repo:acme/*:pull_request"), None);
    }
}
