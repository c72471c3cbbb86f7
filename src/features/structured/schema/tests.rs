//! Tests: types of all kinds that `serde` supports, as strict schemas, and back.

use std::collections::{BTreeMap, HashMap, HashSet};

use proptest::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::*;

fn schema<T: JsonSchema>() -> Value {
    let schema = Value::Object(Shape::of::<T>().unwrap_or_else(|error| panic!("{error}")).to_schema());
    check(&schema);
    schema
}

/// The schema of the field that wraps a type.
fn wrapped<T: JsonSchema>() -> Value {
    schema::<T>()["properties"]["value"].clone()
}

fn problem<T: JsonSchema>() -> String {
    Shape::of::<T>().expect_err("has a schema").to_string()
}

fn read<T: JsonSchema + serde::de::DeserializeOwned>(value: &Value) -> T {
    Shape::of::<T>().expect("a schema").read(&value.to_string()).unwrap_or_else(|problem| panic!("{problem:?}"))
}

/// Asserts that a schema uses only what all strict implementations support.
fn check(schema: &Value) {
    const KNOWN: [&str; 9] =
        ["type", "properties", "required", "additionalProperties", "items", "enum", "anyOf", "description", "format"];
    let keywords = schema.as_object().unwrap_or_else(|| panic!("no object: {schema}"));
    assert!(keywords.keys().all(|keyword| KNOWN.contains(&&**keyword)), "{schema}");
    assert!(keywords.contains_key("type") != keywords.contains_key("anyOf"), "{schema}");
    if schema["type"] == "object" {
        let properties = schema["properties"].as_object().expect("properties");
        let required = schema["required"].as_array().expect("required");
        assert!(properties.keys().eq(required.iter().map(|name| name.as_str().expect("a name"))), "{schema}");
        assert_eq!(schema["additionalProperties"], false, "{schema}");
        properties.values().for_each(check);
    }
    if schema["type"] == "array" {
        check(&schema["items"]);
    }
    if let Some(alternatives) = schema["anyOf"].as_array() {
        assert!(alternatives.len() > 1, "{schema}");
        alternatives.iter().for_each(check);
    }
}

#[derive(JsonSchema, Serialize, Deserialize, Debug, PartialEq, Clone)]
/// A place at the sea.
struct Place {
    /// How it is called.
    name: String,
    depth: Option<f64>,
    #[serde(default)]
    visits: u32,
    harbour: Option<Harbour>,
}

#[derive(JsonSchema, Serialize, Deserialize, Debug, PartialEq, Clone)]
struct Harbour {
    berths: u8,
    open: bool,
}

#[test]
fn every_field_is_required_and_optional_ones_are_nullable() {
    let expected = json!({
        "description": "A place at the sea.",
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "How it is called."},
            "depth": {"type": ["number", "null"]},
            "visits": {"type": ["integer", "null"], "description": "(minimum: 0, default: 0)"},
            "harbour": {"anyOf": [
                {
                    "type": "object",
                    "properties": {
                        "berths": {"type": "integer", "description": "(minimum: 0, maximum: 255)"},
                        "open": {"type": "boolean"},
                    },
                    "required": ["berths", "open"],
                    "additionalProperties": false,
                },
                {"type": "null"},
            ]},
        },
        "required": ["name", "depth", "visits", "harbour"],
        "additionalProperties": false,
    });
    assert_eq!(schema::<Place>(), expected);
    assert_eq!(Value::Object(strict_schema::<Place>().expect("a schema")), expected);
}

#[test]
fn fields_are_in_the_order_of_the_type() {
    #[derive(JsonSchema)]
    #[allow(dead_code)]
    struct Reasoned {
        thoughts: String,
        answer: String,
    }
    let text = Value::Object(Shape::of::<Reasoned>().expect("a schema").to_schema()).to_string();
    assert!(text.find("\"thoughts\":") < text.find("\"answer\":"), "{text}");
}

#[test]
fn null_is_absent_for_a_default_and_none_for_an_option() {
    let place = json!({"name": "Burano", "depth": null, "visits": null, "harbour": null});
    let expected = Place { name: "Burano".to_owned(), depth: None, visits: 0, harbour: None };
    assert_eq!(read::<Place>(&place), expected);
    assert_eq!(read::<Vec<Place>>(&json!({"value": [place]})), [expected]);

    #[derive(JsonSchema, Deserialize)]
    #[serde(tag = "kind")]
    enum Event {
        Arrival {
            #[serde(default)]
            ships: Vec<String>,
        },
        Departure {
            ships: Option<Vec<String>>,
        },
    }
    let events = json!({"value": [{"kind": "Arrival", "ships": null}, {"kind": "Departure", "ships": null}]});
    let events = read::<Vec<Event>>(&events);
    assert!(matches!(&*events, [Event::Arrival { ships }, Event::Departure { ships: None }] if ships.is_empty()));
}

