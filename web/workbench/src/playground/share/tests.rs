use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use claimgate::policy::{Decision, TokenType};
use miniz_oxide::deflate::compress_to_vec;
use proptest::prelude::*;

use super::*;
use claimgate_testing::{policy, text};

fn empty() -> Shared {
    Shared {
        issuer: None,
        policies: Vec::new(),
        claims: None,
        request: RequestedToken::Organization { admin: false },
        now: None,
        skip: Skip::default(),
        dialect: Dialect::Pulumi,
    }
}

fn fragment_of(json: &str) -> String {
    format!(
        "v1.{}",
        BASE64_URL_SAFE_NO_PAD.encode(compress_to_vec(json.as_bytes(), 6))
    )
}

fn problem(json: &str) -> String {
    Shared::from_fragment(&fragment_of(json))
        .unwrap_err()
        .to_string()
}

#[test]
fn a_link_of_the_first_version_is_read_for_ever() {
    // Compressed by another implementation of deflate. Never change it: old links must stay readable.
    let fragment = "#v1.bY-xDsIwDER_Bd1cgRhYsjKxMLFRhjS1wGqahjoRoKj_jiPUjcn2-fxsF7BIphmmINiRYHA8oUGevaaPlKKY3c7xlt52jJ6wNIiTZ8ckMNeCnhwLT0HdPYWPjqZpoHD5xMpKZMcqaTj_6FbLOfs6XSC5U6nDstwaOG95VBmlrY0WZrNfqpuemSRV_x90WLF6WJheMIcGMnDU49bXdD-rSVf0bD05RUHSzOHuedCPvg";
    let shared = Shared::from_fragment(fragment).unwrap();
    assert_eq!(shared.issuer.unwrap().url, "https://ci.example");
    assert_eq!(shared.policies[0].team_name.as_deref(), Some("a"));
    assert_eq!(shared.claims.unwrap().as_str(), "{\"sub\": 1}");
    assert_eq!(
        shared.request,
        RequestedToken::Team {
            name: "a".to_owned()
        }
    );
    assert_eq!((shared.now, shared.dialect), (Some(5), Dialect::StringLike));
    assert_eq!(
        shared.skip,
        Skip {
            issuer: true,
            time: true,
            ..Skip::default()
        }
    );
}

#[test]
fn what_is_no_link_is_refused_by_what_it_is() {
    for (text, expected) in [
        ("", ShareError::Empty),
        ("#", ShareError::Empty),
        (
            "v2.abc",
            ShareError::Version {
                found: "v2.abc".to_owned(),
            },
        ),
        (
            "policies",
            ShareError::Version {
                found: "policies".to_owned(),
            },
        ),
        ("v1.", ShareError::Damaged),
        ("v1.a", ShareError::Damaged),
        ("v1.a=", ShareError::Damaged),
        ("v1.AAAA", ShareError::Damaged),
    ] {
        assert_eq!(Shared::from_fragment(text), Err(expected), "{text}");
    }
    let long = format!("v1.{}", "A".repeat(MAX_FRAGMENT));
    assert_eq!(
        Shared::from_fragment(&long),
        Err(ShareError::TooLong { found: long.len() })
    );
}

#[test]
fn what_unpacks_to_too_much_is_refused() {
    let bomb = fragment_of(&" ".repeat(64 * MAX_JSON));
    assert!(bomb.len() < MAX_FRAGMENT, "{}", bomb.len());
    assert_eq!(Shared::from_fragment(&bomb), Err(ShareError::TooLarge));
}

