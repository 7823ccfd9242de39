//! Our own exports that are programs, read again: a Pulumi program in TypeScript, and a shell
//! script of API calls.
//!
//! Neither language is parsed as a whole, only its literals: of TypeScript the object behind
//! `OidcIssuer("name", …)`, of a script the bodies behind `--data-raw`. Whatever would have to be
//! computed is refused.

use std::iter::Peekable;
use std::str::Chars;

use claimgate::diagnostic::Diagnostic;
use claimgate::json::Value;

use super::value::dollars_doubled;

/// What marks a body in a script.
const BODY: &str = "--data-raw '";

/// What marks an issuer in a program.
const CALL: &str = "OidcIssuer(";

/// Whether a text is a program in TypeScript.
pub(super) fn is_typescript(text: &str) -> bool {
    text.contains("pulumiservice") && text.contains(CALL) && !text.contains("resources:")
}

/// A program in TypeScript, as its YAML would be.
pub(super) fn typescript(text: &str) -> Result<Value, Diagnostic> {
    let mut resources = Vec::new();
    let mut rest = text.to_owned();
    while let Some((_, call)) = rest.split_once(CALL) {
        let mut scanner = Scanner {
            rest: call.chars().peekable(),
        };
        scanner.skip_space();
        let name = scanner.string()?;
        scanner.skip_space();
        if scanner.rest.next() != Some(',') {
            return Err(scanner.unexpected("`,` and the resource's properties", ""));
        }
        let kind = Value::String("pulumiservice:index:OidcIssuer".to_owned());
        let properties = dollars_doubled(&scanner.value()?);
        let members = vec![
            ("type".to_owned(), kind),
            ("properties".to_owned(), properties),
        ];
        resources.push((name, Value::Object(members)));
        let after = scanner.rest.collect();
        rest = after;
    }
    Ok(Value::Object(vec![(
        "resources".to_owned(),
        Value::Object(resources),
    )]))
}

/// Whether a text is a script with bodies of the API.
pub(super) fn is_script(text: &str) -> bool {
    text.contains(BODY)
}

/// The issuers of a script, with their policies.
pub(super) fn script(text: &str) -> Result<Value, Diagnostic> {
    let mut issuers: Vec<Value> = Vec::new();
    let mut rest = text;
    while let Some((before, quoted)) = rest.split_once(BODY) {
        if before
            .rsplit('\n')
            .next()
            .is_some_and(|line| line.starts_with('#'))
        {
            rest = quoted;
            continue;
        }
        let (body, after) = unquoted(quoted);
        rest = after;
        let body = Value::parse(&body)
            .map_err(|error| Diagnostic::error("", error.code(), error.to_string()))?;
        let Value::Object(members) = body else {
            return Err(unreadable(
                "expected an object after `--data-raw`, found something else".to_owned(),
            ));
        };
        match issuers.last_mut() {
            Some(Value::Object(issuer)) if members.iter().all(|(name, _)| name == "policies") => {
                if issuer.iter().any(|(name, _)| name == "policies") {
                    let message =
                        "expected the policies of an issuer once, found them twice".to_owned();
                    return Err(unreadable(message));
                }
                issuer.extend(members);
            }
            _ => issuers.push(Value::Object(members)),
        }
    }
    Ok(Value::Array(issuers))
}

/// The text within the shell's single quotes, from behind the first of them, and what follows the
/// last.
fn unquoted(text: &str) -> (String, &str) {
    let mut body = String::new();
    let mut rest = text;
    while let Some((part, after)) = rest.split_once('\'') {
        body.push_str(part);
        rest = after;
        let Some(more) = after.strip_prefix(r"\''") else {
            break;
        };
        body.push('\'');
        rest = more;
    }
    (body, rest)
}

fn unreadable(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error("", "document-unreadable", message)
}

/// Literals of JavaScript.
struct Scanner<'a> {
    rest: Peekable<Chars<'a>>,
}