#[test]
fn a_type_that_is_not_an_object_is_wrapped() {
    assert_eq!(
        schema::<Vec<String>>(),
        json!({
            "type": "object",
            "properties": {"value": {"type": "array", "items": {"type": "string"}}},
            "required": ["value"],
            "additionalProperties": false,
        })
    );
    assert_eq!(read::<Vec<String>>(&json!({"value": ["a"]})), ["a"]);
    // A model that is not bound to the schema returns the bare list.
    assert_eq!(read::<Vec<String>>(&json!(["a"])), ["a"]);
    assert_eq!(read::<f64>(&json!({"value": 1.5})), 1.5);
    assert_eq!(read::<Option<bool>>(&json!({"value": null})), None);
    let problem = strict_schema::<Vec<String>>().expect_err("no object").to_string();
    assert_eq!(problem, "the type `Array_of_string` is not an object; use a struct with named fields");
}

#[test]
fn an_object_with_a_field_named_like_the_wrapper_is_not_wrapped() {
    #[derive(JsonSchema, Deserialize)]
    struct Reading {
        value: f64,
    }
    assert_eq!(schema::<Reading>()["properties"]["value"], json!({"type": "number"}));
    assert_eq!(read::<Reading>(&json!({"value": 2.5})).value, 2.5);
    assert_eq!(read::<Vec<Reading>>(&json!({"value": [{"value": 2.5}]})).len(), 1);
}

#[test]
fn enums_of_units_are_lists_of_values_with_their_comments() {
    #[derive(JsonSchema, Deserialize, PartialEq, Debug)]
    #[serde(rename_all = "snake_case")]
    enum Plain {
        HighWater,
        LowWater,
    }
    assert_eq!(wrapped::<Plain>(), json!({"type": "string", "enum": ["high_water", "low_water"]}));
    assert_eq!(
        wrapped::<Option<Plain>>(),
        json!({"anyOf": [{"type": "string", "enum": ["high_water", "low_water"]}, {"type": "null"}]})
    );
    assert_eq!(read::<Plain>(&json!({"value": "low_water"})), Plain::LowWater);

    /// How it is.
    #[derive(JsonSchema)]
    #[allow(dead_code)]
    enum Told {
        /// Nobody is there.
        Calm,
        Busy,
        /// Keep away.
        Closed,
    }
    let told = wrapped::<Told>();
    assert_eq!(told["type"], "string");
    let values: HashSet<_> = told["enum"].as_array().expect("values").iter().filter_map(Value::as_str).collect();
    assert_eq!(values, HashSet::from(["Calm", "Busy", "Closed"]));
    assert_eq!(told["description"], "How it is.\n- Calm: Nobody is there.\n- Closed: Keep away.");
}

#[derive(JsonSchema, Serialize, Deserialize, Debug, PartialEq, Clone)]
enum External {
    Nothing,
    Count(u32),
    Named { name: String, size: Option<i64> },
    Pair(String, bool),
}

#[derive(JsonSchema, Serialize, Deserialize, Debug, PartialEq, Clone)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Internal {
    Nothing,
    Harbour(Harbour),
    Named { name: String },
}

#[derive(JsonSchema, Serialize, Deserialize, Debug, PartialEq, Clone)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    Nothing,
    Count(u32),
    Named { name: String },
}

#[derive(JsonSchema, Serialize, Deserialize, Debug, PartialEq, Clone)]
#[serde(untagged)]
enum Untagged {
    Number(i64),
    Text(String),
    Both { number: i64, text: String },
    Many(Vec<String>),
}

#[test]
fn alternatives_are_any_of_and_each_is_closed() {
    let external = wrapped::<External>();
    assert_eq!(external["anyOf"][0], json!({"type": "string", "enum": ["Nothing"]}));
    assert_eq!(external["anyOf"][1]["properties"]["Count"]["type"], "integer");
    let internal = wrapped::<Internal>();
    assert_eq!(internal["anyOf"].as_array().map(Vec::len), Some(3));
    assert_eq!(internal["anyOf"][1]["properties"]["kind"], json!({"type": "string", "enum": ["harbour"]}));
    assert_eq!(internal["anyOf"][1]["required"][0], "kind");
    assert_eq!(wrapped::<Adjacent>()["anyOf"].as_array().map(Vec::len), Some(3));
    let kinds = wrapped::<Untagged>();
    let kinds: Vec<_> = kinds["anyOf"].as_array().expect("any of").iter().map(|one| &one["type"]).collect();
    assert_eq!(kinds, ["integer", "string", "object", "array"]);
}

