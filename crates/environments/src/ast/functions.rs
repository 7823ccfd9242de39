//! Calls of functions: an object with one key that begins with `fn::`.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::syntax::{Member, Node};

use super::{Call, Entry, Expression, Form, Function, Key, Place, parse as parse_expression};

/// Reads a call, if the key names a function.
pub(super) fn parse(member: &Member, diagnostics: &mut Vec<Diagnostic>) -> Option<Call> {
    let (function, short) = function(&member.name)?;
    let argument = parse_expression(&member.value, diagnostics);
    let mut call = Call {
        name: key(&member.key, &member.name),
        function,
        argument,
        operands: Vec::new(),
        provider: short.map(|provider| key(&member.key, provider)),
    };
    read_operands(&mut call, diagnostics);
    Some(call)
}

fn key(node: &Node, text: &str) -> Key {
    Key {
        place: Place::of(node),
        text: text.into(),
    }
}

/// The function of a key, and the provider that the key names.
fn function(key: &str) -> Option<(Function, Option<&str>)> {
    let function = match key {
        "fn::concat" => Function::Concat,
        "fn::final" => Function::Final,
        "fn::fromBase64" => Function::FromBase64,
        "fn::fromJSON" => Function::FromJson,
        "fn::join" => Function::Join,
        "fn::open" => Function::Open,
        "fn::rotate" => Function::Rotate,
        "fn::secret" => Function::Plaintext,
        "fn::split" => Function::Split,
        "fn::toBase64" => Function::ToBase64,
        "fn::toJSON" => Function::ToJson,
        "fn::toString" => Function::ToString,
        "fn::toYAML" => Function::ToYaml,
        "fn::validate" => Function::Validate,
        _ => {
            let open = key
                .strip_prefix("fn::open::")
                .map(|name| (Function::Open, name));
            let rotate = || {
                key.strip_prefix("fn::rotate::")
                    .map(|name| (Function::Rotate, name))
            };
            let (function, provider) = open.or_else(rotate)?;
            return Some((function, Some(provider)));
        }
    };
    Some((function, None))
}

fn read_operands(call: &mut Call, diagnostics: &mut Vec<Diagnostic>) {
    match call.function {
        Function::Join => pair(call, "fn::join", diagnostics),
        Function::Split => pair(call, "fn::split", diagnostics),
        Function::Concat => concat(call, diagnostics),
        Function::Open if call.provider.is_none() => open(call, diagnostics),
        Function::Rotate => rotate(call, diagnostics),
        Function::Plaintext | Function::Ciphertext => secret(call, diagnostics),
        Function::Validate => validate(call, diagnostics),
        _ => call.operands = vec![Some(call.argument.clone())],
    }
}

fn pair(call: &mut Call, name: &str, diagnostics: &mut Vec<Diagnostic>) {
    call.operands = match &call.argument.form {
        Form::Array(parts) if parts.len() == 2 => parts.iter().cloned().map(Some).collect(),
        _ => {
            let summary = format!("the argument to {name} must be a two-valued list");
            diagnostics.push(call.argument.place.error(summary));
            vec![None, None]
        }
    };
}

fn concat(call: &mut Call, diagnostics: &mut Vec<Diagnostic>) {
    if !matches!(call.argument.form, Form::Array(_)) {
        let summary = "the argument to fn::concat must be an array of arrays";
        diagnostics.push(call.argument.place.error(summary));
    }
    call.operands = vec![Some(call.argument.clone())];
}

/// The value of a member, the last if it repeats.
fn member(entries: &[Entry], name: &str) -> Option<Arc<Expression>> {
    let has_name = |entry: &&Entry| entry.key.as_ref().is_some_and(|key| *key.text == *name);
    entries
        .iter()
        .rfind(has_name)
        .map(|entry| entry.value.clone())
}

fn open(call: &mut Call, diagnostics: &mut Vec<Diagnostic>) {
    let argument = call.argument.clone();
    let Some(entries) = argument.entries() else {
        let summary =
            "the argument to fn::open must be an object containing 'provider' and 'inputs'";
        diagnostics.push(argument.place.error(summary));
        call.operands = vec![None];
        return;
    };
    call.provider = provider(&argument, entries, diagnostics);
    call.operands = vec![inputs(&argument, entries, diagnostics)];
}

fn provider(
    argument: &Expression,
    entries: &[Entry],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Key> {
    let Some(provider) = member(entries, "provider") else {
        diagnostics.push(argument.place.error("missing provider name ('provider')"));
        return None;
    };
    let name = provider.string();
    if name.is_none() {
        diagnostics.push(
            provider
                .place
                .error("provider name must be a string literal"),
        );
    }
    name
}

fn inputs(
    argument: &Expression,
    entries: &[Entry],
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Arc<Expression>> {
    let inputs = member(entries, "inputs");
    if inputs.is_none() {
        diagnostics.push(argument.place.error("missing provider inputs ('inputs')"));
    }
    inputs
}

fn rotate(call: &mut Call, diagnostics: &mut Vec<Diagnostic>) {
    let argument = call.argument.clone();
    let is_short = call.provider.is_some();
    let Some(entries) = argument.entries() else {
        let members = if is_short { "" } else { "'provider', " };
        let summary = format!(
            "the argument to fn::rotate must be an object containing {members}'inputs' and 'state'"
        );
        diagnostics.push(argument.place.error(summary));
        (call.provider, call.operands) = (None, vec![None, None]);
        return;
    };
    if !is_short {
        call.provider = provider(&argument, entries, diagnostics);
    }
    let inputs = inputs(&argument, entries, diagnostics);
    let state = member(entries, "state");
    if let Some(state) = &state
        && !matches!(state.form, Form::Object(_))
    {
        diagnostics.push(
            state
                .place
                .error("rotation state must be an object literal"),
        );
    }
    let null = || Expression::new(Place::default(), Form::Null);
    call.operands = vec![inputs, Some(state.unwrap_or_else(null))];
}

fn secret(call: &mut Call, diagnostics: &mut Vec<Diagnostic>) {
    let argument = call.argument.clone();
    if let Some(
        [
            Entry {
                key: Some(key),
                value,
            },
        ],
    ) = argument.entries()
        && &*key.text == "ciphertext"
        && matches!(value.form, Form::String(_))
    {
        call.function = Function::Ciphertext;
        call.operands = vec![Some(value.clone())];
        return;
    }
    if matches!(argument.form, Form::String(_)) {
        call.operands = vec![Some(argument)];
        return;
    }
    diagnostics.push(
        argument
            .place
            .error("secret values must be string literals"),
    );
    let nothing = Expression::new(Place::default(), Form::String("".into()));
    call.operands = vec![Some(nothing)];
}

fn validate(call: &mut Call, diagnostics: &mut Vec<Diagnostic>) {
    let argument = call.argument.clone();
    let Some(entries) = argument.entries() else {
        let summary =
            "the argument to fn::validate must be an object containing 'schema' and 'value'";
        diagnostics.push(argument.place.error(summary));
        call.operands = vec![None, None];
        return;
    };
    let mut operand = |name: &str| {
        let value = member(entries, name);
        if value.is_none() {
            let summary = format!("missing required property '{name}'");
            diagnostics.push(argument.place.error(summary));
        }
        value
    };
    call.operands = vec![operand("schema"), operand("value")];
}
