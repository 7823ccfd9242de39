//! `claimgate env eval`.

use super::{env, folder, told};
use crate::support::{code, out};

const DEFINITION: &str = r#"imports: [web/base]
values:
  password: {fn::secret: hunter2}
  sealed: {fn::secret: {ciphertext: ZXNjeAAAAAEAAQIDBAUGBwgJCgsMDQ4PMBWSJw==}}
  aws: {fn::open::aws-login: {oidc: {roleArn: r, sessionName: s}}}
  list: [1, 1.10, true, null]
  "odd key": {a: x}
  url: https://shop:${password}@db
  environmentVariables:
    REGION: ${region}
    PASSWORD: ${password}
    KEY: ${aws.accessKeyId}
    PORT: 8080
    QUOTED: it's "$HOME" `id`
    LIST: ${list}
  files:
    CONFIG: "a = 1\n"
"#;

fn evaluated(arguments: &[&str]) -> (i32, String, String) {
    let folder = folder(&[
        ("web/base.yaml", "values:\n  region: eu-west-1\n"),
        ("web/prod.yaml", DEFINITION),
    ]);
    told(&env(
        folder.path(),
        &[&["eval", "web/prod.yaml"], arguments].concat(),
    ))
}

#[test]
fn values_are_printed_in_each_format() {
    let mut shown = String::new();
    for format in ["json", "yaml", "string", "dotenv", "shell"] {
        for more in [&[][..], &["--show-secrets"]] {
            let (status, said, errors) = evaluated(&[&["--format", format], more].concat());
            assert_eq!(status, 0, "{errors}");
            assert_eq!(said.contains("hunter2"), !more.is_empty(), "{said}");
            shown += &format!("# {format} {}\n\n{said}\n", more.join(" "));
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn details_have_origins_and_no_secret() {
    let (status, said, _) = evaluated(&["--format", "detailed"]);
    assert_eq!(status, 0);
    assert!(!said.contains("hunter2"), "{said}");
    let value: serde_json::Value = serde_json::from_str(&said).unwrap();
    let region = &value["value"]["region"];
    assert_eq!(region["value"], "eu-west-1");
    assert_eq!(region["trace"]["def"]["environment"], "web/base");
    let password = &value["value"]["password"];
    assert_eq!(
        (&password["value"], &password["secret"]),
        (&"[secret]".into(), &true.into())
    );
    assert_eq!(value["value"]["aws"]["unknown"], true);
    let (_, said, _) = evaluated(&["--format", "detailed", "--show-secrets", "password"]);
    assert!(said.contains("\"value\": \"hunter2\""), "{said}");
}

#[test]
fn a_path_leads_to_one_value() {
    for (path, expected) in [
        ("region", "\"eu-west-1\""),
        ("password", "\"[secret]\""),
        ("url", "\"[secret]\""),
        ("list[1]", "1.1"),
        ("list[3]", "null"),
        ("[\"odd key\"].a", "\"x\""),
        ("environmentVariables.REGION", "\"eu-west-1\""),
        ("aws.accessKeyId", "\"[unknown]\""),
        ("aws.accessKeyId.further[0]", "\"[unknown]\""),
        ("sealed", "\"[secret]\""),
    ] {
        let (status, said, errors) = evaluated(&[path]);
        assert_eq!((status, said.trim_end()), (0, expected), "{path}: {errors}");
    }
    assert_eq!(
        evaluated(&["list", "--format", "string"]).1,
        "\"1\",\"1.1\",\"true\",\"\"\n"
    );
    for (path, words) in [
        ("nowhere", "`web/prod.yaml` has no value `nowhere`"),
        ("list[4]", "`web/prod.yaml` has no value `list[4]`"),
        ("region.a", "`web/prod.yaml` has no value `region.a`"),
        ("a..b", "expected a name at byte 2"),
        ("list[", "expected `]` at byte 5"),
    ] {
        let (status, said, errors) = evaluated(&[path]);
        assert_eq!((status, said.as_str()), (2, ""), "{path}");
        assert!(errors.contains(words), "{path}: {errors}");
    }
}

#[test]
fn encrypted_secrets_stay_unknown() {
    for (arguments, expected, is_noted) in [
        (&["sealed", "--show-secrets"][..], "\"[unknown]\"\n", true),
        (&["sealed"], "\"[secret]\"\n", false),
        (&["password", "--show-secrets"], "\"hunter2\"\n", false),
    ] {
        let (status, said, errors) = evaluated(arguments);
        assert_eq!((status, said.as_str()), (0, expected), "{errors}");
        let note = "note: encrypted secrets are `[unknown]`: only the server that encrypted them can decrypt them\n";
        assert_eq!(errors, if is_noted { note } else { "" });
    }
}

#[test]
fn variables_are_those_of_the_whole_definition() {
    for format in ["dotenv", "shell"] {
        let (status, said, errors) = evaluated(&["--format", format, "region"]);
        assert_eq!((status, said.as_str()), (2, ""));
        assert!(
            errors.contains("expected no path with `--format dotenv` and `shell`, found `region`"),
            "{errors}"
        );
        let folder = folder(&[(
            "web/prod.yaml",
            "values: {environmentVariables: {'a;id': 1}}\n",
        )]);
        let (status, said, errors) = told(&env(
            folder.path(),
            &["eval", "web/prod.yaml", "--format", format],
        ));
        assert_eq!((status, said.as_str()), (2, ""));
        assert!(errors.contains("found `a;id`"), "{errors}");
    }
}

/// What a shell reads is what the definition says, and nothing is run.
#[test]
fn a_shell_reads_the_variables() {
    let (_, said, _) = evaluated(&["--format", "shell", "--show-secrets"]);
    let script = format!("{said}printf '%s|%s' \"$QUOTED\" \"$PASSWORD\"");
    let shell = std::process::Command::new("sh")
        .args(["-c", &script])
        .output()
        .unwrap();
    assert_eq!(out(&shell), "it's \"$HOME\" `id`|hunter2");
}

#[test]
fn a_definition_with_errors_has_no_values() {
    let folder = folder(&[
        ("web/prod.yaml", "values:\n  a: ${b}\n  c: 1\n"),
        ("web/warned.yaml", "vlaues: {}\nvalues: {c: 1}\n"),
    ]);
    let (status, said, errors) = told(&env(folder.path(), &["eval", "web/prod.yaml", "c"]));
    assert_eq!((status, said.as_str()), (1, ""));
    assert!(errors.contains("--> web/prod.yaml:2:8"), "{errors}");
    let (status, said, errors) = told(&env(folder.path(), &["eval", "web/warned.yaml", "c"]));
    assert_eq!((status, said.as_str()), (0, "1\n"));
    assert!(
        errors.starts_with("warning: Field 'vlaues' does not exist"),
        "{errors}"
    );
}

#[test]
fn a_definition_without_values_is_empty() {
    let folder = folder(&[("web/prod.yaml", "")]);
    for (format, expected) in [
        ("json", "{}\n"),
        ("yaml", "{}\n"),
        ("string", "\n"),
        ("dotenv", ""),
    ] {
        let output = env(
            folder.path(),
            &["eval", "web/prod.yaml", "--format", format],
        );
        assert_eq!(
            (code(&output), out(&output)),
            (0, expected.to_owned()),
            "{format}"
        );
    }
}
