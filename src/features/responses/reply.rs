//! `ResponsesReply`: getters of an answer, and the input of the next request.

use std::borrow::Cow;

use crate::api::generated::types::{
    OutputTextPart, ReasoningSummaryPart, ResponseFunctionCall, ResponseFunctionOutput, ResponseInputItem,
    ResponseInputMessage, ResponseInputPart, ResponseItem, ResponseReasoning, ResponseRole, ResponsesReply,
};

impl ResponsesReply {
    /// The text of all messages of the answer; empty if the model only called functions.
    #[must_use]
    pub fn output_text(&self) -> Cow<'_, str> {
        let messages = self.output.iter().filter_map(|item| match item {
            ResponseItem::Message(message) => Some(&message.content),
            _ => None,
        });
        let mut texts = messages.flatten().map(|part| part.text.as_str());
        match (texts.next(), texts.next()) {
            (None, _) => Cow::Borrowed(""),
            (Some(only), None) => Cow::Borrowed(only),
            (Some(first), Some(second)) => Cow::Owned([first, second].into_iter().chain(texts).collect()),
        }
    }

    /// The function calls of the answer. Answer each with a [`function_output`](ResponseInputItem::function_output) for its `call_id`.
    ///
    /// ```no_run
    /// # fn example(reply: venice_ai::types::ResponsesReply) {
    /// for call in reply.function_calls() {
    ///     println!("{} {}({})", call.call_id, call.name, call.arguments);
    /// }
    /// # }
    /// ```
    pub fn function_calls(&self) -> impl Iterator<Item = &ResponseFunctionCall> {
        self.output.iter().filter_map(|item| match item {
            ResponseItem::FunctionCall(call) => Some(call),
            _ => None,
        })
    }

    /// The answer as input items, to continue the conversation: append them to the input of this request.
    ///
    /// Unknown items are sent back as received. Items that the server executed itself, such as a search, are left out: the API does not
    /// accept them.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::{ResponseInputItem, ResponsesRequest};
    ///
    /// let mut items = vec![ResponseInputItem::user("Why is the sky blue?")];
    /// let reply = venice.responses().create(ResponsesRequest::new("default", items.clone())).await?;
    /// items.extend(reply.into_input());
    /// items.push(ResponseInputItem::user("And at dusk?"));
    /// let reply = venice.responses().create(ResponsesRequest::new("default", items)).await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn into_input(self) -> Vec<ResponseInputItem> {
        self.output.into_iter().filter_map(input_of).collect()
    }
}

fn input_of(item: ResponseItem) -> Option<ResponseInputItem> {
    Some(match item {
        ResponseItem::Reasoning(reasoning) => ResponseInputItem::Reasoning(reasoning),
        ResponseItem::FunctionCall(call) => ResponseInputItem::FunctionCall(call),
        ResponseItem::Message(message) => {
            let texts = message.content.into_iter();
            let parts: Vec<ResponseInputPart> =
                texts.map(|part| ResponseInputPart::OutputText(OutputTextPart::new(part.text))).collect();
            ResponseInputItem::Message(ResponseInputMessage::new(ResponseRole::Assistant, parts))
        }
        ResponseItem::WebSearchCall(_) => return None,
        ResponseItem::Unknown(json) => ResponseInputItem::Unknown(json),
    })
}

impl ResponseReasoning {
    /// The text of the summary, in either form.
    ///
    /// ```
    /// use venice_ai::types::ResponseReasoning;
    ///
    /// assert_eq!(ResponseReasoning::new().summary(["Looked at ", "the sky."]).summary_text(), "Looked at the sky.");
    /// ```
    #[must_use]
    pub fn summary_text(&self) -> String {
        let text = |part: &ReasoningSummaryPart| match part {
            ReasoningSummaryPart::Text(text) => text.clone(),
            ReasoningSummaryPart::SummaryText(part) => part.text.clone(),
            ReasoningSummaryPart::Unknown(_) => String::new(),
        };
        self.summary.iter().flatten().map(text).collect()
    }
}

impl ResponseInputItem {
    /// A user message: a text, or a list of parts.
    #[must_use]
    pub fn user(content: impl Into<crate::api::generated::types::ResponseInputContent>) -> Self {
        Self::Message(ResponseInputMessage::new(ResponseRole::User, content))
    }

    /// A system message.
    #[must_use]
    pub fn system(content: impl Into<crate::api::generated::types::ResponseInputContent>) -> Self {
        Self::Message(ResponseInputMessage::new(ResponseRole::System, content))
    }

    /// The result of a function call.
    #[must_use]
    pub fn function_output(call_id: impl Into<String>, output: impl Into<serde_json::Value>) -> Self {
        Self::FunctionCallOutput(ResponseFunctionOutput::new(call_id, output))
    }
}
