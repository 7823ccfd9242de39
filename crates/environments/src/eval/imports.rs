//! Evaluates an environment and what it imports, each environment once.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::ast::document::{Document, Import};
use crate::ast::{Accessor, Place};
use crate::diagnostic::has_errors;
use crate::limits::{Limit, MAX_ENVIRONMENTS};
use crate::schema::{Schema, Schemas};
use crate::text::quote;

use super::arena::{Content, Form, Properties, Reference, Value, ValueId};
use super::{Evaluator, Imported, Outcome, Scope};

/// Names that cannot stand directly under `values`.
const RESERVED: [&str; 3] = ["imports", "context", "environments"];

impl<'a> Evaluator<'a> {
    /// Evaluates an environment.
    pub(super) fn environment(
        &mut self,
        scope: &mut Scope<'a>,
        document: &Document,
    ) -> Outcome<ValueId> {
        let declared = scope.declared.clone();
        self.imported.insert(declared.clone(), Imported::Evaluating);
        self.declare_context(scope)?;
        self.evaluate_imports(scope, document)?;
        let properties = self.declare_values(scope, document)?;
        let form = Form::Object(Rc::new(properties));
        let path = format!("<{}>", scope.name);
        let root = self.add_expr(&path, Place::default(), form, self.any.clone(), scope.base);
        scope.root = Some(root);
        let any = self.any.clone();
        let value = self.evaluate(scope, root, &any)?;
        self.imported.insert(declared, Imported::Done(value));
        Ok(value)
    }

    fn declare_context(&mut self, scope: &mut Scope<'a>) -> Outcome<()> {
        let def = self.declare_root_name("context");
        let value = self.import_value(&scope.context.to_value(), def)?;
        scope.context_value = Some(value);
        Ok(())
    }

    /// The expression of a name that every environment has.
    fn declare_root_name(&mut self, name: &str) -> super::ExprId {
        let reference = Reference {
            accessors: [Accessor::name(name)].into(),
            targets: vec![None],
        };
        let form = Form::Reference(reference);
        self.declare_known(Place::default(), form, self.any.clone(), None)
    }

    fn evaluate_imports(&mut self, scope: &mut Scope<'a>, document: &Document) -> Outcome<()> {
        let mut values = BTreeMap::new();
        for import in &document.imports {
            let Import {
                name: Some(name),
                merge,
            } = import
            else {
                continue;
            };
            let Some(value) = self.import(scope, &name.place, &name.text)? else {
                continue;
            };
            values.insert(name.text.clone(), value);
            if *merge {
                let top = self.copy(value)?;
                self.merge(top, scope.base)?;
                scope.base = Some(top);
            }
        }
        let schemas = values.iter();
        let schemas =
            schemas.map(|(name, value)| (name.clone(), self.arena[*value].schema.clone()));
        let schema = Arc::new(Schema::record(schemas.collect::<Schemas>()));
        let def = self.declare_root_name("imports");
        self.arena[def].schema = schema.clone();
        let value = Value::new(def, schema, Content::Object(Rc::new(values)));
        scope.imports = Some(self.add(value)?);
        Ok(())
    }

    fn declare_values(&mut self, scope: &Scope<'a>, document: &Document) -> Outcome<Properties> {
        let mut properties = Properties::default();
        for (key, expression) in &document.values {
            let name = &key.text;
            if RESERVED.contains(&&**name) {
                self.error(&key.place, format!("{} is a reserved key", quote(&**name)));
            } else if properties.members.contains_key(name) {
                self.error(&key.place, format!("duplicate key {}", quote(&**name)));
            } else {
                let base = self.base_property(scope.base, name, &key.place)?;
                let member = self.declare(name, expression, base)?;
                properties.members.insert(name.clone(), member);
            }
        }
        Ok(properties)
    }

    /// Evaluates an environment that another one imports. `None` if it cannot be.
    pub(super) fn import(
        &mut self,
        scope: &Scope<'a>,
        place: &Place,
        name: &str,
    ) -> Outcome<Option<ValueId>> {
        let environments = self.host.environments;
        if let Err(error) = environments.authorize(&scope.name, name, scope.is_root) {
            self.error(place, error.0);
            return Ok(None);
        }
        match self.imported.get(name) {
            Some(Imported::Evaluating) => {
                self.error(place, format!("cyclic import of {name}"));
                Ok(None)
            }
            Some(Imported::Done(value)) => Ok(Some(*value)),
            Some(Imported::Failed) => Ok(None),
            None if self.imported.len() >= MAX_ENVIRONMENTS => {
                Err(self.exceeded(place, Limit::Environments))
            }
            None => self.load(scope, place, name),
        }
    }

    fn load(&mut self, scope: &Scope<'a>, place: &Place, name: &str) -> Outcome<Option<ValueId>> {
        let loaded = match self.host.environments.load(name) {
            Ok(loaded) => loaded,
            Err(error) => {
                self.error(place, error.0);
                return Ok(None);
            }
        };
        let (document, diagnostics) = Document::parse(&loaded.name, &loaded.source);
        let is_broken = has_errors(&diagnostics);
        self.diagnostics.extend(diagnostics);
        let Some(document) = document.filter(|_| !is_broken) else {
            self.imported.insert(name.into(), Imported::Failed);
            return Ok(None);
        };
        let resolved: Arc<str> = loaded.name.into();
        let context = scope.context.within(&resolved);
        let mut imported = Scope::new(&resolved, &name.into(), false, loaded.decrypter, context);
        let value = self.nested(
            |_| place.clone(),
            |evaluator| evaluator.environment(&mut imported, &document),
        )?;
        Ok(Some(value))
    }
}
