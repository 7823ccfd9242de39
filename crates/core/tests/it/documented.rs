//! Compares `docs/errors.md` with the source: it lists every stable code once, and nothing else.
//!
//! The codes are read from the source text, so that one that no test produces is not forgotten:
//! each string in kebab-case counts as a code, and so does any string in the place of a code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use claimgate::exchange::OauthError;

use crate::markdown::{Table, code, file, root, span, tables};

const PAGE: &str = "docs/errors.md";

/// The pages of the reference.
const PAGES: [&str; 5] = [
    "errors.md",
    "exchange.md",
    "policy-language.md",
    "token-checks.md",
    "explanations.md",
];

/// Where codes come from: the engine, the providers' hints, the findings, the documents, the limits of environments, the command line, the server, its master keys, the
/// layer between the engine and JavaScript, and the JavaScript around that.
const SOURCES: [&str; 10] = [
    "crates/core/src",
    "crates/providers/src/hints",
    "crates/analysis/src",
    "crates/formats/src",
    "crates/environments/src/limits.rs",
    "crates/cli/src/document.rs",
    "crates/server/src/exchange",
    "crates/server/src/environments/keys/transit/error.rs",
    "crates/wasm/src",
    "crates/wasm/npm/src",
];

/// Strings of the source that look like codes and are none.
const NO_CODES: [&str; 5] = [
    "cache-control",
    "github-hosted",
    "ieee-p1363",
    "jwt-svid",
    "oidc-issuers",
];

/// The text before a string that is a code, whatever it looks like.
const BEFORE_CODES: [&str; 5] = [
    "Diagnostic::note(",
    "finding(",
    "hint(",
    "failure(",
    "code:",
];

#[test]
fn every_code_is_documented_and_every_documented_code_exists() {
    let source = source_codes();
    let page = documented();
    let missing: Vec<_> = source
        .iter()
        .filter(|(code, _)| !page.contains(*code))
        .collect();
    assert!(
        missing.is_empty(),
        "not in the tables of {PAGE}: {missing:?}"
    );
    let gone: Vec<_> = page
        .iter()
        .filter(|code| !source.contains_key(*code))
        .collect();
    assert!(
        gone.is_empty(),
        "in the tables of {PAGE}, and not in the source: {gone:?}"
    );
}

#[test]
fn oauth_errors_are_documented() {
    let page: Vec<String> = rows("`error`")
        .into_iter()
        .map(|row| span(&row[0]).to_owned())
        .collect();
    let errors = [
        OauthError::InvalidRequest,
        OauthError::UnsupportedGrantType,
        OauthError::InvalidTarget,
        OauthError::InvalidScope,
    ];
    for error in errors {
        // A new one does not compile here until it is in the list above.
        match error {
            OauthError::InvalidRequest
            | OauthError::UnsupportedGrantType
            | OauthError::InvalidTarget
            | OauthError::InvalidScope => {}
        }
    }
    assert_eq!(
        page,
        errors.map(|error| serde_json::to_value(error)
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned())
    );
}

#[test]
fn every_row_says_what_a_code_means_and_how_to_fix_it() {
    for row in rows("code").iter().chain(&rows("`error`")) {
        assert!(
            code(&row[0]).is_some_and(|code| !code.is_empty()),
            "{row:?}"
        );
        assert!(!row[1].is_empty() && !row[2].is_empty(), "{row:?}");
    }
}

#[test]
fn other_pages_name_codes_that_exist() {
    let codes = documented();
    for page in PAGES {
        for table in tables(&file(&format!("docs/{page}"))) {
            let Some(column) = table.header.iter().position(|name| name == "code") else {
                continue;
            };
            for row in table.rows {
                // A cell may be a sentence with codes in it.
                for code in row[column].split('`').skip(1).step_by(2) {
                    assert!(
                        codes.contains(code),
                        "docs/{page}: `{code}` is not in {PAGE}"
                    );
                }
            }
        }
    }
}

#[test]
fn links_between_the_pages_lead_somewhere() {
    let docs = PAGES.map(|page| format!("docs/{page}"));
    for page in ["README.md", "ARCHITECTURE.md"]
        .into_iter()
        .chain(docs.iter().map(String::as_str))
    {
        let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
        for link in links(&file(page))
            .into_iter()
            .filter(|link| !link.contains("://"))
        {
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let path = if path.is_empty() {
                page.to_owned()
            } else {
                format!("{folder}/{path}")
            };
            assert!(
                root().join(path.trim_start_matches('/')).exists(),
                "{page}: `{link}` leads nowhere"
            );
            let is_there =
                anchor.is_empty() || anchors(&file(path.trim_start_matches('/'))).contains(anchor);
            assert!(is_there, "{page}: `{link}` leads to no heading");
        }
    }
}

#[test]
fn codes_are_read_from_where_they_stand() {
    let source = r##"
        //! `"in-a-comment"`
        #[serde(rename_all = "in-an-attribute")]
        fn f<'a>(text: &'a str) -> Option<char> {
            /* "in-a-block" */
            let _ = ('"', '\'', "no code: it-has more", "P-256", r#"json-or-so"#, "\"-quoted");
            Diagnostic::error(path, "policy-code", "a message");
            Diagnostic::note(
                "word", "message",
            );
        }
        /// Stable code.
        pub fn code(&self) -> &'static str {
            match self { Self::A => "single", Self::B => "two-words" }
        }
        pub fn other(&self) -> &'static str { "no" }
        #[cfg(test)]
        mod tests { const A: &str = "in-a-test"; }
    "##;
    assert_eq!(
        codes_in(source),
        BTreeSet::from(
            ["json-or-so", "policy-code", "single", "two-words", "word"].map(String::from)
        )
    );
}