impl Scanner<'_> {
    fn value(&mut self) -> Result<Value, Diagnostic> {
        self.skip_space();
        match self.rest.peek() {
            Some('"' | '\'') => Ok(Value::String(self.string()?)),
            Some('[') => {
                let mut items = Vec::new();
                self.list(']', |scanner| {
                    items.push(scanner.value()?);
                    Ok(())
                })?;
                Ok(Value::Array(items))
            }
            Some('{') => {
                let mut members = Vec::new();
                self.list('}', |scanner| {
                    members.push(scanner.member()?);
                    Ok(())
                })?;
                Ok(Value::Object(members))
            }
            _ => {
                let word = self.word();
                let is_plain = matches!(word.as_str(), "true" | "false" | "null")
                    || word.parse::<f64>().is_ok();
                let value = if is_plain {
                    Value::parse(&word).ok()
                } else {
                    None
                };
                value.ok_or_else(|| self.unexpected("a literal", &word))
            }
        }
    }

    /// The items in brackets, separated by commas; a comma may follow the last.
    fn list(
        &mut self,
        end: char,
        mut item: impl FnMut(&mut Self) -> Result<(), Diagnostic>,
    ) -> Result<(), Diagnostic> {
        self.rest.next();
        loop {
            self.skip_space();
            if self.rest.peek() == Some(&end) {
                self.rest.next();
                return Ok(());
            }
            item(self)?;
            self.skip_space();
            match self.rest.peek() {
                Some(',') => drop(self.rest.next()),
                Some(c) if *c == end => {}
                _ => return Err(self.unexpected(&format!("`,` or `{end}`"), "")),
            }
        }
    }

    fn member(&mut self) -> Result<(String, Value), Diagnostic> {
        let name = match self.rest.peek() {
            Some('"' | '\'') => self.string()?,
            Some('[') => {
                self.rest.next();
                let name = self.string()?;
                match self.rest.next() {
                    Some(']') => name,
                    _ => return Err(self.unexpected("`]`", "")),
                }
            }
            _ => self.word(),
        };
        self.skip_space();
        if name.is_empty() || self.rest.next_if_eq(&':').is_none() {
            return Err(self.unexpected("a key and `:`", &name));
        }
        Ok((name, self.value()?))
    }

    fn string(&mut self) -> Result<String, Diagnostic> {
        let Some(quote) = self.rest.next_if(|c| matches!(c, '"' | '\'')) else {
            return Err(self.unexpected("a string", ""));
        };
        let mut text = String::new();
        while let Some(c) = self.rest.next() {
            match c {
                c if c == quote => return Ok(text),
                '\\' => text.push(self.escape()?),
                c => text.push(c),
            }
        }
        Err(unreadable(
            "expected the end of a string, found the end of the text".to_owned(),
        ))
    }

    fn escape(&mut self) -> Result<char, Diagnostic> {
        Ok(match self.rest.next() {
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('u') => return self.unicode(),
            Some(c @ ('"' | '\'' | '\\' | '/' | '`' | '$')) => c,
            other => {
                return Err(
                    self.unexpected("an escape", &other.map(String::from).unwrap_or_default())
                );
            }
        })
    }

    /// `\u1234`, two of them for one character, or `\u{1234}`.
    fn unicode(&mut self) -> Result<char, Diagnostic> {
        let first = match self.rest.next_if_eq(&'{') {
            Some(_) => {
                let digits: String = self.rest.by_ref().take_while(|c| *c != '}').collect();
                u32::from_str_radix(&digits, 16).ok()
            }
            None => self.four(),
        };
        let code = match first {
            Some(high @ 0xd800..=0xdbff) => {
                let is_pair = self.rest.next() == Some('\\') && self.rest.next() == Some('u');
                let low = if is_pair { self.four() } else { None };
                low.filter(|low| (0xdc00..=0xdfff).contains(low))
                    .map(|low| 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
            }
            other => other,
        };
        code.and_then(char::from_u32)
            .ok_or_else(|| self.unexpected("a character's number", ""))
    }

    fn four(&mut self) -> Option<u32> {
        let digits: String = self.rest.by_ref().take(4).collect();
        u32::from_str_radix(&digits, 16)
            .ok()
            .filter(|_| digits.len() == 4)
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(c) = self
            .rest
            .next_if(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '-' | '.'))
        {
            word.push(c);
        }
        word
    }

    /// White space and comments.
    fn skip_space(&mut self) {
        loop {
            while self.rest.next_if(|c| c.is_whitespace()).is_some() {}
            let mut ahead = self.rest.clone();
            match (ahead.next(), ahead.next()) {
                (Some('/'), Some('/')) => while self.rest.next_if(|c| *c != '\n').is_some() {},
                (Some('/'), Some('*')) => {
                    self.rest = ahead;
                    let mut last = ' ';
                    for c in self.rest.by_ref() {
                        if last == '*' && c == '/' {
                            break;
                        }
                        last = c;
                    }
                }
                _ => return,
            }
        }
    }

    fn unexpected(&mut self, expected: &str, before: &str) -> Diagnostic {
        let rest: String = self.rest.clone().take(24).collect();
        let message = format!(
            "expected {expected}, found `{}`",
            format!("{before}{rest}").trim_end()
        );
        unreadable(format!(
            "{message}; only literal values of a program can be read"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<Value, Diagnostic> {
        Scanner {
            rest: text.chars().peekable(),
        }
        .value()
    }

    #[test]
    fn literals_are_read_as_their_json() {
        let cases = [
            (
                r#"{a: 1, "b": [true, null,], 'c': 'it\'s',}"#,
                r#"{"a":1,"b":[true,null],"c":"it's"}"#,
            ),
            (r#"{["__proto__"]: "x"} // more"#, r#"{"__proto__":"x"}"#),
            (
                r#"/* first */ "\u00e9\ud83d\ude00\u{1f600}\n""#,
                r#""é😀😀\n""#,
            ),
            ("-1.5", "-1.5"),
        ];
        for (text, json) in cases {
            assert_eq!(
                value(text).unwrap().to_json(),
                Value::parse(json).unwrap().to_json(),
                "{text}"
            );
        }
    }

    #[test]
    fn what_would_have_to_be_computed_is_refused() {
        for text in [
            "{a: org}",
            "`a`",
            "{a: 'b' + 'c'}",
            "[1 2]",
            "{...more}",
            r#""open"#,
            r#""\ud83d""#,
            "{a}",
            "process.env.A",
        ] {
            assert!(value(text).is_err(), "{text}");
        }
        assert!(
            value("{a: org}")
                .unwrap_err()
                .message
                .contains("expected a literal, found `org}`")
        );
    }
}
