//! Constructs that other versions of the API's document have: they must just work when the next one brings them (back).

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

#[path = "../../../crates/codegen/tests/common/mod.rs"]
mod common;

use common::{has, has_not, run};
use std::sync::OnceLock;
use venice_ai_codegen::yaml;
use venice_ai_spec::{Generated, import};

fn text() -> String {
    std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../crates/codegen/tests/fixtures/other_versions.yaml"
    ))
    .unwrap()
}

/// Generated from the document after an import, as a new version would be.
fn generated() -> &'static Generated {
    static GENERATED: OnceLock<Generated> = OnceLock::new();
    GENERATED.get_or_init(|| {
        let facts = import::import(&yaml::parse(&text()).unwrap()).unwrap_or_else(|error| panic!("{error}"));
        run(&import::render(&facts))
    })
}

#[track_caller]
fn surface(lines: &[&str]) {
    let api = &generated().api;
    for line in lines {
        assert!(api.iter().any(|known| known == line), "no `{line}` in\n{}", api.join("\n"));
    }
}

#[test]
fn the_code_is_rust_and_an_import_changes_nothing_in_it() {
    syn::parse_file(&generated().code).unwrap();
    assert_eq!(run(&text()).api, generated().api);
}

#[test]
fn generating_twice_gives_the_same_code() {
    let facts = import::import(&yaml::parse(&text()).unwrap()).unwrap();
    assert_eq!(run(&import::render(&facts)).code, generated().code);
}

#[test]
fn a_text_texts_tokens_and_lists_of_tokens_are_told_apart() {
    surface(&[
        "enum types::EmbedInput::Text(String)",
        "enum types::EmbedInput::List(Vec<EmbedInputItem>)",
        "enum types::EmbedInputItem::Text(String)",
        "enum types::EmbedInputItem::Integer(i64)",
        "enum types::EmbedInputItem::List(Vec<i64>)",
    ]);
    has(&generated().code, r#"checker.count("", Some(value), 1usize, 4096usize)"#);
}

#[test]
fn a_switch_may_be_a_word() {
    surface(&["enum types::Search::Bool(bool)", "enum types::Search::Mode(SearchMode)", "enum types::SearchMode::Off"]);
}

#[test]
fn shared_parameters_bodies_and_replies_count_where_they_are_named() {
    surface(&[
        "struct types::GetWicksParams.trace: Option<bool>",
        "struct types::GetWicksParams.lit: Option<bool>",
        "impl Raw<'_>: get_wicks(&self, params: &types::GetWicksParams) -> crate::Call<types::GetWicksResponse>",
        "impl Raw<'_>: add_wick(&self, trace: Option<bool>, body: &types::NewWick) -> crate::Call<types::Wick>",
    ]);
}

#[test]
fn words_of_rust_are_names_of_the_api() {
    surface(&[
        "impl Raw<'_>: type_(&self, wick_id: &str, body: &types::TypeRequest, x_wick_version: Option<&str>) -> crate::Call<crate::RawReply>",
        "struct types::TypeRequest.type_: Option<String>",
        "struct types::TypeRequest.self_: Option<bool>",
        "struct types::TypeRequest.x2x: Option<f64>",
        "struct types::TypeRequest.extra: Option<String>",
        "struct types::TypeRequest.gen_: Option<i64>",
        "enum types::Async::Self_",
    ]);
}

#[test]
fn values_of_several_types_are_free() {
    surface(&["struct types::TypeRequest.mixed: Option<serde_json::Value>"]);
}

#[test]
fn methods_without_a_function_of_their_own_are_named_and_numbers_in_paths_are_not_looked_at() {
    surface(&["impl Raw<'_>: wick_options(&self, number: i64) -> crate::Call<crate::RawReply>"]);
    has(&generated().code, "*request.method_mut() = reqwest::Method::OPTIONS;");
    has_not(&generated().code, r#"checker.segment("number""#);
}

#[test]
fn a_type_that_holds_itself_has_a_size() {
    surface(&[
        "struct types::NewWick.parent: Option<Box<NewWick>>",
        "struct types::Wick.strands: Option<Vec<Wick>>",
        "struct types::Wick.twin: Option<Twin>",
        "enum types::Twin::Object(Box<Wick>)",
        "impl types::Twin: From<Wick>",
    ]);
}

#[test]
fn merged_parts_keep_the_members_of_all() {
    surface(&[
        "struct types::Wick.name: String",
        "struct types::Wick.id: String",
        "struct types::Wick.created_at: Option<crate::Timestamp>",
    ]);
    has(
        &generated().code,
        r#""createdAt" | "created_at" => { crate::runtime::wire::optional(&mut self.created_at, map) }"#,
    );
}

#[test]
fn a_union_is_read_by_its_constant_whatever_the_discriminator_says() {
    surface(&[
        "enum types::Part::Glass(Glass)",
        "enum types::Part::Oil(PartOil)",
        "enum types::Part::Air",
        "enum types::Part::Unknown(serde_json::Value)",
    ]);
    surface(&["struct types::Glass.panes: Vec<Vec<f64>>"]);
}

#[test]
fn replies_of_other_media_types_and_empty_ones_are_raw() {
    surface(&[
        "impl Raw<'_>: build_parts(&self, body: &types::BuildPartsRequest) -> crate::Call<crate::RawReply>",
        "impl Raw<'_>: empty(&self) -> crate::Call<crate::RawReply>",
        "struct types::BuildPartsRequest.files: Option<Vec<crate::Upload>>",
    ]);
}

#[test]
fn what_cannot_be_checked_is_left_to_the_server() {
    has_not(&generated().code, "(?!x)");
    assert_eq!(generated().notices.len(), 1);
    has(
        &generated().code,
        r#"checker.one_of_numbers("level", self.level.as_ref().map(|value| *value as f64), &[1f64, 2f64, 3f64])"#,
    );
}
