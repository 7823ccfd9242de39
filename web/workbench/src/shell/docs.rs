//! The documentation pages, and which of them belongs to a page of the app.

/// A documentation page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its file in `docs/`, without the ending.
    pub file: &'static str,
    /// Its title.
    pub title: &'static str,
}

const fn page(file: &'static str, title: &'static str) -> Page {
    Page { file, title }
}

const POLICIES: Page = page("policy-language", "Policy language");
const EXPLANATIONS: Page = page("explanations", "Explanations");
const TOKEN_CHECKS: Page = page("token-checks", "Token checks");
const KEYS: Page = page("keys", "Keys");
const EXCHANGE: Page = page("exchange", "Token exchange");
const ERRORS: Page = page("errors", "Errors, findings and hints");
const SERVER: Page = page("server", "Server");

/// The pages, those that people read first at the top.
pub const ALL: [Page; 10] = [
    POLICIES,
    TOKEN_CHECKS,
    EXPLANATIONS,
    EXCHANGE,
    KEYS,
    ERRORS,
    SERVER,
    page("security", "Security"),
    page("cli", "Command line"),
    page("npm-api", "JavaScript"),
];

/// The documentation of a page of the app, by its path and its section.
pub fn page_for(path: &str, section: &str) -> Page {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [.., "issuers", "new"] => KEYS,
        [.., "issuers", _] => match section {
            "details" => KEYS,
            "workflow" => EXCHANGE,
            _ => POLICIES,
        },
        [.., "playground"] | [.., "examples", _] => EXPLANATIONS,
        [.., "examples"] => ERRORS,
        [
            ..,
            "audit" | "changes" | "tokens" | "organizations" | "settings" | "demo",
        ]
        | [.., "audit" | "changes", _] => SERVER,
        [.., "import" | "map"] => POLICIES,
        _ => TOKEN_CHECKS,
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL, page_for};

    #[test]
    fn a_page_of_the_app_has_its_documentation() {
        for (path, section, file) in [
            ("/", "", "token-checks"),
            ("/sub/", "", "token-checks"),
            ("/issuers/new", "", "keys"),
            ("/issuers/abc", "", "policy-language"),
            ("/issuers/abc", "details", "keys"),
            ("/sub/issuers/abc", "workflow", "exchange"),
            ("/playground", "", "explanations"),
            ("/examples", "", "errors"),
            ("/examples/pull-request", "", "explanations"),
            ("/audit/changes/7", "", "server"),
            ("/tokens", "", "server"),
            ("/demo", "", "server"),
            ("/map", "", "policy-language"),
        ] {
            assert_eq!(page_for(path, section).file, file, "{path} {section}");
        }
    }

    #[test]
    fn every_page_is_a_file_with_a_title() {
        for page in ALL {
            let path = format!("{}/../../docs/{}.md", env!("CARGO_MANIFEST_DIR"), page.file);
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.starts_with("# "), "{path}");
        }
    }
}
