//! What an [`Error`] says about the list of charges: [`Error::is_invalid_cursor`].

use reqwest::StatusCode;

use crate::api::generated::operations::GET_BILLING_USAGE_HISTORY;
use crate::runtime::error::Error;

impl Error {
    /// The API does not know the cursor of a list, or no longer. Begin the list again: where it left off, by the moment of the last
    /// item, or from the start.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_invalid_cursor() {
    ///     println!("begin again");
    /// }
    /// # }
    /// ```
    pub fn is_invalid_cursor(&self) -> bool {
        let names_it = || {
            let fields = self.field_errors().iter().any(|wrong| wrong.field == "cursor");
            fields || self.message().to_ascii_lowercase().contains("cursor")
        };
        self.status() == Some(StatusCode::BAD_REQUEST)
            && self.operation() == Some(GET_BILLING_USAGE_HISTORY.id)
            && names_it()
    }
}
