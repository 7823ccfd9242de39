//! Suggestions for what was typed into a field.

/// A suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The text to insert.
    pub value: String,
    /// Its documentation.
    pub doc: String,
}

/// The choices that contain the typed text, those that begin with it first. Empty once one of them
/// is complete.
pub fn fit(choices: &[Choice], written: &str, is_all: bool) -> Vec<Choice> {
    let written = written.to_lowercase();
    if is_all || written.is_empty() {
        return choices.to_vec();
    }
    if choices
        .iter()
        .any(|choice| choice.value.to_lowercase() == written)
    {
        return Vec::new();
    }
    let (starting, others): (Vec<_>, Vec<_>) = choices
        .iter()
        .partition(|choice| choice.value.to_lowercase().starts_with(&written));
    let within = others
        .into_iter()
        .filter(|choice| choice.value.to_lowercase().contains(&written));
    starting.into_iter().chain(within).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::{Choice, fit};

    #[test]
    fn prefix_matches_come_first_and_a_complete_choice_has_no_list() {
        let choices: Vec<_> = ["sub", "jti", "sub_jwk", "aud"]
            .map(|value| Choice {
                value: value.to_owned(),
                doc: String::new(),
            })
            .into();
        let fitting = |written: &str, is_all| -> Vec<String> {
            fit(&choices, written, is_all)
                .into_iter()
                .map(|choice| choice.value)
                .collect()
        };
        assert_eq!(fitting("su", false), ["sub", "sub_jwk"]);
        assert_eq!(fitting("J", false), ["jti", "sub_jwk"]);
        assert_eq!(fitting("sub", false), Vec::<String>::new());
        assert_eq!(fitting("sub", true).len(), 4);
        assert_eq!(fitting("", false).len(), 4);
    }
}
