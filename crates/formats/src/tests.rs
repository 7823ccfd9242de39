use claimgate::explain::Outcome;
use claimgate::issuer::IssuerDefinition;
use claimgate::json::Value;
use claimgate::policy::{Decision, PolicyDefinition, TokenType};
use proptest::prelude::*;

use super::policies::{enforced, left_out};
use super::resource::{typescript, yaml};
use super::*;
use crate::samples::Sample;
use claimgate_testing::{policy, text};

fn read(text: &str) -> Document {
    import(text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"))
}

fn problems(text: &str) -> Vec<(String, String)> {
    let problems = import(text).map(|imported| imported.kind).unwrap_err();
    problems
        .into_iter()
        .map(|problem| (problem.path, problem.message))
        .collect()
}

fn notes(text: &str) -> Vec<(String, String)> {
    read(text)
        .notes
        .into_iter()
        .map(|note| (note.code.into_owned(), note.path))
        .collect()
}

fn places(text: &str) -> Vec<String> {
    problems(text).into_iter().map(|(path, _)| path).collect()
}

const POLICY: &str = r#"{"decision":"allow","tokenType":"organization","rules":{"sub":"a"}}"#;

#[test]
fn a_claimgate_file_is_the_engines_configuration() {
    let text = format!(
        r#"{{"version":1,"organization":"acme","leeway":30,"issuers":[{{"url":"https://a.example","name":"A",
            "jwks":{{"keys":[{{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}]}},"maxExpiration":60,"policies":{{"policies":[{POLICY}]}}}}]}}"#
    );
    let imported = read(&text);
    assert_eq!(
        (imported.kind, imported.organization.as_deref()),
        (Kind::Settings, Some("acme"))
    );
    let definition = &imported.issuers[0].definition;
    assert_eq!(
        (definition.name.as_str(), definition.max_expiration),
        ("A", Some(60))
    );
    assert_eq!(definition.policies.len(), 1);
    let jwks = definition.jwks.as_deref().unwrap();
    assert!(jwks.starts_with("{\n  \"keys\": ["), "{jwks}");
    assert_eq!(notes(&text), [(LEFT_OUT.to_owned(), "leeway".to_owned())]);
    let as_text = format!(
        r#"{{"issuers":[{{"url":"https://a.example","name":"A","policies":"[{}]"}}]}}"#,
        POLICY.replace('"', "\\\"")
    );
    assert_eq!(
        read(&as_text).issuers[0].definition.policies,
        definition.policies
    );
}

