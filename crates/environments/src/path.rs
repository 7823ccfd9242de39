//! Paths to properties: `a.b[0]["c d"]`.

use std::fmt;

/// A path to a property of an environment.
///
/// ```
/// use claimgate_environments::Path;
///
/// let path: Path = r#"aws.login["access key"][0]"#.parse()?;
/// assert_eq!(path.to_string(), r#"aws.login["access key"][0]"#);
/// # Ok::<(), claimgate_environments::PathError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<Step>);

/// A step of a [`Path`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The name of a property.
    Key(String),
    /// An index in a list.
    Index(usize),
}

/// A text that is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// A name is missing, as in `a..b`.
    #[error("expected a name at byte {0}")]
    Name(usize),
    /// `[` without `]`.
    #[error("expected `]` at byte {0}")]
    Bracket(usize),
    /// `["` without `"`.
    #[error("expected a closing quote at byte {0}")]
    Quote(usize),
    /// Something else than a number or a quoted name in brackets.
    #[error("expected an index or a quoted name at byte {0}")]
    Index(usize),
}

impl Path {
    /// The steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }
}

impl From<&[Step]> for Path {
    fn from(steps: &[Step]) -> Self {
        Self(steps.to_vec())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.0.iter().fold(String::new(), |path, step| match step {
            Step::Key(key) if key.is_empty() => format!("{path}[\"\"]"),
            Step::Key(key) => join_key(&path, key),
            Step::Index(index) => format!("{path}[{index}]"),
        });
        formatter.write_str(&path)
    }
}

impl std::str::FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let mut steps = Vec::new();
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let (step, length) = match rest.strip_prefix('[') {
                Some(inside) => subscript(inside, at + 1)?,
                None => name(rest, at, steps.is_empty())?,
            };
            steps.push(step);
            at += length;
        }
        Ok(Self(steps))
    }
}

/// Reads a name, with the dot before it.
fn name(text: &str, at: usize, is_first: bool) -> Result<(Step, usize), PathError> {
    let name = match text.strip_prefix('.') {
        Some(name) if !is_first => name,
        None if is_first => text,
        _ => return Err(PathError::Name(at)),
    };
    let name = name.split(['.', '[']).next().unwrap_or_default();
    if name.is_empty() {
        return Err(PathError::Name(at + 1));
    }
    let dot = usize::from(!is_first);
    Ok((Step::Key(name.to_owned()), name.len() + dot))
}

/// Reads what stands in brackets.
fn subscript(text: &str, at: usize) -> Result<(Step, usize), PathError> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (index, _) = text.split_once(']').ok_or(PathError::Bracket(at))?;
        let is_index = index.bytes().all(|byte| byte.is_ascii_digit());
        let parsed = index.parse().ok().filter(|_| is_index);
        let step = Step::Index(parsed.ok_or(PathError::Index(at))?);
        return Ok((step, index.len() + 2));
    };
    let mut key = String::new();
    let mut chars = quoted.char_indices().peekable();
    while let Some((offset, c)) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some((_, '"'))) => {
                key.push('"');
                chars.next();
            }
            ('"', Some((_, ']'))) => return Ok((Step::Key(key), offset + 4)),
            ('"', _) => return Err(PathError::Bracket(at + offset + 2)),
            _ => key.push(c),
        }
    }
    Err(PathError::Quote(at + text.len()))
}

/// Joins a path and a key, quoting the key if it is no name.
pub(crate) fn join_key(path: &str, key: &str) -> String {
    if key.is_empty() {
        return path.to_owned();
    }
    match (is_name(key), path) {
        (true, "") => key.to_owned(),
        (true, _) => format!("{path}.{key}"),
        (false, _) => format!("{path}[\"{}\"]", key.replace('"', "\\\"")),
    }
}

fn is_name(key: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    key.starts_with(is_letter) && key.chars().all(|c| is_letter(c) || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_as_they_are_read() {
        for text in [
            "",
            "a",
            "a.b[0].c",
            "[\"a b\"].c",
            "a[\"q\\\"q\"][12]",
            "a[0][1]",
            "[\"\"].a",
        ] {
            assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
        }
        assert_eq!("a-b.c".parse::<Path>().unwrap().to_string(), "[\"a-b\"].c");
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for (text, error) in [
            (".a", PathError::Name(0)),
            ("a..b", PathError::Name(2)),
            ("a.", PathError::Name(2)),
            ("a[0]b", PathError::Name(4)),
            ("a[0", PathError::Bracket(2)),
            ("a[\"b\"", PathError::Bracket(5)),
            ("a[\"b", PathError::Quote(4)),
            ("a[x]", PathError::Index(2)),
            ("a[-1]", PathError::Index(2)),
            ("a[]", PathError::Index(2)),
        ] {
            assert_eq!(text.parse::<Path>(), Err(error), "{text}");
        }
    }
}
