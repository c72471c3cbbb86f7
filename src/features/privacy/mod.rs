//! `Privacy`: a policy of who may read the content of requests, enforced before anything is sent.
//!
//! | To | Call |
//! |---|---|
//! | set the policy of a client | [`ClientBuilder::privacy`](crate::ClientBuilder::privacy) |
//! | tighten it for one call | [`Call::with_privacy`](crate::Call::with_privacy), [`CallOptions::with_privacy`](crate::CallOptions::with_privacy) |
//! | allow a field or an operation by name, limit the age of the catalogue | [`PrivacyPolicy`] |
//! | see what the policy says of a call, without sending it | [`Call::privacy_report`](crate::Call::privacy_report) |
//! | get the reason of a refused call | [`Error::privacy`](crate::Error::privacy), the kind is [`ErrorKind::Privacy`](crate::ErrorKind::Privacy) |
//! | get the report of a call that was sent | [`Meta::privacy`](crate::Meta::privacy) |
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), venice_ai::Error> {
//! # let mock = venice_ai_mock::MockVenice::start().await?;
//! use venice_ai::types::ChatCompletionRequest;
//! use venice_ai::{ErrorKind, Privacy};
//!
//! let venice = mock.client_builder().privacy(Privacy::PrivateModels).build()?;
//! venice.chat().create(ChatCompletionRequest::new("gondola-9b", ["My diagnosis is …"])).await?;
//!
//! let request = ChatCompletionRequest::new("arsenale-coder", ["My diagnosis is …"]); // its provider may keep prompts
//! let refused = venice.chat().create(request).await.unwrap_err();
//! assert_eq!(refused.kind(), ErrorKind::Privacy);
//! assert_eq!(refused.privacy().unwrap().refusals().next().unwrap().rule, "model_privacy");
//! assert_eq!(mock.requests_of("createChatCompletion").len(), 1); // the second one was not sent
//! # Ok(()) }
//! ```
//!
//! The [guide](crate::guide::privacy) says who can read what at each level, and what no level protects.
//!
//! # What is checked
//!
//! The request as it will be sent, with fields of [`with_extra_body`](crate::Call::with_extra_body), features in the suffix of the model's id,
//! and the texts of multipart bodies; calls by method and path ([`Client::request`](crate::Client::request)) like all others. The
//! [`rule`](PrivacyFinding::rule) of a refusal:
//!
//! | Rule | The call is refused because |
//! |---|---|
//! | `model_privacy` | the catalogue says that the model is not as private as the policy requires |
//! | `unknown_privacy` | the catalogue does not say how private the model is |
//! | `unknown_model` | the name is no id, no trait and no other vendor's id in the catalogue |
//! | `no_model` | the request names no model, so the API would choose one |
//! | `remapped` | the model was removed, and the one that answers instead is unknown or not private enough |
//! | `character` | the character has another model or searches the web |
//! | `sends_on` | a field has the API pass the content to a third party, such as a search provider |
//! | `unclassified_field` | this version does not know whether the field does |
//! | `others` | the operation itself sends the content to a recipient that is not a model: searches, web pages, documents, blockchain nodes |
//! | `unclassified_operation` | this version does not know who gets the content of the operation |
//! | `unreadable_body` | the body is neither JSON nor a form |
//! | `unchecked_reply` | the reply would be read as raw bytes, in which the model that answered is not looked for |
//! | `not_encrypted` | the policy is [`Privacy::EndToEnd`], and the call is not encrypted |
//! | `catalogue` | the catalogue is older than the limit, and cannot be fetched |
//! | `other_model` | the reply says that another model answered |
//!
//! What an operation or a field does with the content is in the overlay of the API's document, so what is new there is refused until it is
//! classified.
//!
//! # Replies
//!
//! A reply that names another model than those that were allowed is an error before its content is returned: in the header
//! `x-venice-model-id`, in `model` of a whole reply, in each part of a stream. Names are resolved as in requests; upper case, dots, spaces
//! and underscores do not matter. The error keeps the reply: [`Error::body`](crate::Error::body). It was paid for. A reply that names no
//! model is accepted. Jobs are checked when they are queued.
//!
//! # Cost
//!
//! Without a policy, nothing is checked and nothing is fetched. With one, a call without a cached catalogue waits for one request
//! (`GET /models?type=all`, then every [ten minutes](crate::ClientBuilder::catalogue_max_age)), shared by concurrent callers; one more if the
//! name may be another vendor's id, and one for each call with a character. These requests have no content.

mod builder;
mod call;
mod character;
mod content;
mod facts;

mod interceptor;
mod judge;
mod policy;
mod reply;
mod report;

pub(crate) use self::interceptor::PrivacyInterceptor;
pub use self::policy::{Privacy, PrivacyPolicy};
pub use self::report::{ModelName, ModelPrivacy, PrivacyFinding, PrivacyReport};

/// The level of a client's policy.
#[cfg(feature = "pick")]
pub(crate) fn level_of(client: &crate::runtime::client::Client) -> Privacy {
    client.shared().interceptors.get::<PrivacyInterceptor>().map_or(Privacy::Any, |found| found.policy().level())
}
