//! Names of files that the app offers.

use claimgate_formats::resource::slug;

/// A file name derived from a label: lowercase letters, digits and dashes, with an extension.
pub fn file_name(label: &str, ending: &str) -> String {
    let stem: String = slug(label).chars().take(60).collect();
    format!(
        "{}.{ending}",
        if stem.is_empty() { "claimgate" } else { &stem }
    )
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_label_becomes_a_file_name() {
        assert_eq!(file_name("GitHub Actions", "json"), "github-actions.json");
        assert_eq!(
            file_name("../../etc/passwd\u{202e}", "yaml"),
            "etc-passwd.yaml"
        );
        assert_eq!(file_name("日本語", "ts"), "claimgate.ts");
    }
}
