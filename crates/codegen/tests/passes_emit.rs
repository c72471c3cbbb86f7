//! What is generated for what a document says, read as text.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::{document, has, has_not, overlay, run, try_run};
use venice_ai_spec::Mode;

/// A `POST /lanterns` with the given members.
fn post(members: &str) -> String {
    let paths = format!(
        "  /lanterns:
    post:
      operationId: createLantern
      requestBody: {{required: true, content: {{application/json: {{schema: {{type: object, required: [kept], properties: {{{members}}}}}}}}}}}
      responses: {{'200': {{description: OK}}}}"
    );
    run(&document(&paths, "")).code.clone()
}

#[test]
fn lengths_ranges_patterns_and_counts_are_checked() {
    let code = post(
        "kept: {type: string, minLength: 1, maxLength: 9}, over: {type: number, minimum: 0, exclusiveMinimum: true}, \
         share: {type: integer, minimum: 1, maximum: 9, exclusiveMaximum: true}, day: {type: string, pattern: '^a'}, \
         tags: {type: array, minItems: 1, maxItems: 3, items: {type: string, maxLength: 5}}",
    );
    has(&code, r#"checker.length("kept", Some(&self.kept), 1usize, 9usize);"#);
    has(&code, r#"checker.range("over", self.over.as_ref().copied(), Some((0f64, false)), None);"#);
    has(
        &code,
        r#"checker.range("share", self.share.as_ref().map(|value| *value as f64), Some((1f64, true)), Some((9f64, false)));"#,
    );
    has(&code, r#"checker.pattern("day", self.day.as_ref(), "^a");"#);
    has(&code, r#"checker.count("tags", self.tags.as_ref(), 1usize, 3usize);"#);
    has(
        &code,
        r#"checker.items("tags", self.tags.as_ref(), |checker, item| { checker.length("", Some(item), 0usize, 5usize);"#,
    );
}

#[test]
fn the_arms_of_a_union_are_checked_each_by_its_own_limits() {
    let code = post(
        "kept: {anyOf: [{type: string, maxLength: 4}, {type: array, minItems: 1, maxItems: 4, items: {type: string}}]}",
    );
    has(&code, r#"if let Self::Text(value) = self { checker.length("", Some(value), 0usize, 4usize); }"#);
    has(&code, r#"if let Self::List(value) = self { checker.count("", Some(value), 1usize, 4usize); }"#);
    has(&code, r#"checker.nested("kept", Some(&self.kept));"#);
}

#[test]
fn checks_go_down_into_members_and_lists() {
    let code = post(
        "kept: {type: object, properties: {size: {type: integer, maximum: 3}}}, more: {type: array, items: {type: object, properties: {size: {type: integer, maximum: 3}}}}",
    );
    has(&code, r#"checker.nested("kept", Some(&self.kept));"#);
    has(&code, r#"checker.each("more", self.more.as_ref());"#);
}

#[test]
fn a_text_of_several_forms_fits_one_of_them() {
    let code = post("kept: {anyOf: [{type: string, enum: ['']}, {type: string, pattern: '^a$'}]}");
    has(&code, r#"checker.one_of("kept", Some(&self.kept), &[""], &["^a$"]);"#);
}

#[test]
fn an_argument_of_the_path_is_checked_for_emptiness_and_its_limits() {
    let code = run(&document(
        "  /lanterns/{id}:
    get:
      operationId: lantern
      parameters:
        - {name: id, in: path, required: true, schema: {type: string, maxLength: 8}}
        - {name: limit, in: query, schema: {type: integer, maximum: 50}}
      responses: {'200': {description: OK}}
  /wicks:
    get:
      operationId: wick
      parameters: [{name: name, in: query, required: true, schema: {type: string}}]
      responses: {'200': {description: OK}}",
        "",
    ))
    .code
    .clone();
    has(&code, r#"checker.segment("id", id);"#);
    has(&code, r#"checker.length("id", Some(id), 0usize, 8usize);"#);
    has(&code, r#"checker.range("limit", limit.as_ref().map(|value| *value as f64), None, Some((50f64, true)));"#);
    has(&code, r#"checker.not_blank("name", Some(name));"#);
}

#[test]
fn an_argument_of_the_path_that_takes_any_text_is_checked_whatever_its_type() {
    let code = run(&document(
        "  /lanterns/{colour}/{number}:
    get:
      operationId: lantern
      parameters:
        - {name: colour, in: path, required: true, schema: {type: string, enum: [red, green]}}
        - {name: number, in: path, required: true, schema: {type: integer}}
      responses: {'200': {description: OK}}",
        "",
    ))
    .code
    .clone();
    has(&code, r#"checker.segment("colour", &colour.to_string());"#);
    has_not(&code, r#"checker.segment("number""#);
    has(&code, "pub fn lantern(&self, colour: &types::Colour, number: i64)");
    has(&code, "self.owner.generated().lantern(&crate::runtime::url::percent_encoded(colour.as_str()), number)");
}

#[test]
fn a_value_that_an_enum_does_not_know_may_be_refused() {
    let code = post("colour: {type: string, enum: [red, green], x-known: true}, kept: {type: string, enum: [a, b]}");
    has(
        &code,
        r#"checker.known("colour", self.colour.as_ref(), crate::api::generated::types::Colour::as_str, crate::api::generated::types::Colour::KNOWN);"#,
    );
    has_not(&code, r#"checker.known("kept""#);
}

#[test]
fn a_member_may_be_needed_beside_another() {
    let code = post(
        "kept: {type: string}, from: {type: string, x-required-when: to}, to: {type: string, x-required-when: from}, unit: {type: string, x-required-when: kept}",
    );
    has(&code, r#"checker.required_when("from", self.from.is_some(), "to", self.to.is_some());"#);
    has(&code, r#"checker.required_when("to", self.to.is_some(), "from", self.from.is_some());"#);
    has(&code, r#"checker.required_when("unit", self.unit.is_some(), "kept", true);"#);
}

#[test]
fn a_member_may_exclude_others_and_may_not_be_before_another() {
    let code = post(
        "kept: {type: string}, from: {type: string}, to: {type: string, x-not-before: from}, all: {type: boolean, x-excludes: [from, to, kept]}",
    );
    has(
        &code,
        r#".excludes("all", self.all.is_some(), &[("from", self.from.is_some()), ("to", self.to.is_some()), ("kept", true),],);"#,
    );
    has(&code, r#"checker.not_before("to", self.to.as_ref(), "from", self.from.as_ref());"#);
}

#[test]
fn the_entries_of_a_map_are_counted_and_its_values_checked() {
    let code = post(
        "kept: {type: string}, wicks: {type: object, minProperties: 1, additionalProperties: {x-rust-name: Wick, type: object, required: [name], properties: {name: {type: string, minLength: 1}}}},
        names: {type: object, maxProperties: 3, additionalProperties: {type: string, maxLength: 5}}, any: {type: object, additionalProperties: {x-kinds: [string, 'null']}}",
    );
    has(&code, r#"checker.entries("wicks", self.wicks.as_ref().map(|map| map.len()), 1usize, usize::MAX);"#);
    has(&code, r#"checker.values("wicks", self.wicks.as_ref(), |checker, item| { checker.nested("", Some(item)); });"#);
    has(&code, r#"checker.entries("names", self.names.as_ref().map(|map| map.len()), 0usize, 3usize);"#);
    has(
        &code,
        r#"checker.values("names", self.names.as_ref(), |checker, item| { checker.length("", Some(item), 0usize, 5usize); });"#,
    );
    has(&code, r#"|checker, item| { checker.kinds("", Some(item), &["string", "null"]); }"#);
}

#[test]
fn what_has_no_limits_has_no_checks() {
    let code = post("kept: {type: string}");
    has_not(&code, "Checker");
    has_not(&code, "pub fn validate");
}

#[test]
fn a_default_is_documented_and_nothing_else() {
    let code = post("kept: {type: string, default: tin}, size: {type: integer, default: 7}");
    has(&code, "Default: `7`.");
    has_not(&code, "serde(default");
    has(&code, "Self { kept: kept.into(), size: None }");
}

#[test]
fn a_constant_is_sent_and_never_asked_for() {
    let code = run(&document(
        "  /lanterns:
    post:
      operationId: createLantern
      requestBody: {required: true, content: {application/json: {schema: {type: object, required: [type, size], properties: {type: {type: string, enum: [lantern]}, size: {type: integer}}}}}}
      responses: {'200': {description: OK}}",
        "",
    ))
    .code
    .clone();
    has(&code, r#"map.serialize_entry("type", "lantern")?;"#);
    has(&code, "pub fn new(size: i64) -> Self");
}

#[test]
fn two_query_parameters_are_one_argument() {
    let code = run(&document(
        "  /lanterns:
    get:
      operationId: listLanterns
      parameters:
        - {name: limit, in: query, schema: {type: integer}}
        - {name: sortOrder, in: query, schema: {type: string, enum: [asc, desc]}}
      responses: {'200': {description: OK}}",
        "",
    ))
    .code
    .clone();
    has(
        &code,
        "pub fn list_lanterns(&self, params: &types::ListLanternsParams) -> crate::runtime::call::Call<crate::runtime::reply::RawReply>",
    );
    has(&code, "pub sort_order: Option<SortOrder>");
    has(&code, "self.owner.generated().list_lanterns(params.limit, params.sort_order.clone())");
}

#[test]
fn a_header_parameter_is_an_optional_argument() {
    let code = run(&document(
        "  /lanterns:
    get:
      operationId: listLanterns
      parameters: [{name: X-Wick, in: header, schema: {type: string}}]
      responses: {'200': {description: OK}}",
        "",
    ))
    .code
    .clone();
    has(&code, "pub fn list_lanterns(&self, x_wick: Option<&str>)");
    has(&code, "self.owner.generated().list_lanterns(x_wick)");
    has(&code, r#"header_map.append("X-Wick", value.to_string().try_into()?)"#);
}

#[test]
fn the_client_of_progenitor_is_kept_whole_and_called() {
    let code = run(&document(
        "  /lanterns:
    get:
      operationId: listLanterns
      parameters: [{name: kind, in: query, schema: {type: string, enum: [oil, wax]}}]
      responses: {'200': {description: OK}}",
        "",
    ))
    .code
    .clone();
    has(&code, "pub(crate) mod client { use super::types;");
    has(&code, "pub async fn list_lanterns<'a>(&'a self, kind: Option<types::Kind>)");
    has(&code, ".query(&progenitor_client::QueryParam::new(\"kind\", &kind))");
    has(&code, "let result = self.exec(request, &info).await;");
    has(&code, "pub fn list_lanterns(&self, kind: Option<&types::Kind>)");
    has(&code, "crate::api::capture::capture(self.owner.generated().list_lanterns(kind.cloned()))");
}

#[test]
fn a_union_with_an_arm_of_any_json_and_one_that_holds_itself_is_declared() {
    let code = run(&document(
        "  /lanterns:
    post:
      operationId: createLantern
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Lantern'}}}}
      responses: {'200': {description: OK}}",
        "    Lantern: {type: object, properties: {a: {anyOf: [{type: string}, {type: array, items: {type: string}}, {}]}, more: {$ref: '#/components/schemas/Lantern'}}}",
    ))
    .code
    .clone();
    has(&code, "Text(String), /// A list. List(Vec<String>), /// Any JSON. Any(serde_json::Value),");
    has(&code, "pub more: Option<Box<Lantern>>");
}

#[test]
fn the_table_has_the_facts_of_each_operation() {
    let code = run(&document(
        "  /lanterns/{id}:
    post:
      operationId: lightLantern
      tags: [Lanterns]
      deprecated: true
      security: []
      x-retry-once-with: douse
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      requestBody: {content: {multipart/form-data: {schema: {type: object, properties: {file: {type: string, format: binary}}}}}}
      responses: {'200': {description: OK, content: {audio/mpeg: {schema: {type: string, format: binary}}}}, '402': {description: Pay}}",
        "",
    ))
    .code
    .clone();
    has(
        &code,
        r#"pub const LIGHT_LANTERN: Operation = Operation {
            id: "lightLantern", method: "POST", path: "/lanterns/{id}", tag: "Lanterns", retry: RetryClass::Once,
             once_with: Some("douse"), auth: AuthScheme::Public,
             request_media: &["multipart/form-data"], reply_media: &["audio/mpeg"], statuses: &[200u16, 402u16], deprecated: true,
             essential: &[], error_inside: false, carries: Carries::Unclassified, sends_on: &[]"#,
    );
    has(&code, "pub static ALL: &[&Operation] = &[&LIGHT_LANTERN];");
    has(&code, "crate::runtime::call::Call::raw(self.owner, &operations::LIGHT_LANTERN, built)");
    has(&code, "crate::runtime::media::form::attach(");
}

#[test]
fn a_pattern_that_cannot_be_read_is_not_checked_and_reported() {
    let paths = "  /lanterns:
    post:
      operationId: createLantern
      requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: string, pattern: '(?<=x)y'}}}}}}
      responses: {'200': {description: OK}}";
    let generated = run(&document(paths, ""));
    has_not(&generated.code, "checker.pattern");
    assert!(generated.report.notices[0].contains("(?<=x)y"), "{:?}", generated.report);
}

#[test]
fn a_name_conflict_of_the_overlay_is_an_error_for_its_own_document_and_a_notice_for_others() {
    let paths = "  /lanterns:
    post:
      operationId: createLantern
      requestBody: {content: {application/json: {schema: {type: object, properties: {a: {type: object, properties: {x: {type: string}}}, b: {type: object, properties: {x: {type: string}}}}}}}}
      responses: {'200': {description: OK}}";
    let place = "$.paths['/lanterns'].post.requestBody.content['application/json'].schema.properties";
    let names = overlay(&format!(
        "  - {{target: \"{place}.a\", update: {{x-rust-name: One}}}}\n  - {{target: \"{place}.b\", update: {{x-rust-name: Two}}}}"
    ));
    let error = try_run(&document(paths, ""), &names, Mode::Strict).unwrap_err().to_string();
    assert!(error.contains("conflicting x-rust-name for one schema"), "{error}");
    let generated = try_run(&document(paths, ""), &names, Mode::Lenient).unwrap();
    assert!(generated.notices.iter().any(|notice| notice.contains("One and Two")), "{:?}", generated.notices);
}

#[test]
fn the_document_is_told_as_the_overlay_left_it() {
    let text = document(
        "  /lanterns:
    get:
      operationId: listLanterns
      responses: {'200': {description: OK, content: {application/json: {schema: {type: string, maxLength: 9, nullable: true}}}}}",
        "",
    );
    let change = overlay("  - target: $.paths['/lanterns'].get\n    update: {operationId: everyLantern}\n");
    let generated = try_run(&text, &change, Mode::Strict).unwrap();
    let operation = &generated.document["paths"]["/lanterns"]["get"];
    assert_eq!(operation["operationId"], "everyLantern");
    let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
    assert_eq!((&schema["maxLength"], &schema["nullable"]), (&9.into(), &true.into()), "lowering takes these away");
}

#[test]
fn a_field_without_documentation_is_described_by_its_name_and_type() {
    let paths = "  /a:\n    get: {operationId: light, responses: {'200': {description: OK, content: {application/json: {schema: \
                 {type: object, properties: {maxTokens: {type: integer}, wick: {type: object, properties: {a: {type: string, title: A name}}}}}}}}}}";
    let code = run(&document(paths, "")).code.clone();
    has(&code, "/// Max tokens (integer), `maxTokens` on the wire.");
    has(&code, "/// Wick (`Wick`), `wick` on the wire.");
    has(&code, "/// A name (string), `a` on the wire.");
}
