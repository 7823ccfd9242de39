//! Compares the schema of an unknown value with the schema that it must follow.

use std::sync::Arc;

use crate::schema::{Rules, Schema, Type};

use super::validate::{Blame, Findings};
use super::{Evaluator, Outcome};

type Optional<'s> = Option<&'s Arc<Schema>>;

impl Evaluator<'_> {
    /// Whether all values of one schema may follow another. An absent schema allows everything.
    pub(super) fn schema_follows(
        &mut self,
        schema: Optional<'_>,
        accept: Optional<'_>,
        blame: &Blame,
        findings: &mut Findings,
    ) -> Outcome<bool> {
        self.compare_step(blame.expr)?;
        let (accept, accepted) = match accept.map(|accept| (accept, &**accept)) {
            None | Some((_, Schema::Any)) => return Ok(true),
            Some((_, Schema::Nothing)) => return Ok(false),
            Some((accept, Schema::Rules(rules))) => (accept, rules),
        };
        let (schema, rules) = match schema.map(|schema| (schema, &**schema)) {
            None | Some((_, Schema::Any)) => return Ok(true),
            Some((_, Schema::Nothing)) => return Ok(false),
            Some((schema, Schema::Rules(rules))) => (schema, rules),
        };
        self.depth += 1;
        let follows = self.rules_follow((schema, rules), (accept, accepted), blame, findings);
        self.depth -= 1;
        follows
    }

    fn rules_follow(
        &mut self,
        (schema, rules): (&Arc<Schema>, &Rules),
        (accept, accepted): (&Arc<Schema>, &Rules),
        blame: &Blame,
        findings: &mut Findings,
    ) -> Outcome<bool> {
        let mut follows = true;
        if let Some(target) = accept.target() {
            follows &= self.schema_follows(Some(schema), Some(&target), blame, findings)?;
        }
        if let Some(target) = schema.target() {
            follows &= self.schema_follows(Some(&target), Some(accept), blame, findings)?;
        }
        for alternatives in [&rules.any_of, &rules.one_of] {
            let pairs = alternatives.iter().map(|schema| (schema, accept));
            follows &= self.some_follows(pairs, blame, findings)?;
        }
        if let (Some(actual), Some(expected)) = (rules.kind, accepted.kind)
            && actual != expected
        {
            follows = self.type_error(expected, actual, blame, findings);
        }
        for alternatives in [&accepted.any_of, &accepted.one_of] {
            let pairs = alternatives.iter().map(|accept| (schema, accept));
            follows &= self.some_follows(pairs, blame, findings)?;
        }
        follows &= match rules.kind {
            Some(Type::Array) => self.array_follows(rules, accepted, blame, findings)?,
            Some(Type::Object) => self.object_follows(rules, accepted, blame, findings)?,
            _ => true,
        };
        Ok(follows)
    }

    /// Whether the first of one of these pairs may follow the second, or there are none.
    fn some_follows<'s>(
        &mut self,
        pairs: impl ExactSizeIterator<Item = (&'s Arc<Schema>, &'s Arc<Schema>)>,
        blame: &Blame,
        findings: &mut Findings,
    ) -> Outcome<bool> {
        let mut follows = pairs.len() == 0;
        let mut all = Findings::default();
        for (schema, accept) in pairs {
            let mut own = Findings::default();
            follows |= self.schema_follows(Some(schema), Some(accept), blame, &mut own)?;
            all.0.append(&mut own.0);
        }
        if follows {
            return Ok(true);
        }
        findings.0.append(&mut all.0);
        Ok(self.find(blame, "at least one subschema must match", findings))
    }

    fn array_follows(
        &mut self,
        rules: &Rules,
        accepted: &Rules,
        blame: &Blame,
        findings: &mut Findings,
    ) -> Outcome<bool> {
        let (own, others) = (&rules.prefix_items, &accepted.prefix_items);
        let mut follows = true;
        for at in 0..own.len().max(others.len()) {
            let schema = own.get(at).or(rules.items.as_ref());
            let accept = others.get(at).or(accepted.items.as_ref());
            let blame = self.blame_item(blame, at);
            follows &= self.schema_follows(schema, accept, &blame, findings)?;
        }
        if rules
            .items
            .as_deref()
            .is_some_and(|items| *items != Schema::Nothing)
        {
            let (items, accept) = (rules.items.as_ref(), accepted.items.as_ref());
            follows &= self.schema_follows(items, accept, blame, findings)?;
        }
        Ok(follows)
    }

    fn object_follows(
        &mut self,
        rules: &Rules,
        accepted: &Rules,
        blame: &Blame,
        findings: &mut Findings,
    ) -> Outcome<bool> {
        let mut follows = true;
        let additional = accepted.additional_properties.as_ref();
        for (name, property) in &rules.properties {
            let accept = accepted.properties.get(name).or(additional);
            let blame = self.blame_property(blame, name);
            follows &= self.schema_follows(Some(property), accept, &blame, findings)?;
        }
        match rules.additional_properties.as_ref() {
            None => Ok(follows & self.has_required(rules, accepted, blame, findings)),
            Some(schema) if **schema == Schema::Nothing => Ok(follows),
            schema => Ok(follows & self.schema_follows(schema, additional, blame, findings)?),
        }
    }

    fn has_required(
        &self,
        rules: &Rules,
        accepted: &Rules,
        blame: &Blame,
        findings: &mut Findings,
    ) -> bool {
        let dependent = accepted.dependent_required.iter();
        let dependent = dependent.filter(|(name, _)| rules.required.contains(name));
        let needed = accepted
            .required
            .iter()
            .chain(dependent.flat_map(|(_, names)| names));
        let mut follows = true;
        for name in needed.filter(|name| !rules.required.contains(name)) {
            let blame = self.blame_property(blame, name);
            follows = self.find(&blame, "missing required property", findings);
        }
        follows
    }
}
