//! The public items of a crate, one line each, sorted.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use quote::ToTokens;
use syn::{Attribute, Fields, ImplItem, Item, ItemImpl, Signature, TraitItem, Type, Visibility};

use super::names::{Module, Sources, Target, ident, imports, read, resolve};
use crate::checks::syntax::attributes;

/// The lines of the crate whose root is that file.
pub(super) fn lines(root: &str, sources: &Sources<'_>) -> Result<Vec<String>> {
    let mut api = Api {
        modules: read(root, sources)?,
        paths: BTreeMap::new(),
        lines: BTreeSet::new(),
    };
    // Modules first: an item that the root re-exports has the longer path too.
    api.module(0, "", true);
    api.module(0, "", false);
    api.impls();
    Ok(api.lines.into_iter().map(|(_, line)| line).collect())
}

struct Api {
    modules: Vec<Module>,
    /// The public path of each public item.
    paths: BTreeMap<(usize, String), String>,
    /// Each line behind the path that it is sorted by.
    lines: BTreeSet<(String, String)>,
}

impl Api {
    /// The public items of a module: those of its public modules, or else all others.
    fn module(&mut self, module: usize, path: &str, only_modules: bool) {
        for item in self.modules[module].items.clone() {
            if !is_public(&item) {
                continue;
            }
            match &item {
                Item::Mod(child) if only_modules || module != 0 => {
                    let name = [child.ident.to_string()];
                    let Some(Target::Module(child)) = resolve(&self.modules, module, &name) else {
                        continue;
                    };
                    self.enter(child, &join(path, &name[0]), &item);
                }
                Item::Mod(_) => {}
                _ if only_modules && module == 0 => {}
                Item::Use(declaration) => {
                    for import in imports(&declaration.tree) {
                        let target = resolve(&self.modules, module, &import.path);
                        self.reexport(target, &join(path, &import.name), &item);
                    }
                }
                _ => {
                    if let Some(name) = ident(&item) {
                        self.item(&item, (module, name.clone()), &join(path, &name), &item);
                    }
                }
            }
        }
    }

    fn enter(&mut self, module: usize, path: &str, declared: &Item) {
        let line = format!("pub mod {path}{}", conditions(attributes(declared)));
        self.add(path, line);
        self.module(module, path, false);
    }

    fn reexport(&mut self, target: Option<Target>, path: &str, declaration: &Item) {
        match target {
            Some(Target::Module(module)) => self.enter(module, path, declaration),
            Some(Target::External(other)) => self.add(path, format!("pub use {path} = {other}")),
            Some(Target::Item(module, name)) => {
                let found = self.modules[module].items.iter();
                let items: Vec<_> = found
                    .filter(|item| ident(item).as_ref() == Some(&name))
                    .cloned()
                    .collect();
                for item in items {
                    self.item(&item, (module, name.clone()), path, declaration);
                }
            }
            None => self.add(path, format!("pub use {path}")),
        }
    }

    /// An item at the path where it is first found, and re-exports of it at others.
    fn item(&mut self, item: &Item, key: (usize, String), path: &str, declared: &Item) {
        if let Some(known) = self.paths.get(&key).filter(|known| *known != path) {
            let line = format!("pub use {path} = {known}");
            return self.add(path, line);
        }
        self.paths.insert(key, path.to_owned());
        let own = notes(attributes(item));
        let outer = match std::ptr::eq(item, declared) {
            true => String::new(),
            false => conditions(attributes(declared)),
        };
        let notes = if own.contains(&outer) {
            own
        } else {
            own + &outer
        };
        match item {
            Item::Struct(item) => {
                let fields = match &item.fields {
                    Fields::Unnamed(_) => text(&public_tuple(&item.fields)),
                    _ => String::new(),
                };
                let line = format!("pub struct {path}{}{fields}{notes}", text(&item.generics));
                self.add(path, line);
                self.fields(&item.fields, path);
            }
            Item::Enum(item) => {
                self.add(path, format!("pub enum {path}{notes}"));
                for variant in &item.variants {
                    let path = join(path, &variant.ident.to_string());
                    let fields = fields_text(&variant.fields);
                    self.add(&path, format!("pub variant {path}{fields}"));
                }
            }
            Item::Trait(item) => {
                self.add(path, format!("pub trait {path}{notes}"));
                for inner in &item.items {
                    if let TraitItem::Fn(inner) = inner {
                        self.function(&inner.sig, path, "");
                    }
                }
            }
            Item::Fn(item) => {
                let outer = path.rsplit_once("::").map_or("", |(outer, _)| outer);
                let name = path.rsplit("::").next().unwrap_or(path);
                let mut signature = item.sig.clone();
                signature.ident = syn::Ident::new(name, signature.ident.span());
                self.function(&signature, outer, &notes);
            }
            Item::Const(item) => {
                self.add(path, format!("pub const {path}: {}{notes}", text(&item.ty)));
            }
            Item::Static(item) => {
                self.add(
                    path,
                    format!("pub static {path}: {}{notes}", text(&item.ty)),
                );
            }
            Item::Type(item) => {
                let line = format!(
                    "pub type {path}{} = {}{notes}",
                    text(&item.generics),
                    text(&item.ty)
                );
                self.add(path, line);
            }
            _ => {}
        }
    }

    fn fields(&mut self, fields: &Fields, path: &str) {
        let Fields::Named(fields) = fields else {
            return;
        };
        for field in fields.named.iter().filter(|field| is_visible(&field.vis)) {
            let name = field.ident.as_ref().map(ToString::to_string);
            let path = join(path, &name.unwrap_or_default());
            self.add(&path, format!("pub field {path}: {}", text(&field.ty)));
        }
    }

