//! `claimgate env check`.

use serde_json::Value;

use super::{env, folder, told, write};
use crate::support::{code, errors, out, run_in};

const BASE: &str = "values:\n  region: eu-west-1\n  nested: {a: [1, 2]}\n";

/// The diagnostics of `web/prod.yaml` as `FILE:LINE:COLUMN SEVERITY MESSAGE`.
fn checked(definition: &str) -> Vec<String> {
    let folder = folder(&[
        ("web/base.yaml", BASE),
        ("web/broken.yaml", "values:\n  a: ${b}\n"),
        ("web/one.yaml", "imports: [web/two]\n"),
        ("web/two.yaml", "imports: [web/one]\n"),
        ("default/base.yaml", BASE),
        ("secret.yaml", "values: {a: 1}\n"),
        ("web/prod.yaml", definition),
    ]);
    let output = env(
        folder.path(),
        &["check", "web/prod.yaml", "--format", "json"],
    );
    let files: Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(files[0]["environment"], "web/prod");
    let all = files[0]["diagnostics"].as_array().unwrap();
    let fails = all.iter().any(|one| one["severity"] == "error");
    assert_eq!(code(&output), i32::from(fails), "{}", errors(&output));
    let shown = |one: &Value| {
        let text = |name: &str| one[name].as_str().unwrap().to_owned();
        let begin = &one["range"]["begin"];
        format!(
            "{}:{}:{} {} {}",
            text("file"),
            begin["line"],
            begin["column"],
            text("severity"),
            text("summary")
        )
    };
    all.iter().map(shown).collect()
}

#[test]
fn definitions_without_errors() {
    for definition in [
        "",
        "values: {a: 1}\n",
        "imports: [web/base, base]\nvalues:\n  a: ${region}-${nested.a[1]}\n",
        "values:\n  a: ${environments.web.base.region}\n",
        "imports: [web/base@latest, web/base@3]\n",
        "values:\n  a: {fn::secret: hunter2}\n",
        "values:\n  a: {fn::open::aws-login: {oidc: {roleArn: r, sessionName: s}}}\n  b: ${a.accessKeyId}\n",
        "values:\n  a:\n    fn::join: ['-', ['${context.pulumi.user.login}', '${context.pulumi.openDuration}']]\n",
        "values:\n  a: ${context.rootEnvironment.name}\n",
    ] {
        assert_eq!(checked(definition), [""; 0], "{definition}");
    }
}

#[test]
fn errors_have_their_place() {
    for (definition, expected) in [
        (
            "values:\n  a: ${b}\n",
            "web/prod.yaml:2:8 error unknown property \"b\"",
        ),
        (
            "imports:\n  - web/base\n  - web/bsae\n",
            "web/prod.yaml:3:5 error environment \"web/bsae\" not found: there is no file `web/bsae.yaml`",
        ),
        (
            "values:\n  a: ${environments.web.none.a}\n",
            "web/prod.yaml:2:6 error environment \"web/none\" not found: there is no file `web/none.yaml`",
        ),
        (
            "imports: [web/prod]\n",
            "web/prod.yaml:1:11 error cyclic import of web/prod",
        ),
        (
            "imports: [web/one]\n",
            "web/two.yaml:1:11 error cyclic import of web/one",
        ),
        (
            "imports: [web/broken]\n",
            "web/broken.yaml:2:8 error unknown property \"b\"",
        ),
        (
            "imports: [a/b/c]\n",
            "web/prod.yaml:1:11 error environment \"a/b/c\" not found: expected `project/name`",
        ),
        (
            "values:\n  a: {fn::open::aws-logni: {}}\n",
            "web/prod.yaml:2:6 error unknown provider \"aws-logni\": known are aws-login, aws-secrets, azure-login, debug-oidc-claims, gcp-login, oidc, vault-login, vault-secrets",
        ),
        (
            "values:\n  a: {fn::rotate::password: {inputs: {}}}\n",
            "web/prod.yaml:2:6 error unknown rotator \"password\"",
        ),
        (
            "values:\n  a: {fn::open::aws-login: {oidc: {roleArn: 7, sessionName: s}}}\n",
            "web/prod.yaml:2:45 error expected string, got number",
        ),
        (
            "values:\n  a: {fn::secret: 12345}\n",
            "web/prod.yaml:2:19 error secret values must be string literals",
        ),
        (
            "vlaues: {a: 1}\n",
            "web/prod.yaml:1:1 warning Field 'vlaues' does not exist on Object 'environment'. Existing fields are: 'values', 'imports', 'description'",
        ),
    ] {
        assert_eq!(checked(definition), [expected], "{definition}");
    }
}

/// An import names a file of the folder, never one outside.
#[test]
fn imports_stay_in_the_folder() {
    for name in [
        "../secret",
        "./secret",
        "web/../secret",
        "/etc/passwd",
        "..",
    ] {
        let found = checked(&format!("imports: ['{name}']\n"));
        let [found] = &found[..] else {
            panic!("{name}: {found:?}");
        };
        let expected = format!("error environment \"{name}\" not found: expected ");
        assert!(found.contains(&expected), "{found}");
    }
}

#[test]
fn the_report_shows_each_line_once() {
    let folder = folder(&[
        ("web/base.yaml", "values:\n  region: ${rejion}\n"),
        (
            "web/prod.yaml",
            "imports:\n  - web/base\n  - web/none\nvalue: {}\n",
        ),
        (
            "web/test.yaml",
            "imports:\n  - web/base\nvalues:\n  \"quoted key\": \"${x}\"\n",
        ),
        ("web/syntax.yaml", "values: [\n"),
    ]);
    let output = env(folder.path(), &["check", "."]);
    assert_eq!(code(&output), 1);
    insta::assert_snapshot!(out(&output));
    let files = ["web/base.yaml", "web/prod.yaml", "web/test.yaml"];
    let output = env(
        folder.path(),
        &[&["check", "--format", "github"], &files[..]].concat(),
    );
    assert_eq!(code(&output), 1);
    insta::assert_snapshot!("annotations", out(&output));
}

