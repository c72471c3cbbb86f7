//! Parameters: arguments of the generated method, by position as long as there are few.

use serde_json::{Value, json};
use venice_ai_codegen::lower::parameters::NEGOTIATED;

use super::facets::deprecation;
use super::form::words;
use super::rules::{self, Rule};
use super::schema::{Cx, Position};
use super::walk::{Node, Pair, Walk, flag, keys};

/// More query parameters than these are the members of a struct.
const POSITIONAL: usize = 1;
/// What is compared one by one.
const KNOWN: [&str; 6] = ["name", "in", "required", "deprecated", "schema", "content"];

struct Parameter<'a> {
    index: usize,
    name: &'a str,
    place: &'a str,
    value: &'a Value,
}

impl Parameter<'_> {
    /// Whether it is an argument of the generated method, itself or in a struct.
    fn is_generated(&self) -> bool {
        match self.place {
            "header" => !NEGOTIATED.iter().any(|name| self.name.eq_ignore_ascii_case(name)),
            "cookie" => false,
            _ => true,
        }
    }

    /// Its identity: path parameters are compared by position.
    fn key(&self, path: &str) -> (String, String) {
        let position = path.split('{').skip(1).position(|part| part.split('}').next() == Some(self.name));
        match (self.place, position) {
            ("path", Some(position)) => ("path".to_owned(), position.to_string()),
            _ => (self.place.to_owned(), self.name.to_owned()),
        }
    }
}

fn parameters(operation: &Value) -> Vec<Parameter<'_>> {
    let list = operation.get("parameters").and_then(Value::as_array).into_iter().flatten().enumerate();
    list.filter_map(|(index, value)| {
        Some(Parameter { index, name: value.get("name")?.as_str()?, place: value.get("in")?.as_str()?, value })
    })
    .collect()
}

impl Walk<'_> {
    /// Compares the parameters of two operations.
    pub fn parameters(&mut self, pair: Pair<'_>, paths: (&str, &str), label: &str) {
        let (old, new) = (parameters(pair.old.value), parameters(pair.new.value));
        let (old_list, new_list) = (pair.old.place.key("parameters"), pair.new.place.key("parameters"));
        let query = |list: &[Parameter<'_>]| list.iter().filter(|parameter| parameter.place == "query").count();
        let counts = (query(&old), query(&new));
        for parameter in &old {
            let place = old_list.index(parameter.index);
            let node = Node { place: &place, value: parameter.value };
            let same = new.iter().find(|other| other.key(paths.1) == parameter.key(paths.0));
            match same.or_else(|| renamed(parameter, &old, &new)) {
                Some(other) => {
                    let place = new_list.index(other.index);
                    let pair = Pair { old: node, new: Node { place: &place, value: other.value } };
                    let label = format!("{label} {} parameter {}", other.place, other.name);
                    self.at(label, |walk| walk.parameter(pair, other));
                }
                None => {
                    let rule = counted(parameter, counts, (rules::ARGUMENT_REMOVED, rules::FIELD_REMOVED));
                    let words = described(parameter, words(self.old, schema(parameter.value), false));
                    self.old.reach(parameter.value, &mut self.used[0]);
                    self.removed(rule, "parameter", node, words);
                }
            }
        }
        let is_known = |known: &Parameter<'_>| old.iter().any(|other| other.key(paths.0) == known.key(paths.1));
        for parameter in new.iter().filter(|known| !is_known(known) && renamed(known, &new, &old).is_none()) {
            let place = new_list.index(parameter.index);
            let setter = if flag(parameter.value, "required") {
                rules::REQUEST_FIELD_NEEDED
            } else {
                rules::REQUEST_FIELD_ADDED
            };
            let rule = counted(parameter, counts, (rules::ARGUMENT_ADDED, setter));
            let words = described(parameter, words(self.new, schema(parameter.value), false));
            self.new.reach(parameter.value, &mut self.used[1]);
            self.added(rule, "parameter", Node { place: &place, value: parameter.value }, words);
        }
    }

    fn parameter(&mut self, pair: Pair<'_>, parameter: &Parameter<'_>) {
        let is_header = parameter.place == "header";
        let rule = if is_header { rules::HEADER_RENAMED } else { rules::PATH_PARAMETER_RENAMED };
        self.member(rule, if is_header { "header name" } else { "parameter name" }, pair, "name");
        let required = (flag(pair.old.value, "required"), flag(pair.new.value, "required"));
        if required.0 != required.1 {
            let rule = match parameter.place {
                _ if !parameter.is_generated() => rules::PARAMETER_UNUSED,
                "header" if required.1 => rules::HEADER_REQUIRED,
                "header" => rules::HEADER_OPTIONAL,
                _ => rules::OPTION_CHANGED,
            };
            self.changed(rule, "required", pair.new, required.0.into(), required.1.into());
        }
        self.member(deprecation(pair.new.value), "deprecated", pair, "deprecated");
        for key in keys(pair.old.value, pair.new.value).filter(|key| !KNOWN.contains(key)) {
            let rule = if key.starts_with("x-") { rules::NOT_GENERATED } else { rules::SERIALISATION };
            self.member(rule, key, pair, key);
        }
        self.member(rules::SERIALISATION, "content", pair, "content");
        // A header is a text whatever its schema says.
        let position = if matches!(parameter.place, "query" | "path") { Position::Request } else { Position::Untyped };
        let (old, new) = (pair.old.place.key("schema"), pair.new.place.key("schema"));
        let schemas = Pair {
            old: Node { place: &old, value: schema(pair.old.value) },
            new: Node { place: &new, value: schema(pair.new.value) },
        };
        self.schema(schemas, Cx { parameter: true, ..Cx::root(position) });
    }
}

/// The header of the other document that took the place of one that it does not have: at the same position, with the same schema.
fn renamed<'o, 'p>(
    parameter: &Parameter<'_>,
    own: &[Parameter<'_>],
    others: &'o [Parameter<'p>],
) -> Option<&'o Parameter<'p>> {
    let is_sent = |known: &&Parameter<'_>| known.place == "header" && known.is_generated();
    let position = own.iter().filter(is_sent).position(|known| known.index == parameter.index)?;
    let other = others.iter().filter(is_sent).nth(position)?;
    let has =
        |list: &[Parameter<'_>], name: &str| list.iter().any(|known| known.place == "header" && known.name == name);
    let is_free = !has(others, parameter.name) && !has(own, other.name);
    (is_free && schema(parameter.value) == schema(other.value)).then_some(other)
}

fn schema(parameter: &Value) -> &Value {
    parameter.get("schema").unwrap_or(&Value::Null)
}

/// The rule for a parameter that came or went: as an argument, or as the member of a struct.
fn counted(parameter: &Parameter<'_>, counts: (usize, usize), (argument, member): (Rule, Rule)) -> Rule {
    let structs = (counts.0 > POSITIONAL, counts.1 > POSITIONAL);
    match parameter.place {
        _ if !parameter.is_generated() => rules::PARAMETER_UNUSED,
        "query" if structs == (true, true) => member,
        "query" if structs.0 != structs.1 => rules::ARGUMENT_STRUCT,
        _ => argument,
    }
}

fn described(parameter: &Parameter<'_>, words: String) -> Value {
    json!(format!("{} parameter, {words}", parameter.place))
}
