//! Answers that are values of your own types.
//!
//! | To | Call |
//! |---|---|
//! | have the answer as a value | [`Chat::parse`] |
//! | see it grow while it is written | [`Chat::parse_stream`] |
//! | know what it cost, and read the other choices | [`Parsed::reply`] |
//! | go on after tools were called | the error's [`completion`](crate::Error::completion), then `parse` again |
//! | put the schema into a request of another kind | [`ResponseFormat::of`](crate::types::ResponseFormat::of) |
//! | read a reply that came another way | [`ChatCompletion::parse`](crate::types::ChatCompletion::parse) |
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
//! The request, with `response_format` set to the JSON Schema of the type: the names of its members and variants, **its doc comments,
//! as descriptions** (the model reads them; write them for it), and the type's name. Where the request has tools,
//! `parallel_tool_calls` is set to false, because the API excludes one from the other. Nothing else of the request is touched, and no
//! value of a type is ever sent.
//!
//! Models write members in the order of the type. One that is to be thought about goes behind the thoughts.
//!
//! # How a type becomes a schema
//!
//! The API takes a narrow form of JSON Schema, and the providers behind it take less still:
//!
//! | In the type | In the schema |
//! |---|---|
//! | a struct | an object with these members and no others, all of them required |
//! | `Option<T>`, `#[serde(default)]` | may be null. For `default` null is taken for a member that is not there |
//! | an enum of names | the list of the names; what the variants' comments say is in the description |
//! | any other enum, however it is tagged | `anyOf` |
//! | `#[serde(flatten)]` | the members, in place |
//! | a tuple, an array | a list; length and order stand in the description |
//! | ranges, lengths, patterns, defaults, most formats | words in the description: `(minimum: 1, maximum: 5)` |
//! | a list, a number, an enum or a text as the type itself | an object with the only member `value`, which is taken out again |
//!
//! Refused before anything is sent, with the path of the member: types that hold themselves (there are no references), maps with free
//! keys (use a list of structs with a key and a value), and [`serde_json::Value`] (use a struct, or a `String` that holds JSON).
//! What stands in a description binds no model: check what matters.
//!
//! # What comes back
//!
//! The value is of the first choice. A model that is not held to the schema still has a say: a byte order mark, a code fence,
//! `<think>…</think>` before the answer and prose around it are left out. Of two different documents none is taken. All other answers
//! are errors that keep the text ([`answer_text`](crate::Error::answer_text)), and the reply with its usage and cost
//! ([`completion`](crate::Error::completion)), since they are paid for:
//!
//! | Error | |
//! |---|---|
//! | [`Truncated`](crate::ErrorKind::Truncated) | the tokens ran out, perhaps before the answer began |
//! | [`Refusal`](crate::ErrorKind::Refusal) | the model or a filter would not answer |
//! | [`InvalidJson`](crate::ErrorKind::InvalidJson) | no JSON, or several documents |
//! | [`SchemaMismatch`](crate::ErrorKind::SchemaMismatch) | JSON of another form; [`json_path`](crate::Error::json_path) says where |
//! | [`ToolCalls`](crate::ErrorKind::ToolCalls) | tools are to be called first |
//! | [`NoAnswer`](crate::ErrorKind::NoAnswer) | no choice, or an empty one |
//!
//! None of them is asked for again: it would be paid for again. Models that have `supportsResponseSchema` among their capabilities
//! keep to schemas; the first request with a new schema is slower than the others.

mod document;
mod error;
mod format;
mod parsed;
pub(crate) mod schema;
mod stream;
mod verdict;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use self::document::THOUGHTS;
pub use self::parsed::Parsed;
pub use self::stream::{ParseEvent, ParsedStream, Partial};
use self::verdict::read;
use crate::api::chat::Chat;
use crate::api::generated::types::ChatCompletionRequest;
use crate::runtime::call::Call;
use crate::runtime::error::Error;

impl Chat<'_> {
    /// The answer as a value of a type.
    ///
    /// The schema of the type goes with the request, and its doc comments with the schema. See [`structured`](crate::chat::structured).
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
    /// Refused before anything is sent: what [`create`](Self::create) refuses, a type that has no strict schema, a request with a
    /// `response_format` of its own, and one with tools that asks for `parallel_tool_calls`. Answers that are no value of the type are
    /// errors of their own kinds, which keep the answer and what it cost.
    pub fn parse<T>(&self, request: impl Into<ChatCompletionRequest>) -> Call<Parsed<T>>
    where
        T: JsonSchema + DeserializeOwned + 'static,
    {
        let mut request = request.into();
        let shape = format::set::<T>(&mut request);
        let finding = shape.as_ref().map(drop).map_err(Clone::clone);
        self.create(request).checked(finding).and_then(move |reply| read(&shape.map_err(Error::validation)?, reply))
    }

    /// The answer as a value of a type, and as much of it as there is while it is written.
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
    /// As for [`parse`](Self::parse); what goes wrong with the answer is the last item of the stream. As for
    /// [`stream`](Self::stream), nothing is asked for again once it has begun.
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
