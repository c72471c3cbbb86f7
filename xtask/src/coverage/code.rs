//! Reads the generated code: the rows of the operation table, and the methods of `Raw` that use them.

use std::collections::BTreeMap;

use syn::{
    Item,
    visit_mut::{self, VisitMut},
};
use venice_ai_codegen::Error;

use super::rows::essence;
use crate::failure::Failure;

/// An operation as it was generated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Generated {
    /// The method of `Raw`, when there is one.
    pub raw: Option<String>,
    /// Media types of the request.
    pub request: Vec<String>,
    /// Media types of a success.
    pub success: Vec<String>,
}

/// The generated operations by method and path.
pub type Table = BTreeMap<(String, String), Generated>;

/// Reads generated source.
pub fn read(source: &str) -> Result<Table, Failure> {
    let file = syn::parse_file(source).map_err(|error| Error::new("the generated code is not Rust").found(error))?;
    let mut rows: BTreeMap<String, ((String, String), Generated)> = BTreeMap::new();
    for item in module(&file, "operations") {
        let Item::Const(item) = item else { continue };
        let syn::Expr::Struct(literal) = &*item.expr else { continue };
        let field = |name: &str| {
            literal
                .fields
                .iter()
                .find(|field| matches!(&field.member, syn::Member::Named(ident) if ident == name))
                .map(|field| texts(&field.expr))
        };
        let one = |name: &str| field(name).and_then(|texts| texts.into_iter().next()).unwrap_or_default();
        let many = |name: &str| field(name).unwrap_or_default().iter().map(|media| essence(media)).collect();
        let generated = Generated { raw: None, request: many("request_media"), success: many("reply_media") };
        rows.insert(item.ident.to_string(), ((one("method"), one("path")), generated));
    }
    for function in raw_methods(&file) {
        let mut used = Operations::default();
        used.visit_block_mut(&mut function.block.clone());
        for name in used.0 {
            if let Some((_, generated)) = rows.get_mut(&name) {
                generated.raw = Some(function.sig.ident.to_string());
            }
        }
    }
    Ok(rows.into_values().collect())
}

fn module<'f>(file: &'f syn::File, name: &str) -> Vec<&'f Item> {
    let modules = file.items.iter().filter_map(|item| match item {
        Item::Mod(module) if module.ident == name => module.content.as_ref(),
        _ => None,
    });
    modules.flat_map(|(_, items)| items).collect()
}

fn raw_methods(file: &syn::File) -> Vec<&syn::ImplItemFn> {
    let raw = |item: &syn::ItemImpl| matches!(&*item.self_ty, syn::Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Raw"));
    let items = file.items.iter().filter_map(|item| match item {
        Item::Impl(item) if item.trait_.is_none() && raw(item) => Some(&item.items),
        _ => None,
    });
    items
        .flatten()
        .filter_map(|item| match item {
            syn::ImplItem::Fn(function) if matches!(function.vis, syn::Visibility::Public(_)) => Some(function),
            _ => None,
        })
        .collect()
}

/// The text literals of an expression.
fn texts(expr: &syn::Expr) -> Vec<String> {
    struct Texts(Vec<String>);
    impl VisitMut for Texts {
        fn visit_lit_str_mut(&mut self, text: &mut syn::LitStr) {
            self.0.push(text.value());
        }
    }
    let mut texts = Texts(Vec::new());
    texts.visit_expr_mut(&mut expr.clone());
    texts.0
}

/// The names behind `operations::NAME`.
#[derive(Default)]
struct Operations(Vec<String>);

impl VisitMut for Operations {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        let mut segments = path.segments.iter().rev();
        if let (Some(name), Some(module)) = (segments.next(), segments.next())
            && module.ident == "operations"
        {
            self.0.push(name.ident.to_string());
        }
        visit_mut::visit_path_mut(self, path);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub const SOURCE: &str = r#"
        pub mod operations {
            pub const ADD_WICK: Operation = Operation { id: "addWick", method: "POST", path: "/wicks", tag: "Wicks",
                request_media: &["application/json; charset=utf-8"], reply_media: &["image/png"], deprecated: false };
            pub const LIST_WICKS: Operation = Operation { id: "listWicks", method: "GET", path: "/wicks", request_media: &[], reply_media: &["application/json"] };
            pub static ALL: &[&Operation] = &[&ADD_WICK, &LIST_WICKS];
        }
        impl Raw<'_> {
            pub fn add_wick(&self) -> crate::Call<()> { let url = 1; crate::Call::raw(self.owner, &operations::ADD_WICK, url) }
            fn list_wicks(&self) { operations::LIST_WICKS }
        }
    "#;

    #[test]
    fn a_row_of_the_table_is_joined_with_the_public_method_that_uses_it() {
        let table = read(SOURCE).unwrap_or_default();
        let key = |method: &str| (method.to_owned(), "/wicks".to_owned());
        let wick = Generated {
            raw: Some("add_wick".into()),
            request: vec!["application/json".into()],
            success: vec!["image/png".into()],
        };
        assert_eq!(table[&key("POST")], wick);
        assert_eq!(table[&key("GET")].raw, None, "a private method is none");
        assert_eq!(table.len(), 2);
    }

    #[test]
    fn what_is_not_rust_is_an_error() {
        assert!(read("fn {").is_err());
    }
}
