//! Every object, string enum and union gets a name and stands once among the components, however often it occurs.
//!
//! Shapes are compared by structure: two places with the same members, the same required list and the same types are one type.
//! Request shapes also compare their constraints, because these are checked before sending. Names come, in this order, from the
//! overlay (`x-rust-name`), the sticky names (`spec/names.yaml`), the component, the operation, and the member that holds the shape.
//! Shapes that have two sticky names stay two types when they become equal, and one that has one name at several places stays one
//! type when it changes at some of them, as far as both can be expressed by one.

mod key;
mod merge;
mod naming;
#[cfg(test)]
mod tests;

use super::names::pascal;
use super::scalars::TIMESTAMP;
use super::schema::{is_struct, ref_name, reference, string_enum};
use super::unions::{FORMS, TAG};
use crate::document;
use crate::error::Error;
use crate::names::Names;
use crate::overlay::Mode;
use key::{key, strings_for_constants};
use naming::{Proposal, Rank, clean};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The extension by which the overlay names a shape.
pub const NAME: &str = "x-rust-name";
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
/// The variant names of an enum's values, by their text, and of a union's arms, by their key.
pub const VARIANTS: &str = "x-variants";
/// Set on a reference within a recursive component: whether it is in a request or a reply.
const POSITION: &str = "x-position";
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
/// What stays beside a reference to a shape.
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

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Position {
    Request,
    Reply,
}

impl Position {
    fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Reply => "reply",
        }
    }
}

struct Shape {
    body: Value,
    proposals: Vec<Proposal>,
    hint: Option<String>,
    /// The name that the places where it was found have in `spec/names.yaml`.
    sticky: Option<String>,
    /// Where it is used.
    places: Vec<String>,
}

/// Shapes by their key.
type Ids = HashMap<String, Vec<usize>>;

struct Hoist<'a> {
    components: &'a Map<String, Value>,
    sticky: &'a Names,
    shapes: Vec<Shape>,
    exact: Ids,
    base: Ids,
    /// Shapes with constants, as they look when the constants are plain strings.
    plain: Ids,
    known: HashMap<(String, Position), Value>,
    open: HashSet<String>,
    conflicts: Vec<Error>,
}

/// What hoisting yields.
#[derive(Debug)]
pub struct Hoisted {
    /// How many types there are.
    pub count: usize,
    /// The names that could not be kept; in lenient mode also those of the overlay that could not be given.
    pub notices: Vec<String>,
    /// Where each type is used.
    pub places: BTreeMap<String, Vec<String>>,
}

/// Names and shares every shape.
///
/// # Errors
/// With [`Mode::Strict`], when the overlay gives one shape two names, or two shapes one name. With [`Mode::Lenient`] the first one
/// has it and the others are reported.
pub fn hoist(doc: &mut Value, sticky: &Names, mode: Mode) -> Result<Hoisted, Error> {
    let components = super::schema::components(doc);
    let mut hoist = Hoist {
        components: &components,
        sticky,
        shapes: Vec::new(),
        exact: HashMap::new(),
        base: HashMap::new(),
        plain: HashMap::new(),
        known: HashMap::new(),
        open: HashSet::new(),
        conflicts: Vec::new(),
    };
    requests(doc, &mut hoist);
    replies(doc, &mut hoist);
    let (names, lost) = naming::names(&hoist.shapes, sticky, &mut hoist.conflicts);
    if mode == Mode::Strict
        && let Some(conflict) = hoist.conflicts.first()
    {
        return Err(conflict.clone());
    }
    let mut schemas = Map::new();
    for name in super::HANDWRITTEN {
        schemas.insert(name.into(), json!({"type": "object"}));
    }
    let mut recursive = HashMap::new();
    for ((name, position), site) in &hoist.known {
        if let Some(id) = shape_id(site) {
            recursive.insert((name.clone(), position.name()), names[id].clone());
        }
    }
    for (shape, name) in hoist.shapes.iter().zip(&names) {
        let mut body = shape.body.clone();
        link(&mut body, &names, &recursive);
        if let (Some(variants), Some(body)) = (sticky.variants(name), body.as_object_mut()) {
            body.insert(VARIANTS.into(), variants.clone());
        }
        schemas.insert(name.clone(), body);
    }
    let notices = hoist.conflicts.iter().map(one_line).chain(lost).collect();
    let hoisted = Hoisted { count: schemas.len(), notices, places: places(&hoist.shapes, &names) };
    super::schema::roots_mut(doc, &mut |root| link(root, &names, &recursive));
    super::schema::operations_mut(doc, &mut |_, _, operation| {
        if let Some(id) = operation.get(PARAMS).and_then(shape_id)
            && let Some(operation) = operation.as_object_mut()
        {
            operation.insert(PARAMS.into(), Value::String(names[id].clone()));
        }
        // The other forms of the reply have their types now.
        for form in [super::replies::JSON_FORM, super::replies::STREAM_FORM] {
            let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { continue };
            let Some(reply) = responses.remove(form) else { continue };
            let name = reply.pointer("/content/application~1json/schema").and_then(ref_name).map(str::to_owned);
            if let (Some(name), Some(operation)) = (name, operation.as_object_mut()) {
                operation.insert(form.into(), Value::String(name));
            }
        }
    });
    if let Some(object) = doc.as_object_mut() {
        let holder = object.entry("components").or_insert_with(|| json!({}));
        if let Some(holder) = holder.as_object_mut() {
            holder.insert("schemas".into(), Value::Object(schemas));
        }
    }
    Ok(hoisted)
}