#[test]
fn warnings_fail_where_that_is_wanted() {
    let folder = folder(&[("web/prod.yaml", "vlaues: {}\n")]);
    for (arguments, expected) in [
        (&["check", "web/prod.yaml"][..], 0),
        (&["check", "web/prod.yaml", "--strict"], 1),
    ] {
        assert_eq!(code(&env(folder.path(), arguments)), expected);
    }
}

#[test]
fn the_folder_of_projects_is_the_one_around_the_file_or_is_named() {
    let folder = folder(&[
        ("environments/web/base.yaml", BASE),
        (
            "environments/web/prod.yaml",
            "imports: [web/base]\nvalues: {a: '${region}'}\n",
        ),
        (
            "other/draft.yml",
            "imports: [web/base]\nvalues: {a: '${region}'}\n",
        ),
    ]);
    let project = folder.path().join("environments/web");
    let absolute = project.join("prod.yaml").display().to_string();
    for (from, arguments) in [
        (folder.path(), &["environments/web/prod.yaml"][..]),
        (folder.path(), &["./environments/web/prod.yaml"]),
        (folder.path(), &["environments"]),
        (
            folder.path(),
            &["other/draft.yml", "--root", "environments"],
        ),
        (&project, &["prod.yaml"]),
        (&project, &["../web/prod.yaml"]),
        (&project, &[&absolute]),
    ] {
        let output = env(from, &[&["check"], arguments].concat());
        assert_eq!(code(&output), 0, "{arguments:?}: {}", out(&output));
    }
    let definition = "imports: [web/base]\nvalues: {a: '${region}'}\n";
    let check = |arguments: &[&str]| {
        run_in(
            folder.path(),
            &[&["env", "check"], arguments].concat(),
            definition,
        )
    };
    assert_eq!(code(&check(&["-", "--root", "environments"])), 0);
    for arguments in [&["-"][..], &["other/draft.yml"]] {
        let output = check(arguments);
        assert_eq!(code(&output), 1);
        let expected = "environment \"web/base\" not found: `--root` names the folder that has a folder for each project";
        assert!(out(&output).contains(expected), "{}", out(&output));
    }
}

#[test]
fn a_file_is_read_in_place_of_a_revision() {
    let folder = folder(&[
        ("web/base.yaml", BASE),
        (
            "web/prod.yaml",
            "imports: [web/base@3]\nvalues: {a: '${region}'}\n",
        ),
    ]);
    let (status, said, _) = told(&env(folder.path(), &["check", "web/prod.yaml"]));
    assert_eq!(status, 0);
    let expected = "note: a folder has no revisions: the file of `web/base` is read in place of `web/base@3`\n";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn no_report_has_a_secret() {
    let files = [
        "values:\n  a: {b: {fn::secret: hunter2}, c: '${x}'}\n",
        "values:\n  a: {fn::secret: hunter2, b: 1}\n",
        "values:\n  a: {fn::secret: hunter2\n  b: 1\n",
        "values:\n  a:\n    fn::secret: |\n      hunter2\n      \thunter2\n  b: [\n",
        "values:\n  a: {Fn::Secret: hunter2}\n",
        "values:\n  a:\n    fn::validate:\n      schema: {type: number}\n      value: {fn::secret: hunter2}\n",
        "values:\n  a: {fn::open::aws-login: {oidc: {fn::secret: hunter2}}}\n",
    ];
    for text in files {
        let folder = folder(&[("web/prod.yaml", text)]);
        for format in ["text", "json", "github"] {
            let arguments = ["check", "web/prod.yaml", "--format", format];
            let (status, said, errors) = told(&env(folder.path(), &arguments));
            assert_eq!(status, 1, "{text}: {said}");
            assert!(
                !(said.clone() + &errors).contains("hunter2"),
                "{text}: {said}"
            );
        }
    }
}

#[test]
fn what_cannot_be_read_is_trouble() {
    let folder = folder(&[("web/prod.yaml", ""), ("web/a b.yaml", "")]);
    write(folder.path(), "empty/README.md", "");
    for (arguments, words) in [
        (
            &["check", "web/none.yaml"][..],
            "cannot read `web/none.yaml`",
        ),
        (
            &["check", "web/prod.yaml", "--root", "none"],
            "cannot read the folder `none`",
        ),
        (
            &["check", "."],
            "`./web/a b.yaml`: expected a `name` of at most 100 letters",
        ),
        (
            &["check", "empty"],
            "expected files `PROJECT/NAME.yaml` in the folder `empty`, found none",
        ),
        (&["check"], "required arguments were not provided"),
    ] {
        let (status, said, errors) = told(&env(folder.path(), arguments));
        assert_eq!((status, said.as_str()), (2, ""), "{arguments:?}");
        assert!(errors.contains(words), "{arguments:?}: {errors}");
    }
}

#[test]
fn control_characters_are_escaped() {
    let folder = folder(&[(
        "web/prod.yaml",
        "values:\n  \"a\\u001b[31m\": ${x}\n  b: \"\u{202e}${y}\"\n",
    )]);
    for format in ["text", "json", "github"] {
        let arguments = ["check", "web/prod.yaml", "--format", format];
        let (_, said, _) = told(&env(folder.path(), &arguments));
        let is_plain = |c: char| c == '\n' || !c.is_control() && c != '\u{202e}';
        assert!(said.chars().all(is_plain), "{said}");
    }
}
