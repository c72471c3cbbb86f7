//! `ResponseEvent`: one event of a stream.

use serde_json::Value;

use crate::api::generated::types::{ResponseItem, ResponsesReply};
use crate::runtime::lenient::leniently_again;
use crate::runtime::wire::Field;

/// An event of a [`ResponseStream`](super::ResponseStream), as received: the API does not document its events.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResponseEvent {
    /// The type, such as `response.output_text.delta`: the `type` of its JSON, else its SSE event name. Empty without either.
    pub kind: String,
    /// Its JSON.
    pub data: Value,
}

impl ResponseEvent {
    /// The text that the event appends to the answer.
    #[must_use]
    pub fn text_delta(&self) -> Option<&str> {
        if self.kind == "response.output_text.delta" { self.data.get("delta")?.as_str() } else { None }
    }

    /// The item of the event, as far as it arrived: complete in `response.output_item.done`.
    ///
    /// ```no_run
    /// # fn example(event: venice_ai::stream::ResponseEvent) {
    /// use venice_ai::types::ResponseItem;
    /// if let Some(ResponseItem::FunctionCall(call)) = event.item() {
    ///     println!("{}({})", call.name, call.arguments);
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn item(&self) -> Option<ResponseItem> {
        self.data.get("item").map(|item| ResponseItem::from(item.clone()))
    }

    /// The answer as far as it arrived: complete in `response.completed`.
    #[must_use]
    pub fn response(&self) -> Option<ResponsesReply> {
        let response = self.data.get("response").filter(|response| response.is_object())?;
        leniently_again(|| ResponsesReply::read(response)).ok()
    }

    /// Whether it ends the answer; later events do not extend it.
    ///
    /// ```no_run
    /// # fn example(event: venice_ai::stream::ResponseEvent) {
    /// if event.is_terminal() {
    ///     println!("{:?}", event.response().map(|response| response.status));
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        let ends = ["completed", "incomplete", "cancelled", "done", "failed"];
        self.kind.strip_prefix("response.").is_some_and(|kind| ends.contains(&kind))
    }
}
