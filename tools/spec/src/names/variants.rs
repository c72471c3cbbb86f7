//! `variants`: the names of an enum's values and of a union's arms: those of `spec/names.yaml`, and new ones for what it does not have.

use serde_json::{Map, Value};
use venice_ai_codegen::lower::names::{is_reserved, pascal};
use venice_ai_codegen::lower::schema::{ref_name, string_enum};
use venice_ai_codegen::lower::unions::{TAG, kind};
use venice_ai_codegen::model::{arm_key, tag_of};

/// The names of a schema's variants, by the text of a value or the key of an arm, with the word of `spec/names.yaml` for them.
pub fn variants(
    schema: &Value,
    schemas: &Map<String, Value>,
    sticky: &Value,
) -> Option<(&'static str, Map<String, Value>)> {
    let mut names = Names { sticky, chosen: Map::new() };
    if let Some(arms) = schema.get("oneOf").and_then(Value::as_array) {
        let tag = schema.get(TAG).and_then(Value::as_str);
        for arm in arms {
            let (value, kind) = (tag_of(arm, tag, schemas), kind(arm, schemas));
            let new = match (value, kind) {
                (Some(value), _) => variant(value),
                (None, "object") if tag.is_some() => "Untagged".to_owned(),
                (None, "string") => if ref_name(arm).is_some() { "Mode" } else { "Text" }.to_owned(),
                (None, "array") => "List".to_owned(),
                (None, "boolean") => "Bool".to_owned(),
                (None, kind) => pascal(kind),
            };
            names.add(arm_key(arm, value, kind), arm.get("x-variant").and_then(Value::as_str), new, "Other");
        }
        return Some(("arms", names.chosen));
    }
    for wire in string_enum(schema)? {
        // `auto` and `Auto`, `4k` and `4K`: the later one says how it is written.
        let ending = if wire.starts_with(|c: char| c.is_ascii_uppercase()) { "Capitalised" } else { "Value" };
        names.add(wire, None, variant(wire), ending);
    }
    Some(("values", names.chosen))
}

struct Names<'s> {
    sticky: &'s Value,
    chosen: Map<String, Value>,
}

impl Names<'_> {
    /// Takes the name that is given or kept, or else a new one, with the ending until it is free.
    fn add(&mut self, key: &str, given: Option<&str>, mut new: String, ending: &str) {
        let sticky = self.sticky;
        let kept = given.or_else(|| sticky.get(key)?.as_str());
        let sticky = sticky.as_object().into_iter().flat_map(Map::values);
        let taken: Vec<&Value> = sticky.chain(self.chosen.values()).collect();
        while kept.is_none() && (taken.iter().any(|taken| **taken == *new) || new == "Unknown") {
            new.push_str(ending);
        }
        let name = kept.map_or(new, str::to_owned);
        self.chosen.entry(key).or_insert_with(|| name.into());
    }
}

/// A variant name for a value of a string enum. What starts with a digit starts with its unit instead: `720p` gives `P720`, `5s`
/// gives `Seconds5`, `16:9` gives `Ratio16x9`, `1024x1024` gives `Size1024x1024`; the empty text gives `Empty`, and `self` gives
/// `Self_`.
pub fn variant(value: &str) -> String {
    if value.is_empty() {
        return "Empty".into();
    }
    if let Some((wide, high)) = pair(value, ':') {
        return format!("Ratio{wide}x{high}");
    }
    if let Some((wide, high)) = pair(value, 'x') {
        return format!("Size{wide}x{high}");
    }
    let name = pascal(value);
    if name.is_empty() {
        return value.chars().map(|c| format!("U{:04X}", c as u32)).collect();
    }
    let unit = name.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = &name[..name.len() - unit.len()];
    match (number, unit) {
        ("", _) if is_reserved(&name) => name + "_",
        ("", _) => name,
        (number, "") if value.starts_with('-') => format!("Minus{number}"),
        (number, "") => format!("N{number}"),
        (number, "S" | "s") => format!("Seconds{number}"),
        (number, "H" | "h") => format!("Hours{number}"),
        (number, unit) => format!("{}{number}", pascal(unit)),
    }
}

/// Two numbers with a sign between them.
fn pair(value: &str, sign: char) -> Option<(&str, &str)> {
    let (left, right) = value.split_once(sign)?;
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (number(left) && number(right)).then_some((left, right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn named(schema: Value, sticky: Value) -> Value {
        let schemas = json!({
            "Wick": {"type": "object", "properties": {"type": {"x-const": "wick"}, "a": {"type": "string"}}},
            "Dark": {"type": "object", "properties": {"type": {"x-const": "dark"}}},
            "Free": {"type": "object", "properties": {"b": {"type": "string"}}},
            "Mode": {"type": "string", "enum": ["a", "b"]},
        });
        Value::Object(variants(&schema, schemas.as_object().unwrap(), &sticky).unwrap().1)
    }

    #[test]
    fn enum_values_that_rust_would_call_alike_are_told_apart() {
        let schema = json!({"type": "string", "enum": ["auto", "Auto", "unknown", "4k", "4K"]});
        let names =
            json!({"auto": "Auto", "Auto": "AutoCapitalised", "unknown": "UnknownValue", "4k": "K4", "4K": "K4Value"});
        assert_eq!(named(schema.clone(), Value::Null), names);
        let kept = json!({"Auto": "Automatic", "4K": "K4"});
        let names =
            json!({"auto": "Auto", "Auto": "Automatic", "unknown": "UnknownValue", "4k": "K4Value", "4K": "K4"});
        assert_eq!(named(schema, kept), names);
    }

    #[test]
    fn arms_are_named_after_their_tag_or_their_kind() {
        let name = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let tagged = json!({"x-tag": "type", "oneOf": [name("Wick"), name("Dark"), name("Free")]});
        assert_eq!(named(tagged, Value::Null), json!({"wick": "Wick", "dark": "Dark", "Free": "Untagged"}));
        let list = json!({"type": "array", "items": {}, "x-variant": "Several"});
        let plain =
            json!({"oneOf": [{"type": "string"}, list, {"type": "boolean"}, {"type": "number"}, name("Mode"), {}]});
        let names = json!({"string": "Text", "array": "Several", "boolean": "Bool", "number": "Number", "Mode": "Mode", "any": "Any"});
        assert_eq!(named(plain, Value::Null), names);
    }

    #[test]
    fn variants_of_awkward_values() {
        for (value, name) in [
            ("16:9", "Ratio16x9"),
            ("4k", "K4"),
            ("720p", "P720"),
            ("1024x512", "Size1024x512"),
            ("", "Empty"),
            ("-1", "Minus1"),
            ("3", "N3"),
            ("not-available", "NotAvailable"),
            ("1 gen", "Gen1"),
            ("24h", "Hours24"),
            ("5s", "Seconds5"),
            ("self", "Self_"),
            ("🙂", "U1F642"),
        ] {
            assert_eq!(variant(value), name);
        }
    }
}
