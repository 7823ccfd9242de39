//! The pages of `docs/`, as far as tests read them: their tables and fenced blocks, in their order.

use std::path::PathBuf;

/// A part of a page.
#[derive(Debug, PartialEq)]
pub(crate) enum Block {
    Table(Table),
    Fence(Fence),
}

#[derive(Debug, PartialEq)]
pub(crate) struct Table {
    pub(crate) line: usize,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// A block between lines of three backticks; `info` is what follows the first three.
#[derive(Debug, PartialEq)]
pub(crate) struct Fence {
    pub(crate) line: usize,
    pub(crate) info: String,
    pub(crate) text: String,
}

impl Table {
    pub(crate) fn has_header(&self, names: &[&str]) -> bool {
        self.header == names
    }
}

impl Fence {
    pub(crate) fn words(&self) -> Vec<&str> {
        self.info.split_whitespace().collect()
    }
}

/// A file of the repository, by its path from the root.
#[expect(
    clippy::disallowed_methods,
    reason = "tests read files; only the engine may not"
)]
pub(crate) fn file(path: &str) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The blocks of a page.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .peekable();
    while let Some((number, line)) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let mut text = String::new();
            for (_, line) in lines
                .by_ref()
                .take_while(|(_, line)| !line.starts_with("```"))
            {
                text.push_str(line);
                text.push('\n');
            }
            blocks.push(Block::Fence(Fence {
                line: number,
                info: info.to_owned(),
                text,
            }));
        } else if line.starts_with('|') {
            let mut rows = Vec::new();
            while let Some((number, line)) = lines.next_if(|(_, line)| line.starts_with('|')) {
                assert!(line.ends_with('|'), "line {number}: a row ends with `|`");
                rows.push(cells(line));
            }
            let header = cells(line);
            let is_rule =
                |cell: &String| !cell.is_empty() && cell.chars().all(|c| matches!(c, '-' | ':'));
            let rule = rows.first().filter(|rule| rule.iter().all(is_rule));
            assert!(
                rule.is_some(),
                "line {}: a table has a line below its header",
                number + 1
            );
            rows.remove(0);
            for row in &rows {
                assert_eq!(row.len(), header.len(), "line {number}: {row:?}");
            }
            blocks.push(Block::Table(Table {
                line: number,
                header,
                rows,
            }));
        }
    }
    blocks
}

pub(crate) fn tables(text: &str) -> Vec<Table> {
    let table = |block| match block {
        Block::Table(table) => Some(table),
        Block::Fence(_) => None,
    };
    blocks(text).into_iter().filter_map(table).collect()
}

/// Splits a row at its `|`, but not at a `\|`.
fn cells(line: &str) -> Vec<String> {
    let inner = line
        .trim_start_matches('|')
        .strip_suffix('|')
        .unwrap_or_default()
        .replace("\\|", "\u{0}");
    inner
        .split('|')
        .map(|cell| cell.replace('\u{0}', "|").trim().to_owned())
        .collect()
}

/// The text between the backticks of a cell that is one code span. Two backticks are for text
/// that has one.
pub(crate) fn code(cell: &str) -> Option<&str> {
    for ticks in ["``", "`"] {
        if let Some(inner) = cell
            .strip_prefix(ticks)
            .and_then(|rest| rest.strip_suffix(ticks))
        {
            let has_others = ticks == "`" && inner.contains('`');
            return (!has_others).then(|| if ticks == "``" { inner.trim() } else { inner });
        }
    }
    None
}

/// The code span of a cell that has to be one.
pub(crate) fn span(cell: &str) -> &str {
    code(cell).unwrap_or_else(|| panic!("expected one code span, found {cell:?}"))
}
