//! Translates regular expressions and shell globs, as far as people write them in rules, into
//! patterns: one for each alternative.

use std::iter::Peekable;
use std::str::Chars;

use crate::pattern::Dialect;

/// The most alternatives that a hint lists.
const MANY: usize = 16;

/// How deep groups may be nested.
const DEEPEST: usize = 8;

/// The language that a pattern is likely written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    Regex,
    Glob,
    /// SQL: `%` is any text.
    Like,
}

/// The patterns that a text of another language means.
pub(super) struct Read {
    pub(super) patterns: Vec<String>,
    /// Whether they match more than the text does.
    pub(super) is_wider: bool,
}

impl Syntax {
    /// A text without what names its language, and that language: `regex:…`, `/…/`.
    pub(super) fn named(text: &str) -> (&str, Option<Self>) {
        const NAMES: [(&str, Syntax); 7] = [
            ("regexp:", Syntax::Regex),
            ("regex:", Syntax::Regex),
            ("re:", Syntax::Regex),
            ("~^", Syntax::Regex),
            ("~", Syntax::Regex),
            ("glob:", Syntax::Glob),
            ("like:", Syntax::Like),
        ];
        let named = NAMES.iter().find_map(|(name, syntax)| {
            Some((text.strip_prefix(name)?.trim_start(), Some(*syntax)))
        });
        let slashes = || {
            let (inside, flags) = text.strip_prefix('/')?.rsplit_once('/')?;
            let are_flags = flags.chars().all(|c| "gimsuy".contains(c));
            let is_regex = Self::of(inside) == Some(Self::Regex) || !inside.contains('/');
            (are_flags && is_regex).then_some((inside, Some(Self::Regex)))
        };
        named.or_else(slashes).unwrap_or((text, None))
    }

    /// The language of a text that has characters of one; nothing for a pattern as it should be.
    pub(super) fn of(text: &str) -> Option<Self> {
        const OF_REGEX: [&str; 16] = [
            ".*", ".+", ".{", "\\d", "\\w", "\\/", "(", "|", "]+", "]{", "[^", "^", "$", "\\A",
            "\\z", "\\b",
        ];
        const EXTENDED: [&str; 4] = ["@(", "+(", "*(", "?("];
        if EXTENDED.iter().any(|mark| text.contains(mark)) && !text.contains(['^', '$', '\\']) {
            Some(Self::Glob)
        } else if OF_REGEX.iter().any(|mark| text.contains(mark)) {
            Some(Self::Regex)
        } else if text.contains(['[', '{']) || text.contains("**/") {
            Some(Self::Glob)
        } else if text.contains('%') {
            Some(Self::Like)
        } else {
            None
        }
    }
}

/// Translates a text; nothing if it has more than this module reads.
pub(super) fn read(text: &str, syntax: Syntax, dialect: Dialect) -> Option<Read> {
    let one = match dialect {
        Dialect::Pulumi => ".",
        Dialect::StringLike => "?",
    };
    if syntax == Syntax::Like {
        let any = text.replace('%', "*");
        let mut patterns = vec![any.replace('_', one), any];
        patterns.dedup();
        return Some(Read {
            patterns,
            is_wider: false,
        });
    }
    let mut reader = AlternativesReader {
        chars: text.chars().peekable(),
        syntax,
        one,
        is_wider: false,
        depth: 0,
        separator: '|',
        end: ')',
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
    Some(Read {
        patterns,
        is_wider: reader.is_wider,
    })
}

struct AlternativesReader<'a> {
    chars: Peekable<Chars<'a>>,
    syntax: Syntax,
    /// The wildcard for one character.
    one: &'static str,
    is_wider: bool,
    depth: usize,
    /// What separates the alternatives of the innermost group, and ends it.
    separator: char,
    end: char,
}

impl AlternativesReader<'_> {
    /// Sequences with the separator of alternatives in between, up to a closing bracket.
    fn alternatives(&mut self) -> Option<Vec<String>> {
        let separator = self.separator;
        let mut all = self.sequence()?;
        while (self.depth > 0 || self.syntax == Syntax::Regex) && self.next_if(separator) {
            while separator == ',' && self.next_if(' ') {}
            all.extend(self.sequence()?);
        }
        (all.len() <= MANY).then_some(all)
    }

    fn sequence(&mut self) -> Option<Vec<String>> {
        let mut all = vec![String::new()];
        while let Some(c) = self.chars.peek().copied() {
            let is_end = match self.syntax {
                Syntax::Regex => matches!(c, '|' | ')'),
                _ => self.depth > 0 && (c == self.separator || c == self.end),
            };
            if is_end {
                break;
            }
            self.chars.next();
            let atom = match self.syntax {
                Syntax::Regex => self.regex_atom(c)?,
                _ => self.glob_atom(c)?,
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
                if self.next_if('?') && !self.next_if(':') {
                    return self.flags();
                }
                self.group('|', ')')?
            }
            '\\' => match self.chars.next()? {
                'd' | 'w' | 's' | 'D' | 'W' | 'S' => {
                    self.is_wider = true;
                    vec![one]
                }
                // Ends of a text or a word.
                'A' | 'z' | 'Z' | 'b' => return Some(vec![String::new()]),
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
            '{' => {
                let all = self.group(',', '}')?;
                match all.as_slice() {
                    [range] if range.contains("..") => {
                        self.is_wider = true;
                        vec!["*".to_owned()]
                    }
                    [only] => vec![format!("{{{only}}}")],
                    _ => all,
                }
            }
            '@' | '?' | '+' | '*' if self.chars.peek() == Some(&'(') => self.extended(c)?,
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

    /// Reads `@(a|b)`, `?(a)`, `+(a)` and `*(a)`.
    fn extended(&mut self, kind: char) -> Option<Vec<String>> {
        self.chars.next();
        let mut all = self.group('|', ')')?;
        match kind {
            '@' => {}
            '?' => all.push(String::new()),
            _ => {
                self.is_wider = true;
                all = vec!["*".to_owned()];
            }
        }
        Some(all)
    }

    /// Reads `i)` of `(?i)`. Other kinds of groups are not read.
    fn flags(&mut self) -> Option<Vec<String>> {
        let is_flag = |c: &char| "imsux".contains(*c);
        while self.chars.next_if(is_flag).is_some() {}
        self.next_if(')').then(|| vec![String::new()])
    }

    fn group(&mut self, separator: char, end: char) -> Option<Vec<String>> {
        let outer = (self.separator, self.end);
        (self.separator, self.end) = (separator, end);
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let all = self.alternatives()?;
        self.depth -= 1;
        (self.separator, self.end) = outer;
        self.next_if(end).then_some(all)
    }

    /// Reads a class of characters, all of them alike.
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
            ("(?i)main$", vec!["main"]),
            (r"\Amain\z", vec!["main"]),
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
            ("{a, b}", vec!["a", "b"]),
            ("v{1..9}", vec!["v*"]),
            ("@(a|b)c", vec!["ac", "bc"]),
            ("a?(b)", vec!["ab", "a"]),
            ("a+([a-z])", vec!["a*"]),
            ("refs/heads/%", vec!["refs/heads/*"]),
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