#[test]
fn content_is_read_strictly() {
    for (json, expected) in [
        ("7", "expected a playground, an object, found an integer"),
        (
            "{}",
            "policies: expected an array of policies, found nothing",
        ),
        (
            r#"{"policies":{"policies":[]}}"#,
            "policies: expected an array of policies, found an object",
        ),
        (
            r#"{"policies":[],"token":"a"}"#,
            "token: unknown key `token`",
        ),
        (
            r#"{"policies":[],"policies":[]}"#,
            "member `policies` occurs twice in one object (line 1, column 25)",
        ),
        (
            r#"{"policies":[{}]}"#,
            "policies[0].decision: expected one of `allow`, `deny`, found nothing",
        ),
        (
            r#"{"policies":[],"issuer":{"name":"a"}}"#,
            "issuer.url: expected a string, found nothing",
        ),
        (
            r#"{"policies":[],"claims":{}}"#,
            "claims: expected a string, found an object",
        ),
        (
            r#"{"policies":[],"claims":"[]"}"#,
            "claims: expected a JSON object, found an empty array",
        ),
        (
            r#"{"policies":[],"request":{"tokenType":"user"}}"#,
            "request.tokenType: expected one of `organization`, `team`, `personal`, `runner`, found `user`",
        ),
        (
            r#"{"policies":[],"request":{"tokenType":"organization"}}"#,
            "request.admin: expected `true` or `false`, found nothing",
        ),
        (
            r#"{"policies":[],"request":{"tokenType":"team","name":"a","admin":true}}"#,
            "request.admin: unknown key `admin`",
        ),
        (
            r#"{"policies":[],"now":1.5}"#,
            "now: expected seconds since 1970, found 1.5",
        ),
        (
            r#"{"policies":[],"now":9223372036854775808}"#,
            "now: expected seconds since 1970, found 9223372036854775808",
        ),
        (
            r#"{"policies":[],"skip":["policies"]}"#,
            "skip[0]: expected a check that can be skipped, found `policies`",
        ),
        (
            r#"{"policies":[],"skip":true}"#,
            "skip: expected an array of checks, found a boolean",
        ),
        (
            r#"{"policies":[],"dialect":"glob"}"#,
            "dialect: expected one of `pulumi`, `stringlike`, found `glob`",
        ),
    ] {
        let found = problem(json);
        assert!(
            found.starts_with(&format!("the content cannot be read: {expected}")),
            "{json}: {found}"
        );
    }
}

/// `{"alg":"none"}`, in base64url.
const HEADER: &str = "eyJhbGciOiJub25lIn0";

#[test]
fn claims_are_never_a_token() {
    for text in [
        "",
        "x",
        &format!("{HEADER}.e30."),
        &format!("\"{HEADER}.e30.\""),
        "[]",
        "{} {}",
    ] {
        assert!(ClaimsText::new(text).is_err(), "{text}");
    }
    assert!(ClaimsText::new(" {\"sub\": \"a\"}\n").is_ok());
}

