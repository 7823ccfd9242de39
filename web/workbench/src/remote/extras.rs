//! What only this browser knows about a server's issuers: samples, the preset, and the source of
//! keys.

use crate::issuers::storage::StoredIssuer;

/// The stored issuers, with the displayed ones in place of their earlier versions.
pub fn updated(mut kept: Vec<StoredIssuer>, shown: &[StoredIssuer]) -> Vec<StoredIssuer> {
    kept.retain(|known| shown.iter().all(|issuer| issuer.id != known.id));
    kept.extend(shown.iter().filter(|issuer| !is_bare(issuer)).map(stripped));
    kept
}

/// Whether the server knows everything about an issuer.
pub fn is_bare(issuer: &StoredIssuer) -> bool {
    issuer.samples.is_empty() && issuer.preset.is_empty() && issuer.jwks_source.is_none()
}

/// An issuer without what the server stores. Keys with a known source stay: the source applies to
/// these keys only.
fn stripped(issuer: &StoredIssuer) -> StoredIssuer {
    StoredIssuer {
        samples: issuer.samples.clone(),
        preset: issuer.preset.clone(),
        jwks: issuer.jwks_source.as_ref().and(issuer.jwks.clone()),
        jwks_source: issuer.jwks_source.clone(),
        ..StoredIssuer::blank(issuer.id.clone(), 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_server_does_not_know_is_stored() {
        let issuer = StoredIssuer {
            name: "CI".to_owned(),
            url: "https://ci.example".to_owned(),
            jwks: Some("{}".to_owned()),
            preset: "github-actions".to_owned(),
            thumbprints: vec!["ab".to_owned()],
            ..StoredIssuer::blank("a".to_owned(), 7)
        };
        let expected = StoredIssuer {
            preset: issuer.preset.clone(),
            ..StoredIssuer::blank("a".to_owned(), 0)
        };
        assert_eq!(
            updated(Vec::new(), std::slice::from_ref(&issuer)),
            [expected]
        );
        let fetched = StoredIssuer {
            jwks_source: Some("https://ci.example/keys".to_owned()),
            ..issuer
        };
        let kept = updated(Vec::new(), &[fetched]);
        assert_eq!(
            (kept[0].jwks.as_deref(), kept[0].name.as_str()),
            (Some("{}"), "")
        );
    }

    #[test]
    fn stored_parts_of_other_issuers_stay() {
        let of = |id: &str, preset: &str| StoredIssuer {
            preset: preset.to_owned(),
            ..StoredIssuer::blank(id.to_owned(), 0)
        };
        let kept = updated(
            vec![of("a", "one"), of("b", "two")],
            &[of("b", ""), of("c", "three")],
        );
        let ids: Vec<_> = kept.iter().map(|issuer| issuer.id.as_str()).collect();
        assert_eq!(ids, ["a", "c"]);
    }
}
