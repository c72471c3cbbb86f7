//! The model of the emit passes, read from the lowered and documented document. Progenitor gets little of it.

pub mod content;
pub mod handles;

use crate::lower::headers::HEADERS;
use crate::lower::hoist::{CONST, EXCLUDES, MEMBER, NOT_BEFORE, NULLABLE, PARAMS, REQUIRED_WHEN};
use crate::lower::schema::{is_required, ref_name, string_enum};
use crate::lower::unions::{FORMS, TAG, kind};
use crate::lower::{HANDWRITTEN, VARIANTS, bodies, names, parameters, replies};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// All types and operations of a document.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// The document's `info.version`.
    pub version: String,
    /// Types by name.
    pub types: BTreeMap<String, Type>,
    /// Operations in document order.
    pub operations: Vec<Operation>,
    /// The reply headers that have an accessor.
    pub headers: Vec<Header>,
    /// The areas of the API, by the name of the client's method that makes the handle.
    pub areas: BTreeMap<String, handles::Area>,
    /// The names of fields of requests that send nothing to anybody else than the recipient.
    pub harmless: Vec<String>,
}

/// A reply header.
#[derive(Debug, Clone)]
pub struct Header {
    /// Its name on the wire, in lower case.
    pub wire: String,
    /// The name of its accessor.
    pub name: String,
    /// `boolean`, `integer` or `string`.
    pub kind: String,
    /// Its documentation.
    pub doc: Option<String>,
}

/// A named type.
#[derive(Debug, Clone)]
pub struct Type {
    /// Its documentation, when `docs.yaml` has some.
    pub doc: Option<String>,
    /// Whether a request leads to it.
    pub in_request: bool,
    /// Whether a reply leads to it.
    pub in_reply: bool,
    /// The types that it holds, itself and those that are written by hand included.
    pub holds: BTreeSet<String>,
    /// What it is.
    pub kind: Kind,
}

/// What a type is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// An object with named members.
    Struct(Struct),
    /// A string with known values.
    Enum(Vec<EnumValue>),
    /// One of several arms.
    Union(Union),
}

/// An object with named members.
#[derive(Debug, Clone, Default)]
pub struct Struct {
    /// Members in document order, without constants.
    pub fields: Vec<Field>,
    /// Members that always have one value: wire name and value.
    pub constants: Vec<(String, String)>,
    /// Whether members that the document does not know are kept.
    pub open: bool,
    /// Whether the members travel in a query and not in a body.
    pub query: bool,
}

/// A member of a struct.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name on the wire.
    pub wire: String,
    /// Its name in Rust: the overlay's `x-rust-member`, or else the name on the wire in Rust's case.
    pub rust: String,
    /// Other spellings under which the wire has it, such as `aspectRatios` beside `aspect_ratios`.
    pub aliases: Vec<String>,
    /// Whether the document requires it and never makes it null.
    pub required: bool,
    /// Its documentation.
    pub doc: Option<String>,
    /// Whether the document deprecates it.
    pub deprecated: bool,
    /// The server's default, for documentation only.
    pub default: Option<Value>,
    /// The member beside which this one is needed, from the overlay's `x-required-when`.
    pub required_when: Option<String>,
    /// The members beside which this one may not be set, from the overlay's `x-excludes`.
    pub excludes: Vec<String>,
    /// The date or time that this one may not be before, from the overlay's `x-not-before`.
    pub not_before: Option<String>,
    /// Its schema, with constraints.
    pub schema: Value,
}

/// A value of a string enum.
#[derive(Debug, Clone)]
pub struct EnumValue {
    /// The text on the wire.
    pub wire: String,
    /// The variant's name.
    pub name: String,
    /// Its documentation.
    pub doc: Option<String>,
}

/// One of several arms.
#[derive(Debug, Clone)]
pub struct Union {
    /// The field whose constant distinguishes the arms.
    pub tag: Option<String>,
    /// The arms, in document order.
    pub arms: Vec<Arm>,
}

