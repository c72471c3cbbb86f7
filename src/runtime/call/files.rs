//! [`Call::checked_file`]: file checks that run before a call is sent.

use std::fmt;

use super::Call;
use crate::runtime::media::limits::{FileCheck, FileLimits, FileRef};
use crate::runtime::validation::ValidationError;

impl<T> Call<T> {
    /// Checks a file before it is sent. A text is looked at now, a file when the call is sent and before its first attempt; nothing
    /// is where validation is off.
    pub(crate) fn checked_file<'a>(
        self,
        field: impl fmt::Display,
        file: impl Into<FileRef<'a>>,
        limits: FileLimits,
    ) -> Self {
        match file.into() {
            FileRef::Text(text) => {
                let finding = limits.text(text);
                self.checked(finding.map_err(|problem| ValidationError::new(field.to_string(), problem)))
            }
            FileRef::Upload(upload) => {
                self.with_file_check(FileCheck { field: field.to_string(), upload: upload.clone(), limits })
            }
        }
    }
}
