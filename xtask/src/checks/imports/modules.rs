//! The modules of a crate: the names that each one defines and imports, and the paths in its code.
//! Test-only code is skipped.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Attribute, ForeignItem, ImplItemFn, Item, ItemMod, ItemUse, Macro, Meta, UseTree};

use crate::checks::syntax::attributes;

/// Reads a file by its path relative to the workspace root; `None` if it does not exist.
pub(super) type Sources<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// A crate as a tree of modules, the root first.
#[derive(Default)]
pub(super) struct Crate {
    pub(super) modules: Vec<Module>,
}

/// A module, which is a file or an inline part of one.
pub(super) struct Module {
    pub(super) file: String,
    pub(super) parent: Option<usize>,
    /// A name may denote a module, a function and a macro at the same time.
    pub(super) names: BTreeMap<String, Vec<Name>>,
    pub(super) globs: Vec<Vec<String>>,
    pub(super) mentions: Vec<Mention>,
}

/// What a name in a module denotes.
pub(super) enum Name {
    Module(usize),
    Item(Kind),
    Import(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A path may continue after it: `Type::function`, `Enum::Variant`.
    Type,
    Other,
}

/// A path in a module's code, `use` declarations included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) path: Vec<String>,
    pub(super) line: usize,
    pub(super) is_use: bool,
}

impl Crate {
    /// Reads a crate, starting at its root file.
    pub(super) fn read(root: &str, sources: &Sources<'_>) -> Result<Self> {
        let mut tree = Self::default();
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
        tree.read_file(root, folder, None, sources)?;
        Ok(tree)
    }

    /// `folder` holds the files of the child modules.
    fn read_file(
        &mut self,
        file: &str,
        folder: &str,
        parent: Option<usize>,
        sources: &Sources<'_>,
    ) -> Result<usize> {
        let text = sources(file).with_context(|| format!("expected a file {file}, found none"))?;
        let syntax = syn::parse_file(&text).with_context(|| format!("{file} does not parse"))?;
        let module = self.add(file, parent);
        self.read_items(module, &syntax.items, folder, sources)?;
        Ok(module)
    }

    fn add(&mut self, file: &str, parent: Option<usize>) -> usize {
        self.modules.push(Module {
            file: file.to_owned(),
            parent,
            names: BTreeMap::new(),
            globs: Vec::new(),
            mentions: Vec::new(),
        });
        self.modules.len() - 1
    }

    fn read_items(
        &mut self,
        module: usize,
        items: &[Item],
        folder: &str,
        sources: &Sources<'_>,
    ) -> Result<()> {
        for item in items.iter().filter(|item| !is_test(attributes(item))) {
            match item {
                Item::Mod(child) => self.read_child(module, child, folder, sources)?,
                _ => {
                    self.modules[module].define(item);
                    self.modules[module].visit_item(item);
                }
            }
        }
        Ok(())
    }

    fn read_child(
        &mut self,
        parent: usize,
        item: &ItemMod,
        folder: &str,
        sources: &Sources<'_>,
    ) -> Result<()> {
        let name = item.ident.to_string();
        let below = format!("{folder}/{name}");
        let child = if let Some((_, items)) = &item.content {
            let file = self.modules[parent].file.clone();
            let child = self.add(&file, Some(parent));
            self.read_items(child, items, &below, sources)?;
            child
        } else {
            let beside = format!("{below}.rs");
            let file = match sources(&beside) {
                Some(_) => beside,
                None => format!("{below}/mod.rs"),
            };
            self.read_file(&file, &below, Some(parent), sources)?
        };
        self.modules[parent].bind(name, Name::Module(child));
        Ok(())
    }
}

impl Module {
    fn bind(&mut self, name: String, meaning: Name) {
        self.names.entry(name).or_default().push(meaning);
    }

    fn define(&mut self, item: &Item) {
        let (ident, kind) = match item {
            Item::Enum(item) => (&item.ident, Kind::Type),
            Item::Struct(item) => (&item.ident, Kind::Type),
            Item::Trait(item) => (&item.ident, Kind::Type),
            Item::Type(item) => (&item.ident, Kind::Type),
            Item::Union(item) => (&item.ident, Kind::Type),
            Item::Const(item) => (&item.ident, Kind::Other),
            Item::Fn(item) => (&item.sig.ident, Kind::Other),
            Item::Static(item) => (&item.ident, Kind::Other),
            Item::Macro(item) => match &item.ident {
                Some(ident) => (ident, Kind::Other),
                None => return,
            },
            Item::ForeignMod(block) => {
                return block
                    .items
                    .iter()
                    .for_each(|item| self.define_foreign(item));
            }
            _ => return,
        };
        self.bind(ident.to_string(), Name::Item(kind));
    }

