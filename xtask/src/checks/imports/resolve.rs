//! Dependencies between files: each path is followed through imports and re-exports to the file
//! that defines the item.

use std::collections::{BTreeMap, BTreeSet};

use super::modules::{Crate, Kind, Mention, Name};

/// For each importing and imported file, the first path that makes the edge.
pub(super) type Edges = BTreeMap<(String, String), Mention>;

/// What a path resolves to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Module(usize),
    /// An item in the file of that module.
    Item(usize, Kind),
}

/// The imports being followed, so that a cyclic import ends.
type Seen = Vec<(usize, String)>;

impl Crate {
    /// The edges between the crate's files, without those to a parent module: a child extends its
    /// parents, and sees what they define.
    pub(super) fn edges(&self) -> Edges {
        let mut edges = Edges::new();
        for (index, module) in self.modules.iter().enumerate() {
            for mention in &module.mentions {
                for target in self.resolve(index, &mention.path, &mut Seen::new()) {
                    // Naming a module is no dependency; the paths that continue from it are.
                    let Target::Item(home, _) = target else {
                        continue;
                    };
                    let (from, to) = (&module.file, &self.modules[home].file);
                    if !self
                        .parents(index)
                        .any(|parent| self.modules[parent].file == *to)
                    {
                        let edge = edges.entry((from.clone(), to.clone()));
                        edge.or_insert_with(|| mention.clone());
                    }
                }
            }
        }
        edges
    }

