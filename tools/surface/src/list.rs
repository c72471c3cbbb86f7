//! `Face`: the public items of a crate: reachable through `pub` modules and `pub use`, each once, under its shortest path.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;
use syn::visit_mut::VisitMut;
use syn::{Attribute, Fields, Generics, ImplItem, Item, Signature, TraitItem, Type};

use super::text::{Spelling, text};
use crate::source::{Conditions, Crate, Target, attributes, conditions, imports, is_public, name};

/// A line of the listing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The item.
    pub text: String,
    /// Whether the item is in the generated code.
    pub generated: bool,
}

/// An item of a module, by the numbers of both.
type Id = (usize, usize);

/// What is public.
pub struct Face<'c> {
    source: &'c Crate,
    /// Each public item with its path and what it takes to get there.
    names: BTreeMap<Id, (String, Conditions)>,
    lines: BTreeSet<Line>,
}

/// The public items of a crate, one a line, sorted. Cargo features that an item needs are in brackets at the end.
pub fn list(source: &Crate) -> Vec<Line> {
    let mut face = Face { source, names: BTreeMap::new(), lines: BTreeSet::new() };
    let mut paths = BTreeMap::new();
    face.reach(0, "", &Conditions::new(), &mut Vec::new(), &mut paths);
    for (id, mut found) in paths {
        found.sort_by_key(|(path, _): &(String, Conditions)| (path.matches("::").count(), path.clone()));
        found.dedup_by(|next, first| next.0 == first.0);
        let mut found = found.into_iter();
        let Some(first) = found.next() else { continue };
        for (other, conditions) in found {
            face.line(false, &conditions, format!("use {other} = {}", first.0));
        }
        face.names.insert(id, first);
    }
    for ((module, index), (path, reached)) in face.names.clone() {
        face.item(module, index, &path, &reached);
    }
    for module in 0..source.modules.len() {
        for index in 0..source.modules[module].items.len() {
            face.implementation(module, index);
        }
    }
    face.lines.into_iter().collect()
}

/// The lines that went and came between two listings.
#[must_use]
pub fn differences(before: &str, after: &str) -> Vec<String> {
    let lines = |text: &'_ str| text.lines().map(str::to_owned).collect::<BTreeSet<String>>();
    let (before, after) = (lines(before), lines(after));
    let gone = before.difference(&after).map(|line| format!("- {line}"));
    gone.chain(after.difference(&before).map(|line| format!("+ {line}"))).collect()
}

