//! Where parts of a definition begin and end that the parser gives other places.

/// Where a block scalar's indicator is, `|` or `>`, from where its text begins.
pub(super) fn header(text: &str, content: usize) -> usize {
    let before = text.get(..content).unwrap_or_default().trim_end();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.get(start..).unwrap_or_default();
    let mut indicators = line.match_indices(['|', '>']);
    let found = indicators.find(|(at, _)| {
        let (before, rest) = line.split_at(*at);
        let rest = rest.get(1..).unwrap_or_default();
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || "+-".contains(c));
        let is_end = rest.is_empty() || rest.starts_with([' ', '\t', '\r']);
        let comment = rest.trim_start();
        let is_begin = before.is_empty() || before.ends_with([' ', '\t']);
        is_begin && is_end && (comment.is_empty() || comment.starts_with('#'))
    });
    found.map_or(content, |(at, _)| start + at)
}

/// Where a scalar is that was left out: behind what it belongs to.
pub(super) fn before_blanks(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.trim_end_matches([' ', '\t']).len()
}

/// Where a list's first dash is. Of a list that is not indented below its key, the parser gives the place
/// behind the dash.
pub(super) fn dash(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default().trim_end();
    let Some(before) = before.strip_suffix('-') else {
        return at;
    };
    let is_alone =
        before.trim_end_matches(' ').is_empty() || before.trim_end_matches(' ').ends_with('\n');
    if is_alone { before.len() } else { at }
}

/// Where a flow collection ends, behind its bracket. After the last part there are only blanks, commas,
/// colons without a value, and comments; the parser's own place lies behind those that follow the bracket.
pub(super) fn closing(text: &str, from: usize, bracket: u8) -> Option<usize> {
    let mut is_comment = false;
    for (at, byte) in text.bytes().enumerate().skip(from) {
        match byte {
            b'\n' => is_comment = false,
            _ if is_comment => {}
            b'#' => is_comment = true,
            _ if byte == bracket => return Some(at + 1),
            b' ' | b'\t' | b'\r' | b',' | b':' | b'?' => {}
            _ => return None,
        }
    }
    None
}
