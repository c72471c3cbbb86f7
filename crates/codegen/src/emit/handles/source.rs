//! `Source`: what handles are made from: the methods of `Raw`, the fields of the types, the arguments of their `new`.

use crate::model::Model;
use std::collections::BTreeMap;
use syn::visit_mut::{self, VisitMut};

pub struct Source<'a> {
    pub model: &'a Model,
    /// The methods of `Raw`, by name.
    pub raw: BTreeMap<String, &'a syn::ImplItemFn>,
    fields: BTreeMap<(String, String), &'a syn::Type>,
    new: BTreeMap<String, Vec<String>>,
}

impl<'a> Source<'a> {
    /// Reads a finished file.
    pub fn read(file: &'a syn::File, model: &'a Model) -> Self {
        let mut source = Self { model, raw: BTreeMap::new(), fields: BTreeMap::new(), new: BTreeMap::new() };
        for item in &file.items {
            match item {
                syn::Item::Impl(item) if owner(item).as_deref() == Some("Raw") => {
                    source.raw.extend(functions(item).map(|function| (function.sig.ident.to_string(), function)));
                }
                syn::Item::Mod(module) if module.ident == "types" => {
                    let items = module.content.as_ref().map(|(_, items)| items.as_slice()).unwrap_or_default();
                    items.iter().for_each(|item| source.add(item));
                }
                _ => {}
            }
        }
        source
    }

    fn add(&mut self, item: &'a syn::Item) {
        match item {
            syn::Item::Struct(item) => {
                let fields =
                    item.fields.iter().filter_map(|field| Some((field.ident.as_ref()?.to_string(), &field.ty)));
                self.fields.extend(fields.map(|(name, ty)| ((item.ident.to_string(), name), ty)));
            }
            syn::Item::Impl(item) => {
                let new = functions(item).find(|function| function.sig.ident == "new");
                self.new.extend(owner(item).zip(new.map(arguments)));
            }
            _ => {}
        }
    }

    /// The type of a field, as it is written outside of the module `types`.
    pub fn field(&self, owner: &str, name: &str) -> Option<syn::Type> {
        let ty = self.fields.get(&(owner.to_owned(), name.to_owned()))?;
        Some(self.qualified(ty))
    }

    /// The arguments of a type's `new`.
    pub fn new_of(&self, owner: &str) -> impl Iterator<Item = &String> {
        self.new.get(owner).into_iter().flatten()
    }

    /// A type as it is written outside of the module `types`.
    pub fn qualified(&self, ty: &syn::Type) -> syn::Type {
        let mut ty = ty.clone();
        Qualified(self.model).visit_type_mut(&mut ty);
        ty
    }
}

fn owner(item: &syn::ItemImpl) -> Option<String> {
    match &*item.self_ty {
        syn::Type::Path(path) if item.trait_.is_none() => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    }
}

fn functions(item: &syn::ItemImpl) -> impl Iterator<Item = &syn::ImplItemFn> {
    item.items.iter().filter_map(|item| match item {
        syn::ImplItem::Fn(function) if matches!(function.vis, syn::Visibility::Public(_)) => Some(function),
        _ => None,
    })
}

/// The names of a function's arguments.
fn arguments(function: &syn::ImplItemFn) -> Vec<String> {
    let name = |input: &syn::FnArg| match input {
        syn::FnArg::Typed(argument) => match &*argument.pat {
            syn::Pat::Ident(pattern) => Some(pattern.ident.to_string()),
            _ => None,
        },
        syn::FnArg::Receiver(_) => None,
    };
    function.sig.inputs.iter().filter_map(name).collect()
}

struct Qualified<'a>(&'a Model);

impl VisitMut for Qualified<'_> {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let only = path.get_ident().filter(|only| self.0.types.contains_key(&only.to_string())).cloned();
        if let Some(only) = only {
            *path = syn::parse_quote! { types::#only };
        }
    }
}