/// An arm of a union.
#[derive(Debug, Clone)]
pub struct Arm {
    /// The variant's name.
    pub name: String,
    /// What distinguishes it from the other arms: its tag, its type, or its kind.
    pub key: String,
    /// Its documentation.
    pub doc: Option<String>,
    /// Its tag on the wire.
    pub tag: Option<String>,
    /// The kind of JSON it is.
    pub kind: &'static str,
    /// Its schema.
    pub schema: Value,
    /// Whether it has no members beside its tag.
    pub unit: bool,
}

/// An operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its id.
    pub id: String,
    /// HTTP method in capitals.
    pub method: String,
    /// Path template.
    pub path: String,
    /// Its first tag.
    pub tag: String,
    /// The first sentence of its documentation.
    pub summary: Option<String>,
    /// The rest of it.
    pub description: Option<String>,
    /// `Safe`, `Inference`, `Once` or `Payment`.
    pub retry: &'static str,
    /// The member of the body that, when it is `true`, makes the class `Once`.
    pub once_with: Option<String>,
    /// `Public`, `Bearer`, `BearerOrWallet` or `Wallet`.
    pub auth: &'static str,
    /// Request media types.
    pub request_media: Vec<String>,
    /// Media types of the success reply.
    pub reply_media: Vec<String>,
    /// Documented statuses.
    pub statuses: Vec<u16>,
    /// Whether the document deprecates it.
    pub deprecated: bool,
    /// The request type.
    pub body: Option<String>,
    /// The struct of its query parameters, when there are two or more.
    pub params: Option<String>,
    /// Request headers that a caller may set.
    pub headers: Vec<String>,
    /// Query and path parameters, with constraints.
    pub parameters: Vec<Field>,
    /// The type of the reply's JSON form.
    pub reply: Option<String>,
    /// The type of an event, when the reply can be streamed.
    pub event: Option<String>,
    /// The fields without which the JSON form of the reply is worthless.
    pub essential: Vec<Essential>,
    /// Whether an `error` field is a part of a successful reply, from the overlay's `x-error-inside`.
    pub error_inside: bool,
    /// Who gets the content of its request.
    pub carries: content::Carries,
    /// The fields of its request that have the API pass the content to a third party.
    pub sends_on: Vec<content::SendsOn>,
    /// Its method on a handle.
    pub handle: handles::Handle,
}

/// A top-level field of a reply without which the reply is worthless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Essential {
    /// Its name on the wire.
    pub name: String,
    /// Whether it is a list that must have items.
    pub filled: bool,
}

/// The extension by which the overlay names the essential fields of an operation's reply; `name[]` is a list that must have items.
/// Without it the essential field is the first required list or object, or else the first required field.
pub const ESSENTIAL: &str = "x-essential";
/// The overlay's word for the retry class of an operation.
pub const RETRY: &str = "x-retry";
/// The extension by which the overlay says that an `error` field is a part of a successful reply.
const ERROR_INSIDE: &str = "x-error-inside";

impl Model {
    /// Reads a lowered document.
    #[must_use]
    pub fn read(doc: &Value) -> Self {
        let schemas = crate::lower::schema::components(doc);
        let mut model = Self {
            version: text(&doc["info"], "version").unwrap_or_default(),
            areas: handles::areas(doc),
            harmless: content::harmless(doc),
            ..Self::default()
        };
        for (name, schema) in &schemas {
            if HANDWRITTEN.contains(&name.as_str()) {
                continue;
            }
            let kind = if schema.get("oneOf").is_some() {
                Kind::Union(union(schema, &schemas))
            } else if string_enum(schema).is_some() {
                Kind::Enum(enum_values(schema))
            } else {
                Kind::Struct(object(schema))
            };
            let (doc, holds) = (text(schema, "description"), held(name, &schemas));
            model.types.insert(name.clone(), Type { doc, in_request: false, in_reply: false, holds, kind });
        }
        for (wire, facts) in doc.get(HEADERS).and_then(Value::as_object).into_iter().flatten() {
            let fact = |name: &str| text(facts, name).unwrap_or_default();
            let (name, kind, doc) = (fact("name"), fact("type"), text(facts, "description"));
            model.headers.push(Header { wire: wire.clone(), name, kind, doc });
        }
        let security = doc.get("security").cloned().unwrap_or_default();
        for found in crate::document::operations(doc) {
            let value = found.value;
            let mut operation = operation(found.path, found.method, value, &security);
            operation.essential =
                essential(value, operation.reply.as_ref().and_then(|reply| model.object(reply)), &schemas);
            model.operations.push(operation);
        }
        model.mark_positions();
        for operation in &model.operations {
            if let Some(Type { kind: Kind::Struct(params), .. }) =
                operation.params.as_ref().and_then(|name| model.types.get_mut(name))
            {
                params.query = true;
            }
        }
        model
    }

