//! `files`: the calls of `tests/wire`, one of each generated method, from the operation table and the public surface.

use std::collections::BTreeMap;

use venice_ai_codegen::model::Field;

use crate::Generated;

/// The head of a generated file.
const HEADER: &str =
    "// Written by `cargo xtask spec check --update` and `spec bump` from the operation table. Do not edit.\n";

/// The generated files of the tests, with their paths in the tree.
pub fn files(generated: &Generated) -> [(&'static str, String); 2] {
    [("tests/wire/calls.rs", calls(generated)), ("tests/core/enum_names.rs", enums(generated))]
}

/// `tests/wire/calls.rs`: a call of every method, with an argument for everything that it takes.
fn calls(generated: &Generated) -> String {
    let surface = Surface::read(&generated.api);
    let mut text = format!(
        "{HEADER}\n/// Calls every operation once.\n#[allow(deprecated)]\npub async fn all(wire: &Wire) {{\n    let raw = wire.client.raw();\n"
    );
    for operation in &generated.model.operations {
        let name = venice_ai_codegen::lower::names::member(&operation.id);
        let Some(arguments) = surface.methods.get(name.as_str()) else { continue };
        let parameter = |name: &str| operation.parameters.iter().find(|field| field.rust == name);
        let mut query: Vec<&str> = Vec::new();
        let mut values = Vec::new();
        if operation.params.is_some() {
            let required = operation.parameters.iter().filter(|field| field.required).map(|field| field.wire.as_str());
            query.extend(required.filter(|wire| !operation.path.contains(&format!("{{{wire}}}"))));
        }
        for (argument, kind) in arguments {
            let field = parameter(argument);
            query.extend(
                field
                    .map(|field: &Field| field.wire.as_str())
                    .filter(|wire| !operation.path.contains(&format!("{{{wire}}}"))),
            );
            values.push(match kind.strip_prefix("Option<").and_then(|kind| kind.strip_suffix('>')) {
                Some(inner) => format!("Some({})", surface.value(inner, 0)),
                None => surface.value(kind, 0),
            });
        }
        let call = format!("raw.{name}({})", values.join(", "));
        text.push_str(&format!("    called!(wire, {:?}, {query:?}, {call});\n", operation.id));
    }
    text.push_str("}\n");
    text
}

/// `tests/core/enum_names.rs`: every string enum.
fn enums(generated: &Generated) -> String {
    let names =
        generated.api.iter().filter_map(|line| line.strip_prefix("enum types::")?.strip_suffix("::Unknown(String)"));
    let names: String = names.map(|name| format!("    {name},\n")).collect();
    format!("{HEADER}\nopen_enums! {{\n{names}}}\n")
}

/// What can be called and made, by name.
struct Surface<'a> {
    methods: BTreeMap<&'a str, Vec<(&'a str, &'a str)>>,
    constructors: BTreeMap<&'a str, Vec<(&'a str, &'a str)>>,
    /// The variants of an enum, each with what it holds.
    variants: BTreeMap<&'a str, Vec<(&'a str, &'a str)>>,
}

impl<'a> Surface<'a> {
    fn read(api: &'a [String]) -> Self {
        let mut surface = Self { methods: BTreeMap::new(), constructors: BTreeMap::new(), variants: BTreeMap::new() };
        for line in api {
            if let Some((name, rest)) = line.strip_prefix("impl Raw<'_>: ").and_then(|line| line.split_once("(&self")) {
                surface.methods.insert(name, arguments(rest));
            } else if let Some((name, rest)) =
                line.strip_prefix("impl types::").and_then(|line| line.split_once(": new"))
                && let Some(rest) = rest.strip_prefix('(').or_else(|| rest.strip_prefix("<K>("))
            {
                surface.constructors.insert(name, arguments(rest));
            } else if let Some((name, variant)) =
                line.strip_prefix("enum types::").and_then(|line| line.split_once("::"))
            {
                let (variant, inner) = variant.split_once('(').unwrap_or((variant, ""));
                surface.variants.entry(name).or_default().push((variant, inner.strip_suffix(')').unwrap_or(inner)));
            }
        }
        surface
    }

