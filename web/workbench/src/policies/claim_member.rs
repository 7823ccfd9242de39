//! The top-level members of the claims that claim paths lead into.

use claimgate::claim_path::ClaimPath;

/// The top-level member that a path leads into.
pub fn member(path: &str) -> Option<String> {
    ClaimPath::parse(path).ok()?.segments().first().cloned()
}

#[cfg(test)]
mod tests {
    use super::member;

    #[test]
    fn a_path_leads_into_its_first_member() {
        assert_eq!(member("sub").as_deref(), Some("sub"));
        assert_eq!(
            member(r#""kubernetes.io".pod.name"#).as_deref(),
            Some("kubernetes.io")
        );
        assert_eq!(member("a..b"), None);
    }
}
