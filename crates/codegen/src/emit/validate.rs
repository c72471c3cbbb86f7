//! `validate()`: the document's constraints, checked before anything is sent.

use super::{ident, structs};
use crate::lower::hoist::{CONST, KNOWN};
use crate::lower::schema::{ref_name, type_of};
use crate::model::{Field, Kind, Model, Struct, forms, references};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use serde_json::Value;
use std::collections::BTreeSet;

/// The types that have something to check, themselves or below.
#[derive(Debug, Default)]
pub struct Needs(BTreeSet<String>);

impl Needs {
    /// Finds them.
    pub fn of(model: &Model) -> Self {
        let mut needs = Self::default();
        loop {
            let before = needs.0.len();
            for (name, kind) in model.types.iter().filter(|(_, kind)| kind.in_request) {
                let found = match &kind.kind {
                    Kind::Struct(object) => {
                        object.fields.iter().any(|field| constrained(&field.schema) || needs.below(&field.schema))
                            || object.fields.iter().any(|field| !rules(field, object).is_empty())
                    }
                    Kind::Union(union) => {
                        union.arms.iter().any(|arm| constrained(&arm.schema) || needs.below(&arm.schema))
                    }
                    Kind::Enum(_) => false,
                };
                if found {
                    needs.0.insert(name.clone());
                }
            }
            if needs.0.len() == before {
                return needs;
            }
        }
    }

