//! `Share`: how much of the generated code is progenitor's.

use syn::visit_mut::VisitMut;
use syn::{Attribute, File, Item};

/// Items and lines of code, without documentation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// Declarations of structs and enums that progenitor made.
    pub types: usize,
    /// Methods that progenitor made.
    pub methods: usize,
    /// Lines of these declarations and of progenitor's client.
    pub lines: usize,
    /// Lines of all of the generated code.
    pub of_lines: usize,
}

impl Share {
    /// Counts in a generated file.
    #[must_use]
    pub fn of(file: &File) -> Self {
        let mut file = file.clone();
        Undocumented.visit_file_mut(&mut file);
        let of_lines = lines(&file);
        let mut share = Self { of_lines, ..Self::default() };
        let mut items = Vec::new();
        for item in &file.items {
            let Item::Mod(syn::ItemMod { ident, content: Some((_, content)), .. }) = item else { continue };
            if ident == "types" {
                let declarations = content.iter().filter(|item| matches!(item, Item::Struct(_) | Item::Enum(_)));
                let before = items.len();
                items.extend(declarations.cloned());
                share.types = items.len() - before;
            } else if ident == "client" {
                share.methods = content.iter().map(async_methods).sum();
                // The first item is our import of the types.
                items.extend(content.iter().skip(1).cloned());
            }
        }
        share.lines = lines(&File { shebang: None, frontmatter: None, attrs: Vec::new(), items });
        share
    }
}

fn async_methods(item: &Item) -> usize {
    let Item::Impl(item) = item else { return 0 };
    let is_async = |item: &&syn::ImplItem| matches!(item, syn::ImplItem::Fn(method) if method.sig.asyncness.is_some());
    item.items.iter().filter(is_async).count()
}

fn lines(file: &File) -> usize {
    prettyplease::unparse(file).lines().filter(|line| !line.trim().is_empty()).count()
}

struct Undocumented;

impl VisitMut for Undocumented {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        attributes.retain(|attribute| !attribute.path().is_ident("doc"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_and_the_client_are_counted_without_documentation() {
        let file: File = syn::parse_quote! {
            /// Documented.
            pub mod types {
                /// Documented.
                pub struct A {
                    /// Documented.
                    pub a: i64,
                }
                impl A {}
            }
            mod client {
                use super::types;
                impl Client {
                    fn new() {}
                    async fn a() {}
                }
            }
        };
        assert_eq!(Share::of(&file), Share { types: 1, methods: 1, lines: 7, of_lines: 13 });
    }
}
