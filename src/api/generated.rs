//! The code that `build.rs` generates from `spec/`.

include!(concat!(env!("OUT_DIR"), "/generated.rs"));

/// The OpenAPI document of the API as JSON, with the corrections from which the types and methods of this crate are generated. Operations
/// are found by the path and the method of [`operations::ALL`].
///
/// ```
/// assert!(venice_ai::API_DOCUMENT.starts_with('{'));
/// ```
#[cfg(feature = "document")]
pub const API_DOCUMENT: &str = include_str!(concat!(env!("OUT_DIR"), "/document.json"));

impl crate::runtime::client::Client {
    /// The generated methods, one per operation. They create calls and send nothing; the resource handles use them.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), venice_ai::Error> {
    /// let venice = venice_ai::Client::from_env()?;
    /// let styles = venice.raw().list_image_styles().await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn raw(&self) -> Raw<'_> {
        Raw { owner: self }
    }
}