impl Face<'_> {
    /// The path of an item or of something of another crate, as users write it; `None` for what is in scope without a `use`.
    pub fn shown(&self, module: usize, path: &[String]) -> Option<Vec<String>> {
        self.source.resolve(module, path).into_iter().find_map(|target| match target {
            Target::Item(module, index) => match self.names.get(&(module, index)) {
                Some((path, _)) => Some(path.split("::").map(str::to_owned).collect()),
                None => path.last().map(|last| vec![last.clone()]),
            },
            Target::External(path) if path.first().is_some_and(|first| first == "crate") => {
                path.last().map(|last| vec![last.clone()])
            }
            Target::External(path) if path.len() > 1 => Some(path),
            Target::External(_) | Target::Module(_) => None,
        })
    }

    /// Finds the paths to everything that is public in a module.
    fn reach(
        &mut self,
        module: usize,
        path: &str,
        reached: &Conditions,
        above: &mut Vec<(usize, String)>,
        found: &mut BTreeMap<Id, Vec<(String, Conditions)>>,
    ) {
        if above.contains(&(module, path.to_owned())) {
            return;
        }
        above.push((module, path.to_owned()));
        let source = self.source;
        for (index, placed) in source.modules[module].items.iter().enumerate() {
            let conditions: Conditions = reached.union(&placed.conditions).cloned().collect();
            let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}::{name}") };
            match &placed.item {
                Item::Use(item) if is_public(&item.vis) => {
                    for import in imports(&item.tree) {
                        let inside = if import.name == "*" { path.to_owned() } else { below(&import.name) };
                        for target in source.resolve(module, &import.path) {
                            match target {
                                Target::Module(other) => self.reach(other, &inside, &conditions, above, found),
                                Target::Item(module, index) => {
                                    found
                                        .entry((module, index))
                                        .or_default()
                                        .push((inside.clone(), conditions.clone()));
                                }
                                Target::External(target) => {
                                    let line = format!("use {inside} = {}", target.join("::"));
                                    self.line(placed.generated, &conditions, line);
                                }
                            }
                        }
                    }
                }
                item => {
                    let Some(name) = name(item).filter(|_| visibility(item).is_some_and(is_public)) else { continue };
                    match placed.module {
                        Some(child) => self.reach(child, &below(&name), &conditions, above, found),
                        None => found.entry((module, index)).or_default().push((below(&name), conditions)),
                    }
                }
            }
        }
        above.pop();
    }

    fn line(&mut self, generated: bool, conditions: &Conditions, mut text: String) {
        if !conditions.is_empty() {
            text.push_str(&format!(" [{}]", conditions.iter().cloned().collect::<Vec<_>>().join(", ")));
        }
        self.lines.insert(Line { text, generated });
    }

    /// The lines of an item, but for what `impl` blocks say.
    fn item(&mut self, module: usize, index: usize, path: &str, reached: &Conditions) {
        let source = self.source;
        let (module_of, placed) = (&source.modules[module], &source.modules[module].items[index]);
        let all: Conditions = reached.union(&module_of.conditions).chain(&placed.conditions).cloned().collect();
        let mut lines: Vec<(Conditions, String)> = Vec::new();
        let own = attributes(&placed.item);
        let mark = marks(own);
        match &placed.item {
            Item::Struct(item) => {
                let hidden = item.fields.iter().any(|field| !is_public(&field.vis));
                let hidden = if hidden { " { .. }" } else { "" };
                lines.push((
                    Conditions::new(),
                    format!("struct {path}{}{hidden}{mark}", self.generics(module, &item.generics)),
                ));
                self.fields(module, path, &item.fields, &mut lines);
            }
            Item::Enum(item) => {
                lines.push((Conditions::new(), format!("enum {path}{}{mark}", self.generics(module, &item.generics))));
                for variant in &item.variants {
                    let Some(own) = conditions(&variant.attrs, false) else { continue };
                    let name = format!("{path}::{}", variant.ident);
                    let space = if matches!(variant.fields, Fields::Named(_)) { " " } else { "" };
                    lines.push((
                        own,
                        format!("enum {name}{space}{}{}", self.spelt(module, &variant.fields), marks(&variant.attrs)),
                    ));
                }
            }
            Item::Union(item) => {
                lines.push((Conditions::new(), format!("union {path}{}", self.generics(module, &item.generics))))
            }
            Item::Trait(item) => {
                let bounds = self.bounded(module, &item.supertraits);
                let generics = self.generics(module, &item.generics);
                lines.push((Conditions::new(), format!("trait {path}{generics}{bounds}{mark}")));
                for inner in &item.items {
                    self.trait_item(module, path, inner, &mut lines);
                }
            }
            Item::Fn(item) => lines.push((Conditions::new(), self.function(module, path, &item.sig) + &mark)),
            Item::Const(item) => {
                lines.push((Conditions::new(), format!("const {path}: {}{mark}", self.spelt(module, &*item.ty))))
            }
            Item::Static(item) => {
                lines.push((Conditions::new(), format!("static {path}: {}{mark}", self.spelt(module, &*item.ty))))
            }
            Item::Type(item) => {
                let generics = self.generics(module, &item.generics);
                lines.push((
                    Conditions::new(),
                    format!("type {path}{generics} = {}{mark}", self.spelt(module, &*item.ty)),
                ));
            }
            _ => {}
        }
        for (conditions, derived) in derives(own) {
            lines.push((conditions, format!("impl {derived} for {path}")));
        }
        for (own, line) in lines {
            self.line(placed.generated, &all.union(&own).cloned().collect(), line);
        }
    }

    fn fields(&self, module: usize, path: &str, fields: &Fields, lines: &mut Vec<(Conditions, String)>) {
        for (index, field) in fields.iter().enumerate().filter(|(_, field)| is_public(&field.vis)) {
            let Some(own) = conditions(&field.attrs, false) else { continue };
            let name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
            lines.push((own, format!("field {path}.{name}: {}{}", self.spelt(module, &field.ty), marks(&field.attrs))));
        }
    }

    fn trait_item(&self, module: usize, path: &str, item: &TraitItem, lines: &mut Vec<(Conditions, String)>) {
        let (attributes, line) = match item {
            TraitItem::Fn(item) => {
                let provided = if item.default.is_some() { " { .. }" } else { "" };
                (&item.attrs, self.function(module, &format!("{path}::{}", item.sig.ident), &item.sig) + provided)
            }
            TraitItem::Type(item) => {
                (&item.attrs, format!("type {path}::{}{}", item.ident, self.bounded(module, &item.bounds)))
            }
            TraitItem::Const(item) => {
                (&item.attrs, format!("const {path}::{}: {}", item.ident, self.spelt(module, &item.ty)))
            }
            _ => return,
        };
        if let Some(own) = conditions(attributes, false) {
            lines.push((own, line + &marks(attributes)));
        }
    }

    /// The lines of an `impl` block.
    fn implementation(&mut self, module: usize, index: usize) {
        let source = self.source;
        let placed = &source.modules[module].items[index];
        let Item::Impl(item) = &placed.item else { return };
        let Some(owner) = self.owner(module, &item.self_ty, &item.generics) else { return };
        let all: Conditions =
            owner.conditions.union(&source.modules[module].conditions).chain(&placed.conditions).cloned().collect();
        let spelt = self.spelt(module, &*item.self_ty);
        let bounds = self.bounds(module, &item.generics);
        let Some((path, _)) = &item.trait_ else {
            if owner.is_public {
                for inner in &item.items {
                    let (attributes, line) = match inner {
                        ImplItem::Fn(function) if is_public(&function.vis) => {
                            let path = format!("{spelt}::{}", function.sig.ident);
                            (&function.attrs, self.function(module, &path, &function.sig))
                        }
                        ImplItem::Const(value) if is_public(&value.vis) => {
                            (&value.attrs, format!("const {spelt}::{}: {}", value.ident, self.spelt(module, &value.ty)))
                        }
                        _ => continue,
                    };
                    if let Some(own) = conditions(attributes, false) {
                        let line = format!("{line}{bounds}{}", marks(attributes));
                        self.line(placed.generated, &all.union(&own).cloned().collect(), line);
                    }
                }
            }
            return;
        };
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let targets = source.resolve(module, &names);
        let is_known = targets.iter().any(|target| match target {
            Target::Item(module, index) => self.names.contains_key(&(*module, *index)),
            Target::External(path) => path.first().is_none_or(|first| first != "crate"),
            Target::Module(_) => false,
        });
        let of_ours = targets.iter().any(|target| matches!(target, Target::Item(..)));
        if !is_known || !(owner.is_public || of_ours || self.mentions(module, path)) {
            return;
        }
        let mut shown = self.spell(module, path);
        if !of_ours && let Some(last) = shown.segments.last().cloned() {
            // `fmt::Display` and `std::fmt::Display` are one, and derived as `Debug` what is written as `fmt::Debug`.
            shown = syn::Path::from(last.ident);
            if let Some(segment) = shown.segments.last_mut() {
                segment.arguments = last.arguments;
            }
        }
        let types: Vec<String> = item
            .items
            .iter()
            .filter_map(|inner| match inner {
                ImplItem::Type(inner) => Some(format!("{} = {}", inner.ident, self.spelt(module, &inner.ty))),
                _ => None,
            })
            .collect();
        let types = if types.is_empty() { String::new() } else { format!(" {{ {} }}", types.join(", ")) };
        let line = format!("impl {} for {spelt}{bounds}{types}", text(&shown));
        self.line(placed.generated, &all, line);
    }

    /// The type of an `impl` block; `None` if it cannot be named.
    fn owner(&self, module: usize, of: &Type, generics: &Generics) -> Option<Owner> {
        let nobody = || Owner { is_public: false, conditions: Conditions::new() };
        match of {
            Type::Path(path) if path.qself.is_none() => {
                let names: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
                if generics.type_params().any(|parameter| names == [parameter.ident.to_string()]) {
                    return Some(nobody());
                }
                self.source.resolve(module, &names).into_iter().find_map(|target| match target {
                    Target::Item(module, index) => {
                        let (_, conditions) = self.names.get(&(module, index))?;
                        let defined = &self.source.modules[module];
                        let own = &defined.items[index].conditions;
                        let conditions = conditions.union(&defined.conditions).chain(own).cloned().collect();
                        Some(Owner { is_public: true, conditions })
                    }
                    Target::External(path) if path.first().is_some_and(|first| first == "crate") => {
                        Some(Owner { is_public: true, conditions: Conditions::new() })
                    }
                    Target::External(_) => Some(nobody()),
                    Target::Module(_) => None,
                })
            }
            Type::Reference(inner) => self.owner(module, &inner.elem, generics),
            Type::Paren(inner) => self.owner(module, &inner.elem, generics),
            _ => Some(nobody()),
        }
    }

    /// Whether the arguments of a trait name a public type of the crate.
    fn mentions(&self, module: usize, path: &syn::Path) -> bool {
        struct Paths(Vec<Vec<String>>);
        impl VisitMut for Paths {
            fn visit_type_path_mut(&mut self, path: &mut syn::TypePath) {
                self.0.push(path.path.segments.iter().map(|segment| segment.ident.to_string()).collect());
                syn::visit_mut::visit_type_path_mut(self, path);
            }
        }
        let mut paths = Paths(Vec::new());
        paths.visit_path_mut(&mut path.clone());
        let is_public =
            |target| matches!(target, Target::Item(module, index) if self.names.contains_key(&(module, index)));
        paths.0.iter().any(|path| self.source.resolve(module, path).into_iter().any(is_public))
    }

    /// A signature under the path of its function.
    fn function(&self, module: usize, path: &str, signature: &Signature) -> String {
        let mut signature = signature.clone();
        Spelling { face: self, module }.visit_signature_mut(&mut signature);
        let line = text(&signature);
        let (before, after) = line.split_once("fn ").unwrap_or_default();
        let rest = after.strip_prefix(&signature.ident.to_string()).unwrap_or(after);
        format!("{before}fn {path}{rest}")
    }

    fn spell(&self, module: usize, path: &syn::Path) -> syn::Path {
        let mut path = path.clone();
        Spelling { face: self, module }.visit_path_mut(&mut path);
        path
    }

    /// Generic parameters with their bounds.
    fn generics(&self, module: usize, generics: &Generics) -> String {
        let mut generics = generics.clone();
        Spelling { face: self, module }.visit_generics_mut(&mut generics);
        let bounds = generics.where_clause.take().map(|clause| format!(" {}", text(&clause))).unwrap_or_default();
        format!("{}{bounds}", text(&generics))
    }

    /// What an `impl` block demands of its type parameters.
    fn bounds(&self, module: usize, generics: &Generics) -> String {
        let mut generics = generics.clone();
        Spelling { face: self, module }.visit_generics_mut(&mut generics);
        let bounded = generics.type_params().filter(|parameter| !parameter.bounds.is_empty());
        let mut all: Vec<String> =
            bounded.map(|parameter| format!("{}: {}", parameter.ident, text(&parameter.bounds))).collect();
        let clause = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        all.extend(clause.map(|predicate| text(&predicate)));
        if all.is_empty() { String::new() } else { format!(" where {}", all.join(", ")) }
    }

    fn bounded(&self, module: usize, bounds: &Bounds) -> String {
        let bounds = self.spelt(module, bounds);
        if bounds.is_empty() { bounds } else { format!(": {bounds}") }
    }

    fn spelt<T: ToTokens + Clone + Spell>(&self, module: usize, tokens: &T) -> String {
        let mut tokens = tokens.clone();
        tokens.spell(&mut Spelling { face: self, module });
        text(&tokens)
    }
}

