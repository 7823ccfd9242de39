use super::{
    audience, expiration, grant_type, missing, requested_token_type, scope, subject_token_type,
};

#[test]
fn each_scope_has_its_right_form() {
    let long = format!("team:{}", "a".repeat(101));
    for (found, token_type, expected) in [
        ("user", "personal", "write `user:LOGIN`"),
        ("none", "personal", "write `user:LOGIN`"),
        ("User:octocat", "personal", "write `user:octocat`"),
        ("login=octocat", "personal", "write `user:octocat`"),
        ("octocat", "personal", "write `user:octocat`"),
        ("teams/ops", "team", "write `team:ops`"),
        ("TEAM:ops", "team", "write `team:ops`"),
        ("runnerID:r1", "runner", "write `runner:r1`"),
        ("deployment-runner:r1", "runner", "write `runner:r1`"),
        ("username:octocat", "personal", "write `user:octocat`"),
        ("Admin", "organization", "write `admin`"),
        (
            "everything",
            "organization",
            "write `admin`, or leave `scope` out",
        ),
        (
            "user:octocat",
            "organization",
            "for `user:octocat`, request a token of the type `urn:pulumi:token-type:access_token:personal`",
        ),
        (
            "team:ops",
            "personal",
            "for `team:ops`, request a token of the type `urn:pulumi:token-type:access_token:team`",
        ),
        (
            "team:a team:b",
            "team",
            "a token has one scope: send a request for each",
        ),
        ("admin", "team", "write `team:NAME`"),
        ("team ops", "team", "write `team:ops`"),
        ("team:team:ops", "team", "write `team:ops`"),
        ("urn:pulumi:team:ops", "team", "write `team:NAME`"),
        ("team: ops", "team", "write `team:ops`"),
        ("team:", "team", "write `team:NAME`"),
        ("openid", "team", "write `team:NAME`"),
        ("offline_access", "personal", "write `user:LOGIN`"),
        (
            "openid",
            "organization",
            "write `admin`, or leave `scope` out",
        ),
        (
            "team:*",
            "team",
            "a request names one team: wildcards are for policies",
        ),
        (
            "ops-*",
            "team",
            "a request names one team: wildcards are for policies",
        ),
        (
            "team:ops,dev",
            "team",
            "a token has one scope: send a request for each",
        ),
        (
            "team:ops dev",
            "team",
            "a token has one scope: send a request for each; in a form, a `+` of a name is `%2B`",
        ),
        (
            "user:eva,user:otto",
            "personal",
            "a token has one scope: send a request for each",
        ),
        ("team:équipe", "team", "no name has `é` (U+00E9)"),
        ("runner:build/1", "runner", "no name has `/`"),
        ("user:eva!", "personal", "no name has `!`"),
        ("team:\u{200b}ops", "team", "no name has U+200B"),
        ("team:\"ops\"", "team", "no name has U+0022"),
        ("team:a:b", "team", "no name has `:`"),
        ("team:team:ops", "team", "write `team:ops`"),
        (&long, "team", "a name has at most 100 characters"),
    ] {
        assert_eq!(
            scope(found, token_type),
            expected,
            "{found} for {token_type}"
        );
    }
}

#[test]
fn types_and_audiences_have_their_prefix() {
    for (found, expected) in [
        ("organization", "organization"),
        ("urn:pulumi:token-type:access_token:Team", "team"),
        ("user", "personal"),
        (
            "urn:pulumi:token-type:access_token:deployment-runner",
            "runner",
        ),
        ("org", "organization"),
    ] {
        let expected = format!("write `urn:pulumi:token-type:access_token:{expected}`");
        assert_eq!(requested_token_type(found), Some(expected), "{found}");
    }
    assert_eq!(
        requested_token_type("urn:ietf:params:oauth:token-type:jwt"),
        None
    );
    for found in [
        "urn:ietf:params:oauth:token-type:access_token",
        "Organisation",
    ] {
        let expected = "write `urn:pulumi:token-type:access_token:organization`";
        assert_eq!(
            requested_token_type(found).as_deref(),
            Some(expected),
            "{found}"
        );
    }
    for found in [
        "acme",
        "urn:pulumi:organization:acme",
        "https://api.pulumi.com/acme/",
        "URN:PULUMI:ORG:acme",
        "urn:pulumi:org:acme:team",
        "urn:pulumi:org:acme/team:ops",
    ] {
        assert_eq!(
            audience(found).as_deref(),
            Some("write `urn:pulumi:org:acme`"),
            "{found}"
        );
    }
    for found in [
        "urn:pulumi:org:",
        "urn:pulumi:org:*",
        "Acme Inc",
        "sts.amazonaws.com",
        "api://AzureADTokenExchange",
        "https://api.pulumi.com",
    ] {
        let expected = "write `urn:pulumi:org:` and the organization's name";
        assert_eq!(audience(found).as_deref(), Some(expected), "{found}");
    }
}

#[test]
fn grant_types_token_types_and_durations_have_their_form() {
    let exchange = "write `urn:ietf:params:oauth:grant-type:token-exchange`";
    for found in [
        "Token Exchange",
        "token_exchange",
        "URN:IETF:params:oauth:grant-type:token-exchange ",
    ] {
        assert_eq!(grant_type(found).as_deref(), Some(exchange), "{found}");
    }
    assert_eq!(grant_type("client_credentials"), None);
    let id_token = "write `urn:ietf:params:oauth:token-type:id_token`";
    for found in [
        "id_token",
        "jwt",
        "urn:ietf:params:oauth:token-type:jwt",
        "urn:ietf:params:oauth:token-type:id-token",
    ] {
        assert_eq!(
            subject_token_type(found).as_deref(),
            Some(id_token),
            "{found}"
        );
    }
    assert_eq!(
        subject_token_type("urn:ietf:params:oauth:token-type:saml2"),
        None
    );
    for (found, expected) in [
        ("1h", Some("write `3600`")),
        ("30 minutes", Some("write `1800`")),
        ("2 hours", Some("write `7200`")),
        ("PT1H", Some("write `3600`")),
        ("1d", Some("write `86400`")),
        ("3600s", Some("write `3600`")),
        ("3600.0", Some("write `3600`")),
        ("0", None),
        ("-1", None),
        ("0h", None),
        ("soon", None),
        ("99999999999999999999h", None),
        ("2026-11-25", None),
    ] {
        assert_eq!(expiration(found).as_deref(), expected, "{found}");
    }
}

#[test]
fn a_parameter_under_another_name_is_found() {
    for (name, sent, expected) in [
        (
            "grant_type",
            "grantType",
            Some("the body has `grantType`: its name is `grant_type`"),
        ),
        (
            "grant_type",
            "GRANT_TYPE",
            Some("the body has `GRANT_TYPE`: its name is `grant_type`"),
        ),
        (
            "subject_token",
            "id_token",
            Some("the body has `id_token`: its name is `subject_token`"),
        ),
        (
            "subject_token",
            "assertion",
            Some("the body has `assertion`: its name is `subject_token`"),
        ),
        (
            "audience",
            "aud",
            Some("the body has `aud`: its name is `audience`"),
        ),
        ("grant_type", "x", None),
    ] {
        assert_eq!(missing(name, &[sent]).as_deref(), expected, "{name} {sent}");
    }
    let empty = missing("grant_type", &[]).unwrap();
    assert!(empty.contains("not in the address"), "{empty}");
}
