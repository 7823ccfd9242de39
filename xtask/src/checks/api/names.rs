//! The modules of a crate with their items, and what a name in one of them denotes.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use quote::ToTokens as _;
use syn::{Attribute, Item, ItemMod, UseTree};

use crate::checks::syntax::attributes;

/// Reads a file by its path; `None` if it does not exist.
pub(super) type Sources<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// A module without its test-only items.
pub(super) struct Module {
    parent: Option<usize>,
    pub(super) items: Vec<Item>,
    children: BTreeMap<String, usize>,
}

/// What a name denotes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Module(usize),
    /// The item of that name in that module.
    Item(usize, String),
    /// Of another crate.
    External(String),
}

/// One name of a `use` declaration.
pub(super) struct Import {
    pub(super) path: Vec<String>,
    pub(super) name: String,
}

/// Reads a crate, the root module first.
pub(super) fn read(root: &str, sources: &Sources<'_>) -> Result<Vec<Module>> {
    let mut modules = Vec::new();
    let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
    let items = parse(root, sources)?;
    add(&mut modules, None, items, folder, sources)?;
    Ok(modules)
}

fn parse(file: &str, sources: &Sources<'_>) -> Result<Vec<Item>> {
    let text = sources(file).with_context(|| format!("expected a file {file}, found none"))?;
    let syntax = syn::parse_file(&text).with_context(|| format!("{file} does not parse"))?;
    Ok(syntax.items)
}

fn add(
    modules: &mut Vec<Module>,
    parent: Option<usize>,
    items: Vec<Item>,
    folder: &str,
    sources: &Sources<'_>,
) -> Result<usize> {
    let items: Vec<_> = items.into_iter().filter(|item| !is_test(item)).collect();
    let index = modules.len();
    modules.push(Module {
        parent,
        items: items.clone(),
        children: BTreeMap::new(),
    });
    for item in items {
        if let Item::Mod(child) = item {
            let name = child.ident.to_string();
            let below = format!("{folder}/{name}");
            let items = children(child, &below, sources)?;
            let child = add(modules, Some(index), items, &below, sources)?;
            modules[index].children.insert(name, child);
        }
    }
    Ok(index)
}

fn children(module: ItemMod, below: &str, sources: &Sources<'_>) -> Result<Vec<Item>> {
    if let Some((_, items)) = module.content {
        return Ok(items);
    }
    let beside = format!("{below}.rs");
    match sources(&beside) {
        Some(_) => parse(&beside, sources),
        None => parse(&format!("{below}/mod.rs"), sources),
    }
}

/// What a path in a module denotes; `None` for names that are neither items nor imported.
pub(super) fn resolve(modules: &[Module], module: usize, path: &[String]) -> Option<Target> {
    let (first, rest) = path.split_first()?;
    let start = match first.as_str() {
        "crate" => Target::Module(0),
        "self" => Target::Module(module),
        "super" => Target::Module(modules[module].parent?),
        name => lookup(modules, module, name).unwrap_or_else(|| Target::External(path.join("::"))),
    };
    let mut rest = rest.iter().peekable();
    let mut target = start;
    while let Some(name) = rest.next() {
        target = step(modules, target, name, rest.peek().is_none())?;
    }
    Some(target)
}

/// A module and a function may have the same name: a path ends with the function.
fn step(modules: &[Module], target: Target, name: &str, is_last: bool) -> Option<Target> {
    match target {
        Target::Module(module) if name == "super" => Some(Target::Module(modules[module].parent?)),
        Target::Module(module) if is_last => {
            lookup_item(modules, module, name).or_else(|| lookup(modules, module, name))
        }
        Target::Module(module) => lookup(modules, module, name),
        Target::External(_) => Some(target),
        Target::Item(..) => None,
    }
}

fn lookup(modules: &[Module], module: usize, name: &str) -> Option<Target> {
    if let Some(child) = modules[module].children.get(name) {
        return Some(Target::Module(*child));
    }
    lookup_item(modules, module, name)
}

fn lookup_item(modules: &[Module], module: usize, name: &str) -> Option<Target> {
    let items = &modules[module].items;
    if items
        .iter()
        .any(|item| ident(item).as_deref() == Some(name))
    {
        return Some(Target::Item(module, name.to_owned()));
    }
    let uses = items.iter().filter_map(|item| match item {
        Item::Use(item) => Some(imports(&item.tree)),
        _ => None,
    });
    let import = uses.flatten().find(|import| import.name == name)?;
    // `use claimgate::x` within `claimgate` would be a name that denotes itself.
    (import.path != [name])
        .then(|| resolve(modules, module, &import.path))
        .flatten()
}

/// The names that a `use` declaration brings, without those of globs.
pub(super) fn imports(tree: &UseTree) -> Vec<Import> {
    let import = |path: Vec<String>, name: String| vec![Import { path, name }];
    match tree {
        UseTree::Path(path) => {
            let mut all = imports(&path.tree);
            let prefix = path.ident.to_string();
            for import in &mut all {
                if import.name == "self" && import.path == ["self"] {
                    import.path = vec![prefix.clone()];
                    import.name.clone_from(&prefix);
                } else {
                    import.path.insert(0, prefix.clone());
                }
            }
            all
        }
        UseTree::Name(name) => import(vec![name.ident.to_string()], name.ident.to_string()),
        UseTree::Rename(name) => import(vec![name.ident.to_string()], name.rename.to_string()),
        UseTree::Group(group) => group.items.iter().flat_map(imports).collect(),
        UseTree::Glob(_) => Vec::new(),
    }
}

/// The name of an item that other items can use.
pub(super) fn ident(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

fn is_test(item: &Item) -> bool {
    let is_test = |attribute: &Attribute| {
        let text = attribute.to_token_stream().to_string().replace(' ', "");
        text.starts_with("#[cfg(test") || text.starts_with("#[cfg(all(test,")
    };
    attributes(item).iter().any(is_test)
}