    fn mark_positions(&mut self) {
        let (mut requests, mut replies) = (Vec::new(), Vec::new());
        for operation in &self.operations {
            requests.extend(operation.body.clone());
            requests.extend(operation.params.clone());
            requests.extend(operation.parameters.iter().flat_map(|field| references(&field.schema)));
            replies.extend(operation.reply.clone());
            replies.extend(operation.event.clone());
        }
        let reached = |names: Vec<String>| -> BTreeSet<String> {
            names.iter().filter_map(|name| self.types.get(name)).flat_map(|kind| kind.holds.clone()).collect()
        };
        let (requests, replies) = (reached(requests), reached(replies));
        for (name, kind) in &mut self.types {
            (kind.in_request, kind.in_reply) = (requests.contains(name), replies.contains(name));
        }
    }

    /// The struct called `name`.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<&Struct> {
        match &self.types.get(name)?.kind {
            Kind::Struct(object) => Some(object),
            _ => None,
        }
    }

    /// Whether `name` is a struct without members: as an arm of a union it is a variant without payload.
    #[must_use]
    pub fn is_unit(&self, name: &str) -> bool {
        self.object(name).is_some_and(|object| object.fields.is_empty() && !object.open)
    }
}

impl Struct {
    /// The required members, as `new` takes them: what a call is made to comes first everywhere, the document has them in any order.
    #[must_use]
    pub fn required(&self) -> Vec<&Field> {
        let mut required: Vec<&Field> = self.fields.iter().filter(|field| field.required).collect();
        required.sort_by_key(|field| field.rust != "model");
        required
    }
}

impl Operation {
    /// Its documentation.
    #[must_use]
    pub fn doc(&self) -> Option<String> {
        let parts: Vec<&str> = [&self.summary, &self.description].into_iter().flatten().map(String::as_str).collect();
        (!parts.is_empty()).then(|| parts.join("\n\n"))
    }

    /// Whether its body goes as a form, or may.
    #[must_use]
    pub fn is_form(&self) -> bool {
        self.request_media.iter().any(|media| bodies::is_form(media))
    }

    /// Whether a parameter is a part of the path.
    #[must_use]
    pub fn is_in_path(&self, parameter: &Field) -> bool {
        self.path.contains(&format!("{{{}}}", parameter.wire))
    }
}

/// A type and those that it holds, at any depth.
fn held(name: &str, schemas: &Map<String, Value>) -> BTreeSet<String> {
    let (mut found, mut open) = (BTreeSet::new(), vec![name.to_owned()]);
    while let Some(name) = open.pop() {
        let inner = schemas.get(&name).map(references);
        if found.insert(name) {
            open.extend(inner.into_iter().flatten());
        }
    }
    found
}