#[test]
fn what_is_flattened_is_merged() {
    #[derive(JsonSchema, Deserialize, Debug, PartialEq)]
    struct Outer {
        id: u8,
        #[serde(flatten)]
        harbour: Harbour,
        #[serde(flatten)]
        event: Internal,
        #[serde(flatten)]
        maybe: Option<Depth>,
    }
    #[derive(JsonSchema, Deserialize, Debug, PartialEq)]
    struct Depth {
        metres: f64,
    }
    let outer = wrapped::<Outer>();
    let named =
        outer["anyOf"].as_array().expect("any of").iter().find(|one| one["required"].to_string().contains("\"name\""));
    let named = named.expect("the variant with a name");
    let required: HashSet<_> = named["required"].as_array().expect("names").iter().filter_map(Value::as_str).collect();
    assert_eq!(required, HashSet::from(["id", "berths", "open", "metres", "kind", "name"]));
    let answer = json!({"value": {"id": 1, "berths": 2, "open": true, "kind": "named", "name": "x", "metres": null}});
    let read = read::<Outer>(&answer);
    assert_eq!(read.maybe, None);
    assert_eq!(read.event, Internal::Named { name: "x".to_owned() });
}

#[test]
fn tuples_are_lists_with_the_order_in_the_description() {
    assert_eq!(
        wrapped::<(f64, f64)>(),
        json!({"type": "array", "items": {"type": "number"}, "description": "(minItems: 2, maxItems: 2)"})
    );
    let mixed = wrapped::<(String, bool)>();
    assert_eq!(mixed["items"], json!({"anyOf": [{"type": "string"}, {"type": "boolean"}]}));
    assert_eq!(mixed["description"], "(minItems: 2, maxItems: 2, items in this order: string, boolean)");
    assert_eq!(read::<(String, bool)>(&json!({"value": ["a", true]})), ("a".to_owned(), true));
    assert_eq!(wrapped::<[u8; 3]>()["items"]["type"], "integer");
    assert_eq!(wrapped::<HashSet<String>>()["description"], "(unique items)");
}

#[test]
fn unsupported_constraints_are_in_the_description() {
    #[derive(JsonSchema)]
    #[allow(dead_code)]
    struct Bounds {
        /// Stars.
        #[schemars(range(min = 1, max = 5))]
        rating: i32,
        #[schemars(length(max = 8), pattern("^[a-z]+$"))]
        code: String,
        #[schemars(email)]
        mail: String,
        #[schemars(url)]
        page: String,
        letter: char,
        #[schemars(extend("x-colour" = "red"), example = 3)]
        #[deprecated]
        size: u64,
    }
    let schema = schema::<Bounds>();
    let properties = &schema["properties"];
    assert_eq!(properties["rating"], json!({"type": "integer", "description": "Stars. (minimum: 1, maximum: 5)"}));
    assert_eq!(properties["code"]["description"], "(maxLength: 8, pattern: ^[a-z]+$)");
    assert_eq!(properties["mail"], json!({"type": "string", "format": "email"}));
    assert_eq!(properties["page"], json!({"type": "string", "description": "(format: uri)"}));
    assert_eq!(properties["letter"]["description"], "(minLength: 1, maxLength: 1)");
    assert_eq!(properties["size"], json!({"type": "integer", "description": "(minimum: 0, examples: [3])"}));
}

#[test]
fn the_comment_of_a_field_takes_precedence_over_that_of_its_type() {
    /// A type.
    #[derive(JsonSchema)]
    #[allow(dead_code)]
    struct Inner {
        a: bool,
    }
    #[derive(JsonSchema)]
    #[allow(dead_code)]
    struct Outer {
        /// A member.
        told: Inner,
        plain: Inner,
        /// Perhaps.
        maybe: Option<Inner>,
    }
    let schema = schema::<Outer>();
    assert_eq!(schema["properties"]["told"]["description"], "A member.");
    assert_eq!(schema["properties"]["plain"]["description"], "A type.");
    assert!(schema["properties"]["maybe"].to_string().contains("Perhaps."), "{schema}");
}

#[test]
fn a_map_with_known_keys_is_an_object_and_keys_without_a_value_are_left_out() {
    #[derive(JsonSchema, Deserialize, Hash, PartialEq, Eq, PartialOrd, Ord, Debug)]
    enum Side {
        Left,
        Right,
    }
    let sides = schema::<BTreeMap<Side, u8>>();
    assert_eq!(sides["required"], json!(["Left", "Right"]));
    let read = read::<BTreeMap<Side, u8>>(&json!({"Left": 1, "Right": null}));
    assert_eq!(read, BTreeMap::from([(Side::Left, 1)]));
}

