//! No attribute of serde decides what is sent or refused: no closed objects, no flattened options, no defaults.

use crate::{none, spec};
use syn::visit_mut::{self, VisitMut};

#[derive(Default)]
struct Findings {
    inside: Vec<String>,
    attributes: usize,
    found: Vec<String>,
}

impl VisitMut for Findings {
    fn visit_item_struct_mut(&mut self, item: &mut syn::ItemStruct) {
        self.inside.push(item.ident.to_string());
        visit_mut::visit_item_struct_mut(self, item);
        self.inside.pop();
    }

    fn visit_field_mut(&mut self, field: &mut syn::Field) {
        if let Some(name) = field.ident.as_ref().map(ToString::to_string)
            && name.strip_prefix("subtype_").is_some_and(|rest| rest.parse::<u32>().is_ok())
        {
            self.found.push(format!("{}.{name}: an option that stands for the arm of a union", self.inside.join("::")));
        }
        visit_mut::visit_field_mut(self, field);
    }

    fn visit_attribute_mut(&mut self, attribute: &mut syn::Attribute) {
        self.attributes += 1;
        if attribute.path().is_ident("serde") {
            let text = quote::ToTokens::to_token_stream(&attribute.meta).to_string();
            for word in ["deny_unknown_fields", "flatten", "default"] {
                if text.contains(word) {
                    self.found.push(format!("{}: {text}", self.inside.join("::")));
                }
            }
        }
        visit_mut::visit_attribute_mut(self, attribute);
    }

    fn visit_ident_mut(&mut self, ident: &mut proc_macro2::Ident) {
        let name = ident.to_string();
        if name == "defaults"
            || name.starts_with("default_u64")
            || name.starts_with("default_bool")
            || name == "deny_unknown_fields"
        {
            self.found.push(format!("`{name}`: a default of the document as code"));
        }
    }
}

fn findings(mut file: syn::File) -> Findings {
    let mut findings = Findings::default();
    findings.visit_file_mut(&mut file);
    findings
}

#[test]
fn nothing_is_closed_flattened_or_defaulted() {
    let findings = findings(spec::code());
    println!("{} attributes read", findings.attributes);
    assert!(findings.attributes > 1000, "the code was not read");
    none("attributes", &findings.found);
}

#[test]
fn a_default_is_neither_a_value_of_new_nor_of_default() {
    // Behaviour is tested in the SDK; here: what `new` does not ask for is `None` or empty.
    let mut members = 0;
    let mut found = Vec::new();
    let file = spec::code();
    for item in spec::types(&file) {
        let syn::Item::Impl(item) = item else { continue };
        for function in item.items.iter().filter_map(|item| match item {
            syn::ImplItem::Fn(function) if function.sig.ident == "new" => Some(function),
            _ => None,
        }) {
            let Some(syn::Stmt::Expr(syn::Expr::Struct(literal), _)) = function.block.stmts.last() else { continue };
            for field in &literal.fields {
                members += 1;
                let value = quote::ToTokens::to_token_stream(&field.expr).to_string();
                let asked = function.sig.inputs.iter().any(|input| matches!(input, syn::FnArg::Typed(argument) if quote::ToTokens::to_token_stream(&argument.pat).to_string() == quote::ToTokens::to_token_stream(&field.member).to_string()));
                if !asked && !["None", "Default :: default ()"].contains(&value.as_str()) {
                    found.push(format!("{}: {value}", quote::ToTokens::to_token_stream(&field.member)));
                }
            }
        }
    }
    println!("{members} members of `new` read");
    assert!(members > 300, "the code was not read");
    none("values that nobody set", &found);
}

#[test]
fn the_rule_finds_what_serde_would_do() {
    let file = crate::bad(
        "#[serde(deny_unknown_fields)] struct A { #[serde(flatten, default, skip_serializing_if = \"Option::is_none\")] subtype_0: Option<B>, \
         #[serde(default = \"defaults::default_u64\")] x: u64 } mod defaults {}",
    );
    assert_eq!(findings(file).found.len(), 6, "closed, subtype_0, flatten, default, default, mod defaults");
}
