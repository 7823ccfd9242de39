//! Documents of issuers: reading never panics, what is read compiles or has errors, findings are within
//! the policies, and audiences accept what they say.
#![no_main]

use claimgate::audience;
use claimgate::claims::Claims;
use claimgate::issuer::{Issuer, IssuerDefinition};
use claimgate::pattern::Dialect;
use claimgate_analysis::{CheckOptions, Policies, apply, check, findings};
use claimgate_formats::{import, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|written: &str| {
    let spans = text::spans(written);
    if let Some(root) = &spans.root {
        assert!(written.get(root.span.clone()).is_some());
    }
    let document = match import(written) {
        Ok(document) => document,
        Err(errors) => return assert!(!errors.is_empty()),
    };
    for issuer in &document.issuers {
        let issuer = &issuer.definition;
        if let Some(list) = issuer
            .audiences
            .as_ref()
            .filter(|list| audience::problems(list).is_empty())
        {
            for accepted in list {
                let claims = serde_json::json!({ "aud": [1, accepted] }).to_string();
                let claims = Claims::from_json(&claims).expect("claims");
                // A `*` in the text matches itself.
                assert!(audience::check(list, &claims).is_ok(), "{accepted:?}");
            }
        }
        match Issuer::compile(issuer, Dialect::Pulumi) {
            Ok(compiled) => {
                assert_eq!(compiled.policies().len(), issuer.policies.len());
                for finding in findings(&Policies::of(issuer, Dialect::Pulumi)) {
                    assert!(finding.basis.is_some(), "{finding:?}");
                    assert!(finding.path.starts_with("policies"), "{finding:?}");
                }
                if issuer.policies.len() <= 6 {
                    analyzed(issuer);
                }
            }
            Err(errors) => assert!(!errors.is_empty()),
        }
    }
});

/// The findings on all tokens: each has a basis, and its fixes compile.
fn analyzed(issuer: &IssuerDefinition) {
    let checked = check(issuer, &CheckOptions::new(Dialect::Pulumi)).expect("policies compile");
    for finding in checked.findings {
        assert!(finding.diagnostic.basis.is_some(), "{finding:?}");
        for fix in &finding.fixes {
            let policies = apply(&issuer.policies, &fix.edits);
            let fixed = IssuerDefinition {
                policies,
                ..issuer.clone()
            };
            assert!(
                Issuer::compile(&fixed, Dialect::Pulumi).is_ok(),
                "{finding:?}"
            );
        }
    }
}
