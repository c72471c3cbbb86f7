//! Every object, string enum and union becomes a component, once under each name, however often it occurs.
//!
//! What has one name is one type: an enum with the values of all its places, or a struct with their fields, and in requests with the
//! limits that all of them have. A [`Namer`] says the names. That of users' builds is [`Names`](crate::names::Names), which has all
//! of them; that of developers makes them up, and compares schemas (`tools/spec`).

use super::replies::{JSON_FORM, STREAM_FORM};
use super::scalars::TIMESTAMP;
use super::schema::{LIMITS, constant, is_struct, operations_mut, ref_name, reference, resolve, string_enum};
use super::site::{Position, Site, Step};
use super::unions::{FORMS, TAG, kind};
use crate::error::Error;
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};

/// The constant value of a member that is always sent and never shown.
pub const CONST: &str = "x-const";
/// The name of an operation's parameter struct.
pub const PARAMS: &str = "x-params";
/// Set on a member that may be null on the wire.
pub const NULLABLE: &str = "x-nullable";
/// By this the overlay says beside which other member a member is needed.
pub const REQUIRED_WHEN: &str = "x-required-when";
/// The overlay's word for the fields beside which this one may not be set.
pub const EXCLUDES: &str = "x-excludes";
/// The overlay's word for the date or time that this one may not be before.
pub const NOT_BEFORE: &str = "x-not-before";
/// By this the overlay says that a value which an open enum does not know is refused before it is sent.
pub const KNOWN: &str = "x-known";
/// The extension that gives a member its name in Rust, where the one on the wire is the odd one out.
pub const MEMBER: &str = "x-rust-member";
/// What stays beside a reference to a hand-written type.
const KEPT: [&str; 13] = [
    "description",
    "deprecated",
    "default",
    "minLength",
    "maxLength",
    "pattern",
    "x-not-blank",
    "x-date",
    FORMS,
    MEMBER,
    REQUIRED_WHEN,
    EXCLUDES,
    NOT_BEFORE,
];
/// What stays beside a reference to a type.
const LINKED: [&str; 10] = [
    "description",
    "deprecated",
    "default",
    "nullable",
    "x-variant",
    MEMBER,
    REQUIRED_WHEN,
    EXCLUDES,
    NOT_BEFORE,
    KNOWN,
];
const BODY: &str = "/content/application~1json/schema";

/// Names the types of a document.
pub trait Namer {
    /// The name of the type at a place. Types that it holds are in `body` under their names.
    ///
    /// # Errors
    /// When it has none.
    fn name(&mut self, site: &Site<'_>, body: &Value) -> Result<String, Error>;

    /// The name of the type of a component that holds itself, within the component.
    ///
    /// # Errors
    /// When it has none.
    fn within(&mut self, component: &str, position: Position) -> Result<String, Error>;

    /// A type is used at one more place.
    fn again(&mut self, _name: &str, _site: &Site<'_>) {}
}

struct Hoist<'a> {
    components: &'a Map<String, Value>,
    namer: &'a mut dyn Namer,
    types: Map<String, Value>,
    known: HashMap<(String, Position), Value>,
    open: HashSet<String>,
    failure: Option<Error>,
}

/// Replaces the components by the named types; returns how many there are.
///
/// # Errors
/// When a type has no name.
pub fn hoist(doc: &mut Value, namer: &mut dyn Namer) -> Result<usize, Error> {
    let components = super::schema::components(doc);
    let types = super::HANDWRITTEN.into_iter().map(|name| (name.to_owned(), json!({"type": "object"}))).collect();
    let (known, open) = (HashMap::new(), HashSet::new());
    let mut hoist = Hoist { components: &components, namer, types, known, open, failure: None };
    operations_mut(doc, &mut |_, _, operation| hoist.request(operation));
    operations_mut(doc, &mut |_, _, operation| hoist.reply(operation));
    let count = hoist.types.len();
    if let Some(doc) = doc.as_object_mut() {
        doc.insert("components".to_owned(), json!({"schemas": hoist.types}));
    }
    hoist.failure.map_or(Ok(count), Err)
}

/// Two query parameters or more become the members of one struct.
fn parameter_struct(query: &[&Value]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for parameter in query {
        let mut schema = parameter["schema"].clone();
        for key in ["description", "deprecated"] {
            if let (Some(value), Some(schema)) = (parameter.get(key), schema.as_object_mut()) {
                schema.insert(key.into(), value.clone());
            }
        }
        properties.insert(text(parameter, "name").to_owned(), schema);
        if parameter["required"] == true {
            required.push(parameter["name"].clone());
        }
    }
    json!({"type": "object", "properties": properties, "required": required})
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

impl Hoist<'_> {
    fn request(&mut self, operation: &mut Value) {
        let id = text(operation, "operationId").to_owned();
        if let Some(schema) = operation.pointer_mut(&format!("/requestBody{BODY}")) {
            *schema = self.site(&Site::operation(&id, "request", Position::Request, schema), None);
        }
        let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) else { return };
        for parameter in parameters.iter_mut() {
            let (name, part) = (text(parameter, "name").to_owned(), text(parameter, "in").to_owned());
            if let Some(schema) = parameter.get_mut("schema") {
                *schema = self.site(&Site::parameter(&id, &part, &name, schema), None);
            }
        }
        let query: Vec<&Value> = parameters.iter().filter(|parameter| parameter["in"] == "query").collect();
        if query.len() > 1 {
            let params = parameter_struct(&query);
            let params = self.site(&Site::operation(&id, "query", Position::Request, &params), None);
            operation[PARAMS] = ref_name(&params).into();
        }
    }

