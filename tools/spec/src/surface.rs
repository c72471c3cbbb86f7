//! The public surface of the generated code, one line an item, sorted: what a reviewer reads when the document moves.

use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Item, Visibility};

/// Lists the public items of a generated file.
#[must_use]
pub fn list(file: &syn::File) -> Vec<String> {
    let mut lines = Vec::new();
    let mut file = file.clone();
    PublicPaths.visit_file_mut(&mut file);
    items(&file.items, "", &mut lines);
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
