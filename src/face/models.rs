//! Models: what can be called, what it takes, and what it costs.
//!
//! | To | Call |
//! |---|---|
//! | see all models, or those of a type | [`list`](Models::list) |
//! | look models up, and keep what was fetched | [`catalogue`](Models::catalogue), [`Catalogue`] |
//! | find the model that a name stands for | [`find`](Models::find) |
//! | ask what a model can do, takes and costs | [`CatalogueModel`] |
//! | see when a model goes, and what replaces it | [`CatalogueModel::retirement`] |
//! | find the model that is best at something today | [`traits`](Models::traits) |
//! | find what answers to another vendor's model | [`compatibility_mapping`](Models::compatibility_mapping) |
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
//! All of it is free, needs no key, and is repeated after failures that may pass. The crate has no list of models of its own, so
//! nothing here grows old: a model that comes tomorrow is called by its id. Wherever a request names a model, a trait (`default`) or a
//! compatible name (`gpt-4o`) will do; [`Meta::model_id`](crate::Meta::model_id) says which model answered.
//!
//! # The catalogue
//!
//! [`Models::catalogue`] fetches the whole list once (`GET /models?type=all`), and all clones of a client share it until it is
//! [ten minutes](crate::ClientBuilder::catalogue_max_age) old. However many ask at once, one request is sent; when the one that drives
//! it is dropped, the next drives on. A fetch that fails is an error for those who waited, and is not kept. Where there is an older
//! catalogue, of a day at most, it serves instead, with a warning (`tracing`), and the next try is after half a minute.
//!
//! Traits stand in the list. The names of other vendors' models do not: each type's are one more request, which is sent only for who
//! [asks](CatalogueRequest::with_compatible_names) or [looks up](Models::find) a name that is nothing else. A model whose entry
//! cannot be read is left out and [counted](Catalogue::unreadable).
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
//! A model that is about to go also says so in [`Meta::deprecation`](crate::Meta::deprecation) of its replies.

pub use crate::api::models::Models;
#[cfg(feature = "catalogue")]
#[cfg_attr(docsrs, doc(cfg(feature = "catalogue")))]
pub use crate::features::catalogue::{Catalogue, CatalogueModel, CatalogueRequest, CatalogueSettings, Retirement};