/// Where each type is used. A place of two types says nothing and is left out.
fn places(shapes: &[Shape], names: &[String]) -> BTreeMap<String, Vec<String>> {
    let mut owners: BTreeMap<&str, Option<&String>> = BTreeMap::new();
    for (shape, name) in shapes.iter().zip(names) {
        for place in &shape.places {
            let owner = owners.entry(place).or_insert(Some(name));
            if *owner != Some(name) {
                *owner = None;
            }
        }
    }
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (place, owner) in owners {
        if let Some(name) = owner {
            places.entry(name.clone()).or_default().push(place.to_owned());
        }
    }
    places
}

/// An error as a notice.
fn one_line(error: &Error) -> String {
    error.to_string().lines().map(str::trim).collect::<Vec<_>>().join("; ")
}

fn requests(doc: &mut Value, hoist: &mut Hoist<'_>) {
    super::schema::operations_mut(doc, &mut |_, _, operation| {
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        let operation_name = pascal(&id);
        let owner = Proposal::fixed(Rank::Operation, &operation_name);
        if let Some(schema) = operation.pointer_mut("/requestBody/content/application~1json/schema") {
            let component = schema.as_object_mut().and_then(|schema| schema.remove("x-component"));
            let proposal = match component.as_ref().and_then(Value::as_str) {
                Some(name) => Proposal::fixed(Rank::Component, clean(name)),
                None => Proposal::fixed(Rank::Operation, &format!("{operation_name}Request")),
            };
            let proposal = proposal.used_at(format!("{id}.request"));
            *schema = hoist.site(schema, Position::Request, &proposal, None);
        }
        let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) else { return };
        for parameter in parameters.iter_mut() {
            let (name, place) = (text(parameter, "name"), text(parameter, "in"));
            let proposal = Proposal::member(&owner, name).used_at(format!("{id}.{place}.{name}"));
            if let Some(schema) = parameter.get_mut("schema") {
                *schema = hoist.site(schema, Position::Request, &proposal, None);
            }
        }
        let query: Vec<&Value> = parameters.iter().filter(|parameter| parameter["in"] == "query").collect();
        if query.len() > 1 {
            let params = parameter_struct(&query);
            let proposal =
                Proposal::fixed(Rank::Operation, &format!("{operation_name}Params")).used_at(format!("{id}.query"));
            let site = hoist.site(&params, Position::Request, &proposal, None);
            if let Some(operation) = operation.as_object_mut() {
                operation.insert(PARAMS.into(), site);
            }
        }
    });
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
        properties.insert(parameter["name"].as_str().unwrap_or_default().into(), schema);
        if parameter["required"] == Value::Bool(true) {
            required.push(parameter["name"].clone());
        }
    }
    json!({"type": "object", "properties": properties, "required": required})
}