    fn reply(&mut self, operation: &mut Value) {
        let id = text(operation, "operationId").to_owned();
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
        for (status, response) in responses.iter_mut() {
            if let Some(schema) = response.pointer_mut(BODY) {
                let part = if status == STREAM_FORM { "event" } else { "reply" };
                *schema = self.site(&Site::operation(&id, part, Position::Reply, schema), None);
            }
        }
        // The other forms of the reply have their types now.
        for form in [JSON_FORM, STREAM_FORM] {
            let reply = operation["responses"].as_object_mut().and_then(|responses| responses.remove(form));
            if let Some(name) = reply.as_ref().and_then(|reply| ref_name(reply.pointer(BODY)?)) {
                operation[form] = name.into();
            }
        }
    }

    /// What is in the place of a schema: a reference to its type, or a scalar as it is.
    fn site(&mut self, site: &Site<'_>, tag: Option<&str>) -> Value {
        let schema = site.schema;
        match ref_name(schema) {
            // It was rewritten before, and has its limits beside it.
            Some(name) if super::HANDWRITTEN.contains(&name) => return schema.clone(),
            Some(name) => return self.component(name, site, tag),
            None => {}
        }
        let Some(object) = schema.as_object() else { return schema.clone() };
        let handwritten = [("x-secret", super::SECRET), ("x-amount", super::AMOUNT), (TIMESTAMP, super::TIMESTAMP)];
        if let Some((_, name)) = handwritten.into_iter().find(|(mark, _)| object.get(*mark) == Some(&Value::Bool(true)))
        {
            return linked(name, schema, &KEPT);
        }
        if is_struct(schema) {
            let body = self.object(site, tag);
            return self.named(site, body);
        }
        if let Some(arms) = object.get("oneOf").and_then(Value::as_array) {
            let body = self.union(site, arms);
            return self.named(site, body);
        }
        match string_enum(schema).as_deref() {
            // One known value: a string in replies; in requests validation keeps to it.
            Some([_]) => {
                let mut plain = schema.clone();
                if let Some(plain) = plain.as_object_mut().filter(|_| site.position == Position::Reply) {
                    plain.remove("enum");
                }
                return plain;
            }
            Some(values) => return self.named(site, json!({"type": "string", "enum": values})),
            None => {}
        }
        let mut rewritten = schema.clone();
        for key in ["items", "additionalProperties"] {
            if let Some(inner) = object.get(key).filter(|inner| inner.is_object()) {
                rewritten[key] = self.site(&site.below(Step::Item, inner), None);
            }
        }
        rewritten
    }