#[test]
fn what_is_wrong_in_a_claimgate_file_has_its_place() {
    for (text, expected) in [
        (r#"{"issuers":{}}"#, vec!["issuers"]),
        (r#"{"version":2,"issuers":[]}"#, vec!["version"]),
        (
            r#"{"issuers":[],"isuers":[],"dialect":"glob"}"#,
            vec!["isuers", "dialect"],
        ),
        (
            r#"{"issuers":[{"nam":"a"}]}"#,
            vec!["issuers[0].nam", "issuers[0].url"],
        ),
        (
            r#"{"issuers":[{"url":"a","maxExpiration":0}]}"#,
            vec!["issuers[0].url", "issuers[0].maxExpiration"],
        ),
        (
            r#"{"issuers":[{"url":"https://a","jwks":[]}]}"#,
            vec!["issuers[0].jwks"],
        ),
        (
            r#"{"issuers":[{"url":"https://a","jwks":{"keys":1}}]}"#,
            vec!["issuers[0].jwks"],
        ),
        (
            r#"{"issuers":[{"url":"https://a","maxExpiration":-1}]}"#,
            vec!["issuers[0].maxExpiration"],
        ),
        (
            r#"{"issuers":[{"url":"https://a","policies":7}]}"#,
            vec!["issuers[0].policies"],
        ),
        (
            r#"{"issuers":[{"url":"https://a","policies":"\"[]\""}]}"#,
            vec!["issuers[0].policies"],
        ),
        (
            r#"{"issuers":[{"url":"https://a","policies":[{"decision":"maybe","tokenType":"team","rules":{}}]}]}"#,
            vec!["issuers[0].policies[0].decision"],
        ),
        (
            r#"{"issuers":[{"url":"https://a","policies":{"policies":[{"decision":"allow","tokenType":"team","rules":{"a..b":"c"}}]}}]}"#,
            vec![
                "issuers[0].policies.policies[0].teamName",
                "issuers[0].policies.policies[0].rules.a..b",
            ],
        ),
        (r#"{"issuers":[],"issuers":[]}"#, vec![""]),
    ] {
        assert_eq!(places(text), expected, "{text}");
    }
}

#[test]
fn other_engines_settings_are_not_taken_silently() {
    assert_eq!(
        notes(r#"{"issuers":[],"dialect":"stringlike"}"#),
        [(CHANGED.to_owned(), "dialect".to_owned())]
    );
    assert_eq!(notes(r#"{"issuers":[],"dialect":"pulumi"}"#), []);
    let twice = r#"{"issuers":[{"url":"https://a","name":"A"},{"url":"https://a","name":"B"}]}"#;
    assert_eq!(places(twice), ["issuers[1].url"]);
    let backup = r#"{"version":1,"issuers":[{"id":"1","name":"A","url":"https://a","created":1,"modified":2,"preset":"gke",
        "maxExpiration":null,"jwks":null,"policies":[]}]}"#;
    assert_eq!(read(backup).issuers[0].preset, "gke");
    assert_eq!(notes(backup).len(), 3);
}

#[test]
fn answers_of_pulumi_cloud_are_read() {
    let issuer = r#"{"id":"8f2c","name":"GitHub","url":"https://a.example","issuer":"https://a.example","thumbprints":["DIGITS"],
        "maxExpiration":30,"created":"2024-04-19 15:07:54.693","modified":"x","lastUsed":"y","brandNew":1}"#;
    let issuer = &issuer.replace("DIGITS", &"ab".repeat(32));
    for text in [
        issuer.to_owned(),
        format!("[{issuer}]"),
        format!(r#"{{"oidcIssuers":[{issuer}]}}"#),
    ] {
        let imported = read(&text);
        assert_eq!(
            (imported.kind.title(), imported.issuers.len()),
            ("issuers of Pulumi Cloud", 1)
        );
        assert_eq!(imported.issuers[0].definition.max_expiration, Some(30));
        assert!(!imported.issuers[0].has_policies);
        assert_eq!(
            imported.issuers[0].definition.thumbprints,
            ["ab".repeat(32)]
        );
        let names: Vec<_> = notes(&text)
            .into_iter()
            .map(|(_, path)| path.rsplit('.').next().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["brandNew", "id", "created", "modified", "lastUsed"]);
    }
    assert_eq!(
        places(r#"{"url":"https://a","issuer":"https://b"}"#),
        ["issuer"]
    );
    let answer = r#"{"oidcIssuers":[{"url":"https://a","issuer":"https://b"}]}"#;
    assert_eq!(notes(answer).len(), 2);
}

#[test]
fn the_list_of_claimgate_serve_is_read_with_its_policies() {
    let with = |policy: &str, more: &str| {
        format!(
            r#"{{"oidcIssuers":[{{"id":"1","name":"CI","url":"https://a.example","issuer":"https://a.example","version":2,
            "singleUse":false,{more}"authPolicy":{{"id":"2","version":3,"created":"x","modified":"y","policies":[{policy}]}}}}]}}"#
        )
    };
    let good = r#"{"decision":"allow","tokenType":"organization","authorizedPermissions":[],"rules":{"sub":"repo:a/b:*"}}"#;
    let issuer = &read(&with(good, "")).issuers[0];
    assert!(issuer.has_policies && issuer.definition.policies[0].rules.len() == 1);
    let wrong = problems(&with(
        r#"{"decision":"allow","tokenType":"team","rules":{"sub":"a"}}"#,
        "",
    ));
    assert!(
        wrong[0]
            .0
            .starts_with("oidcIssuers[0].authPolicy.policies[0]"),
        "{wrong:?}"
    );
    // In both places, they would have to be merged.
    let both = with(good, r#""policies":[],"#);
    assert_eq!(places(&both), ["oidcIssuers[0].authPolicy"]);
}

