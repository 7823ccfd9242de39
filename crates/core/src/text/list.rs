//! Lists in sentences.

/// Words as a sentence lists them: `a`, `a and b`, `a, b and c`.
///
/// ```
/// assert_eq!(claimgate::text::list::enumerate(&["a", "b", "c"]), "a, b and c");
/// ```
#[must_use]
pub fn enumerate<T: AsRef<str>>(words: &[T]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        None => String::new(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// Words of which one applies, as a sentence lists them, at most `most` of them: `a`, `a or b`, `a, b or c`,
/// `a, b or 7 others`.
///
/// ```
/// let words = ["a", "b", "c", "d"];
/// assert_eq!(claimgate::text::list::either(words.iter(), 4), "a, b, c or d");
/// assert_eq!(claimgate::text::list::either(words.iter(), 2), "a, b or 2 others");
/// ```
#[must_use]
pub fn either<T: AsRef<str>>(words: impl ExactSizeIterator<Item = T>, most: usize) -> String {
    let left = words.len().saturating_sub(most);
    let listed = words.take(most).map(|word| word.as_ref().to_owned());
    let mut listed: Vec<String> = listed.collect();
    if left > 0 {
        listed.push(format!("{left} other{}", if left == 1 { "" } else { "s" }));
    }
    match listed.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

/// Policies, given by their indices and counted from 1: `policy 1`, `policies 1, 2 and 3`.
///
/// ```
/// assert_eq!(claimgate::text::list::policies(&[0, 2]), "policies 1 and 3");
/// ```
#[must_use]
pub fn policies(indices: &[usize]) -> String {
    policies_and(indices, &[])
}

/// Policies, and words for those that are not listed: `policies 1, 2 and others`.
pub(crate) fn policies_and(indices: &[usize], more: &[&str]) -> String {
    let numbers = indices.iter().map(|index| (index + 1).to_string());
    let more = more.iter().map(|word| (*word).to_owned());
    let names: Vec<String> = numbers.chain(more).collect();
    match names.as_slice() {
        [] => "no policy".to_owned(),
        [only] => format!("policy {only}"),
        all => format!("policies {}", enumerate(all)),
    }
}

#[cfg(test)]
mod tests {
    use super::{either, enumerate, policies, policies_and};

    #[test]
    fn words_are_listed_as_in_a_sentence() {
        assert_eq!(enumerate::<&str>(&[]), "");
        assert_eq!(enumerate(&["a"]), "a");
        assert_eq!(enumerate(&["a", "b"]), "a and b");
        assert_eq!(
            enumerate(&["a".to_owned(), "b".to_owned(), "c".to_owned()]),
            "a, b and c"
        );
    }

    #[test]
    fn a_long_list_of_alternatives_is_cut_and_counted() {
        assert_eq!(either::<&str>([].into_iter(), 3), "");
        assert_eq!(either(["a"].iter(), 3), "a");
        assert_eq!(either(["a", "b"].iter(), 3), "a or b");
        assert_eq!(either(["a", "b", "c"].iter(), 3), "a, b or c");
        assert_eq!(either(["a", "b", "c"].iter(), 2), "a, b or 1 other");
        assert_eq!(either(["a", "b", "c"].iter(), 0), "3 others");
    }

    #[test]
    fn policies_are_counted_from_one() {
        assert_eq!(policies(&[]), "no policy");
        assert_eq!(policies(&[3]), "policy 4");
        assert_eq!(policies(&[0, 1, 4]), "policies 1, 2 and 5");
        assert_eq!(policies_and(&[0], &["others"]), "policies 1 and others");
    }
}
