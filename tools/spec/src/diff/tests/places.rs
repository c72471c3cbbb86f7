//! Where things stand, in documents with references, parts and alternatives; and what the formats make of the result.

use super::*;

const OLD: &str = r##"
openapi: 3.0.0
info: {title: Lanterns, version: '7'}
paths:
  /wicks/{id}:
    parameters: [{$ref: "#/components/parameters/Id"}, {in: query, name: deep, schema: {type: boolean}}]
    get:
      operationId: getWick
      responses: {"200": {$ref: "#/components/responses/Wick"}, "400": {$ref: "#/components/responses/Refused"}}
    post:
      operationId: setWick
      requestBody: {content: {application/json: {schema: {allOf: [{$ref: "#/components/schemas/Wick"}, {type: object, properties: {own: {type: string, maxLength: 5}}}]}}}}
      responses: {"200": {$ref: "#/components/responses/Wick"}, "400": {$ref: "#/components/responses/Refused"}}
components:
  parameters:
    Id: {in: path, name: id, required: true, schema: {type: string, maxLength: 9}}
  responses:
    Wick: {description: OK, content: {application/json: {schema: {$ref: "#/components/schemas/Wick"}}}}
    Refused: {description: No, content: {application/json: {schema: {type: object, properties: {error: {type: string}}}}}}
  schemas:
    Wick:
      type: object
      properties:
        colour: {type: string, enum: [red, green]}
        burns:
          anyOf:
            - {nullable: true, title: "null"}
            - {$ref: "#/components/schemas/Flame"}
            - {type: object, required: [kind], properties: {kind: {type: string, enum: [smoke]}, length: {type: integer, maximum: 3}}}
            - {type: string}
            - {type: string, enum: [on, "off"]}
    Flame: {type: object, required: [kind], properties: {kind: {type: string, enum: [flame]}, length: {type: number}}}
"##;

/// The result for the document and the same with some text replaced, as lines of class, what and path.
fn lines(changes: &[(&str, &str)]) -> (Vec<String>, Diff) {
    let new = changes.iter().fold(OLD.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    let document = |text: &str| yaml::parse(text).unwrap_or_else(|error| panic!("{error}"));
    let diff = compared(&document(OLD), &document(&new));
    let lines = diff.changes.iter().map(|change| format!("{} {} {}", change.class.name(), change.what, change.path));
    (lines.collect(), diff)
}

#[test]
fn what_is_shared_is_told_once_with_its_places_and_the_worst_class() {
    let (found, diff) = lines(&[("enum: [red, green]", "enum: [red, green], default: red")]);
    assert_eq!(found, ["behaviour default $.components.schemas.Wick.properties.colour.default"]);
    let places: Vec<&str> = diff.changes[0].places.iter().map(String::as_str).collect();
    assert_eq!(places, ["getWick reply 200", "setWick reply 200", "setWick request"]);
}

#[test]
fn a_path_leads_through_references_to_what_is_written() {
    let (found, diff) = lines(&[(
        "name: id, required: true, schema: {type: string, maxLength: 9",
        "name: id, required: true, schema: {type: string, maxLength: 8",
    )]);
    assert_eq!(found, ["behaviour maxLength $.components.parameters.Id.schema.maxLength"]);
    assert_eq!(diff.changes[0].places.len(), 2);
    let (found, _) = lines(&[("{error: {type: string}}", "{error: {type: boolean}}")]);
    assert_eq!(
        found,
        ["behaviour type $.components.responses.Refused.content['application/json'].schema.properties.error"]
    );
    let (found, _) = lines(&[("{type: boolean}}]", "{type: boolean, default: true}}]")]);
    assert_eq!(
        found,
        ["behaviour default $.paths['/wicks/{id}'].parameters[?@.name == 'deep' && @.in == 'query'].schema.default"]
    );
}

#[test]
fn a_path_leads_into_the_part_and_the_alternative_that_is_meant() {
    let (found, _) = lines(&[("maxLength: 5", "maxLength: 4")]);
    let body = "$.paths['/wicks/{id}'].post.requestBody.content['application/json'].schema";
    assert_eq!(found, [format!("behaviour maxLength {body}.allOf[1].properties.own.maxLength")]);
    let (found, _) = lines(&[("maximum: 3", "maximum: 4")]);
    assert_eq!(
        found,
        ["additive maximum $.components.schemas.Wick.properties.burns.anyOf[2].properties.length.maximum"]
    );
    let (found, _) = lines(&[("length: {type: number}", "length: {type: string}")]);
    assert_eq!(found, ["breaking type $.components.schemas.Flame.properties.length"]);
    let (found, _) = lines(&[("[on, \"off\"]", "[on, \"off\", dim]")]);
    assert_eq!(found, ["additive enum value $.components.schemas.Wick.properties.burns.anyOf[4].enum"]);
}

#[test]
fn the_worst_comes_first_and_every_format_has_every_change() {
    let (_, diff) = lines(&[
        ("maximum: 3", "maximum: 4"),
        ("length: {type: number}", "length: {type: string}"),
        ("maxLength: 9", "maxLength: 8"),
    ]);
    let classes: Vec<Class> = diff.changes.iter().map(|change| change.class).collect();
    assert_eq!(classes, [Class::Breaking, Class::Behaviour, Class::Additive]);
    let text = render(&diff, Format::Text);
    let markdown = render(&diff, Format::Markdown);
    for change in &diff.changes {
        assert!(text.contains(&format!("    at {}\n", change.path)), "{text}");
        assert!(markdown.contains(&format!("| `{}` |", change.path)), "{markdown}");
    }
    assert!(text.starts_with("7 -> 7: 1 breaking, 1 behaviour, 1 additive\n"), "{text}");
    assert!(text.contains("  type changed: number -> string\n"), "{text}");
    let json: Value = serde_json::from_str(&render(&diff, Format::Json)).unwrap();
    assert_eq!(json["class"], "breaking");
    assert_eq!(json["counts"], json!({"breaking": 1, "behaviour": 1, "additive": 1, "cosmetic": 0}));
    assert_eq!(
        json["changes"][1],
        json!({
            "class": "behaviour", "change": "changed", "what": "maxLength", "path": "$.components.parameters.Id.schema.maxLength",
            "also": [], "rust": null, "before": 9, "after": 8, "why": diff.changes[1].why,
            "places": ["getWick path parameter id", "setWick path parameter id"],
        })
    );
}

#[test]
fn an_operation_that_cannot_be_generated_is_compared_by_its_facts() {
    let body = |media: &str| {
        built("operation", &json!({"requestBody": {"content": {media: {"schema": {"type": "string"}}}}}), None)
    };
    let diff = diff(&prepared(&body("text/turtle")), &prepared(&body("application/json")));
    assert_eq!((diff.class(), diff.notes.len()), (Some(Class::Breaking), 0));
    assert!(render(&diff, Format::Text).contains("request body added"), "{}", render(&diff, Format::Text));
}