    fn define_foreign(&mut self, item: &ForeignItem) {
        match item {
            ForeignItem::Type(item) => self.bind(item.ident.to_string(), Name::Item(Kind::Type)),
            ForeignItem::Fn(item) => self.bind(item.sig.ident.to_string(), Name::Item(Kind::Other)),
            _ => {}
        }
    }

    fn mention(&mut self, path: Vec<String>, line: usize, is_use: bool) {
        self.mentions.push(Mention { path, line, is_use });
    }

    /// A re-export by itself is no dependency: the files that use the name depend on the file that
    /// defines it.
    fn import(&mut self, tree: &UseTree, prefix: &[String], is_private: bool) {
        let line = tree.span().start().line;
        let with = |name: String| [prefix, &[name]].concat();
        let (path, name) = match tree {
            UseTree::Path(path) => {
                return self.import(&path.tree, &with(path.ident.to_string()), is_private);
            }
            UseTree::Group(group) => {
                return (group.items.iter()).for_each(|tree| self.import(tree, prefix, is_private));
            }
            UseTree::Glob(_) => {
                self.globs.push(prefix.to_vec());
                (prefix.to_vec(), None)
            }
            UseTree::Name(name) if name.ident == "self" => {
                (prefix.to_vec(), prefix.last().cloned())
            }
            UseTree::Name(name) => (with(name.ident.to_string()), Some(name.ident.to_string())),
            UseTree::Rename(name) if name.ident == "self" => {
                (prefix.to_vec(), Some(name.rename.to_string()))
            }
            UseTree::Rename(name) => (with(name.ident.to_string()), Some(name.rename.to_string())),
        };
        if let Some(name) = name {
            self.bind(name, Name::Import(path.clone()));
        }
        if is_private {
            self.mention(path, line, true);
        }
    }

    /// Finds paths in the tokens of a macro or an attribute, which `syn` does not parse.
    fn mention_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut line = 0;
        // The colons since the last name. A name after a dot is a field or a method.
        let (mut colons, mut is_member) = (0, false);
        for token in tokens {
            match &token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.end_path(&mut path, line);
                        line = ident.span().start().line;
                    }
                    if !is_member {
                        path.push(ident.to_string());
                    }
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => {
                    colons += 1;
                    continue;
                }
                TokenTree::Group(group) => self.mention_tokens(group.stream()),
                _ => {}
            }
            is_member = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
            colons = 0;
            if !matches!(token, TokenTree::Ident(_)) {
                self.end_path(&mut path, line);
            }
        }
        self.end_path(&mut path, line);
    }

    fn end_path(&mut self, path: &mut Vec<String>, line: usize) {
        if !path.is_empty() {
            self.mention(std::mem::take(path), line, false);
        }
    }

    /// Finds paths in strings: `#[serde(default = "crate::format")]`.
    fn mention_strings(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.mention_strings(group.stream()),
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    if let Ok(path) = syn::parse_str::<syn::Path>(text.trim_matches('"')) {
                        self.mention(segments(&path), literal.span().start().line, false);
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Module {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if !is_test(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() {
            let is_private = matches!(item.vis, syn::Visibility::Inherited);
            self.import(&item.tree, &[], is_private);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            self.mention(segments(path), path.span().start().line, false);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        self.visit_path(&called.path);
        self.mention_tokens(called.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.mention_tokens(list.tokens.clone());
            self.mention_strings(list.tokens.clone());
        }
    }
}

fn segments(path: &syn::Path) -> Vec<String> {
    path.segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect()
}

/// `#[cfg(test)]`, or `#[cfg(all(test, …))]`.
fn is_test(attributes: &[Attribute]) -> bool {
    let is_test = |attribute: &Attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            let condition = list.tokens.to_string().replace(' ', "");
            condition == "test" || condition.starts_with("all(test,")
        }
        _ => false,
    };
    attributes.iter().any(is_test)
}
