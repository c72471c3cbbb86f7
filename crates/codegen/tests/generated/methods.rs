//! One method an operation.

use crate::spec;
use venice_ai_codegen::document;

/// The public methods of `Raw`.
fn methods(file: &syn::File) -> Vec<String> {
    let items = file.items.iter().filter_map(|item| match item {
        syn::Item::Impl(item) if item.trait_.is_none() && matches!(&*item.self_ty, syn::Type::Path(path) if path.path.is_ident("Raw") || path.path.segments.last().is_some_and(|last| last.ident == "Raw")) => Some(&item.items),
        _ => None,
    });
    items
        .flatten()
        .filter_map(|item| match item {
            syn::ImplItem::Fn(function) if matches!(function.vis, syn::Visibility::Public(_)) => {
                Some(function.sig.ident.to_string())
            }
            _ => None,
        })
        .collect()
}

#[test]
fn every_operation_of_the_document_is_a_method() {
    let methods = methods(&spec::code());
    println!("{} methods", methods.len());
    let of_the_document = document::operations(&spec::document()).count();
    let verbs = ["get", "post", "put", "patch", "delete"].map(|verb| format!("    {verb}:"));
    let text = std::fs::read_to_string(spec::path("swagger.yaml")).unwrap();
    let lines =
        text.lines().take_while(|line| *line != "components:").filter(|line| verbs.iter().any(|verb| verb == line));
    assert_eq!(of_the_document, lines.count(), "the document as it stands, counted without the generator");
    let of_the_overlay = ["get_tee_attestation", "get_tee_signature"];
    assert!(of_the_overlay.iter().all(|name| methods.iter().any(|method| method == name)));
    assert_eq!(methods.len(), of_the_document + of_the_overlay.len());
    let mut distinct = methods.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), methods.len());
}

#[test]
fn a_reply_in_json_says_what_it_cannot_do_without() {
    /// Their replies have no required field, or any form.
    const ANYTHING: [&str; 5] =
        ["getTeeAttestation", "retrieveVideo", "retrieveAudio", "retrieveVoiceChanger", "cryptoRpcProxy"];
    let coverage = std::fs::read_to_string(spec::path("coverage.toml")).unwrap();
    let is_left_to_a_bump = |id: &str| coverage.contains(&format!("[[automatic]]\noperation = {id:?}\n"));
    for operation in &spec::generated().model.operations {
        let id = &*operation.id;
        if operation.reply_media.iter().any(|media| media == "application/json") && !is_left_to_a_bump(id) {
            let lacks = operation.essential.is_empty();
            assert_eq!(
                lacks,
                ANYTHING.contains(&id),
                "{id}: say in the overlay what it cannot do without (`x-essential`)"
            );
        }
    }
}

#[test]
fn only_public_methods_of_raw_count() {
    let file = crate::bad(
        "impl Raw<'_> { pub fn a(&self) {} fn hidden(&self) {} } impl Other { pub fn b(&self) {} } impl Clone for Raw<'_> { fn clone(&self) {} }",
    );
    assert_eq!(methods(&file), ["a"]);
}
