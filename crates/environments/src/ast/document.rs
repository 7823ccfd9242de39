//! The outermost object of a definition: imports, values, description.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, has_errors};
use crate::limits::{Limit, MAX_IMPORTS};
use crate::suggestions::by_distance;
use crate::syntax::{self, Kind, Member, Node};

use super::{Expression, Form, Key, Place, parse as parse_expression};

/// A definition that was read.
///
/// ```
/// use claimgate_environments::Document;
///
/// let (document, diagnostics) = Document::parse("web/prod", "values:\n  region: eu-west-1\n");
/// assert!(document.is_some() && diagnostics.is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct Document {
    pub(crate) imports: Vec<Import>,
    pub(crate) values: Vec<(Key, Arc<Expression>)>,
    root: Node,
}

/// An environment that a definition imports.
#[derive(Clone, Debug)]
pub(crate) struct Import {
    pub(crate) name: Option<Key>,
    pub(crate) merge: bool,
}

impl Document {
    /// Reads the definition of the environment of this name.
    ///
    /// A document with syntax errors yields none; one with other errors yields what could be read, which
    /// [`check`](crate::check) can evaluate for an editor.
    #[must_use]
    pub fn parse(name: &str, source: &str) -> (Option<Self>, Vec<Diagnostic>) {
        let name: Arc<str> = name.into();
        if source.is_empty() {
            return (Some(Self::new(syntax::empty(&name))), Vec::new());
        }
        let (root, mut diagnostics) = syntax::read(&name, source);
        if has_errors(&diagnostics) {
            return (None, diagnostics);
        }
        let Some(root) = root else {
            diagnostics.push(Place::default().error("environment must be an object"));
            return (Some(Self::new(syntax::empty(&name))), diagnostics);
        };
        let mut document = Self::new(root);
        document.read(&mut diagnostics);
        (Some(document), diagnostics)
    }

    fn new(root: Node) -> Self {
        Self {
            imports: Vec::new(),
            values: Vec::new(),
            root,
        }
    }

    /// The document's syntax.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The names of the environments that the definition imports, as it names them.
    pub fn imports(&self) -> impl Iterator<Item = &str> {
        let names = self
            .imports
            .iter()
            .filter_map(|import| import.name.as_ref());
        names.map(|name| &*name.text)
    }

    /// Whether there is nothing to evaluate.
    pub(crate) fn is_empty(&self) -> bool {
        self.imports.is_empty() && self.values.is_empty()
    }

    fn read(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        let root = self.root.clone();
        if !matches!(root.kind, Kind::Object(_)) {
            diagnostics.push(Place::of(&root).error("environment must be an object"));
            return;
        }
        let mut seen = Vec::new();
        for member in root.members() {
            if seen.contains(&&*member.name) {
                let summary = format!("duplicate key {:?}", member.name);
                diagnostics.push(warning(&member.key, summary));
            }
            seen.push(&*member.name);
            match member.name.to_lowercase().as_str() {
                "description" => description(&member.value, diagnostics),
                "imports" => self.imports = imports(&member.value, diagnostics),
                "values" => self.values = values(&member.value, diagnostics),
                _ => diagnostics.push(warning(&member.key, unknown_key(&member.name))),
            }
        }
    }
}

fn warning(node: &Node, summary: String) -> Diagnostic {
    Diagnostic::warning(Some(node.range.clone()), &node.path, summary)
}

fn unknown_key(name: &str) -> String {
    let mut known = ["'description'", "'imports'", "'values'"];
    by_distance(name, &mut known);
    format!(
        "Field '{name}' does not exist on Object 'environment'. Existing fields are: {}",
        known.join(", ")
    )
}

fn description(node: &Node, diagnostics: &mut Vec<Diagnostic>) {
    let description = parse_expression(node, diagnostics);
    if description.string().is_none() {
        diagnostics.push(description.place.error("description must be a string"));
    }
}

fn imports(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Vec<Import> {
    let Kind::Array(nodes) = &node.kind else {
        diagnostics.push(Place::of(node).error("imports must be a list"));
        return Vec::new();
    };
    if nodes.len() > MAX_IMPORTS {
        let limit = Limit::Imports(nodes.len());
        diagnostics.push(Diagnostic::limit(
            Some(node.range.clone()),
            &node.path,
            limit,
        ));
        return Vec::new();
    }
    nodes.iter().map(|node| import(node, diagnostics)).collect()
}

fn import(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Import {
    let mut import = Import {
        name: None,
        merge: true,
    };
    let problem = match &node.kind {
        Kind::String(text) => {
            import.name = Some(key(node, text));
            None
        }
        Kind::Object(members) => match members.as_slice() {
            [member] => {
                import.name = Some(key(&member.key, &member.name));
                import.merge = merge(member, diagnostics);
                None
            }
            _ => Some("import must have a single key"),
        },
        _ => Some("import must be a string or an object"),
    };
    diagnostics.extend(problem.map(|summary| Place::of(node).error(summary)));
    import
}

fn key(node: &Node, text: &str) -> Key {
    Key {
        place: Place::of(node),
        text: text.into(),
    }
}

fn merge(import: &Member, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let Kind::Object(members) = &import.value.kind else {
        diagnostics.push(Place::of(&import.value).error("import must be an object"));
        return true;
    };
    let mut merge = true;
    let mut seen = Vec::new();
    for member in members {
        if seen.contains(&&*member.name) {
            let summary = format!("duplicate key {:?}", member.name);
            diagnostics.push(warning(&member.key, summary));
        }
        seen.push(&*member.name);
        if !member.name.eq_ignore_ascii_case("merge") {
            continue;
        }
        let value = parse_expression(&member.value, diagnostics);
        match value.form {
            Form::Bool(value) => merge = value,
            _ => {
                diagnostics.push(value.place.error("merge must be a boolean value"));
                merge = false;
            }
        }
    }
    merge
}

fn values(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Vec<(Key, Arc<Expression>)> {
    let Kind::Object(members) = &node.kind else {
        diagnostics.push(Place::of(node).error("values must be an object"));
        return Vec::new();
    };
    let mut values = Vec::new();
    for member in members {
        if member.name.starts_with("fn::") {
            let summary = format!(
                "builtin function call {:?} not allowed at the top level",
                member.name
            );
            diagnostics.push(Place::of(&member.key).error(summary));
        }
        let value = parse_expression(&member.value, diagnostics);
        values.push((key(&member.key, &member.name), value));
    }
    values
}