#[test]
fn units_empty_structs_and_newtypes_follow_serde() {
    #[derive(JsonSchema, Deserialize)]
    struct Empty {}
    #[derive(JsonSchema, Deserialize)]
    struct Unit;
    #[derive(JsonSchema, Deserialize)]
    struct Newtype(String);
    assert_eq!(schema::<Empty>()["properties"], json!({}));
    assert_eq!(wrapped::<Unit>(), json!({"type": "null"}));
    assert_eq!(wrapped::<Newtype>(), json!({"type": "string"}));
    let (Empty {}, Unit) = (read(&json!({})), read(&json!({"value": null})));
    assert_eq!(read::<Newtype>(&json!({"value": "a"})).0, "a");
    assert_eq!(wrapped::<Result<u8, String>>()["anyOf"].as_array().map(Vec::len), Some(2));
}

#[test]
#[allow(dead_code)]
fn types_without_a_strict_schema_are_rejected_with_the_path() {
    #[derive(JsonSchema)]
    struct Tree {
        leaf: String,
        branches: Vec<Tree>,
    }
    #[derive(JsonSchema)]
    struct Forest {
        trees: Vec<Tree>,
    }
    #[derive(JsonSchema)]
    struct Scores {
        rounds: Vec<Round>,
    }
    #[derive(JsonSchema)]
    struct Round {
        points: HashMap<String, u32>,
    }
    #[derive(JsonSchema)]
    struct Anything {
        payload: Value,
    }
    #[derive(JsonSchema)]
    struct Rest {
        id: u8,
        #[serde(flatten)]
        rest: HashMap<String, Value>,
    }
    #[derive(JsonSchema)]
    enum Never {}
    let tree = problem::<Tree>();
    assert!(tree.starts_with("`branches[]` of the type `Tree` is recursive"), "{tree}");
    let forest = problem::<Forest>();
    assert!(
        forest.starts_with("`trees[].branches[]` of the type `Forest` is in a `Tree`, which is recursive"),
        "{forest}"
    );
    let scores = problem::<Scores>();
    assert!(scores.starts_with("`rounds[].points` of the type `Scores` has arbitrary keys"), "{scores}");
    assert!(scores.contains("Use a list of structs"), "{scores}");
    let anything = problem::<Anything>();
    assert!(anything.starts_with("`payload` of the type `Anything` may be any JSON"), "{anything}");
    let rest = problem::<Rest>();
    assert!(rest.starts_with("the type `Rest` has arbitrary keys"), "{rest}");
    assert!(problem::<HashMap<u32, String>>().contains("arbitrary keys"));
    assert!(problem::<serde_json::Map<String, Value>>().contains("arbitrary keys"));
    assert!(problem::<Value>().contains("may be any JSON"));
    assert!(problem::<Vec<Value>>().starts_with("`[]` of the type"));
    assert_eq!(problem::<Never>(), "the type `Never` has no value at all");
}

#[test]
fn names_have_the_characters_and_the_length_that_the_api_allows() {
    #[derive(JsonSchema)]
    #[schemars(rename = "Été & co")]
    struct Odd {}
    assert_eq!(Shape::of::<Odd>().expect("a schema").name(), "_t____co");
    assert_eq!(Shape::of::<Vec<u8>>().expect("a schema").name(), "Array_of_uint8");
    let long = Shape::from_schema(&"n".repeat(100), &json!({"type": "string"})).expect("a schema");
    assert_eq!(long.name().len(), 64);
    assert_eq!(Shape::from_schema("", &json!({"type": "string"})).expect("a schema").name(), "answer");
}