/// What an `impl` block is for.
struct Owner {
    is_public: bool,
    conditions: Conditions,
}

/// What can be brought into one spelling.
trait Spell {
    fn spell(&mut self, spelling: &mut Spelling<'_, '_>);
}

impl Spell for Type {
    fn spell(&mut self, spelling: &mut Spelling<'_, '_>) {
        spelling.visit_type_mut(self);
    }
}

impl Spell for Fields {
    fn spell(&mut self, spelling: &mut Spelling<'_, '_>) {
        spelling.visit_fields_mut(self);
    }
}

type Bounds = syn::punctuated::Punctuated<syn::TypeParamBound, syn::Token![+]>;

impl Spell for Bounds {
    fn spell(&mut self, spelling: &mut Spelling<'_, '_>) {
        self.iter_mut().for_each(|bound| spelling.visit_type_param_bound_mut(bound));
    }
}

fn visibility(item: &Item) -> Option<&syn::Visibility> {
    Some(match item {
        Item::Const(item) => &item.vis,
        Item::Enum(item) => &item.vis,
        Item::Fn(item) => &item.vis,
        Item::Mod(item) => &item.vis,
        Item::Static(item) => &item.vis,
        Item::Struct(item) => &item.vis,
        Item::Trait(item) => &item.vis,
        Item::Type(item) => &item.vis,
        Item::Union(item) => &item.vis,
        _ => return None,
    })
}