    /// Whether `name` has something to check.
    pub fn check(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    fn below(&self, schema: &Value) -> bool {
        references(schema).iter().any(|name| self.check(name))
    }
}

/// The checks of a member beside others.
fn rules(field: &Field, object: &Struct) -> TokenStream {
    let (wire, member) = (&field.wire, ident(&field.rust));
    let is_set = |field: &Field| {
        let member = ident(&field.rust);
        if field.required {
            quote! { true }
        } else {
            quote! { self.#member.is_some() }
        }
    };
    let find = |name: &String| object.fields.iter().find(|known| known.wire == *name);
    let mut rules = TokenStream::new();
    if field.required {
        return rules;
    }
    for other in field.required_when.iter().filter_map(find) {
        let (name, other_is_set) = (&other.wire, is_set(other));
        rules.extend(quote! { checker.required_when(#wire, self.#member.is_some(), #name, #other_is_set); });
    }
    let excluded: Vec<TokenStream> = field
        .excludes
        .iter()
        .filter_map(find)
        .map(|other| {
            let (name, is_set) = (&other.wire, is_set(other));
            quote! { (#name, #is_set) }
        })
        .collect();
    if !excluded.is_empty() {
        rules.extend(quote! { checker.excludes(#wire, self.#member.is_some(), &[#(#excluded),*]); });
    }
    for other in field.not_before.iter().filter_map(find).filter(|other| !other.required) {
        let (name, earlier) = (&other.wire, ident(&other.rust));
        rules.extend(quote! { checker.not_before(#wire, self.#member.as_ref(), #name, self.#earlier.as_ref()); });
    }
    rules
}

const CONSTRAINTS: &[&str] = &[
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "x-kinds",
    "x-forms",
    KNOWN,
];

/// The overlay's words for kinds of text, and their checks.
const FORMATS: [(&str, &str); 4] = [
    ("x-not-blank", "not_blank"),
    ("x-date", "date"),
    ("x-web-url", "web_url"),
    ("x-public-address", "public_address"),
];

fn constrained(schema: &Value) -> bool {
    let formats = FORMATS.iter().map(|(word, _)| word);
    let own = CONSTRAINTS.iter().chain(formats).any(|key| schema.get(*key).is_some());
    let listed = schema.get("enum").is_some() && schema.get(CONST).is_none() && type_of(schema) != Some("boolean");
    let inside = ["items", "additionalProperties"].into_iter().filter_map(|key| schema.get(key));
    own || listed || inside.into_iter().any(|inside| ref_name(inside).is_none() && constrained(inside))
}

/// `validate` for a struct.
pub fn object(type_name: &Ident, object: &Struct, needs: &Needs) -> TokenStream {
    let checks = object.fields.iter().map(|field| {
        let member = ident(&field.rust);
        let value = match (field.required, structs::is_clearable(field)) {
            (true, _) => quote! { Some(&self.#member) },
            (false, true) => quote! { self.#member.as_ref().and_then(Option::as_ref) },
            (false, false) => quote! { self.#member.as_ref() },
        };
        check(&field.wire, &field.schema, &value, needs)
    });
    let rules = object.fields.iter().map(|field| rules(field, object));
    quote! {
        impl crate::runtime::validation::Check for #type_name {
            fn check(&self, checker: &mut crate::runtime::validation::Checker) {
                #(#checks)*
                #(#rules)*
            }
        }
    }
}

/// The checks of one value, which is an `Option` of a reference.
pub fn check(wire: &str, schema: &Value, value: &TokenStream, needs: &Needs) -> TokenStream {
    let mut checks = TokenStream::new();
    if ref_name(schema) == Some(crate::lower::SECRET) && schema.get("x-not-blank").is_some() {
        return quote! { checker.secret(#wire, #value); };
    }
    if let Some(name) = ref_name(schema).filter(|_| schema.get(KNOWN) == Some(&Value::Bool(true))) {
        let name = ident(name);
        return quote! {
            checker.known(#wire, #value, crate::api::generated::types::#name::as_str, crate::api::generated::types::#name::KNOWN);
        };
    }
    if ref_name(schema).is_some_and(|name| needs.check(name)) {
        return quote! { checker.nested(#wire, #value); };
    }
    // A time has the limits of its text.
    let kind = if ref_name(schema) == Some(crate::lower::TIMESTAMP) { Some("string") } else { type_of(schema) };
    match kind {
        Some("string") => {
            if let Some((low, high)) = bounds(schema, "minLength", "maxLength") {
                checks.extend(quote! { checker.length(#wire, #value, #low, #high); });
            }
            for (_, check) in FORMATS.iter().filter(|(word, _)| schema.get(*word) == Some(&Value::Bool(true))) {
                let check = ident(check);
                checks.extend(quote! { checker.#check(#wire, #value); });
            }
            if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
                checks.extend(quote! { checker.pattern(#wire, #value, #pattern); });
            }
            if let Some(values) = texts(schema.get("enum")) {
                checks.extend(quote! { checker.one_of(#wire, #value, &[#(#values),*], &[]); });
            }
            if let Some(forms) = forms(schema) {
                let values = forms.iter().filter_map(|form| texts(form.get("enum"))).flatten();
                let patterns = forms.iter().filter_map(|form| form.get("pattern")?.as_str());
                checks.extend(quote! { checker.one_of(#wire, #value, &[#(#values),*], &[#(#patterns),*]); });
            }
        }
        Some("integer" | "number") => checks.extend(number(wire, schema, value)),
        Some("array") => {
            if let Some((low, high)) = bounds(schema, "minItems", "maxItems") {
                checks.extend(quote! { checker.count(#wire, #value, #low, #high); });
            }
            if let Some(items) = schema.get("items") {
                if ref_name(items).is_some_and(|name| needs.check(name)) {
                    checks.extend(quote! { checker.each(#wire, #value); });
                } else if constrained(items) {
                    let inner = check("", items, &quote! { Some(item) }, needs);
                    checks.extend(quote! { checker.items(#wire, #value, |checker, item| { #inner }); });
                }
            }
        }
        Some("object") => checks.extend(map(wire, schema, value, needs)),
        _ => {}
    }
    if let Some(kinds) = texts(schema.get("x-kinds")) {
        checks.extend(quote! { checker.kinds(#wire, #value, &[#(#kinds),*]); });
    }
    checks
}

/// The checks of a map: how many entries it has, and each of its values.
fn map(wire: &str, schema: &Value, value: &TokenStream, needs: &Needs) -> TokenStream {
    let mut checks = TokenStream::new();
    if let Some((low, high)) = bounds(schema, "minProperties", "maxProperties") {
        checks.extend(quote! { checker.entries(#wire, #value.map(|map| map.len()), #low, #high); });
    }
    let Some(values) = schema.get("additionalProperties").filter(|values| values.is_object()) else { return checks };
    let inner = check("", values, &quote! { Some(item) }, needs);
    if !inner.is_empty() {
        checks.extend(quote! { checker.values(#wire, #value, |checker, item| { #inner }); });
    }
    checks
}

fn number(wire: &str, schema: &Value, value: &TokenStream) -> TokenStream {
    let mut checks = TokenStream::new();
    let bound = |key: &str, exclusive: &str| {
        let number = schema.get(key).and_then(Value::as_f64)?;
        let inside = schema.get(exclusive) != Some(&Value::Bool(true));
        Some(quote! { Some((#number, #inside)) })
    };
    let bounds = [bound("minimum", "exclusiveMinimum"), bound("maximum", "exclusiveMaximum")];
    // `integer` is i64 or u32 in Rust; the checks compare as f64, which is exact far beyond the document's bounds.
    let value = if type_of(schema) == Some("integer") {
        quote! { #value.map(|value| *value as f64) }
    } else {
        quote! { #value.copied() }
    };
    if bounds.iter().any(Option::is_some) || type_of(schema) == Some("number") {
        let [low, high] = bounds.map(|bound| bound.unwrap_or_else(|| quote! { None }));
        checks.extend(quote! { checker.range(#wire, #value, #low, #high); });
    }
    let values: Vec<f64> =
        schema.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_f64).collect();
    if !values.is_empty() {
        checks.extend(quote! { checker.one_of_numbers(#wire, #value, &[#(#values),*]); });
    }
    checks
}

fn bounds(schema: &Value, low: &str, high: &str) -> Option<(TokenStream, TokenStream)> {
    let number = |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
    let (low, high) = (number(low), number(high));
    if low.is_none() && high.is_none() {
        return None;
    }
    let low = low.unwrap_or(0);
    let high = high.map_or_else(|| quote! { usize::MAX }, |high| quote! { #high });
    Some((quote! { #low }, high))
}

fn texts(values: Option<&Value>) -> Option<Vec<&str>> {
    let values: Vec<&str> = values?.as_array()?.iter().filter_map(Value::as_str).collect();
    (!values.is_empty()).then_some(values)
}
