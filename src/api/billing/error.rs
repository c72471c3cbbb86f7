//! [`Error::is_invalid_cursor`]: whether a cursor of the list of charges is unknown or expired.

use reqwest::StatusCode;

use crate::api::generated::operations::GET_BILLING_USAGE_HISTORY;
use crate::runtime::error::Error;

impl Error {
    /// The cursor of a list is unknown to the API, or expired. Start the list again: from the time of the last item, or from the start.
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
