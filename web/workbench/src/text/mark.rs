//! The letters that stand for a provider where a logo would.

/// Two or three letters: an abbreviation in the name, else the capitals of its first words, else its
/// first letters.
pub fn letters(name: &str) -> String {
    let words: Vec<&str> = name
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let is_abbreviation = |word: &&&str| {
        (2..=3).contains(&word.len()) && word.chars().all(|letter| letter.is_ascii_uppercase())
    };
    if let Some(word) = words.iter().find(is_abbreviation) {
        return (*word).to_owned();
    }
    let capitals: String = words
        .iter()
        .flat_map(|word| word.chars())
        .filter(|letter| letter.is_uppercase())
        .take(2)
        .collect();
    if capitals.chars().count() == 2 {
        return capitals;
    }
    let first = words.first().copied().unwrap_or(name);
    first.chars().take(2).collect()
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn a_mark_is_an_abbreviation_of_the_name() {
        for (name, expected) in [
            ("GitHub Actions", "GH"),
            ("GitLab", "GL"),
            ("Amazon EKS", "EKS"),
            ("Azure DevOps", "AD"),
            ("Kubernetes", "Ku"),
            ("Fly.io", "Fl"),
            ("x", "x"),
            ("", ""),
        ] {
            assert_eq!(letters(name), expected, "{name}");
        }
    }

    #[test]
    fn every_provider_has_two_or_three_letters() {
        for provider in claimgate_providers::all() {
            let count = letters(&provider.name).chars().count();
            assert!((2..=3).contains(&count), "{}", provider.name);
        }
    }
}
