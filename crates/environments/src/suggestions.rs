//! Names that were probably meant.

/// The nearest of some names, if one is near: at most half of the letters differ.
pub(crate) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(name);
    let most = folded.len().div_ceil(2);
    let mut best = (most, None);
    for candidate in names {
        let distance = distance(&folded, &fold(candidate));
        if distance < best.0 {
            best = (distance, Some(candidate));
        }
    }
    best.1
}

/// Sorts names by their distance from another.
pub(crate) fn by_distance(name: &str, names: &mut [&str]) {
    let name = fold(name);
    names.sort_by_key(|candidate| distance(&name, &fold(candidate)));
}

/// A name without case and underscores.
fn fold(name: &str) -> Vec<u8> {
    name.to_lowercase()
        .bytes()
        .filter(|byte| *byte != b'_')
        .collect()
}

/// The edits between two names. Long names are cut: they are pasted, not mistyped.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let cut = |name: &[u8]| name.iter().copied().take(64).collect::<Vec<_>>();
    strsim::generic_levenshtein(&cut(a), &cut(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found() {
        let nearest = |name| nearest(name, ["region", "roleArn"].into_iter());
        assert_eq!(nearest("regoin"), Some("region"));
        assert_eq!(nearest("Role_Arn"), Some("roleArn"));
        assert_eq!(nearest("x"), None);
        assert_eq!(distance(b"kitten", b"sitting"), 3);
    }
}
