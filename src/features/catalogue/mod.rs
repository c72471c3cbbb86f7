//! `Catalogue`: all models, cached for all clones of a client, looked up by id, trait or another vendor's id.

mod capabilities;
mod limits;
mod lookup;
mod model;
pub(crate) mod names;
mod read;
mod request;
mod retirement;
pub(crate) mod store;
mod suggest;

pub use self::lookup::Catalogue;
pub use self::model::CatalogueModel;
pub use self::request::{CatalogueRequest, CatalogueSettings};
pub use self::retirement::Retirement;
use crate::api::generated::types::ModelType;
use crate::api::models::Models;
use crate::features::flow::Flow;

impl Models<'_> {
    /// All models, for lookup and filtering: fetched once for all clones of the client, and cached for [ten
    /// minutes](crate::ClientBuilder::catalogue_max_age).
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
    /// Those of [`list`](Self::list), if there is no catalogue of the last day. No key is needed.
    pub fn catalogue(&self) -> CatalogueRequest {
        request::catalogue(self.client)
    }

    /// Resolves a model name: an id, a trait (`default`) or another vendor's model id (`gpt-4o`), with or without a suffix. It is looked up
    /// in the [catalogue](Self::catalogue); if a name refers to models of several types, it is the text model.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # let mock = venice_ai_mock::MockVenice::start().await?;
    /// # let venice = mock.client();
    /// let model = venice.models().find("gpt-4o").await?;
    /// assert_eq!((model.id(), model.context_tokens()), ("gondola-9b", Some(131_072)));
    ///
    /// let unknown = venice.models().find("gondola-8b").await.unwrap_err();
    /// assert_eq!(unknown.did_you_mean(), ["gondola-9b"]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for an unknown name, with suggestions in
    /// [`did_you_mean`](crate::Error::did_you_mean); and those of [`catalogue`](Self::catalogue).
    pub fn find(&self, name: impl Into<String>) -> Flow<CatalogueModel> {
        request::find(self.client, None, name.into())
    }

    /// Like [`find`](Self::find), for a model of one type.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::ModelType;
    /// let draws = venice.models().find_of_type(ModelType::Image, "default").await?;
    /// println!("{} takes {:?} characters", draws.id(), draws.max_prompt_characters());
    /// # Ok(()) }
    /// ```
    pub fn find_of_type(&self, kind: impl Into<ModelType>, name: impl Into<String>) -> Flow<CatalogueModel> {
        request::find(self.client, Some(kind.into()), name.into())
    }
}
