//! Models: what can be called, what it takes, and what it costs.
//!
//! | To | Call |
//! |---|---|
//! | see all models, or those of a type | [`list`](Models::list) |
//! | look models up, and keep what was fetched | [`catalogue`](Models::catalogue), [`Catalogue`] |
//! | find the model that a name stands for | [`retrieve`](Models::retrieve) |
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
//! [asks](CatalogueRequest::with_compatible_names) or [retrieves](Models::retrieve) a name that is nothing else. A model whose entry
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

mod capabilities;
mod catalogue;
mod limits;
mod model;
mod names;
mod read;
mod request;
mod retirement;
pub(crate) mod store;
pub(crate) mod suggest;

use std::collections::BTreeMap;

pub use self::catalogue::Catalogue;
pub use self::model::CatalogueModel;
pub use self::request::CatalogueRequest;
pub use self::retirement::Retirement;
use crate::api::generated::types::{Model, ModelFilter, ModelType};
use crate::runtime::call::Call;
use crate::runtime::call::Flow;
use crate::runtime::client::Client;

/// The models of the API. No method needs a key.
#[derive(Clone, Copy, Debug)]
pub struct Models<'c> {
    client: &'c Client,
}

impl<'c> Models<'c> {
    pub(super) fn new(client: &'c Client) -> Self {
        Self { client }
    }

    /// The models of one type, or of all. The API lists text models only when it is not told; here it always is.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::ModelFilter;
    /// for model in venice.models().list(ModelFilter::Image).await? {
    ///     println!("{} ({})", model.id, model.model_spec.privacy);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self, filter: impl Into<ModelFilter>) -> Call<Vec<Model>> {
        self.client.raw().list_models(Some(&filter.into())).map(|reply| reply.data)
    }

    /// All models, to look up, filter and ask: fetched once for all clones of the client, and kept for
    /// [ten minutes](crate::ClientBuilder::catalogue_max_age).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # let mock = venice_ai_mock::MockVenice::start().await?;
    /// # let venice = mock.client();
    /// let catalogue = venice.models().catalogue().await?;
    /// let model = catalogue.require("default:enable_web_search=on")?;
    /// assert_eq!((model.id(), model.supports_vision()), ("gondola-9b", Some(false)));
    ///
    /// venice.models().catalogue().await?; // sends nothing
    /// assert_eq!(mock.requests().len(), 1);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`list`](Self::list), where no catalogue of the last day can serve. No key is needed.
    pub fn catalogue(&self) -> CatalogueRequest {
        CatalogueRequest::new(self.client)
    }

    /// The model that a name stands for: an id, a trait (`default`) or the name of another vendor's model (`gpt-4o`), with or without
    /// a suffix. It is looked up in the [catalogue](Self::catalogue); where a name stands for models of several types, it is the text
    /// model.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # let mock = venice_ai_mock::MockVenice::start().await?;
    /// # let venice = mock.client();
    /// let model = venice.models().retrieve("gpt-4o").await?;
    /// assert_eq!((model.id(), model.context_tokens()), ("gondola-9b", Some(131_072)));
    ///
    /// let unknown = venice.models().retrieve("gondola-8b").await.unwrap_err();
    /// assert_eq!(unknown.did_you_mean(), ["gondola-9b"]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if nothing answers to the name, with names that come close in
    /// [`did_you_mean`](crate::Error::did_you_mean); and those of [`catalogue`](Self::catalogue).
    pub fn retrieve(&self, name: impl Into<String>) -> Flow<CatalogueModel> {
        request::retrieve(self.client, None, name.into())
    }

    /// As [`retrieve`](Self::retrieve), for a model of one type.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::ModelType;
    /// let draws = venice.models().retrieve_of_type(ModelType::Image, "default").await?;
    /// println!("{} takes {:?} characters", draws.id(), draws.max_prompt_characters());
    /// # Ok(()) }
    /// ```
    pub fn retrieve_of_type(&self, kind: impl Into<ModelType>, name: impl Into<String>) -> Flow<CatalogueModel> {
        request::retrieve(self.client, Some(kind.into()), name.into())
    }

    /// Traits, such as `default` or `most_uncensored`, and the id of the model that has each today. A trait can stand wherever
    /// a model id can.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::ModelType;
    /// let traits = venice.models().traits(ModelType::Text).await?;
    /// println!("default is {:?}", traits.get("default"));
    /// # Ok(()) }
    /// ```
    pub fn traits(&self, kind: impl Into<ModelType>) -> Call<BTreeMap<String, String>> {
        self.client.raw().list_model_traits(Some(&kind.into())).map(|reply| reply.data)
    }

    /// Names of other vendors' models, such as `gpt-4o`, and the id of the model that answers to each.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::ModelType;
    /// let names = venice.models().compatibility_mapping(ModelType::Text).await?;
    /// println!("gpt-4o is {:?}", names.get("gpt-4o"));
    /// # Ok(()) }
    /// ```
    pub fn compatibility_mapping(&self, kind: impl Into<ModelType>) -> Call<BTreeMap<String, String>> {
        self.client.raw().list_model_compatibility_mapping(Some(&kind.into())).map(|reply| reply.data)
    }
}
