//! What handles are generated for an operation, read as text.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::{document, get_lantern, has, has_not, overlay, run, try_run};
use venice_ai_spec::Mode;

fn code(parameters: &str, words: &str) -> String {
    run(&get_lantern(parameters, words)).code.clone()
}

#[test]
fn a_plain_operation_is_a_method_of_the_handle_of_its_tag() {
    let code = code("", "");
    has(&code, "pub struct Lanterns<'c> { pub(crate) client: &'c crate::runtime::client::Client }");
    has(
        &code,
        "pub fn get(&self, id: impl AsRef<str>) -> crate::runtime::call::Call<types::GetLanternResponse> { \
         self.client.raw().get_lantern(id.as_ref()) }",
    );
    has(&code, "pub fn lanterns(&self) -> handles::Lanterns<'_> { handles::Lanterns { client: self } }");
    has(&code, "/// See [`Lanterns::get`](handles::Lanterns::get).");
}

#[test]
fn a_member_of_the_reply_is_given_in_its_place() {
    let code = code("", "x-unwrap: wick.name");
    has(
        &code,
        "-> crate::runtime::call::Call<String> { self.client.raw().get_lantern(id.as_ref()).map(|reply| reply.wick.name) }",
    );
}

#[test]
fn an_optional_member_that_is_not_there_is_an_error() {
    let code = code("", "x-unwrap: wick.length");
    has(
        &code,
        "-> crate::runtime::call::Call<i64> { self.client.raw().get_lantern(id.as_ref()).and_then(open_get_lantern) }",
    );
    has(
        &code,
        r#"reply.wick.length.ok_or_else(|| crate::runtime::error::Error::decode("the reply has no `wick.length`"))"#,
    );
}

#[test]
fn what_a_reply_must_hold_is_checked_before_it_is_given() {
    let code = code(
        "",
        "x-envelope: {success: it is dark}\n      x-unwrap: wick\n      x-present: {wick.name: 'a wick of {length}', id: no id}",
    );
    has(
        &code,
        "pub(crate) fn open_get_lantern(reply: types::GetLanternResponse) -> Result<types::Wick, crate::runtime::error::Error>",
    );
    has(
        &code,
        r#"if reply.success != Some(true) { return Err(crate::runtime::error::Error::decode("the API answered 200 and `success: false`; it is dark")); }"#,
    );
    has(
        &code,
        r#"if crate::runtime::wire::is_empty(&reply.wick.name) { return Err(crate::runtime::error::Error::decode(format!("a wick of {:?}", reply.wick.length))); }"#,
    );
    has(
        &code,
        r#"if crate::runtime::wire::is_empty(&reply.id) { return Err(crate::runtime::error::Error::decode("no id")); }"#,
    );
    has(&code, "Ok(reply.wick)");
}

