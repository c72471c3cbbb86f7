//! The text of a conversation is never shown.

use serde_json::{Value, json};
use venice_ai::tools::ToolBox;
use venice_ai::types::{ChatCompletionRequest, Tool};

use super::{call, reply, serving};
use crate::support::Answer;

const SECRET: &str = "hush-hush";

#[tokio::test]
async fn neither_debug_nor_errors_show_them() {
    let said = |why| -> Answer {
        let calls = [
            call("a", "tide", &json!({"at": SECRET}).to_string()),
            call("b", "pay", &json!({"at": SECRET}).to_string()),
        ];
        reply(json!({"role": "assistant", "content": SECRET, "tool_calls": calls}), why).into()
    };
    let schema = json!({"type": "object", "properties": {"at": {"description": SECRET}}});
    let tools = ToolBox::new()
        .implement(Tool::function("tide", SECRET, schema.clone()), |_: Value| async { SECRET })
        .declare(Tool::function("pay", SECRET, schema));
    let mut shown = vec![format!("{tools:?}")];
    for why in ["tool_calls", "length"] {
        let (_, venice) = serving([said(why)]);
        let mut run = venice.chat().run(ChatCompletionRequest::new("m", [SECRET]), &tools);
        shown.push(format!("{run:?}"));
        while let Some(event) = run.next().await {
            shown.push(event.map_or_else(|error| format!("{error} {error:?}"), |event| format!("{event:?}")));
            shown.push(format!("{run:?}"));
        }
        let unfinished = run.await.unwrap_err();
        shown.push(format!("{unfinished} {unfinished:?}"));
        let error = unfinished.into_parts().0;
        shown.push(format!("{error} {error:?}"));
    }
    let (_, venice) = serving([super::saying(SECRET)]);
    let finished = venice.chat().run(ChatCompletionRequest::new("m", [SECRET]), &tools).await.unwrap();
    shown.push(format!("{finished:?}"));
    assert!(shown.len() > 15 && shown.iter().any(|text| text.contains("tide")));
    for text in shown {
        assert!(!text.contains(SECRET), "{text}");
    }
}
