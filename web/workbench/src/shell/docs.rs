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
const ANALYSIS: Page = page("analysis", "Analysis");
/// The page on running a server.
pub const SERVER: Page = page("server", "Server");

/// The pages, those that people read first at the top.
pub const ALL: [Page; 12] = [
    POLICIES,
    TOKEN_CHECKS,
    EXPLANATIONS,
    EXCHANGE,
    KEYS,
    ERRORS,
    page("findings", "Findings"),
    ANALYSIS,
    SERVER,
    page("security", "Security"),
    page("cli", "Command line"),
    page("npm-api", "JavaScript"),
];

/// The address of the documentation of a finding, relative to the app's.
pub fn of_finding(code: &str) -> String {
    format!("docs/findings.html#{code}")
}

/// The documentation of a page of the app, by its path and its section.
pub fn page_for(path: &str, section: &str) -> Page {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [.., "issuers", "new"] => KEYS,
        [.., "issuers", _] => match section {
            "who" => ANALYSIS,
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
    use claimgate_analysis::{CATALOG, catalog};

    use super::{ALL, of_finding, page_for};

    #[test]
    fn a_page_of_the_app_has_its_documentation() {
        for (path, section, file) in [
            ("/", "", "token-checks"),
            ("/sub/", "", "token-checks"),
            ("/issuers/new", "", "keys"),
            ("/issuers/abc", "", "policy-language"),
            ("/issuers/abc", "who", "analysis"),
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
            // The findings are a folder, and one page of the app.
            let file = match page.file {
                "findings" => "findings/README",
                file => file,
            };
            assert!(read(file).starts_with("# "), "{file}");
        }
    }

    fn read(file: &str) -> String {
        let path = format!("{}/../../docs/{file}.md", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    #[test]
    fn every_finding_has_a_section() {
        let pages: String = CATALOG
            .iter()
            .map(|group| read(&format!("findings/{}", group.page)))
            .collect();
        for rule in catalog() {
            assert!(
                pages.contains(&format!("\n## {}\n", rule.code)),
                "{}",
                rule.code
            );
            assert_eq!(
                of_finding(rule.code),
                format!("docs/findings.html#{}", rule.code)
            );
        }
    }
}