/// The component names that a schema mentions.
#[must_use]
pub fn references(schema: &Value) -> Vec<String> {
    let mut names = Vec::new();
    let mut copy = schema.clone();
    crate::lower::schema::walk_mut(&mut copy, &mut |schema| names.extend(ref_name(schema).map(str::to_owned)));
    names
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn flag(value: &Value, key: &str) -> bool {
    value.get(key) == Some(&Value::Bool(true))
}

fn texts(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn object(schema: &Value) -> Struct {
    let mut object = Struct {
        open: schema.get("additionalProperties").is_some_and(|more| more != &Value::Bool(false)),
        ..Struct::default()
    };
    for (wire, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        match property.get(CONST).and_then(Value::as_str) {
            Some(value) => object.constants.push((wire.clone(), value.to_owned())),
            None => add(&mut object.fields, field(wire, property, is_required(schema, wire))),
        }
    }
    object
}

/// Two spellings of one name are one field if they have the same content, otherwise the later one is renamed.
fn add(fields: &mut Vec<Field>, mut field: Field) {
    match fields.iter_mut().find(|known| known.rust == field.rust) {
        Some(known) if crate::lower::unions::bare(&known.schema) == crate::lower::unions::bare(&field.schema) => {
            known.aliases.push(field.wire);
            return;
        }
        Some(_) => field.rust.push_str("_value"),
        None => {}
    }
    fields.push(field);
}

fn field(wire: &str, schema: &Value, required: bool) -> Field {
    Field {
        wire: wire.to_owned(),
        rust: text(schema, MEMBER).unwrap_or_else(|| names::member(wire)),
        aliases: Vec::new(),
        required: required && !flag(schema, NULLABLE),
        doc: text(schema, "description"),
        deprecated: flag(schema, "deprecated"),
        default: schema.get("default").cloned(),
        required_when: text(schema, REQUIRED_WHEN),
        excludes: texts(schema.get(EXCLUDES)),
        not_before: text(schema, NOT_BEFORE),
        schema: schema.clone(),
    }
}

fn enum_values(schema: &Value) -> Vec<EnumValue> {
    let values = string_enum(schema).unwrap_or_default().into_iter();
    values.map(|wire| EnumValue { wire: wire.to_owned(), name: variant(schema, wire), doc: None }).collect()
}

/// The name of a value or of an arm.
fn variant(schema: &Value, key: &str) -> String {
    schema.get(VARIANTS).and_then(|names| text(names, key)).unwrap_or_else(|| names::pascal(key))
}

fn union(schema: &Value, schemas: &Map<String, Value>) -> Union {
    let tag = text(schema, TAG);
    let mut arms: Vec<Arm> = Vec::new();
    for arm in schema.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
        let resolved = crate::lower::schema::resolve(arm, schemas);
        let (value, kind) = (tag_of(arm, tag.as_deref(), schemas), kind(arm, schemas));
        let unit = object(resolved).fields.is_empty()
            && kind == "object"
            && value.is_some()
            && resolved.get("additionalProperties").is_none();
        let key = arm_key(arm, value, kind).to_owned();
        let mut name = variant(schema, &key);
        while arms.iter().any(|known| known.name == name) {
            name.push_str("Other");
        }
        arms.push(Arm { name, key, doc: None, tag: value.map(str::to_owned), kind, schema: arm.clone(), unit });
    }
    Union { tag, arms }
}

/// The constant by which an arm is known.
#[must_use]
pub fn tag_of<'s>(arm: &'s Value, tag: Option<&str>, schemas: &'s Map<String, Value>) -> Option<&'s str> {
    crate::lower::schema::resolve(arm, schemas).get("properties")?.get(tag?)?.get(CONST)?.as_str()
}

/// What distinguishes an arm from the others: its tag, its type, or its kind.
#[must_use]
pub fn arm_key<'s>(arm: &'s Value, tag: Option<&'s str>, kind: &'s str) -> &'s str {
    tag.or_else(|| ref_name(arm)).unwrap_or(kind)
}