    fn function(&mut self, signature: &Signature, outer: &str, notes: &str) {
        let name = signature.ident.to_string();
        let path = join(outer, &name);
        let whole = text(signature);
        let line = whole.replacen(&format!("fn {name}"), &format!("fn {path}"), 1);
        self.add(&path, format!("pub {line}{notes}"));
    }

    /// Methods and traits of the public types.
    fn impls(&mut self) {
        for module in 0..self.modules.len() {
            for item in self.modules[module].items.clone() {
                if let Item::Impl(block) = item {
                    self.block(module, &block);
                }
            }
        }
    }

    fn block(&mut self, module: usize, block: &ItemImpl) {
        let Some(path) = self.path_of(module, &block.self_ty) else {
            return;
        };
        if let Some((name, _)) = &block.trait_ {
            let line = format!("impl{} {} for {path}", text(&block.generics), text(name));
            let ty = text(&block.self_ty);
            let arguments = ty.find('<').map_or("", |start| &ty[start..]);
            let borrowed = if ty.starts_with('&') {
                " (borrowed)"
            } else {
                ""
            };
            let line = format!("{line}{arguments}{borrowed}{}", conditions(&block.attrs));
            return self.add(&path, line);
        }
        for item in &block.items {
            match item {
                ImplItem::Fn(item) if is_visible(&item.vis) && !is_hidden(&item.attrs) => {
                    let notes = conditions(&block.attrs) + &conditions(&item.attrs);
                    self.function(&item.sig, &path, &notes);
                }
                ImplItem::Const(item) if is_visible(&item.vis) => {
                    let path = join(&path, &item.ident.to_string());
                    self.add(&path, format!("pub const {path}: {}", text(&item.ty)));
                }
                _ => {}
            }
        }
    }

    /// The public path of a type that an `impl` block is about.
    fn path_of(&self, module: usize, ty: &Type) -> Option<String> {
        let path = match ty {
            Type::Path(ty) => &ty.path,
            Type::Reference(reference) => return self.path_of(module, &reference.elem),
            _ => return None,
        };
        let segments = path.segments.iter();
        let names: Vec<_> = segments.map(|segment| segment.ident.to_string()).collect();
        match resolve(&self.modules, module, &names)? {
            Target::Item(module, name) => self.paths.get(&(module, name)).cloned(),
            _ => None,
        }
    }

    fn add(&mut self, path: &str, line: String) {
        self.lines.insert((path.to_owned(), line));
    }
}

fn join(outer: &str, name: &str) -> String {
    match outer {
        "" => name.to_owned(),
        _ => format!("{outer}::{name}"),
    }
}

fn is_visible(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn is_public(item: &Item) -> bool {
    let visibility = match item {
        Item::Const(item) => &item.vis,
        Item::Enum(item) => &item.vis,
        Item::Fn(item) => &item.vis,
        Item::Mod(item) => &item.vis,
        Item::Static(item) => &item.vis,
        Item::Struct(item) => &item.vis,
        Item::Trait(item) => &item.vis,
        Item::Type(item) => &item.vis,
        Item::Use(item) => &item.vis,
        _ => return false,
    };
    is_visible(visibility) && !is_hidden(attributes(item))
}

fn is_hidden(attributes: &[Attribute]) -> bool {
    let hidden = |attribute: &Attribute| text(attribute) == "#[doc(hidden)]";
    attributes.iter().any(hidden)
}

/// The attributes that belong to the API: ` #[non_exhaustive] #[derive(Clone)]`.
fn notes(attributes: &[Attribute]) -> String {
    note(attributes, &["#[non_exhaustive", "#[derive(", "#[cfg("])
}

fn conditions(attributes: &[Attribute]) -> String {
    note(attributes, &["#[cfg("])
}

fn note(attributes: &[Attribute], kinds: &[&str]) -> String {
    let texts = attributes.iter().map(text);
    let wanted = texts.filter(|text| kinds.iter().any(|kind| text.starts_with(kind)));
    let mut wanted: Vec<_> = wanted.collect();
    wanted.sort_by_key(|text| kinds.iter().position(|kind| text.starts_with(kind)));
    wanted.iter().map(|text| format!(" {text}")).collect()
}

/// A tuple's fields, the private ones as `_`.
fn public_tuple(fields: &Fields) -> Fields {
    let mut fields = fields.clone();
    for field in &mut fields {
        if !is_visible(&field.vis) {
            field.ty = syn::parse_quote!(_);
        }
        field.vis = Visibility::Inherited;
        field.attrs.clear();
    }
    fields
}

fn fields_text(fields: &Fields) -> String {
    let mut fields = fields.clone();
    for field in &mut fields {
        field.attrs.clear();
    }
    match &fields {
        Fields::Named(_) => format!(" {}", text(&fields)),
        _ => text(&fields),
    }
}

/// Tokens as they are usually written.
fn text(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (from, to) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" ::", "::"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        (" :", ":"),
        (" ;", ";"),
        ("& ", "&"),
        ("# [", "#["),
        ("[ ", "["),
        (" ]", "]"),
        ("( ", "("),
        (" )", ")"),
        (" (", "("),
        (" [", "["),
        ("->(", "-> ("),
        ("->[", "-> ["),
        (",(", ", ("),
        (",[", ", ["),
        (":(", ": ("),
        (":[", ": ["),
        ("=(", "= ("),
        ("dyn(", "dyn ("),
        ("'a[", "'a ["),
        ("'static[", "'static ["),
        (",)", ")"),
        (", }", " }"),
    ] {
        text = text.replace(from, to);
    }
    text
}