    fn component(&mut self, name: &str, site: &Site<'_>, tag: Option<&str>) -> Value {
        let key = (name.to_owned(), site.position);
        if let Some(known) = self.known.get(&key) {
            if let Some(name) = ref_name(known) {
                self.namer.again(name, site);
            }
            return known.clone();
        }
        let rewritten = match self.components.get(name) {
            // A component that holds itself.
            Some(_) if !self.open.insert(name.to_owned()) => {
                let others = std::iter::successors(Some(name), |name| ref_name(self.components.get(*name)?));
                let name = self.namer.within(others.take(16).last().unwrap_or(name), site.position);
                return self.reference(name);
            }
            Some(schema) => self.site(&site.below(Step::Component(name), schema), tag),
            None => json!({}),
        };
        self.open.remove(name);
        self.known.insert(key, rewritten.clone());
        rewritten
    }

    fn object(&mut self, site: &Site<'_>, tag: Option<&str>) -> Value {
        let schema = site.schema;
        // The members of a parameter struct were parameters before, and are rewritten.
        let is_query = matches!(site.step, Step::Operation(_, "query"));
        let mut properties = Map::new();
        let mut required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let mut rewritten = match constant(schema, name) {
                Some(value) if site.position == Position::Request || tag == Some(name.as_str()) => {
                    let mut kept = property.clone();
                    kept[CONST] = value.into();
                    kept
                }
                _ if is_query => property.clone(),
                _ => self.site(&site.below(Step::Member(name), property), None),
            };
            if property.get("nullable") == Some(&Value::Bool(true)) {
                required.retain(|required| required != name);
                if let Some(rewritten) = rewritten.as_object_mut() {
                    rewritten.remove("nullable");
                    rewritten.insert(NULLABLE.into(), Value::Bool(true));
                }
            }
            properties.insert(name.clone(), rewritten);
        }
        required.retain(|name| properties.contains_key(*name));
        let mut body = json!({"type": "object", "properties": properties, "required": required});
        if schema.get("additionalProperties").is_some_and(|more| more != &Value::Bool(false)) {
            body["additionalProperties"] = Value::Bool(true);
        }
        body
    }

    fn union(&mut self, site: &Site<'_>, arms: &[Value]) -> Value {
        let tag = site.schema.get(TAG).and_then(Value::as_str);
        let arms = arms.iter().map(|arm| {
            let value = tag.and_then(|tag| constant(resolve(arm, self.components), tag));
            self.site(&site.below(Step::Arm(value, kind(arm, self.components)), arm), tag)
        });
        let mut body = json!({"oneOf": arms.collect::<Vec<_>>()});
        if let Some(tag) = tag {
            body[TAG] = tag.into();
        }
        body
    }

    /// Adds a type, or widens the one that has its name, and returns the reference to it, with what belongs to the place and not to the type.
    fn named(&mut self, site: &Site<'_>, body: Value) -> Value {
        let name = self.namer.name(site, &body);
        if let Ok(name) = &name {
            let known = self.types.entry(name).and_modify(|known| widen(known, &body, site.position)).or_insert(body);
            for key in ["description", "title"] {
                if let (Some(text), Some(known)) = (site.schema.get(key), known.as_object_mut()) {
                    known.entry(key).or_insert_with(|| text.clone());
                }
            }
        }
        let link = self.reference(name);
        linked(ref_name(&link).unwrap_or_default(), site.schema, &LINKED)
    }

    fn reference(&mut self, name: Result<String, Error>) -> Value {
        reference(&name.unwrap_or_else(|error| {
            self.failure.get_or_insert(error);
            String::new()
        }))
    }
}

/// A reference to a type, with what stays of a schema.
fn linked(name: &str, schema: &Value, kept: &[&str]) -> Value {
    let mut link = reference(name);
    for (key, value) in schema.as_object().into_iter().flatten().filter(|(key, _)| kept.contains(&key.as_str())) {
        link[key] = value.clone();
    }
    link
}