/// What attributes say to who uses an item.
fn marks(attributes: &[Attribute]) -> String {
    let has = |name: &str| attributes.iter().any(|attribute| attribute.path().is_ident(name));
    let known = ["non_exhaustive", "deprecated"];
    known.iter().filter(|name| has(name)).map(|name| format!(" #[{name}]")).collect()
}

/// The traits that are derived, each with its conditions.
fn derives(attributes: &[Attribute]) -> Vec<(Conditions, String)> {
    type Paths = syn::punctuated::Punctuated<syn::Path, syn::Token![,]>;
    type Metas = syn::punctuated::Punctuated<syn::Meta, syn::Token![,]>;
    let mut found = Vec::new();
    let mut add = |conditions: &Conditions, list: &syn::MetaList| {
        let paths = list.parse_args_with(Paths::parse_terminated).unwrap_or_default();
        let names = paths.iter().filter_map(|path| path.segments.last()).map(|last| last.ident.to_string());
        found.extend(names.map(|name| (conditions.clone(), name)));
    };
    for attribute in attributes {
        let syn::Meta::List(list) = &attribute.meta else { continue };
        if list.path.is_ident("derive") {
            add(&Conditions::new(), list);
        } else if list.path.is_ident("cfg_attr") {
            let metas = list.parse_args_with(Metas::parse_terminated).unwrap_or_default();
            let mut metas = metas.into_iter();
            let Some(condition) = metas.next() else { continue };
            let condition: Attribute = syn::parse_quote!(#[cfg(#condition)]);
            let Some(conditions) = conditions(&[condition], false) else { continue };
            for meta in metas {
                if let syn::Meta::List(list) = &meta
                    && list.path.is_ident("derive")
                {
                    add(&conditions, list);
                }
            }
        }
    }
    found
}
