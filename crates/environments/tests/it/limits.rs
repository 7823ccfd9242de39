//! Each limit has an error of its own, and ends an evaluation before it costs much.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use claimgate_environments::limits::{
    MAX_DEFINITION_BYTES, MAX_DEPTH, MAX_ENVIRONMENTS, MAX_IMPORTS, MAX_STRING_BYTES,
};
use claimgate_environments::{Diagnostic, Limit, Options};

use crate::rig::{Definitions, evaluate};

/// The limit that an evaluation exceeds first.
fn exceeded(source: &str, environments: &Definitions) -> Option<Limit> {
    let evaluated = evaluate("p/test", source, environments, Options::default());
    let diagnostics = evaluated.loaded.iter().chain(&evaluated.opened.diagnostics);
    let exceeded: Vec<&Diagnostic> = diagnostics.filter(|found| found.limit.is_some()).collect();
    if !exceeded.is_empty() {
        assert!(evaluated.opened.environment.is_none());
    }
    exceeded.first().and_then(|diagnostic| diagnostic.limit)
}

fn alone(source: &str) -> Option<Limit> {
    exceeded(source, &Definitions::none())
}

#[test]
fn a_definition_has_a_size() {
    let comment = "#".repeat(MAX_DEFINITION_BYTES);
    assert_eq!(alone(&comment[..MAX_DEFINITION_BYTES]), None);
    let size = MAX_DEFINITION_BYTES + 1;
    assert_eq!(
        alone(&format!("{comment}\n")),
        Some(Limit::DefinitionBytes(size))
    );
}

#[test]
fn nesting_has_a_depth() {
    let nested = |levels: usize| {
        format!(
            "values:\n  a: {}{}\n",
            "[".repeat(levels),
            "]".repeat(levels)
        )
    };
    assert_eq!(alone(&nested(MAX_DEPTH - 2)), None);
    assert_eq!(alone(&nested(MAX_DEPTH - 1)), Some(Limit::Depth));
    assert_eq!(alone(&nested(100_000)), Some(Limit::Depth));
}

#[test]
fn imports_have_a_number() {
    let list = |count: usize| format!("imports: [{}]\nvalues: {{}}\n", vec!["a"; count].join(", "));
    let one = Definitions::named(&[("a", "values: { x: 1 }")]);
    assert_eq!(exceeded(&list(MAX_IMPORTS), &one), None);
    let limit = Limit::Imports(MAX_IMPORTS + 1);
    assert_eq!(exceeded(&list(MAX_IMPORTS + 1), &one), Some(limit));
    let many: BTreeMap<String, String> = (0..MAX_ENVIRONMENTS)
        .map(|at| (format!("e{at}"), format!("values: {{ x: {at} }}")))
        .collect();
    let names: Vec<_> = many.keys().cloned().collect();
    let source = format!("imports: [{}]\n", names.join(", "));
    assert_eq!(
        exceeded(&source, &Definitions::Named(many)),
        Some(Limit::Environments)
    );
}

#[test]
fn references_form_no_endless_chain() {
    let mut source = "values:\n".to_owned();
    for at in 0..10_000 {
        writeln!(source, "  k{at:05}: ${{k{:05}}}", at + 1).unwrap();
    }
    source.push_str("  k10000: end\n");
    assert_eq!(alone(&source), Some(Limit::Chain));
}

#[test]
fn values_do_not_grow_without_bound() {
    let mut doubling = "values:\n  k000: xxxxxxxxxx\n".to_owned();
    for at in 1..60 {
        writeln!(
            doubling,
            "  k{at:03}: ${{k{:03}}}${{k{:03}}}",
            at - 1,
            at - 1
        )
        .unwrap();
    }
    assert_eq!(alone(&doubling), Some(Limit::StringBytes));
    let mut lists = "values:\n  k000: [x, x]\n".to_owned();
    for at in 1..60 {
        writeln!(
            lists,
            "  k{at:03}: ['${{k{:03}}}', '${{k{:03}}}']",
            at - 1,
            at - 1
        )
        .unwrap();
    }
    assert_eq!(alone(&lists), Some(Limit::Values));
    let mut deep = "values:\n  k000: x\n".to_owned();
    for at in 1..300 {
        writeln!(deep, "  k{at:03}: ['${{k{:03}}}']", at - 1).unwrap();
    }
    assert_eq!(alone(&deep), Some(Limit::ValueDepth));
    let long = "x".repeat(MAX_STRING_BYTES / 8);
    let mut large = format!("values:\n  k000: {long}\n");
    for at in 1..100 {
        writeln!(large, "  k{at:03}: ${{k000}}").unwrap();
    }
    assert_eq!(alone(&large), Some(Limit::ResultBytes));
}

#[test]
fn schemas_do_not_multiply() {
    let mut definitions = String::new();
    for at in 0..40 {
        let next = at + 1;
        write!(
            definitions,
            "d{at}: {{anyOf: [{{$ref: '#/$defs/d{next}'}}, {{$ref: '#/$defs/d{next}'}}]}}, "
        )
        .unwrap();
    }
    definitions.push_str("d40: {type: string}");
    // Dollar signs that are no references are written twice.
    let schema = format!("{{$ref: '#/$defs/d0', $defs: {{{definitions}}}}}");
    let source = format!("values:\n  a:\n    fn::validate: {{ schema: {schema}, value: x }}\n");
    assert_eq!(alone(&source), Some(Limit::Comparisons));
    let endless = "{$ref: '#/$defs/a', $defs: {a: {anyOf: [{$ref: '#/$defs/a'}]}}}";
    let source = format!("values:\n  a:\n    fn::validate: {{ schema: {endless}, value: x }}\n");
    assert_eq!(alone(&source), Some(Limit::Comparisons));
}
