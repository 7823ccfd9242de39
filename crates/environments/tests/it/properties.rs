//! What holds for every definition.

use claimgate_environments::{
    Document, Json, Node, Options, Path, Secrets, Severity, decrypt_secrets, encrypt_secrets,
};
use proptest::prelude::*;
use serde_json::json;

use crate::generator::{Generated, generate};
use crate::rig::{Definitions, Rot128, evaluate};

/// Text of the characters that mean something in a definition.
fn text() -> impl Strategy<Value = String> {
    let pieces = [
        "values:",
        "imports:",
        "\n",
        "  ",
        "    ",
        "- ",
        "a",
        "b:",
        " ",
        "fn::secret:",
        "fn::open::test:",
        "${a}",
        "${",
        "}",
        "[",
        "]",
        "{",
        "}",
        ",",
        "\"",
        "'",
        "|",
        ">",
        "#",
        "&x",
        "*x",
        "!!str",
        "世",
        "\t",
        "1.5",
        "fn::toYAML:",
        "$$",
        "ciphertext:",
        "\\",
        "\r",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..40)
        .prop_map(|pieces| pieces.concat())
}

/// Whether all parts of a node lie within the text, and within their parent.
fn is_within(source: &str, node: &Node) -> bool {
    let is_part = |part: &Node| {
        node.span.start <= part.span.start
            && part.span.end <= node.span.end
            && is_within(source, part)
    };
    source.get(node.span.clone()).is_some()
        && match &node.kind {
            claimgate_environments::Kind::Array(nodes) => nodes.iter().all(is_part),
            _ => node
                .members()
                .iter()
                .all(|member| is_part(&member.value) && is_within(source, &member.key)),
        }
}

const SECRET: &str = "pl4inT3xt";

/// A definition that uses a planted secret in every way that its author could.
fn with_secret(seed: u64) -> Generated {
    let mut generated = generate(seed);
    let planted = format!(
        "  planted:\n    fn::secret: {SECRET}\n  planted-json:\n    fn::fromJSON:\n      fn::toJSON: ['${{planted}}']\n  \
         planted-text: x-${{planted}}\n  planted-deep: ${{planted.x}}\n  planted-number: ${{planted-json[5]}}\n  \
         planted-open:\n    fn::open::error: {{ why: '${{planted}}' }}\n  planted-64:\n    fn::fromBase64: ${{planted}}\n  \
         planted-parse:\n    fn::fromJSON: ${{planted}}\n  planted-split:\n    fn::toString:\n      fn::open::secret-wrapper: {{ a: '${{planted}}' }}\n"
    );
    generated.source = generated
        .source
        .replacen("values:\n", &format!("values:\n{planted}"), 1);
    generated
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_text_makes_it_panic(source in text()) {
        let evaluated = evaluate("p/test", &source, &Definitions::none(), Options::default());
        let _ = json!(evaluated.checked.environment);
        let (document, _) = Document::parse("p/test", &source);
        if let Some(document) = document {
            prop_assert!(is_within(&source, document.root()), "{}", source);
        }
        for diagnostic in evaluated.loaded.iter().chain(&evaluated.opened.diagnostics) {
            prop_assert!(diagnostic.range.as_ref().is_none_or(|range| range.begin.byte <= source.len()));
        }
    }

    #[test]
    fn rewriting_changes_only_secrets(source in text(), seed in any::<u64>()) {
        for source in [source, generate(seed).source] {
            let Ok(encrypted) = encrypt_secrets(&source, &Rot128) else { continue };
            prop_assert_eq!(&encrypt_secrets(&encrypted, &Rot128).unwrap(), &encrypted);
            // What is before the first secret and behind the last stays to the byte.
            let same = source.bytes().zip(encrypted.bytes()).take_while(|(a, b)| a == b).count();
            prop_assert!(same == source.len() || encrypted[same..].starts_with("{ciphertext: "), "{}\n{}", source, encrypted);
            if let Ok(decrypted) = decrypt_secrets(&encrypted, &Rot128) {
                let again = encrypt_secrets(&decrypted, &Rot128).unwrap();
                let texts = |source: &str| {
                    let evaluated = evaluate("p/test", source, &Definitions::none(), Options::default());
                    json!(evaluated.opened.environment.map(|found| found.to_json(Secrets::Revealed)))
                };
                prop_assert_eq!(texts(&again), texts(&source), "{}", source);
            }
        }
    }

    #[test]
    fn secrets_are_never_shown(seed in any::<u64>()) {
        let Generated { source, imports } = with_secret(seed);
        let evaluated = evaluate("p/test", &source, &Definitions::Named(imports), Options::default());
        for evaluation in [&evaluated.checked, &evaluated.opened] {
            let environment = evaluation.environment.as_ref().unwrap();
            let shown = json!([
                environment.to_json(Secrets::Redacted),
                environment.expressions,
                environment.schema,
                evaluation.diagnostics,
            ]);
            prop_assert!(!shown.to_string().contains(SECRET), "{}\n{}", source, shown);
            let variables: Vec<_> = environment.properties.values().map(|value| value.to_text(Secrets::Redacted)).collect();
            prop_assert!(!variables.concat().contains(SECRET));
        }
        let messages = format!("{:?}", evaluated.loaded);
        prop_assert!(!messages.contains(SECRET));
    }

    #[test]
    fn evaluations_are_repeatable(seed in any::<u64>()) {
        let run = || {
            let Generated { source, imports } = generate(seed);
            let evaluated = evaluate("p/test", &source, &Definitions::Named(imports), Options::default());
            let opened = evaluated.opened;
            json!([opened.environment, opened.diagnostics]).to_string()
        };
        prop_assert_eq!(run(), run());
    }

    #[test]
    fn paths_are_read_as_they_are_written(path in "[a-c.\\[\\]\"0-9 ]{0,12}") {
        if let Ok(parsed) = path.parse::<Path>() {
            prop_assert_eq!(parsed.to_string().parse::<Path>(), Ok(parsed));
        }
    }

    #[test]
    fn a_check_finds_what_an_open_finds_without_providers(seed in any::<u64>()) {
        let Generated { source, imports } = generate(seed);
        if source.contains("fn::open") || source.contains("ciphertext") || imports.values().any(|source| source.contains("fn::")) {
            return Ok(());
        }
        let evaluated = evaluate("p/test", &source, &Definitions::Named(imports), Options::default());
        let errors = |evaluation: &claimgate_environments::Evaluation| {
            let errors = evaluation.diagnostics.iter();
            errors.filter(|found| found.severity == Severity::Error).count()
        };
        prop_assert_eq!(errors(&evaluated.checked), errors(&evaluated.opened));
    }
}

#[test]
fn the_planted_secret_is_used() {
    let Generated { source, imports } = with_secret(1);
    let evaluated = evaluate(
        "p/test",
        &source,
        &Definitions::Named(imports),
        Options::default(),
    );
    let environment = evaluated.opened.environment.unwrap();
    let Json::Object(values) = environment.to_json(Secrets::Revealed) else {
        panic!("no object");
    };
    assert_eq!(
        values["planted-text"],
        Json::String(format!("x-{SECRET}").into())
    );
    let messages: Vec<_> = evaluated
        .opened
        .diagnostics
        .iter()
        .map(|found| &*found.summary)
        .collect();
    assert!(messages.contains(&"[secret]"), "{messages:?}");
}