#[test]
fn a_reply_or_its_member_becomes_a_type_of_the_crate() {
    has(
        &code("", "x-becomes: lamps::Lamp"),
        "-> crate::runtime::call::Call<crate::api::lamps::Lamp> { \
         self.client.raw().get_lantern(id.as_ref()).and_then(crate::api::lamps::Lamp::of) }",
    );
    let member = code("", "x-unwrap: wick.length\n      x-becomes: Length\n      x-present: id");
    has(&member, "-> Result<crate::api::Length, crate::runtime::error::Error>");
    has(&member, r#"decode("the reply has no `wick.length`")).and_then(crate::api::Length::of)"#);
    has(&code("", "x-unwrap: wick.name\n      x-becomes: Name"), "{ crate::api::Name::of(reply.wick.name) }");
    has(&code("", "x-present: id\n      x-becomes: Lamp"), "crate::api::Lamp::of(reply) }");
}

#[test]
fn a_reply_of_several_forms_is_read_as_json() {
    let content = "application/json: {schema: {type: object, required: [a], properties: {a: {type: string}}}}, text/csv: {schema: {type: string}}";
    let reply = format!("{{'200': {{description: OK, content: {{{content}}}}}}}");
    let get = format!("{{operationId: listLanterns, tags: [Lanterns], x-read-as: json, responses: {reply}}}");
    has(
        &run(&document(&format!("  /lanterns:\n    get: {get}"), "")).code,
        "pub fn list(&self) -> crate::runtime::call::Call<types::ListLanternsResponse> { self.client.raw().list_lanterns() \
         .read(crate::runtime::transport::ReplyForm::Json, |reply| reply.json()) }",
    );
}

#[test]
fn an_area_without_a_method_has_a_handle_and_opens_replies_for_what_is_written_by_hand() {
    let code = code("", "x-handle: lamps\n      x-present: .");
    has(&code, "pub struct Lamps<'c>");
    has(&code, "pub(crate) fn open_get_lantern(reply: types::GetLanternResponse)");
    has_not(&code, "impl Lamps<'_>");
}

#[test]
fn two_query_parameters_are_a_struct_and_one_is_an_argument() {
    let one = ", {in: query, name: sort, schema: {type: string, x-rust-name: Sort, enum: [a, b]}}";
    let two = format!("{one}, {{in: query, name: limit, schema: {{type: integer}}}}");
    has(&code(one, ""), "pub fn get(&self, id: impl AsRef<str>, sort: Option<&types::Sort>)");
    has(
        &code(one, "x-handle: lanterns.get(sort)"),
        "pub fn get(&self, id: impl AsRef<str>, sort: impl Into<types::Sort>) -> crate::runtime::call::Call<types::GetLanternResponse> { \
         self.client.raw().get_lantern(id.as_ref(), Some(&sort.into())) }",
    );
    has(&code(&two, ""), "pub fn get(&self, id: impl AsRef<str>, params: impl Into<types::GetLanternParams>)");
    let required = two.replace("name: limit", "name: limit, required: true");
    has(
        &code(&required, "x-handle: 'lanterns.get(limit, sort)'"),
        "let params = types::GetLanternParams::new(limit).sort(sort); self.client.raw().get_lantern(id.as_ref(), &params)",
    );
}

#[test]
fn a_header_is_an_option_of_the_call_and_no_argument() {
    let code = code(", {in: header, name: Idempotency-Key, schema: {type: string}}", "");
    has(
        &code,
        "pub fn get(&self, id: impl AsRef<str>) -> crate::runtime::call::Call<types::GetLanternResponse> { self.client.raw().get_lantern(id.as_ref(), None) }",
    );
}

#[test]
fn a_reply_without_the_member_is_given_whole() {
    has(&code("", "x-unwrap: shade"), "-> crate::runtime::call::Call<types::GetLanternResponse>");
}

#[test]
fn an_area_is_behind_its_feature_and_may_have_a_struct_of_its_own() {
    let text = get_lantern("", "x-handle: lanterns.get");
    let with = |facts: &str| {
        let action = format!("  - {{target: $, update: {{x-areas: {{lanterns: {facts}}}}}}}");
        try_run(&text, &overlay(&action), Mode::Strict).unwrap_or_else(|error| panic!("{error}")).code.clone()
    };
    let gated = with("{feature: unstable}");
    has(
        &gated,
        r#"#[cfg(feature = "unstable")] #[cfg_attr(docsrs, doc(cfg(feature = "unstable")))] #[derive(Clone, Copy, Debug)] pub struct Lanterns<'c>"#,
    );
    has(
        &gated,
        r#"#[cfg(feature = "unstable")] #[cfg_attr(docsrs, doc(cfg(feature = "unstable")))] #[allow(deprecated)] impl Lanterns<'_>"#,
    );
    let own = with("{struct: handwritten}");
    has(&own, "impl crate::api::lanterns::Lanterns<'_> {");
    has_not(&own, "pub struct Lanterns");
    let of_a_feature = with("{feature: unstable, struct: handwritten}");
    has(&of_a_feature, r#"#[allow(deprecated)] impl crate::features::lanterns::Lanterns<'_> {"#);
}

#[test]
fn the_limits_of_files_are_constants_and_are_checked_where_they_stand() {
    let paths = "  /lanterns:
    post:
      operationId: createLantern
      tags: [Lanterns]
      requestBody: {required: true, content: {multipart/form-data: {schema: {type: object, required: [image], properties: {
        image: {type: string, format: binary, x-file: {max-bytes: 9, media: ['image/*'], max-pixels: 8}},
        more: {type: array, items: {x-rust-name: Shade, type: object, required: [cloth], properties: {cloth: {type: string, x-file: {min-side: 2}}}}}}}}}}
      responses: {'200': {description: OK}}";
    let code = run(&document(paths, "")).code.clone();
    has(
        &code,
        r#"pub(crate) const IMAGE: crate::runtime::media::limits::FileLimits = crate::runtime::media::limits::FileLimits::new()
        .most_bytes(9u64).media(&["image/*"]).image(crate::runtime::media::limits::ImageLimits { pixels: (0u64, 8u64), least_side: 1u32 });"#,
    );
    has(&code, r#"FileField::find(&self.image, format!("{place}image"), Self::IMAGE, found);"#);
    has(&code, r#"Files::find(&self.more, &format!("{place}more."), found);"#);
    has(&code, r#"FileField::find(&self.cloth, format!("{place}cloth"), Self::CLOTH, found);"#);
    has(
        &code,
        "let request: types::CreateLanternRequest = request.into(); \
         self.client.raw().create_lantern(&request).checked_files(&request)",
    );
}