    /// An expression for a value of a type.
    fn value(&self, kind: &str, depth: usize) -> String {
        let inside = |kind: &'_ str, head: &str| -> Option<String> {
            Some(kind.strip_prefix(head)?.strip_suffix('>')?.to_owned())
        };
        if let Some(inner) = kind.strip_prefix('&').filter(|inner| *inner != "str") {
            return format!("&{}", self.value(inner, depth));
        }
        if let Some(inner) = inside(kind, "impl Into<") {
            return if inner == "String" { "\"x\"".to_owned() } else { self.value(&inner, depth) };
        }
        if let Some(inner) = inside(kind, "impl IntoIterator<Item = ") {
            return format!("[{}]", self.value(&inner, depth));
        }
        let pair = kind.strip_prefix("impl IntoIterator<Item =(impl Into<String>, ");
        if let Some(inner) = pair.and_then(|rest| rest.strip_suffix(")>")) {
            return format!("[(\"x\", {})]", self.value(inner, depth));
        }
        if let Some(inner) = inside(kind, "Vec<") {
            return format!("vec![{}]", self.value(&inner, depth));
        }
        if let Some(inner) = inside(kind, "Box<") {
            return format!("Box::new({})", self.value(&inner, depth));
        }
        match kind {
            "&str" => "\"x\"".to_owned(),
            "String" => "\"x\".to_owned()".to_owned(),
            "bool" => "true".to_owned(),
            "i64" | "u32" => "1".to_owned(),
            "f64" => "1.5".to_owned(),
            "crate::Secret" => "venice_ai::Secret::from(\"x\")".to_owned(),
            "crate::Timestamp" => "venice_ai::Timestamp::from(\"2026-01-02T03:04:05Z\")".to_owned(),
            "crate::Upload" | "crate::FileInput" => "venice_ai::Upload::bytes(\"a.bin\", \"x\")".to_owned(),
            "serde_json::Value" => "serde_json::json!({})".to_owned(),
            _ if kind.starts_with("serde_json::Map<") => "serde_json::Map::new()".to_owned(),
            // A trait of the overlay's `x-argument` accepts a text.
            _ if kind.starts_with("impl crate::") => "\"x\"".to_owned(),
            _ if kind.starts_with("Option<") => "None".to_owned(),
            _ => self.named(kind.strip_prefix("types::").unwrap_or(kind), depth),
        }
    }

    fn named(&self, name: &str, depth: usize) -> String {
        if let Some(variants) = self.variants.get(name) {
            let is_text = |(_, inner): &&(&str, &str)| *inner == "String";
            // A string enum keeps any text, and a union is made of its simplest form.
            if variants.contains(&("Unknown", "String")) {
                return format!("types::{name}::from_wire(\"x\")");
            }
            let known = || variants.iter().filter(|(variant, _)| *variant != "Unknown");
            return match known().find(is_text).or_else(|| known().next()) {
                Some((variant, "")) => format!("types::{name}::{variant}"),
                Some((variant, inner)) if depth < 8 => {
                    format!("types::{name}::{variant}({})", self.value(inner, depth + 1))
                }
                _ => "Default::default()".to_owned(),
            };
        }
        match self.constructors.get(name) {
            Some(arguments) => {
                let values: Vec<String> = arguments.iter().map(|(_, kind)| self.value(kind, depth + 1)).collect();
                format!("types::{name}::new({})", values.join(", "))
            }
            None => "Default::default()".to_owned(),
        }
    }
}

/// The arguments of a signature from behind its receiver, names and types.
fn arguments(rest: &str) -> Vec<(&str, &str)> {
    let (mut depth, mut start, mut found) = (0_i32, 0, Vec::new());
    for (at, c) in rest.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            ')' if depth == 0 => {
                found.push(&rest[start..at]);
                break;
            }
            '>' | ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&rest[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.into_iter().filter_map(|argument| argument.trim().split_once(": ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surface(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn arguments_are_split_at_the_commas_between_them() {
        let found = arguments(", a: &str, b: Option<BTreeMap<String, i64>>) -> crate::Call<types::X>");
        assert_eq!(found, [("a", "&str"), ("b", "Option<BTreeMap<String, i64>>")]);
        assert!(arguments(") -> crate::Call<types::X>").is_empty());
    }

    #[test]
    fn a_value_is_made_of_what_its_type_needs() {
        let api = surface(&[
            "enum types::Kind::Long",
            "enum types::Kind::Unknown(String)",
            "enum types::Content::List(Vec<Part>)",
            "enum types::Content::Text(String)",
            "enum types::Content::Unknown(serde_json::Value)",
            "impl types::Wick: new(kind: impl Into<Kind>, content: impl Into<Content>, file: impl Into<crate::Upload>, n: i64) -> Self",
            "impl types::Lamp: new<K>(wicks: impl IntoIterator<Item = impl Into<Wick>>, oil: impl crate::IntoOil<K>) -> Self",
        ]);
        let surface = Surface::read(&api);
        let wick = "types::Wick::new(types::Kind::from_wire(\"x\"), types::Content::Text(\"x\".to_owned()), \
                    venice_ai::Upload::bytes(\"a.bin\", \"x\"), 1)";
        assert_eq!(surface.value("&types::Lamp", 0), format!("&types::Lamp::new([{wick}], \"x\")"));
    }
}