#[test]
fn warns_about_tokens_within_claims() {
    let places = |claims: &str| {
        let shared = Shared {
            claims: Some(ClaimsText::new(claims).unwrap()),
            ..empty()
        };
        shared
            .token_warnings()
            .into_iter()
            .map(|warning| warning.path)
            .collect::<Vec<_>>()
    };
    let nested =
        format!(r#"{{"act":{{"a.b":["x","Bearer {HEADER}.e30.c2ln"]}},"{HEADER}.e30":1}}"#);
    assert_eq!(places(&nested), ["claims.act.\"a.b\"[1]", "claims"]);
    let jwe = format!(r#"{{"t":"{HEADER}....x"}}"#);
    assert_eq!(places(&jwe), ["claims.t"]);
    assert_eq!(
        places(&format!(r#"{{"t":"{HEADER}.a.b.c.d"}}"#)),
        ["claims.t"]
    );
    for claims in [
        r#"{"sub":"repo:octo-org/octo-repo:ref:refs/heads/v1.2.3"}"#,
        &format!(r#"{{"a":"{HEADER}"}}"#),
        r#"{"iss":"https://a.b.c"}"#,
    ] {
        assert_eq!(places(claims), [""; 0], "{claims}");
    }
    let rule = PolicyDefinition::new(Decision::Deny, TokenType::Organization)
        .rule("sub", format!("{HEADER}.e30.x"));
    let issuer = SharedIssuer {
        name: format!("{HEADER}.e30."),
        url: String::new(),
    };
    let shared = Shared {
        policies: vec![rule],
        issuer: Some(issuer),
        ..empty()
    };
    let places: Vec<_> = shared
        .token_warnings()
        .into_iter()
        .map(|warning| warning.path)
        .collect();
    assert_eq!(places, ["policies[0].rules.sub", "issuer.name"]);
}

#[test]
fn what_could_not_be_read_again_is_not_written() {
    let policy = PolicyDefinition::new(Decision::Deny, TokenType::Organization)
        .rule("sub", "a")
        .rule("sub", "b");
    assert!(matches!(
        Shared {
            policies: vec![policy],
            ..empty()
        }
        .to_fragment(),
        Err(ShareError::Content { .. })
    ));
    let claims = format!("{{\"a\":\"{}\"}}", "b".repeat(MAX_JSON));
    let shared = Shared {
        claims: Some(ClaimsText::new(&claims).unwrap()),
        ..empty()
    };
    assert_eq!(shared.to_fragment(), Err(ShareError::TooLarge));
}

#[test]
fn usual_links_are_short() {
    let filled = claimgate_providers::find("github-actions")
        .unwrap()
        .example(1_763_942_400);
    let shared = Shared {
        policies: filled.policies,
        claims: Some(ClaimsText::new(&filled.claims).unwrap()),
        ..empty()
    };
    let fragment = shared.to_fragment().unwrap();
    assert!(fragment.len() < 1100, "{}", fragment.len());
    assert!(
        fragment
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    );
    assert!(shared.token_warnings().is_empty());
}

#[test]
fn files_are_read_strictly() {
    let shared = Shared {
        claims: Some(ClaimsText::new("{\"sub\": 1}").unwrap()),
        now: Some(5),
        ..empty()
    };
    assert_eq!(Shared::from_file(&shared.to_file().unwrap()), Ok(shared));
    for (text, expected) in [
        ("", "the file cannot be read: not JSON"),
        (
            "{}",
            "the file cannot be read: expected `claimgatePlayground`, found none",
        ),
        (
            r#"{"claimgatePlayground":2}"#,
            "the file cannot be read: expected `claimgatePlayground` 1, found 2",
        ),
        (
            r#"{"claimgatePlayground":1}"#,
            "the file cannot be read: expected `content`, found none",
        ),
        (
            r#"{"claimgatePlayground":1,"token":"a"}"#,
            "the content cannot be read: token: unknown key `token`",
        ),
        (
            r#"{"claimgatePlayground":1,"content":{}}"#,
            "the content cannot be read: policies: expected an array of policies, found nothing",
        ),
    ] {
        let found = Shared::from_file(text).unwrap_err().to_string();
        assert!(found.starts_with(expected), "{text}: {found}");
    }
    let large = format!("\"{}\"", "a".repeat(MAX_FILE));
    assert_eq!(
        Shared::from_file(&large),
        Err(ShareError::FileTooLarge { found: large.len() })
    );
}

fn request() -> impl Strategy<Value = RequestedToken> {
    prop_oneof![
        any::<bool>().prop_map(|admin| RequestedToken::Organization { admin }),
        text().prop_map(|name| RequestedToken::Team { name }),
        text().prop_map(|login| RequestedToken::Personal { login }),
        text().prop_map(|name| RequestedToken::Runner { name }),
    ]
}

fn claims() -> impl Strategy<Value = Option<ClaimsText>> {
    let members = prop::collection::btree_map(text(), text(), 0..4);
    let object = (members, "[ \\n]{0,3}").prop_map(|(members, space)| {
        ClaimsText::new(&format!(
            "{space}{}",
            serde_json::to_string_pretty(&members).unwrap()
        ))
        .unwrap()
    });
    prop::option::of(object)
}

prop_compose! {
    fn shared()(
        issuer in prop::option::of((text(), text()).prop_map(|(name, url)| SharedIssuer { name, url })),
        policies in prop::collection::vec(policy(), 0..4),
        claims in claims(),
        request in request(),
        now in prop::option::of(any::<i64>()),
        flags in any::<[bool; 5]>(),
        is_pulumi in any::<bool>(),
    ) -> Shared {
        let [issuer_skipped, key, signature, time, audience] = flags;
        let dialect = if is_pulumi { Dialect::Pulumi } else { Dialect::StringLike };
        Shared { issuer, policies, claims, request, now, skip: Skip { issuer: issuer_skipped, key, signature, time, audience }, dialect }
    }
}

proptest! {
    #[test]
    fn what_is_written_into_a_file_is_read_again(shared in shared()) {
        prop_assert_eq!(Shared::from_file(&shared.to_file().unwrap()), Ok(shared));
    }

    #[test]
    fn what_is_written_is_read_again(shared in shared()) {
        let fragment = shared.to_fragment().unwrap();
        prop_assert_eq!(Shared::from_fragment(&fragment), Ok(shared.clone()));
        prop_assert_eq!(Shared::from_fragment(&format!("#{fragment}")), Ok(shared));
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,60}", bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = Shared::from_fragment(&text);
        let _ = Shared::from_fragment(&format!("v1.{text}"));
        let _ = Shared::from_fragment(&format!("v1.{}", BASE64_URL_SAFE_NO_PAD.encode(&bytes)));
        let _ = Shared::from_fragment(&fragment_of(&text));
        let _ = tokens::has_token(&text);
    }

    #[test]
    fn no_damage_makes_it_panic(shared in shared(), at in any::<prop::sample::Index>(), with in "[A-Za-z0-9_.=-]{0,3}", length in 0..4_usize) {
        let fragment = shared.to_fragment().unwrap();
        let at = at.index(fragment.len());
        let end = (at + length).min(fragment.len());
        let mutated = format!("{}{with}{}", &fragment[..at], &fragment[end..]);
        if let Ok(read) = Shared::from_fragment(&mutated) {
            prop_assert!(read.claims.is_none_or(|claims| ClaimsText::new(claims.as_str()).is_ok()));
        }
    }
}
