//! `Parsed`: an answer as a value, with its reply.

use std::fmt;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::{format, verdict};
use crate::api::generated::types::ChatCompletion;
use crate::runtime::error::Error;

/// A value from a model, and its reply; from [`Chat::parse`](crate::Chat::parse).
#[derive(Clone)]
#[non_exhaustive]
pub struct Parsed<T> {
    /// The value of the first choice.
    pub value: T,
    /// The reply as from [`create`](crate::Chat::create): usage, cost, citations, and the text of the value.
    pub reply: ChatCompletion,
}

impl<T> Parsed<T> {
    /// The value and the reply.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// # let request = venice_ai::types::ChatCompletionRequest::new("default", ["Name a colour."]);
    /// let (colour, reply) = venice.chat().parse::<String>(request).await?.into_parts();
    /// println!("{colour}: {:?}", reply.usage);
    /// # Ok(()) }
    /// ```
    pub fn into_parts(self) -> (T, ChatCompletion) {
        (self.value, self.reply)
    }
}

/// Without the value and the answer, which are private.
impl<T> fmt::Debug for Parsed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parsed")
            .field("type", &std::any::type_name::<T>())
            .field("usage", &self.reply.usage)
            .field("cost", &self.reply.cost)
            .finish_non_exhaustive()
    }
}

impl ChatCompletion {
    /// Parses the first choice of a reply to a request with [`ResponseFormat::of`](crate::types::ResponseFormat::of). To parse another
    /// choice, put it first.
    ///
    /// # Errors
    /// The errors of an answer as for [`Chat::parse`](crate::Chat::parse), without the metadata of a call; and
    /// [`is_invalid_request`](Error::is_invalid_request) for a type without a strict schema.
    ///
    /// ```
    /// use venice_ai::types::ChatCompletion;
    /// let reply = r#"{"choices": [{"finish_reason": "stop", "message": {"content": "{\"value\": [\"Murano\"]}"}}]}"#;
    /// let reply: ChatCompletion = serde_json::from_str(reply)?;
    /// assert_eq!(reply.parse::<Vec<String>>()?.value, ["Murano"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse<T: JsonSchema + DeserializeOwned>(self) -> Result<Parsed<T>, Error> {
        let shape = format::shape_of::<T>().map_err(Error::validation)?;
        verdict::read(&shape, self)
    }
}
