//! Models: what can be called, what it takes, and what it costs.
//!
//! | To | Call |
//! |---|---|
//! | see all models, or those of a type | [`list`](Models::list) |
//! | find the model that is best at something today | [`traits`](Models::traits) |
//! | find what answers to another vendor's model | [`compatibility_mapping`](Models::compatibility_mapping) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::types::ModelFilter;
//!
//! for model in venice.models().list(ModelFilter::Text).await? {
//!     let (spec, price) = (&model.model_spec, model.model_spec.pricing.as_ref());
//!     let input = price.and_then(|price| price.input.as_ref()).map(|price| price.usd);
//!     println!("{}: {:?} tokens, {input:?} USD a million", model.id, spec.available_context_tokens);
//! }
//! # Ok(()) }
//! ```
//!
//! All of it is free, needs no key, and is repeated after failures that may pass. The crate has no list of models of its own, so
//! nothing here grows old: a model that comes tomorrow is called by its id. Wherever a request names a model, a trait (`default`) or a
//! compatible name (`gpt-4o`) will do; [`Meta::model_id`](crate::Meta::model_id) says which model answered.
//!
//! What a model takes is in its `capabilities` and `constraints` ([`ModelSpec`](crate::types::ModelSpec)), and this crate does not
//! check it: the API refuses what does not fit. A model that is about to go says so in
//! [`Meta::deprecation`](crate::Meta::deprecation).

use crate::types::{Model, ModelFilter, ModelType};
use crate::{Call, Client};
use std::collections::BTreeMap;

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