#[test]
fn a_mismatch_has_its_path_and_what_was_read() {
    let shape = Shape::of::<Vec<Harbour>>().expect("a schema");
    let problem =
        shape.read::<Vec<Harbour>>(r#"{"value": [{"berths": 1, "open": true}, {"berths": "x", "open": true}]}"#);
    let Err(Unfit::Data(text, error)) = problem else { panic!("{problem:?}") };
    let (_, path) = crate::runtime::error::locate::unexpected("it", text.as_bytes(), &error);
    assert_eq!(path.as_deref(), Some("[1].berths"));
    assert!(matches!(shape.read::<Vec<Harbour>>("{"), Err(Unfit::Syntax(_))));
}

/// Fields that serde skips are nulls in the strict form.
fn strict(node: &Node, value: &mut Value) {
    match (&node.form, value) {
        (NodeForm::List(items), Value::Array(values)) => values.iter_mut().for_each(|value| strict(items, value)),
        (NodeForm::Object(fields), Value::Object(values)) => {
            for field in fields {
                strict(&field.node, values.entry(field.name.clone()).or_insert(Value::Null));
            }
        }
        _ => {}
    }
}

fn assert_round_trip<T>(value: &T)
where
    T: JsonSchema + Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let shape = Shape::of::<T>().expect("a schema");
    check(&Value::Object(shape.to_schema()));
    let mut json = serde_json::to_value(value).expect("JSON");
    if shape.is_wrapped {
        json = json!({"value": json});
    }
    strict(&shape.root, &mut json);
    assert!(shape.root.takes(&json), "{json} does not follow {:?}", shape.to_schema());
    assert_eq!(&shape.read::<T>(&json.to_string()).expect("the value"), value);
}

fn harbour() -> impl Strategy<Value = Harbour> {
    (any::<u8>(), any::<bool>()).prop_map(|(berths, open)| Harbour { berths, open })
}

/// Numbers that are exact in decimal: the JSON library may be one digit off.
fn quarters() -> impl Strategy<Value = f64> {
    (-4_000_000..4_000_000).prop_map(|quarters: i32| f64::from(quarters) / 4.0)
}

proptest! {
    #[test]
    fn values_follow_the_schema_of_their_type_and_round_trip(
        places in proptest::collection::vec(
            (".{0,8}", proptest::option::of(quarters()), any::<u32>(), proptest::option::of(harbour()))
                .prop_map(|(name, depth, visits, harbour)| Place { name, depth, visits, harbour }),
            0..4,
        ),
        external in prop_oneof![
            Just(External::Nothing),
            any::<u32>().prop_map(External::Count),
            (".{0,8}", any::<Option<i64>>()).prop_map(|(name, size)| External::Named { name, size }),
            (".{0,8}", any::<bool>()).prop_map(|(text, flag)| External::Pair(text, flag)),
        ],
        internal in prop_oneof![
            Just(Internal::Nothing),
            harbour().prop_map(Internal::Harbour),
            ".{0,8}".prop_map(|name| Internal::Named { name }),
        ],
        adjacent in prop_oneof![
            any::<u32>().prop_map(Adjacent::Count),
            ".{0,8}".prop_map(|name| Adjacent::Named { name }),
        ],
        untagged in prop_oneof![
            any::<i64>().prop_map(Untagged::Number),
            ".{0,8}".prop_map(Untagged::Text),
            (any::<i64>(), ".{0,8}").prop_map(|(number, text)| Untagged::Both { number, text }),
            proptest::collection::vec(".{0,4}", 0..3).prop_map(Untagged::Many),
        ],
    ) {
        assert_round_trip(&places);
        assert_round_trip(&external);
        assert_round_trip(&internal);
        assert_round_trip(&adjacent);
        assert_round_trip(&vec![untagged]);
    }

    #[test]
    fn every_schema_becomes_a_strict_one_or_is_rejected(schema in any_schema()) {
        if let Ok(shape) = Shape::from_schema("Any", &schema) {
            check(&Value::Object(shape.to_schema()));
        }
    }
}

/// Schemas as derives and people write them, valid or not.
fn any_schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(true)),
        Just(json!(false)),
        Just(json!({})),
        Just(json!({"type": "null"})),
        Just(json!({"type": ["string", "null"], "enum": ["a", "b", null]})),
        Just(json!({"type": "integer", "format": "uint8", "minimum": 0})),
        Just(json!({"type": ["boolean", "number"], "description": "Two."})),
        Just(json!({"const": "x"})),
        Just(json!({"enum": [1, 2.5, "x", true]})),
        Just(json!({"type": "array"})),
        Just(json!({"$ref": "#/$defs/Other"})),
        Just(json!({"not": {}})),
    ];
    leaf.prop_recursive(4, 32, 3, |inner| {
        let named = proptest::collection::btree_map("[ab]", inner.clone(), 0..3);
        let all = proptest::collection::vec(inner.clone(), 0..3);
        let keyword = prop_oneof![Just("anyOf"), Just("oneOf"), Just("allOf"), Just("prefixItems")];
        prop_oneof![
            named.prop_map(|properties| json!({"properties": properties, "required": ["a"]})),
            (keyword, all).prop_map(|(keyword, all)| json!({keyword: all, "description": "All."})),
            inner.clone().prop_map(|items| json!({"type": "array", "items": items})),
            inner.prop_map(|rest| json!({"type": "object", "additionalProperties": rest})),
        ]
    })
}
