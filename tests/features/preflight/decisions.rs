//! Decisions.

use serde_json::json;

use super::{look, model};

#[tokio::test]
async fn a_state_has_to_fit_alone_and_with_all_questions() {
    let decider = model("decision", json!({"maxStateTokens": 20, "maxTotalTokens": 30}));
    let question = |words: usize| json!({"type": "noul", "instructions": "abcdef ".repeat(words)});
    let rows = [
        (json!({"state": "abcdef ".repeat(10), "questions": {"a": question(9), "b": question(9)}}), &[][..]),
        (json!({"state": "abcdef ".repeat(21)}), &["context state"][..]),
        (json!({"state": {"log": ["abcdef ".repeat(21)]}}), &["context state"][..]),
        (json!({"state": "abcdef ".repeat(10), "questions": {"a": question(11)}}), &["context state"][..]),
        (json!({"state": "fog", "questions": {"a": question(16), "b": question(16)}}), &["context state"][..]),
    ];
    for path in ["/decisions", "/systemone"] {
        look(&decider, path, &json!({"model": "m", "state": "fog", "questions": {"a": question(1)}}), &rows).await;
    }
    let writer = model("text", json!({}));
    let rows = [(json!({}), &["model_type model"][..])];
    look(&writer, "/decisions", &json!({"model": "m", "state": "fog", "questions": {}}), &rows).await;
}
