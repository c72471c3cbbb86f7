//! Structured outputs: answers as values of your own types.
//!
//! | To | Call |
//! |---|---|
//! | get the answer as a value | [`Chat::parse`] |
//! | stream it as it grows | [`Chat::parse_stream`] |
//! | get its cost, and the other choices | [`Parsed::reply`] |
//! | continue after tool calls | the error's [`completion`](crate::Error::completion), then `parse` again |
//! | use the schema in another request | [`ResponseFormat::of`](crate::types::ResponseFormat::of) |
//! | parse another reply | [`ChatCompletion::parse`](crate::types::ChatCompletion::parse) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use schemars::JsonSchema;
//! use serde::Deserialize;
//! use venice_ai::types::ChatCompletionRequest;
//!
//! /// A bridge in a city.
//! #[derive(Deserialize, JsonSchema)]
//! struct Bridge {
//!     /// The name that its people use.
//!     name: String,
//!     /// When it was finished, if that is known.
//!     year: Option<i32>,
//!     kind: Kind,
//! }
//!
//! #[derive(Deserialize, JsonSchema)]
//! #[serde(rename_all = "lowercase")]
//! enum Kind {
//!     Arch,
//!     Beam,
//!     /// Held by cables.
//!     Suspended,
//! }
//!
//! let request = ChatCompletionRequest::new("default", ["Which bridge in Venice is the oldest?"]);
//! let answer = venice.chat().parse::<Bridge>(request).await?;
//! println!("{} ({:?}), for {:?}", answer.value.name, answer.value.year, answer.reply.cost());
//! # Ok(()) }
//! ```
//!
//! # What is sent
//!
//! The request, with `response_format` set to the JSON Schema of the type: the names of its fields and variants, **its doc comments as
//! descriptions** (the model reads them; write them for it), and the type's name. If the request has tools, `parallel_tool_calls` is set to
//! false, because the API does not allow both. The rest of the request is unchanged, and no value of a type is ever sent.
//!
//! Models write fields in the order of the type. Put fields that need reasoning after the reasoning.
//!
//! # From type to schema
//!
//! The API supports a subset of JSON Schema, and the providers behind it an even smaller one:
//!
//! | In the type | In the schema |
//! |---|---|
//! | a struct | a closed object with these fields, all of them required |
//! | `Option<T>`, `#[serde(default)]` | nullable. For `default`, null counts as absent |
//! | an enum of names | the list of the names; the comments of the variants are in the description |
//! | any other enum, however it is tagged | `anyOf` |
//! | `#[serde(flatten)]` | the fields, inlined |
//! | a tuple, an array | a list; length and order are in the description |
//! | ranges, lengths, patterns, defaults, most formats | text in the description: `(minimum: 1, maximum: 5)` |
//! | a list, a number, an enum or a string as the type itself | an object with the only field `value`, which is unwrapped again |
//!
//! Rejected before sending, with the path of the field: recursive types (there are no references), maps with arbitrary keys (use a list of
//! structs with a key and a value), and [`serde_json::Value`] (use a struct, or a `String` with JSON). Descriptions are not enforced:
//! validate what matters.
//!
//! # Answers
//!
//! The value is that of the first choice. Some models are not bound to the schema: a byte order mark, a code fence, `<think>…</think>`
//! before the answer and prose around it are skipped. Of two different documents none is used. All other answers are errors that keep the
//! text ([`answer_text`](crate::Error::answer_text)) and the reply with its usage and cost ([`completion`](crate::Error::completion)),
//! since they are charged:
//!
//! | Error | |
//! |---|---|
//! | [`Truncated`](crate::ErrorKind::Truncated) | the token limit was reached, possibly before the answer began |
//! | [`Refusal`](crate::ErrorKind::Refusal) | the model or a filter refused to answer |
//! | [`InvalidJson`](crate::ErrorKind::InvalidJson) | no JSON, or several documents |
//! | [`SchemaMismatch`](crate::ErrorKind::SchemaMismatch) | JSON of another form; [`json_path`](crate::Error::json_path) says where |
//! | [`ToolCalls`](crate::ErrorKind::ToolCalls) | the model calls tools first |
//! | [`NoAnswer`](crate::ErrorKind::NoAnswer) | no choice, or an empty one |
//!
//! None of them is retried: it would be charged again. Models with the capability `supportsResponseSchema` follow schemas; the first
//! request with a new schema is slower than the others.

mod document;
mod error;
mod format;
mod parsed;
pub(crate) mod schema;
mod stream;
mod verdict;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use self::document::REASONING_TAGS;
pub use self::parsed::Parsed;
#[cfg(any(test, fuzzing))]
pub(crate) use self::stream::fuzz;
pub use self::stream::{ParseEvent, ParsedStream, Partial};
use self::verdict::read;
use crate::api::chat::Chat;
use crate::api::generated::types::ChatCompletionRequest;
use crate::runtime::call::Call;
use crate::runtime::error::Error;

impl Chat<'_> {
    /// Sends a chat completion and returns the answer as a value of a type.
    ///
    /// The schema of the type is sent with the request, including its doc comments. See [`structured`](crate::chat::structured).
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::ChatCompletionRequest;
    ///
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct Island {
    ///     name: String,
    ///     /// In hectares.
    ///     area: f64,
    /// }
    ///
    /// let request = ChatCompletionRequest::new("default", ["Which islands of the lagoon have glass works?"]);
    /// let islands: Vec<Island> = venice.chat().parse(request).await?.value;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: what [`create`](Self::create) rejects, a type without a strict schema, a request with its own
    /// `response_format`, and one with tools and `parallel_tool_calls`. Answers that are not a value of the type are errors of their own
    /// kinds, which keep the answer and its cost.
    #[doc(alias("structured_output", "structured outputs", "json_schema"))]
    pub fn parse<T>(&self, request: impl Into<ChatCompletionRequest>) -> Call<Parsed<T>>
    where
        T: JsonSchema + DeserializeOwned + 'static,
    {
        let mut request = request.into();
        let shape = format::set::<T>(&mut request);
        let finding = shape.as_ref().map(drop).map_err(Clone::clone);
        self.create(request).checked(finding).and_then(move |reply| read(&shape.map_err(Error::validation)?, reply))
    }

    /// Streams a chat completion as a value of a type that grows as it is written.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::stream::ParseEvent;
    /// use venice_ai::types::ChatCompletionRequest;
    ///
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct Story {
    ///     title: String,
    ///     text: String,
    /// }
    ///
    /// let request = ChatCompletionRequest::new("default", ["Tell me a story."]);
    /// let mut story = venice.chat().parse_stream::<Story>(request).await?;
    /// while let Some(event) = story.next().await {
    ///     match event? {
    ///         ParseEvent::Partial(so_far) => println!("{}", so_far.value()["text"]),
    ///         ParseEvent::Done(parsed) => println!("{}, for {:?}", parsed.value.title, parsed.reply.cost()),
    ///         _ => {}
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`parse`](Self::parse); an error of the answer is the last item of the stream. As for [`stream`](Self::stream), nothing is
    /// retried once it has begun.
    pub fn parse_stream<T>(&self, request: impl Into<ChatCompletionRequest>) -> Call<ParsedStream<T>>
    where
        T: JsonSchema + DeserializeOwned + 'static,
    {
        let mut request = request.into();
        let shape = format::set::<T>(&mut request);
        let finding = shape.as_ref().map(drop).map_err(Clone::clone);
        let call = self.stream(request).checked(finding);
        call.and_then(move |stream| Ok(ParsedStream::new(stream, shape.map_err(Error::validation)?)))
    }
}