fn operation(path: &str, method: &str, value: &Value, security: &Value) -> Operation {
    let auth = authentication(value.get("security").unwrap_or(security));
    let retry = match value.get(RETRY).and_then(Value::as_str) {
        Some("safe") => "Safe",
        Some("inference") => "Inference",
        Some("once") => "Once",
        Some("payment") => "Payment",
        _ if matches!(method, "get" | "head" | "options") => "Safe",
        _ if auth == "BearerOrWallet" => "Inference",
        _ => "Once",
    };
    let schema = |pointer: &str| value.pointer(pointer).and_then(ref_name).map(str::to_owned);
    let mut parameters: Vec<Field> = Vec::new();
    for parameter in value.get("parameters").and_then(Value::as_array).into_iter().flatten() {
        let required = flag(parameter, "required") || parameter["in"] == "path";
        let mut read = field(parameter["name"].as_str().unwrap_or_default(), &parameter["schema"], required);
        read.doc = text(parameter, "description").or(read.doc);
        parameters.push(read);
    }
    Operation {
        id: text(value, "operationId").unwrap_or_default(),
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
        tag: texts(value.get("tags")).into_iter().next().unwrap_or_default(),
        summary: text(value, "summary"),
        description: text(value, "description"),
        retry,
        once_with: text(value, "x-retry-once-with"),
        auth,
        request_media: texts(value.get(bodies::MEDIA)),
        reply_media: texts(value.get(replies::MEDIA)),
        statuses: value
            .get(replies::STATUSES)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|s| u16::try_from(s.as_u64()?).ok())
            .collect(),
        deprecated: flag(value, "deprecated"),
        body: schema("/requestBody/content/application~1json/schema"),
        params: text(value, PARAMS),
        headers: texts(value.get(parameters::HEADERS)),
        parameters,
        reply: schema("/responses/200/content/application~1json/schema").or_else(|| text(value, replies::JSON_FORM)),
        event: text(value, replies::STREAM_FORM),
        essential: Vec::new(),
        error_inside: flag(value, ERROR_INSIDE),
        carries: content::carries(value),
        sends_on: content::sends_on(value),
        handle: handles::handle(value),
    }
}

/// What the overlay names, or else the first required list or object of the reply, or else its first required field: servers leave
/// out some of what is required, and most replies have one field that holds their content.
fn essential(operation: &Value, reply: Option<&Struct>, schemas: &Map<String, Value>) -> Vec<Essential> {
    if operation.get(ESSENTIAL).is_some() {
        let named = texts(operation.get(ESSENTIAL)).into_iter();
        let read = named.map(|text| match text.strip_suffix("[]") {
            Some(name) => Essential { name: name.to_owned(), filled: true },
            None => Essential { name: text, filled: false },
        });
        return read.collect();
    }
    let fields = reply.map(|reply| reply.fields.as_slice()).unwrap_or_default();
    let required = || fields.iter().filter(|field| field.required);
    let content = required().find(|field| matches!(kind(&field.schema, schemas), "array" | "object"));
    let first = content.or_else(|| required().next());
    first.map(|field| Essential { name: field.wire.clone(), filled: false }).into_iter().collect()
}

/// `[]` and `[{}]` need no key; a wallet scheme beside the bearer means either; a wallet scheme alone means only that.
#[must_use]
pub fn authentication(security: &Value) -> &'static str {
    let Some(list) = security.as_array() else { return "Bearer" };
    let schemes: Vec<&str> = list.iter().filter_map(Value::as_object).flat_map(Map::keys).map(String::as_str).collect();
    let wallet = schemes.iter().any(|scheme| scheme.eq_ignore_ascii_case("siwx"));
    let bearer = schemes.iter().any(|scheme| !scheme.eq_ignore_ascii_case("siwx"));
    let open = list.is_empty() || list.iter().any(|entry| entry.as_object().is_some_and(Map::is_empty));
    match (open, bearer, wallet) {
        (true, _, _) => "Public",
        (false, true, true) => "BearerOrWallet",
        (false, false, true) => "Wallet",
        (false, _, false) => "Bearer",
    }
}

/// The forms that a string may take, as enum lists and patterns.
#[must_use]
pub fn forms(schema: &Value) -> Option<&Vec<Value>> {
    schema.get(FORMS).and_then(Value::as_array)
}

#[cfg(test)]
mod tests;