/// Adds the values or fields of another schema with the same name, and takes away the limits of fields that it does not have. What it
/// says of replies limits no request.
fn widen(known: &mut Value, other: &Value, position: Position) {
    if let (Some(values), Some(more)) = (known.get_mut("enum").and_then(Value::as_array_mut), other["enum"].as_array())
    {
        let new: Vec<Value> = more.iter().filter(|value| !values.contains(value)).cloned().collect();
        values.extend(new);
    }
    let Some(fields) = known.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for (name, field) in other["properties"].as_object().into_iter().flatten() {
        match fields.get_mut(name) {
            Some(known) if position == Position::Request => loosen(known, field),
            Some(_) => {}
            None => drop(fields.insert(name.clone(), field.clone())),
        }
    }
    if let Some(open) = other.get("additionalProperties") {
        known["additionalProperties"] = open.clone();
    }
}

/// Takes away the limits that are not those of the other field: the server knows which one it checks.
pub fn loosen(field: &mut Value, other: &Value) {
    if let Some(field) = field.as_object_mut() {
        field.retain(|key, value| !LIMITS.contains(&key.as_str()) || other.get(key) == Some(value));
    }
    for nested in ["items", "additionalProperties"] {
        if let (Some(field), Some(other)) = (field.get_mut(nested), other.get(nested)) {
            loosen(field, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Names;

    /// The types of a document whose operation `light` has a request and a reply, with these names.
    fn types(request: Value, reply: Value, names: Value) -> Result<Value, Error> {
        let json = |schema: Value| json!({"content": {"application/json": {"schema": schema}}});
        let operation =
            json!({"operationId": "light", "requestBody": json(request), "responses": {"200": json(reply)}});
        let mut doc = json!({"paths": {"/lamps": {"post": operation}}});
        let names = Names::new(json!({"types": names}));
        hoist(&mut doc, &mut &names)?;
        Ok(doc["components"]["schemas"].take())
    }

    #[test]
    fn a_type_without_a_name_is_an_error_that_says_what_to_do() {
        let wick = json!({"type": "object", "properties": {"wick": {"type": "string", "enum": ["a", "b"]}}});
        let names = json!({"Light": {"places": ["light.request"]}});
        let error = types(wick, json!({}), names).unwrap_err().to_string();
        assert!(error.contains("a schema has no name") && error.contains("light.request.wick"), "{error}");
        assert!(error.contains("spec check --update"), "{error}");
    }

    #[test]
    fn schemas_of_one_name_are_one_type_with_the_values_and_fields_of_all() {
        let lamp = |shades: &[&str], more: &str| json!({"type": "object", "properties": {"shade": {"enum": shades, "type": "string"}, more: {"type": "string"}}});
        let names = json!({
            "Lamp": {"places": ["light.request", "light.reply"]},
            "Shade": {"places": ["light.request.shade", "light.reply.shade"]},
        });
        let types = types(lamp(&["dim", "off"], "a"), lamp(&["off", "bright"], "b"), names).unwrap();
        assert_eq!(types["Shade"]["enum"], json!(["dim", "off", "bright"]));
        let text = json!({"type": "string"});
        assert_eq!(types["Lamp"]["properties"], json!({"shade": reference("Shade"), "a": text, "b": text}));
    }

    #[test]
    fn requests_of_one_name_have_the_limits_of_both_and_replies_limit_nothing() {
        let wick = |most: u64| json!({"type": "object", "properties": {"size": {"type": "integer", "minimum": 1, "maximum": most}}});
        let two = |one, other| json!({"type": "object", "properties": {"a": wick(one), "b": wick(other)}});
        let places = ["light.request.a", "light.request.b", "light.reply.a", "light.reply.b"];
        let names = json!({"Lamp": {"places": ["light.request", "light.reply"]}, "Wick": {"places": places}});
        let size =
            |one, other| types(two(one, other), two(7, 8), names.clone()).unwrap()["Wick"]["properties"]["size"].take();
        assert_eq!(size(4, 4), json!({"type": "integer", "minimum": 1, "maximum": 4}));
        assert_eq!(size(4, 5), json!({"type": "integer", "minimum": 1}));
    }
}
