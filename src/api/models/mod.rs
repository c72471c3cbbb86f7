//! `Models`: the handle of the models: lists, traits, names of other vendors.

use std::collections::BTreeMap;

use crate::api::generated::types::{Model, ModelFilter, ModelType};
use crate::runtime::call::Call;
use crate::runtime::client::Client;

/// The models of the API. No method needs a key.
#[derive(Clone, Copy, Debug)]
pub struct Models<'c> {
    pub(crate) client: &'c Client,
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