#[test]
fn thumbprints_are_kept_as_the_app_writes_them() {
    let with = |thumbprint: &str| {
        format!(r#"{{"url":"https://a.example","name":"A","thumbprints":["{thumbprint}"]}}"#)
    };
    let colons = "AB:".repeat(31) + "AB";
    assert_eq!(
        read(&with(&colons)).issuers[0].definition.thumbprints,
        ["ab".repeat(32)]
    );
    assert_eq!(
        notes(&with(&colons)),
        [(CHANGED.to_owned(), "thumbprints[0]".to_owned())]
    );
    // Pulumi Cloud may answer with one; in a file of ours it is a mistake.
    let own = with(&"ab".repeat(20));
    assert_eq!(problems(&own)[0].0, "thumbprints[0]");
    let sha1 = own.replacen('{', r#"{"id":"1","#, 1);
    assert_eq!(read(&sha1).issuers[0].definition.thumbprints, [""; 0]);
    assert_eq!(
        notes(&sha1)[1..],
        [(LEFT_OUT.to_owned(), "thumbprints[0]".to_owned())]
    );
    let expected = (
        "thumbprints[0]".to_owned(),
        "expected hexadecimal digits, found `x` in `xyz`".to_owned(),
    );
    assert_eq!(problems(&with("xyz")), [expected]);
}

#[test]
fn samples_are_claims_and_what_is_asked_for_with_them() {
    let with = |sample: &str| {
        format!(r#"{{"issuers":[{{"url":"https://a.example","name":"A","samples":[{sample}]}}]}}"#)
    };
    let text = with(
        r#"{"name":"main","claims":{"sub":"a"},"tokenType":"team","target":"core","expect":"denied"},{"claims":"{\"sub\": 1}"}"#,
    );
    let samples = &read(&text).issuers[0].samples;
    let sample = |index: usize| {
        (
            samples[index].id.as_str(),
            samples[index].name.as_str(),
            samples[index].claims.as_str(),
        )
    };
    assert_eq!(sample(0), ("s1", "main", "{\n  \"sub\": \"a\"\n}"));
    assert_eq!(sample(1), ("s2", "Sample 2", "{\"sub\": 1}"));
    assert_eq!(
        (samples[0].token_type.as_str(), samples[0].target.as_str()),
        ("team", "core")
    );
    assert_eq!(
        (samples[1].token_type.as_str(), samples[1].admin),
        ("organization", false)
    );
    assert_eq!(
        (samples[0].expect, samples[1].expect),
        (Some(Outcome::Denied), None)
    );
    let token = with(r#"{"claims":"eyJhbGciOiJub25lIn0.e30."}"#);
    assert_eq!(read(&token).issuers[0].samples, []);
    assert_eq!(
        notes(&token),
        [(
            LEFT_OUT.to_owned(),
            "issuers[0].samples[0].claims".to_owned()
        )]
    );
    for (sample, place) in [
        (r#"{"claims":[]}"#, "issuers[0].samples[0].claims"),
        (r#"{"name":"a"}"#, "issuers[0].samples[0].claims"),
        (
            r#"{"claims":{},"tokenType":"robot"}"#,
            "issuers[0].samples[0].tokenType",
        ),
        (r#"{"claims":{},"admin":1}"#, "issuers[0].samples[0].admin"),
        (
            r#"{"claims":{},"expect":"maybe"}"#,
            "issuers[0].samples[0].expect",
        ),
        (
            r#"{"claims":{},"token":"a"}"#,
            "issuers[0].samples[0].token",
        ),
        ("7", "issuers[0].samples[0]"),
    ] {
        assert_eq!(places(&with(sample)), [place], "{sample}");
    }
}

#[test]
fn policies_are_read_with_what_pulumi_cloud_adds() {
    let text = r#"{"id":"p","version":1,"created":"","modified":"","policies":[{"decision":"allow","tokenType":"organization",
        "authorizedPermissions":["standard","admin"],"teamName":"","rules":{"sub":"a","ssh":false,"n":7}}]}"#;
    let imported = read(text);
    assert_eq!(imported.kind, Kind::AuthPolicy);
    assert_eq!(
        imported.policies[0].authorized_permissions,
        Some(vec!["admin".to_owned()])
    );
    let changed: Vec<_> = notes(text)
        .into_iter()
        .filter(|(kind, _)| *kind == CHANGED)
        .collect();
    assert_eq!(changed.len(), 3);
    assert_eq!(changed[2].1, "policies[0].rules.n");
    assert_eq!(read(POLICY).kind, Kind::Policies);
    assert_eq!(read(&format!("[{POLICY}]")).policies.len(), 1);
    assert_eq!(read("[]").policies.len(), 0);
    assert_eq!(
        places(r#"[{"decision":"allow","tokenType":"organization","rules":{}}]"#),
        ["[0].rules"]
    );
    assert_eq!(
        places(r#"{"policies":[{"decision":"allow","tokenType":"organization","rules":{}}]}"#),
        ["policies[0].rules"]
    );
    assert_eq!(
        places(r#"{"policies":[{"decision":"deny"}]}"#),
        ["policies[0].tokenType", "policies[0].rules"]
    );
    assert_eq!(places(r#"{"policies":[],"polices":[]}"#), ["polices"]);
    // As YAML, as one would write it by hand.
    assert_eq!(
        read("decision: allow\ntokenType: organization\nrules: {sub: a}").policies,
        read(POLICY).policies
    );
}

#[test]
fn what_is_nothing_of_this_is_refused() {
    for text in [
        "",
        " ",
        "7",
        "a",
        "{}",
        "null",
        r#"{"a":1}"#,
        "[1]",
        "{",
        "a: [",
        "eyJhbGciOiJub25lIn0.e30.",
        "\u{feff}",
    ] {
        assert!(import(text).is_err(), "{text}");
    }
    assert!(import(&"a".repeat(crate::text::MAX_TEXT + 1)).is_err());
}

const PROGRAM: &str = r#"
name: trust
runtime: yaml
resources:
  bucket:
    type: aws:s3:Bucket
  gh:
    type: pulumiservice:OidcIssuer
    options: {protect: true}
    properties:
      organization: my-org
      name: github
      url: https://token.actions.githubusercontent.com
      maxExpirationSeconds: 3600
      policies:
        - decision: allow
          tokenType: team
          teamName: dream-team
          rules: { aud: "urn:pulumi:org:my-org", sub: "repo:o/r:*", ssh: false, "$$x": $5 }
"#;

#[test]
fn resources_of_a_program_are_read() {
    let imported = read(PROGRAM);
    assert_eq!(
        (imported.kind, imported.organization.as_deref()),
        (Kind::Program, Some("my-org"))
    );
    let definition = &imported.issuers[0].definition;
    assert_eq!(
        (definition.name.as_str(), definition.max_expiration),
        ("github", Some(3600))
    );
    assert_eq!(
        definition.policies[0].rules[3],
        ("$x".to_owned(), "$5".to_owned())
    );
    let paths: Vec<_> = notes(PROGRAM).into_iter().map(|(_, path)| path).collect();
    let rule = "resources.gh.properties.policies[0].rules.ssh";
    assert_eq!(
        paths,
        [
            "name",
            "runtime",
            "resources.bucket",
            "resources.gh.options",
            rule
        ]
    );
}

#[test]
fn what_a_program_leaves_open_is_a_problem() {
    let with = |from: &str, to: &str| places(&PROGRAM.replace(from, to));
    assert_eq!(
        with("name: github", "name: ${pulumi.stack}"),
        ["resources.gh.properties.name"]
    );
    assert_eq!(
        with("maxExpirationSeconds: 3600", "maxExpirationSecond: 1"),
        ["resources.gh.properties.maxExpirationSecond"]
    );
    assert_eq!(
        with("maxExpirationSeconds: 3600", "maxExpirationSeconds: 0"),
        ["resources.gh.properties.maxExpirationSeconds"]
    );
    assert_eq!(
        with("sub:", "a..b:"),
        ["resources.gh.properties.policies[0].rules.a..b"]
    );
    assert_eq!(
        with("pulumiservice:OidcIssuer", "pulumiservice:Team"),
        ["resources"]
    );
    assert_eq!(
        with("organization: my-org", ""),
        ["resources.gh.properties.organization"]
    );
}

#[test]
fn bodies_are_what_the_api_takes() {
    let policy = PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "a");
    let issuer = IssuerDefinition {
        name: "A".to_owned(),
        url: "https://a.example".to_owned(),
        jwks: Some("{\"keys\":[]}".to_owned()),
        max_expiration: Some(60),
        ..IssuerDefinition::default()
    };
    let compact = |text: String| Value::parse(&text).unwrap().to_json();
    let expected =
        r#"{"name":"A","url":"https://a.example","maxExpiration":60,"jwks":{"keys":[]}}"#;
    assert_eq!(compact(rest::issuer_body(&issuer)), expected);
    let expected = r#"{"policies":[{"decision":"allow","tokenType":"organization","authorizedPermissions":[],"rules":{"sub":"a"}}]}"#;
    assert_eq!(
        compact(rest::policies_body(&IssuerDefinition {
            policies: vec![policy],
            ..IssuerDefinition::default()
        })),
        expected
    );
}

#[test]
fn programs_are_written_with_every_string_quoted() {
    let policy = PolicyDefinition::new(Decision::Deny, TokenType::Organization)
        .rule("\"kubernetes.io\".pod", "a\"\u{202e}: ${x}")
        .rule("__proto__", "#");
    let issuer = |name: &str| IssuerDefinition {
        name: name.to_owned(),
        url: "https://a.example".to_owned(),
        jwks: Some("{}".to_owned()),
        policies: vec![policy.clone()],
        ..IssuerDefinition::default()
    };
    let issuers = [
        issuer("GitHub Actions"),
        issuer("github-actions"),
        issuer("1: no"),
        issuer("日本"),
    ];
    let written = yaml(&issuers, "acme");
    let names = [
        "\n  \"github-actions\":\n",
        "\n  \"github-actions-2\":\n",
        "\n  \"issuer-1-no\":\n",
        "\n  issuer:\n",
    ];
    for expected in names.iter().chain(&[
        r#""\"kubernetes.io\".pod": "a\"\u202e: $${x}""#,
        "        - decision: \"deny\"\n",
    ]) {
        assert!(
            written.text.contains(expected),
            "{expected} in {}",
            written.text
        );
    }
    let notes: Vec<_> = written
        .notes
        .iter()
        .map(|note| note.path.as_str())
        .collect();
    assert_eq!(notes[..2], ["issuers[0].jwks", "issuers[0].policies"]);
    let text = typescript(&issuers, "acme").text;
    for expected in [
        "import * as pulumiservice from \"@pulumi/pulumiservice\";\n\nnew pulumiservice.OidcIssuer(\"github-actions\", {\n",
        "\n  organization: \"acme\",\n",
        r#"        "\"kubernetes.io\".pod": "a\"\u202e: ${x}","#,
        "[\"__proto__\"]: \"#\",\n",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

/// A key set, as a document has it.
fn keys() -> String {
    let key = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let set = format!(r#"{{"keys":[{key}]}}"#);
    Value::parse(&set).unwrap().to_json_pretty()
}

prop_compose! {
    fn document()(
        name in text().prop_filter("blank", |name| !name.trim().is_empty()),
        host in "[a-z]{1,6}",
        max_expiration in prop::option::of(1..=crate::MAX_EXPIRATION),
        jwks in prop::option::of(Just(keys())),
        policies in prop::collection::vec(policy(), 0..4),
        preset in "|gke",
        thumbprints in prop::collection::vec("[0-9a-f]{64}", 0..2),
        audiences in prop::option::of(prop::collection::vec(text(), 1..3)),
        samples in prop::collection::vec(text(), 0..3),
        (report_only, single_use) in any::<(bool, bool)>(),
    ) -> IssuerDocument {
        let sample = |(index, value): (usize, String)| Sample {
            id: format!("s{}", index + 1),
            name: format!("of {index}"),
            claims: Value::Object(vec![("sub".to_owned(), Value::String(value.clone()))]).to_json_pretty(),
            token_type: TokenType::ALL[index].as_str().to_owned(),
            target: if index > 0 { value } else { String::new() },
            admin: index == 0,
            expect: [None, Some(Outcome::Allowed), Some(Outcome::Denied)][index],
        };
        let url = format!("https://{host}.example");
        IssuerDocument {
            definition: IssuerDefinition { name, url, max_expiration, jwks, thumbprints, audiences, policies, report_only },
            single_use,
            preset,
            samples: samples.into_iter().enumerate().map(sample).collect(),
            has_policies: true,
        }
    }
}

/// Documents of different issuers.
fn documents(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<IssuerDocument>> {
    prop::collection::vec(document(), count).prop_map(|mut documents| {
        for (index, document) in documents.iter_mut().enumerate() {
            document.definition.url.push_str(&format!("/{index}"));
        }
        documents
    })
}

fn again(text: &str) -> Vec<IssuerDocument> {
    read(text).issuers
}

/// A document with only what an issuer of Pulumi Cloud has.
fn bare(definition: IssuerDefinition) -> IssuerDocument {
    IssuerDocument {
        has_policies: !definition.policies.is_empty(),
        definition,
        preset: String::new(),
        samples: Vec::new(),
        single_use: false,
    }
}

proptest! {
    #[test]
    fn a_claimgate_file_loses_nothing(issuers in documents(0..4)) {
        let text = settings::write(&issuers);
        prop_assert_eq!(again(&text), issuers, "{}", text);
    }

    #[test]
    fn a_program_loses_no_more_than_its_notes_say(issuers in documents(1..4)) {
        let definitions: Vec<_> = issuers.iter().map(|issuer| issuer.definition.clone()).collect();
        let written = yaml(&definitions, "a$${b}c");
        let without_keys = |issuer: &IssuerDocument| IssuerDocument {
            ..bare(IssuerDefinition {
                jwks: None,
                audiences: None,
                policies: enforced(&issuer.definition),
                report_only: false,
                ..issuer.definition.clone()
            })
        };
        let kept: Vec<_> = issuers.iter().map(without_keys).collect();
        prop_assert_eq!(again(&written.text), kept.clone(), "{}", &written.text);
        let typescript = typescript(&definitions, "a$${b}c").text;
        prop_assert_eq!(again(&typescript), kept, "{}", &typescript);
        prop_assert_eq!(read(&written.text).organization, Some("a$${b}c".to_owned()));
        let lost = written.notes.iter().filter(|note| note.code == LEFT_OUT).count();
        let definitions = issuers.iter().map(|issuer| &issuer.definition);
        let keys = definitions.clone().filter(|issuer| issuer.jwks.is_some()).count();
        let reports = definitions.clone().filter(|issuer| enforced(issuer).len() < issuer.policies.len()).count();
        let others: usize = definitions.map(|issuer| left_out(issuer).count()).sum();
        prop_assert_eq!(lost, keys + reports + others);
    }

    #[test]
    fn bodies_are_read_again(issuer in document()) {
        let definition = issuer.definition;
        let body = rest::issuer_body(&definition);
        let expected = bare(IssuerDefinition {
            policies: Vec::new(),
            audiences: None,
            report_only: false,
            ..definition.clone()
        });
        prop_assert_eq!(again(&body), vec![expected]);
        let complete = |policy: &PolicyDefinition| {
            let permissions = policy.authorized_permissions.clone().unwrap_or_default();
            PolicyDefinition { authorized_permissions: Some(permissions), ..policy.clone() }
        };
        let expected: Vec<_> = enforced(&definition).iter().map(complete).collect();
        prop_assert_eq!(read(&rest::policies_body(&definition)).policies, expected.clone());
        let other = "https://b2.example".to_owned();
        let definitions = [definition.clone(), IssuerDefinition { url: other, ..definition.clone() }];
        let script = rest::script(&definitions, "acme");
        let kept = |url: &str| bare(IssuerDefinition {
            url: url.to_owned(),
            policies: expected.clone(),
            audiences: None,
            report_only: false,
            ..definition.clone()
        });
        let expected_issuers = vec![kept(&definition.url), kept("https://b2.example")];
        prop_assert_eq!(again(&script), expected_issuers, "{}", &script);
    }

    #[test]
    fn no_text_makes_import_panic(text in ".{0,60}", cut in 0..400_usize) {
        let _ = import(&text);
        let _ = import(&PROGRAM.chars().take(cut).collect::<String>());
        let _ = import(&PROGRAM.chars().skip(cut).collect::<String>());
    }
}

#[test]
fn a_script_has_every_call_with_its_body() {
    let policy =
        PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "it's; $(id)");
    let issuer = IssuerDefinition {
        name: "A\n`id`".to_owned(),
        url: "https://a.example".to_owned(),
        policies: vec![policy],
        ..IssuerDefinition::default()
    };
    let without = IssuerDefinition {
        name: "B".to_owned(),
        policies: Vec::new(),
        ..issuer.clone()
    };
    let text = rest::script(&[issuer, without], "ac me'");
    for expected in [
        "\n# \"A\\n`id`\"\nissuer=$(curl ",
        "https://api.pulumi.com/api/orgs/ac%20me%27/oidc/issuers \\\n",
        "https://api.pulumi.com/api/orgs/ac%20me%27/auth/policies/oidcissuers/\"$issuer\" \\\n",
        "--request PATCH \\\n  https://api.pulumi.com/api/orgs/ac%20me%27/auth/policies/\"$policy\" \\\n",
        r#""sub": "it'\''s; $(id)""#,
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    assert_eq!(text.matches("--data-raw").count(), 3);
}

#[test]
fn exporters_to_pulumi_cloud_say_what_they_leave_out() {
    let mut policy =
        PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("sub", "a");
    policy.name = Some("Deploys".to_owned());
    let issuer = IssuerDefinition {
        name: "A".to_owned(),
        url: "https://a.example".to_owned(),
        audiences: Some(vec!["urn:pulumi:org:acme".to_owned()]),
        policies: vec![policy],
        ..IssuerDefinition::default()
    };
    let issuers = [issuer];
    for written in [yaml(&issuers, "acme"), typescript(&issuers, "acme")] {
        let notes: Vec<_> = written
            .notes
            .iter()
            .map(|note| note.message.as_str())
            .collect();
        assert!(
            notes[0].starts_with("`audiences` are left out"),
            "{notes:?}"
        );
        assert!(notes[1].starts_with("names and notes"), "{notes:?}");
        assert!(!written.text.contains("Deploys") && !written.text.contains("audiences"));
    }
    let script = rest::script(&issuers, "acme");
    assert!(
        script.contains("\n# \"A\"\n# `audiences` are left out"),
        "{script}"
    );
    assert!(!script.contains("Deploys"));
}

#[test]
fn the_organization_is_read_off_the_audience() {
    let with = |aud: &str| {
        PolicyDefinition::new(Decision::Allow, TokenType::Organization).rule("aud", aud)
    };
    assert_eq!(
        rest::organization_of(&[with("x"), with("urn:pulumi:org:acme")]).as_deref(),
        Some("acme")
    );
    assert_eq!(
        rest::organization_of(&[with("urn:pulumi:org:*"), with("urn:pulumi:org:")]),
        None
    );
}