fn replies(doc: &mut Value, hoist: &mut Hoist<'_>) {
    super::schema::operations_mut(doc, &mut |_, _, operation| {
        let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
        for (status, response) in responses.iter_mut() {
            if let Some(schema) = response.pointer_mut("/content/application~1json/schema") {
                let kind = if status == super::replies::STREAM_FORM { "event" } else { "reply" };
                let proposal = Proposal::fixed(Rank::Operation, &format!("{}Response", pascal(&id)))
                    .used_at(format!("{id}.{kind}"));
                *schema = hoist.site(schema, Position::Reply, &proposal, None);
            }
        }
    });
}

/// How `spec/names.yaml` calls what a schema has.
fn kind_of(schema: &Value) -> &'static str {
    if schema.get("oneOf").is_some() {
        "arms"
    } else if schema.get("properties").is_some() {
        "fields"
    } else {
        "values"
    }
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

impl Hoist<'_> {
    /// Rewrites a schema where it stands: shapes become links, scalars stay.
    fn site(&mut self, schema: &Value, position: Position, proposal: &Proposal, tag: Option<&str>) -> Value {
        match ref_name(schema) {
            // It was rewritten before, and has its limits beside it.
            Some(name) if super::HANDWRITTEN.contains(&name) => return schema.clone(),
            Some(name) => return self.component(name, position, proposal, tag),
            None => {}
        }
        let Some(object) = schema.as_object() else { return schema.clone() };
        if object.contains_key("$shape") {
            return schema.clone();
        }
        let handwritten = [("x-secret", super::SECRET), ("x-amount", super::AMOUNT), (TIMESTAMP, super::TIMESTAMP)];
        if let Some((_, name)) = handwritten.into_iter().find(|(mark, _)| object.get(*mark) == Some(&Value::Bool(true)))
        {
            let mut link = object.clone();
            link.retain(|key, _| KEPT.contains(&key.as_str()));
            link.insert("$ref".into(), Value::String(format!("#/components/schemas/{name}")));
            return Value::Object(link);
        }
        let proposal = match object.get(NAME).and_then(Value::as_str) {
            Some(hint) => Proposal { places: proposal.places.clone(), ..Proposal::fixed(Rank::Hint, hint) },
            None => proposal.clone(),
        };
        // Parts of a type are named after the name that it keeps.
        let sticky = self.sticky.of_kind(&proposal.places, kind_of(schema)).filter(|_| proposal.rank != Rank::Hint);
        let owner = match sticky {
            Some(name) => Proposal { places: proposal.places.clone(), ..Proposal::fixed(proposal.rank, name) },
            None => proposal.clone(),
        };
        if is_struct(schema) {
            let body = self.object(object, position, &owner, tag);
            return self.intern(body, object, position, proposal);
        }
        if let Some(arms) = object.get("oneOf").and_then(Value::as_array) {
            let body = self.union(object, arms, position, &owner);
            return self.intern(body, object, position, proposal);
        }
        if let Some(values) = string_enum(schema) {
            if values.len() == 1 {
                let mut plain = object.clone();
                // One known value: a string in replies; in requests validation keeps to it.
                if position == Position::Reply {
                    plain.remove("enum");
                }
                return Value::Object(plain);
            }
            let body = json!({"type": "string", "enum": values});
            return self.intern(body, object, position, proposal);
        }
        let mut rewritten = object.clone();
        if let Some(items) = object.get("items") {
            rewritten.insert("items".into(), self.site(items, position, &proposal.clone().singular().below("*"), None));
        }
        if let Some(values) = object.get("additionalProperties").filter(|values| values.is_object()) {
            rewritten.insert(
                "additionalProperties".into(),
                self.site(values, position, &proposal.singular().below("*"), None),
            );
        }
        Value::Object(rewritten)
    }

    fn component(&mut self, name: &str, position: Position, proposal: &Proposal, tag: Option<&str>) -> Value {
        if super::HANDWRITTEN.contains(&name) {
            return reference(name);
        }
        let key = (name.to_owned(), position);
        if let Some(known) = self.known.get(&key) {
            if let Some(shape) = shape_id(known).and_then(|id| self.shapes.get_mut(id)) {
                shape.places.extend(proposal.places.iter().cloned());
            }
            return known.clone();
        }
        if !self.open.insert(name.to_owned()) {
            // A component that holds itself: its name is not known before all of it has been seen.
            let mut inner = reference(name);
            inner[POSITION] = position.name().into();
            return inner;
        }
        let site = match self.components.get(name) {
            Some(schema) => {
                let own = if proposal.rank == Rank::Hint {
                    proposal.clone()
                } else {
                    Proposal::fixed(Rank::Component, clean(name))
                };
                // The way from an operation, and the way from here: one of them stays when the other changes.
                let used = proposal.places.first().cloned();
                let places = used.into_iter().chain([format!("${name}.{}", position.name())]).collect();
                self.site(schema, position, &Proposal { places, ..own }, tag)
            }
            None => json!({}),
        };
        self.open.remove(name);
        self.known.insert(key, site.clone());
        site
    }

    fn object(
        &mut self,
        object: &Map<String, Value>,
        position: Position,
        proposal: &Proposal,
        tag: Option<&str>,
    ) -> Value {
        let mut properties = Map::new();
        let mut required: Vec<&str> =
            object.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, property) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let constant = super::schema::constant(&Value::Object(object.clone()), name).map(str::to_owned);
            let member = Proposal::member(proposal, name);
            let mut rewritten = match constant {
                Some(value) if position == Position::Request || tag == Some(name.as_str()) => {
                    let mut kept = property.clone();
                    if let Some(kept) = kept.as_object_mut() {
                        kept.insert(CONST.into(), Value::String(value));
                    }
                    kept
                }
                _ => self.site(property, position, &member, None),
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
        if let (Some(more), Some(body)) = (object.get("additionalProperties"), body.as_object_mut())
            && more != &Value::Bool(false)
        {
            body.insert("additionalProperties".into(), Value::Bool(true));
        }
        body
    }

    fn union(&mut self, object: &Map<String, Value>, arms: &[Value], position: Position, proposal: &Proposal) -> Value {
        let tag = object.get(TAG).and_then(Value::as_str);
        let arms: Vec<Value> = arms
            .iter()
            .map(|arm| {
                let value = tag.and_then(|tag| {
                    super::schema::constant(super::schema::resolve(arm, self.components), tag).map(str::to_owned)
                });
                let kind = super::unions::kind(arm, self.components);
                let member = match &value {
                    Some(value) => Proposal::member(proposal, value),
                    None if kind == "string" => Proposal::member(proposal, "mode"),
                    None if kind == "array" => proposal.item(),
                    None => Proposal::member(proposal, "object"),
                };
                // An arm's short name would be its tag (`text`), which says too little.
                let places = proposal.places.iter().map(|at| format!("{at}.({})", value.as_deref().unwrap_or(kind)));
                let member = Proposal { short: member.long.clone(), places: places.collect(), ..member };
                self.site(arm, position, &member, tag)
            })
            .collect();
        let mut body = json!({"oneOf": arms});
        if let (Some(tag), Some(body)) = (tag, body.as_object_mut()) {
            body.insert(TAG.into(), Value::String(tag.to_owned()));
        }
        body
    }

    /// Finds or adds a shape and returns the link to it, with what belongs to the place and not to the shape.
    fn intern(&mut self, body: Value, site: &Map<String, Value>, position: Position, proposal: Proposal) -> Value {
        let exact = key(&body, true);
        let base = key(&body, false);
        let sticky = self.sticky.of_kind(&proposal.places, kind_of(&body));
        let found = match position {
            Position::Request => self.pick(self.exact.get(&exact), sticky),
            Position::Reply => self
                .pick(self.base.get(&base), sticky)
                .or_else(|| self.pick(self.plain.get(&base).filter(|_| body.get("properties").is_some()), sticky)),
        };
        let id = found.or_else(|| self.merged(&body, sticky?)).unwrap_or_else(|| {
            self.shapes.push(Shape {
                body: body.clone(),
                proposals: Vec::new(),
                hint: None,
                sticky: None,
                places: Vec::new(),
            });
            self.shapes.len() - 1
        });
        let plain = strings_for_constants(&body);
        if plain != body {
            add(&mut self.plain, key(&plain, false), id);
        }
        add(&mut self.exact, exact, id);
        add(&mut self.base, base, id);
        let shape = &mut self.shapes[id];
        shape.sticky = shape.sticky.take().or_else(|| sticky.map(str::to_owned));
        shape.places.extend(proposal.places.iter().cloned());
        for key in ["description", "title"] {
            if let (Some(value), Some(body)) = (site.get(key), shape.body.as_object_mut()) {
                body.entry(key).or_insert_with(|| value.clone());
            }
        }
        if proposal.rank == Rank::Hint {
            match &shape.hint {
                Some(hint) if *hint != proposal.short => {
                    let error = Error::new("conflicting x-rust-name for one schema")
                        .in_file("spec/overlay.yaml")
                        .found(format!("{hint} and {}", proposal.short));
                    self.conflicts
                        .push(error.help(
                            "the same members are one type: give every place of this shape the same x-rust-name",
                        ));
                }
                _ => shape.hint = Some(proposal.short.clone()),
            }
        }
        shape.proposals.push(proposal);
        let mut link = json!({"$shape": id});
        if let Some(link) = link.as_object_mut() {
            for key in LINKED {
                if let Some(value) = site.get(key) {
                    link.insert(key.into(), value.clone());
                }
            }
        }
        link
    }

    /// The first of some equal shapes that may have the name.
    fn pick(&self, ids: Option<&Vec<usize>>, sticky: Option<&str>) -> Option<usize> {
        let ids = ids?;
        let Some(name) = sticky else { return ids.first().copied() };
        let of = |wanted: Option<&str>| ids.iter().copied().find(|id| self.shapes[*id].sticky.as_deref() == wanted);
        of(Some(name))
            .or_else(|| of(None).filter(|id| self.shapes[*id].hint.as_deref().is_none_or(|hint| hint == name)))
    }

    /// The shape that has the name, widened to hold another one of that name, if there is such a shape.
    fn merged(&mut self, body: &Value, name: &str) -> Option<usize> {
        let mut ids = (0..self.shapes.len()).filter(|id| self.shapes[*id].sticky.as_deref() == Some(name));
        let (id, merged) = ids.find_map(|id| Some((id, merge::merge(&self.shapes[id].body, body)?)))?;
        add(&mut self.exact, key(&merged, true), id);
        add(&mut self.base, key(&merged, false), id);
        self.shapes[id].body = merged;
        Some(id)
    }
}

fn add(ids: &mut Ids, key: String, id: usize) {
    let ids = ids.entry(key).or_default();
    if !ids.contains(&id) {
        ids.push(id);
    }
}

fn shape_id(site: &Value) -> Option<usize> {
    site.get("$shape")?.as_u64().and_then(|id| usize::try_from(id).ok())
}

/// Turns links into references.
fn link(schema: &mut Value, names: &[String], recursive: &HashMap<(String, &str), String>) {
    super::schema::walk_mut(schema, &mut |schema| {
        if let Some(id) = shape_id(schema)
            && let (Some(name), Some(object)) = (names.get(id), schema.as_object_mut())
        {
            object.remove("$shape");
            object.insert("$ref".into(), Value::String(format!("#/components/schemas/{name}")));
        } else if let (Some(name), Some(position)) = (ref_name(schema), schema.get(POSITION).and_then(Value::as_str))
            && let Some(name) = recursive.get(&(name.to_owned(), position))
        {
            *schema = reference(name);
        }
    });
}

/// The operations of a lowered document, for the passes that follow.
pub fn operations(doc: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    document::operations(doc).map(|operation| (operation.path, operation.method, operation.value))
}