    /// A module and those around it.
    fn parents(&self, module: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(module), |module| self.modules[*module].parent)
    }

    fn resolve(&self, from: usize, path: &[String], seen: &mut Seen) -> BTreeSet<Target> {
        let (mut at, mut rest) = (from, path);
        while let Some((first, after)) = rest.split_first() {
            at = match first.as_str() {
                "crate" => 0,
                "self" => at,
                "super" => match self.modules[at].parent {
                    Some(parent) => parent,
                    None => return BTreeSet::new(),
                },
                _ => break,
            };
            rest = after;
        }
        let is_rooted = rest.len() < path.len();
        let mut found = BTreeSet::from([Target::Module(at)]);
        for (index, name) in rest.iter().enumerate() {
            let is_known = is_rooted || index > 0;
            found = found
                .into_iter()
                .flat_map(|target| self.step(target, name, is_known, seen))
                .collect();
        }
        found
    }

    /// Resolves a name in a module or a type. An unknown name in a known module is defined by a
    /// macro there; an unknown first name is another crate or a variable.
    fn step(
        &self,
        target: Target,
        name: &str,
        is_known: bool,
        seen: &mut Seen,
    ) -> BTreeSet<Target> {
        match target {
            Target::Item(_, Kind::Type) => BTreeSet::from([target]),
            Target::Item(_, Kind::Other) => BTreeSet::new(),
            Target::Module(module) => match self.look_up(module, name, seen) {
                Some(found) => found,
                None if is_known => BTreeSet::from([Target::Item(module, Kind::Type)]),
                None => BTreeSet::new(),
            },
        }
    }

    /// `None` if neither the module nor its glob imports define the name.
    fn look_up(&self, module: usize, name: &str, seen: &mut Seen) -> Option<BTreeSet<Target>> {
        let meanings = self.modules[module]
            .names
            .get(name)
            .map_or(&[][..], Vec::as_slice);
        let key = (module, name.to_owned());
        let is_cyclic = seen.contains(&key);
        seen.push(key);
        let mut found: BTreeSet<_> = meanings
            .iter()
            .flat_map(|meaning| match meaning {
                Name::Module(child) => BTreeSet::from([Target::Module(*child)]),
                Name::Item(kind) => BTreeSet::from([Target::Item(module, *kind)]),
                Name::Import(_) if is_cyclic => BTreeSet::new(),
                Name::Import(path) => self.resolve(module, path, seen),
            })
            .collect();
        let mut is_known = is_cyclic || !meanings.is_empty();
        // A glob import may add a function to a module of the same name.
        if !is_cyclic
            && meanings
                .iter()
                .all(|meaning| matches!(meaning, Name::Module(_)))
        {
            let more = self.look_up_globs(module, name, seen);
            is_known |= more.is_some();
            found.extend(more.into_iter().flatten());
        }
        seen.pop();
        is_known.then_some(found)
    }

    fn look_up_globs(
        &self,
        module: usize,
        name: &str,
        seen: &mut Seen,
    ) -> Option<BTreeSet<Target>> {
        self.modules[module].globs.iter().find_map(|glob| {
            let targets = self.resolve(module, glob, seen);
            targets.into_iter().find_map(|target| match target {
                Target::Module(other) if other != module => {
                    let found = self.look_up(other, name, seen);
                    found.filter(|found| !found.is_empty())
                }
                _ => None,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Crate;

    /// Each file with its text; the edges as `from to`.
    fn edges(files: &[(&str, &str)]) -> Vec<String> {
        let read = |path: &str| {
            let file = files
                .iter()
                .find(|(name, _)| format!("src/{name}.rs") == path);
            file.map(|(_, text)| (*text).to_owned())
        };
        let short = |file: &str| {
            file.trim_start_matches("src/")
                .trim_end_matches(".rs")
                .to_owned()
        };
        let tree = Crate::read("src/lib.rs", &read).unwrap();
        let edges = tree.edges().into_keys();
        edges
            .map(|(from, to)| format!("{} {}", short(&from), short(&to)))
            .collect()
    }

    #[test]
    fn paths_lead_to_the_file_that_defines_the_item() {
        let b = "pub struct B; pub fn f() {} pub enum E { V } pub mod inner { pub struct I; }";
        for (code, is_edge) in [
            ("use crate::b::B;", true),
            ("use super::b::{self, B as C};", true),
            ("use super::b::inner::I;", true),
            ("use super::{b::{f}};", true),
            ("use crate::b; fn g() { b::f(); }", true),
            ("fn g(_: crate::b::B) {}", true),
            ("fn g() { use crate::b::E; }", true),
            ("use crate::b::E::*;", true),
            ("use crate::b::*; fn g(_: B) {}", true),
            ("mod here { use super::super::b::f; }", true),
            ("fn g() { println!(\"{}\", crate::b::f()); }", true),
            (
                "use super::b; fn g() { view! { <b::B on:click=x /> } }",
                true,
            ),
            ("#[serde(default = \"crate::b::f\")] struct S;", true),
            ("use crate::b;", false),
            ("use crate::b::*;", false),
            ("use other::b::B;", false),
            ("use ::b::B;", false),
            ("fn g() { let b = 1; x.b().f(); }", false),
            ("pub use crate::b::B;", false),
            ("pub use crate::b::B; fn g(_: B) {}", true),
            ("#[cfg(test)] use crate::b::B;", false),
            (
                "#[cfg(all(test, unix))] mod tests { use crate::b::B; }",
                false,
            ),
            ("#[cfg(not(test))] use crate::b::B;", true),
        ] {
            let found = edges(&[("lib", "mod a; mod b;"), ("a", code), ("b", b)]);
            assert_eq!(found, if is_edge { vec!["a b"] } else { vec![] }, "{code}");
        }
    }

    #[test]
    fn a_facade_resolves_to_the_defining_file() {
        for (facade, b, expected) in [
            (
                "pub use run::run; pub use b::g;",
                "use super::run::run; pub fn g() {}",
                "m/b m/run",
            ),
            ("pub use run::*;", "use super::run;", "m/b m/run"),
            ("pub use run::run as go;", "use super::go;", "m/b m/run"),
            (
                "use run::run; fn f() { run() }",
                "use super::run;",
                "m/b m/run, m/mod m/run",
            ),
            // Defined by a macro, or re-exported from another crate.
            ("", "use super::run::Made;", "m/b m/run"),
            ("pub use other::X;", "use super::X;", ""),
            ("pub use self::X as X;", "use super::X;", ""),
        ] {
            let files = [
                ("lib", "mod m;"),
                ("m/mod", &format!("mod b; mod run; {facade}")),
                ("m/b", b),
                ("m/run", "pub fn run() {}"),
            ];
            assert_eq!(edges(&files).join(", "), expected, "{facade} {b}");
        }
    }

    #[test]
    fn a_child_may_use_its_parents() {
        let files = [
            ("lib", "mod a; mod m; pub fn top() {}"),
            ("m/mod", "mod b; pub fn own() { b::g(); }"),
            ("m/b", "use super::own; use crate::top; pub fn g() {}"),
            ("a", "use crate::m::own;"),
        ];
        assert_eq!(edges(&files), ["a m/mod", "m/mod m/b"]);
    }

    #[test]
    fn a_file_that_is_missing_or_does_not_parse_is_an_error() {
        let read =
            |text: &'static str| move |path: &str| (path == "src/lib.rs").then(|| text.to_owned());
        assert!(Crate::read("src/lib.rs", &read("mod a;")).is_err());
        assert!(Crate::read("src/lib.rs", &read("fn {")).is_err());
        assert!(Crate::read("src/lib.rs", &read("")).is_ok());
    }
}
