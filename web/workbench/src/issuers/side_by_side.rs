//! Two texts side by side, from their differences line by line.

use super::diff::{ChangeKind, Line};

/// A row: the line of each text, none where it has no line there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line of the old text.
    pub old: Option<String>,
    /// The line of the new text.
    pub new: Option<String>,
}

impl Row {
    /// Whether the texts differ here.
    pub fn differs(&self) -> bool {
        self.old != self.new
    }
}

/// The rows of two texts: lines of both are beside each other, and so are lines that replace others.
pub fn rows(lines: &[Line]) -> Vec<Row> {
    let mut rows = Vec::new();
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for line in lines {
        match line.kind {
            Some(ChangeKind::Removed) => old.push(line.text.clone()),
            Some(_) => new.push(line.text.clone()),
            None => {
                pair(&mut rows, &mut old, &mut new);
                rows.push(Row {
                    old: Some(line.text.clone()),
                    new: Some(line.text.clone()),
                });
            }
        }
    }
    pair(&mut rows, &mut old, &mut new);
    rows
}

/// Puts lines that replace each other beside each other.
fn pair(rows: &mut Vec<Row>, old: &mut Vec<String>, new: &mut Vec<String>) {
    let count = old.len().max(new.len());
    let (mut old, mut new) = (old.drain(..), new.drain(..));
    for _ in 0..count {
        rows.push(Row {
            old: old.next(),
            new: new.next(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_replace_others_are_beside_them() {
        let line = |kind, text: &str| Line {
            kind,
            text: text.to_owned(),
        };
        let lines = [
            line(None, "a"),
            line(Some(ChangeKind::Removed), "b"),
            line(Some(ChangeKind::Removed), "c"),
            line(Some(ChangeKind::Added), "d"),
            line(None, "e"),
            line(Some(ChangeKind::Added), "f"),
        ];
        let found: Vec<_> = rows(&lines)
            .into_iter()
            .map(|row| {
                let side = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
                side(row.old) + &side(row.new)
            })
            .collect();
        assert_eq!(found, ["aa", "bd", "c-", "ee", "-f"]);
        assert!(rows(&lines)[1].differs() && !rows(&lines)[0].differs());
        assert_eq!(rows(&[]), []);
    }
}