/// The rows of the tables whose first column has that name.
fn rows(first: &str) -> Vec<Vec<String>> {
    let header = [first, "what it means", "how to fix it"];
    let is_wanted = |table: &Table| table.has_header(&header);
    tables(&file(PAGE))
        .into_iter()
        .filter(is_wanted)
        .flat_map(|table| table.rows)
        .collect()
}

fn documented() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for row in rows("code") {
        assert!(
            codes.insert(span(&row[0]).to_owned()),
            "{PAGE}: {} is listed twice",
            row[0]
        );
    }
    codes
}

/// What the links of a page lead to.
fn links(text: &str) -> Vec<String> {
    let target = |rest: &str| rest.split_once(')').map(|(target, _)| target.to_owned());
    text.split("](").skip(1).filter_map(target).collect()
}

/// The headings of a page as links name them.
fn anchors(text: &str) -> BTreeSet<String> {
    let heading = |line: &str| {
        line.starts_with('#')
            .then(|| line.trim_start_matches('#').trim().to_lowercase())
    };
    text.lines()
        .filter_map(heading)
        .map(|heading| heading.replace(' ', "-"))
        .collect()
}

/// Every code with a file that has it.
fn source_codes() -> BTreeMap<String, String> {
    let mut codes = BTreeMap::new();
    for source in SOURCES {
        let mut files = Vec::new();
        if source.ends_with(".rs") {
            files.push(source.to_owned());
        } else {
            files_in(&root().join(source), source, &mut files);
            assert!(files.len() > 3, "{source} has its files");
        }
        for name in files {
            let text = file(&name);
            let found = if name.ends_with(".js") {
                codes_in_javascript(&text)
            } else {
                codes_in(&text)
            };
            codes.extend(found.into_iter().map(|code| (code, name.clone())));
        }
    }
    for name in NO_CODES {
        assert!(
            codes.remove(name).is_some(),
            "`{name}` is gone from the source: take it off the list too"
        );
    }
    codes
}

fn files_in(folder: &Path, name: &str, files: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{name}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files_in(&entry.path(), &name, files);
        } else if !name.ends_with("/tests.rs")
            && [".rs", ".js"].iter().any(|end| name.ends_with(end))
        {
            files.push(name);
        }
    }
}

fn codes_in(source: &str) -> BTreeSet<String> {
    let source = source.split("#[cfg(test)]\n").next().unwrap_or_default();
    let is_code = |(text, place): &(String, Place)| *place == Place::OfCode || is_kebab(text);
    strings(source)
        .into_iter()
        .filter(is_code)
        .map(|(text, _)| text)
        .collect()
}

/// The text between two quotes on one line. JavaScript has few strings, and its messages are in
/// backticks.
fn codes_in_javascript(source: &str) -> BTreeSet<String> {
    let is_code_line = |line: &&str| {
        !["//", "/*", "*"]
            .iter()
            .any(|start| line.trim_start().starts_with(start))
    };
    let between = source
        .lines()
        .filter(is_code_line)
        .flat_map(|line| line.split('"').skip(1));
    between
        .filter(|text| is_kebab(text))
        .map(str::to_owned)
        .collect()
}

fn is_kebab(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    text.contains('-') && text.split('-').all(is_word)
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// Behind one of [`BEFORE_CODES`], or in a function `code`.
    OfCode,
    Other,
}

/// The strings of a Rust source with their places, without those of comments and attributes.
fn strings(source: &str) -> Vec<(String, Place)> {
    let mut found = Vec::new();
    // What was read since the last function began, without strings and comments.
    let mut code = String::new();
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
        } else if rest.starts_with("#[") || rest.starts_with("#![") {
            rest = after_attribute(rest);
        } else if let Some((text, after)) = string(rest) {
            let place = if is_code_place(&code) {
                Place::OfCode
            } else {
                Place::Other
            };
            found.push((text, place));
            code.push('"');
            rest = after;
        } else {
            let length = char_literal(rest).unwrap_or(c.len_utf8());
            if rest.starts_with("fn ") {
                code.clear();
            }
            code.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }
    found
}

fn is_code_place(code: &str) -> bool {
    code.starts_with("fn code(")
        || BEFORE_CODES
            .iter()
            .any(|before| code.trim_end().ends_with(before))
}

/// A string literal at the start, raw or not: its text, and what follows it.
fn string(rest: &str) -> Option<(String, &str)> {
    let raw = rest
        .strip_prefix('r')
        .map(|after| after.trim_start_matches('#'))
        .filter(|after| after.starts_with('"'));
    if let Some(after) = raw {
        let hashes = "#".repeat(rest.len() - after.len() - 1);
        let (text, after) = after[1..].split_once(&format!("\"{hashes}"))?;
        return Some((text.to_owned(), after));
    }
    let inner = rest.strip_prefix('"')?;
    let mut is_escaped = false;
    let end = inner.find(|c| {
        let is_end = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        is_end
    })?;
    Some((inner[..end].to_owned(), &inner[end + 1..]))
}

/// The length of a character literal at the start; a lifetime is none.
fn char_literal(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    let first = inner.chars().next()?;
    let length = if first == '\\' {
        2 + inner.get(2..)?.find('\'')?
    } else {
        first.len_utf8()
    };
    inner.get(length..)?.starts_with('\'').then_some(length + 2)
}

fn after_attribute(rest: &str) -> &str {
    let mut depth = 0;
    let mut rest = rest;
    while let Some(c) = rest.chars().next() {
        if let Some((_, after)) = string(rest) {
            rest = after;
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '[' => depth += 1,
            ']' if depth == 1 => return rest,
            ']' => depth -= 1,
            _ => {}
        }
    }
    rest
}
