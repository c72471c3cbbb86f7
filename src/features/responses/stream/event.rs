//! One event.

use serde_json::Value;

use crate::api::generated::types::{ResponseItem, ResponsesReply};
use crate::runtime::lenient::leniently_again;
use crate::runtime::wire::Field;

/// An event of a [`ResponseStream`](super::ResponseStream), as it came: the API does not document which there are.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResponseEvent {
    /// What it is, such as `response.output_text.delta`: the `type` of its JSON, else its name in the stream. Empty where it has
    /// neither.
    pub kind: String,
    /// Its JSON.
    pub data: Value,
}

impl ResponseEvent {
    /// The piece of text that the event adds to the answer.
    #[must_use]
    pub fn text_delta(&self) -> Option<&str> {
        if self.kind == "response.output_text.delta" { self.data.get("delta")?.as_str() } else { None }
    }

    /// The item that the event is about, as far as it is there: whole in `response.output_item.done`.
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

    /// The answer as far as it is there: whole in `response.completed`.
    #[must_use]
    pub fn response(&self) -> Option<ResponsesReply> {
        let response = self.data.get("response").filter(|response| response.is_object())?;
        leniently_again(|| ResponsesReply::read(response)).ok()
    }

    /// The answer ends with it; the server may say more, but the answer gets no longer.
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
