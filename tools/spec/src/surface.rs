//! The public surface of the generated code, one line an item, sorted: what a reviewer reads when the document moves.

use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};
use syn::visit_mut::{self, VisitMut};
use syn::{Item, Visibility};

/// Lists the public items of a generated file.
#[must_use]
pub fn list(file: &syn::File) -> Vec<String> {
    let mut lines = Vec::new();
    let mut file = file.clone();
    PublicPaths.visit_file_mut(&mut file);
    items(&file.items, "", &mut lines);
    let mut traits = Traits::new();
    implemented(&file.items, "", &mut traits);
    lines.extend(traits.into_iter().map(|(ty, all)| format!("traits {ty}: {}", Vec::from_iter(all).join(", "))));
    lines.sort();
    lines.dedup();
    lines
}

/// Writes paths as users do: what is in a private module of the crate is exported at the root.
struct PublicPaths;

impl VisitMut for PublicPaths {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        let begins = |place: usize, name: &str| path.segments.get(place).is_some_and(|segment| segment.ident == name);
        if begins(0, "crate") && ["runtime", "api", "features"].into_iter().any(|floor| begins(1, floor)) {
            let last = path.segments.len() - 1;
            let kept = std::mem::take(&mut path.segments).into_iter().enumerate();
            path.segments =
                kept.filter(|(place, _)| *place == 0 || *place == last).map(|(_, segment)| segment).collect();
        }
        visit_mut::visit_path_mut(self, path);
    }
}

fn items(items: &[Item], module: &str, lines: &mut Vec<String>) {
    for item in items {
        match item {
            Item::Mod(inner) if is_public(&inner.vis) => {
                if let Some((_, content)) = &inner.content {
                    self::items(content, &format!("{module}{}::", inner.ident), lines);
                }
            }
            Item::Struct(item) => {
                lines.push(format!("struct {module}{}", item.ident));
                for field in item.fields.iter().filter(|field| is_public(&field.vis)) {
                    let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
                    lines.push(format!("struct {module}{}.{name}: {}", item.ident, text(&field.ty)));
                }
            }
            Item::Enum(item) => {
                lines.push(format!("enum {module}{}", item.ident));
                for variant in &item.variants {
                    lines.push(format!("enum {module}{}::{}{}", item.ident, variant.ident, text(&variant.fields)));
                }
            }
            Item::Const(item) => lines.push(format!("const {module}{}", item.ident)),
            Item::Static(item) => lines.push(format!("static {module}{}", item.ident)),
            Item::Impl(item) if item.trait_.is_none() => {
                let owner = text(&item.self_ty);
                let module = if owner.starts_with("crate::") { "" } else { module };
                for inner in &item.items {
                    if let syn::ImplItem::Fn(function) = inner
                        && is_public(&function.vis)
                    {
                        let signature = text(&function.sig);
                        lines.push(format!("impl {module}{owner}: {}", signature.trim_start_matches("fn ")));
                    }
                }
            }
            Item::Impl(item) => {
                if let Some((path, _)) = &item.trait_
                    && text(path).starts_with("From")
                {
                    lines.push(format!("impl {module}{}: {}", text(&item.self_ty), text(path)));
                }
            }
            _ => {}
        }
    }
}

/// The traits of each type, and the macros (`open_enum_impls!`) that implement several. `From` has lines of its own, and traits
/// of the crate are private.
type Traits = BTreeMap<String, BTreeSet<String>>;

fn implemented(items: &[Item], module: &str, traits: &mut Traits) {
    let mut add = |ty: &str, name: String| {
        traits.entry(format!("{module}{ty}")).or_default().insert(name);
    };
    for item in items {
        match item {
            Item::Struct(syn::ItemStruct { ident, attrs, vis, .. })
            | Item::Enum(syn::ItemEnum { ident, attrs, vis, .. })
                if is_public(vis) =>
            {
                for derive in attrs.iter().filter(|attribute| attribute.path().is_ident("derive")) {
                    let syn::Meta::List(list) = &derive.meta else { continue };
                    let names = list.tokens.to_string();
                    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
                    names.for_each(|name| add(&ident.to_string(), name.to_owned()));
                }
            }
            Item::Impl(item) => {
                let Some((path, _)) = &item.trait_ else { continue };
                let (path, ty) = (text(path), text(&item.self_ty));
                if !path.starts_with("From") && !path.starts_with("crate::") && !ty.starts_with("crate::") {
                    add(&ty, path.rsplit("::").next().unwrap_or_default().to_owned());
                }
            }
            Item::Macro(item) => {
                let name = item.mac.path.segments.last().map(|last| format!("{}!", last.ident));
                let ty = item.mac.tokens.clone().into_iter().next();
                if let (Some(name), Some(ty)) = (name.filter(|name| name.ends_with("_impls!")), ty) {
                    add(&ty.to_string(), name);
                }
            }
            _ => {}
        }
    }
    for item in items {
        if let Item::Mod(syn::ItemMod { ident, vis, content: Some((_, content)), .. }) = item
            && is_public(vis)
        {
            implemented(content, &format!("{module}{ident}::"), traits);
        }
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Tokens as one line without the blanks that are not written by hand.
fn text(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    for (from, to) in [
        (" < ", "<"),
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" :: ", "::"),
        (" ,", ","),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        ("& ", "&"),
        (" : ", ": "),
        (" . ", "."),
        // What is long has its arguments one a line.
        (",)", ")"),
        (",>", ">"),
    ] {
        text = text.replace(from, to);
    }
    text.replace("->", " -> ").replace("  ->", " ->").replace("->  ", "-> ")
}
