//! Models: their capabilities, limits and prices.
//!
//! | To | Call |
//! |---|---|
//! | list all models, or those of a type | [`list`](Models::list) |
//! | look models up in a cache | [`catalogue`](Models::catalogue), [`Catalogue`] |
//! | resolve a model name | [`find`](Models::find) |
//! | get a model's capabilities, limits and prices | [`CatalogueModel`] |
//! | find out when a model is removed, and its replacement | [`CatalogueModel::retirement`] |
//! | get the current best model for a purpose | [`traits`](Models::traits) |
//! | map another vendor's model id | [`compatibility_mapping`](Models::compatibility_mapping) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::types::ModelFilter;
//!
//! for model in venice.models().list(ModelFilter::Text).await? {
//!     let (spec, price) = (&model.model_spec, model.model_spec.pricing.as_ref());
//!     let input = price.and_then(|price| price.input.as_ref()?.usd);
//!     println!("{}: {:?} tokens, {input:?} USD a million", model.id, spec.available_context_tokens);
//! }
//! # Ok(()) }
//! ```
//!
//! All of it is free, needs no key, and is retried after transient failures. The crate has no model list of its own, so nothing becomes
//! outdated: use a new model by its id. Wherever a request has a model, a trait (`default`) or another vendor's model id (`gpt-4o`) works
//! too; [`Meta::model_id`](crate::Meta::model_id) has the model that answered.
//!
//! # The catalogue
//!
//! [`Models::catalogue`] fetches the whole list once (`GET /models?type=all`), and all clones of a client share it for [ten
//! minutes](crate::ClientBuilder::catalogue_max_age). Concurrent callers share one request; if the caller that polls it is dropped, another
//! continues. A failed fetch is an error for its callers, and is not cached. An older catalogue, of a day at most, is used instead, with a
//! warning (`tracing`), and the next attempt is after half a minute.
//!
//! The list has traits, but not other vendors' model ids: those are one more request per type, which is sent only if you [request
//! them](CatalogueRequest::with_compatible_names) or [look up](Models::find) a name that is nothing else. A model whose entry cannot be
//! decoded is left out and [counted](Catalogue::unreadable).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), venice_ai::Error> {
//! # let mock = venice_ai_mock::MockVenice::start().await?;
//! # let venice = mock.client();
//! use venice_ai::types::ModelType;
//!
//! let catalogue = venice.models().catalogue().await?;
//! let able = catalogue.of_type(ModelType::Text).filter(|model| {
//!     model.supports_vision() == Some(true) && model.supports_tools() == Some(true) && !model.is_offline()
//! });
//! assert_eq!(able.map(|model| model.id()).collect::<Vec<_>>(), ["squero-small", "burano-vision"]);
//! # Ok(()) }
//! ```
//!
//! A model that will be removed also has [`Meta::deprecation`](crate::Meta::deprecation) in its replies.

pub use crate::api::models::Models;
#[cfg(feature = "catalogue")]
#[cfg_attr(docsrs, doc(cfg(feature = "catalogue")))]
pub use crate::features::catalogue::{Catalogue, CatalogueModel, CatalogueRequest, CatalogueSettings, Retirement};
#[cfg(feature = "pick")]
#[cfg_attr(docsrs, doc(cfg(feature = "pick")))]
pub use crate::features::pick::{Pick, PickedModel};
