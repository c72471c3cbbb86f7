//! `FileInput`: a file, or text that stands for one.

use std::path::{Path, PathBuf};

use super::Upload;

/// An input that the API takes as a file, or as text: a URL, a `data:` URL or base64.
///
/// Text goes as it stands, and a request that has no file goes as JSON. A file goes as it is, as a part of a multipart body, which
/// saves the third that base64 adds. A `&str` does not say which of them it is, so there is no conversion from it.
///
/// ```
/// use std::path::Path;
/// use venice_ai::{FileInput, Upload};
///
/// let text = FileInput::text("https://example.com/cat.png");
/// let file = FileInput::from(Path::new("cat.png"));
/// assert_eq!(file, FileInput::Upload(Upload::path("cat.png")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileInput {
    /// Text, sent as it stands.
    Text(String),
    /// A file, sent as a part of a multipart body.
    Upload(Upload),
}

impl FileInput {
    /// A URL, a `data:` URL or base64, sent as it stands.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

impl From<Upload> for FileInput {
    fn from(upload: Upload) -> Self {
        Self::Upload(upload)
    }
}

impl From<PathBuf> for FileInput {
    fn from(path: PathBuf) -> Self {
        Self::Upload(path.into())
    }
}

impl From<&Path> for FileInput {
    fn from(path: &Path) -> Self {
        Self::Upload(path.into())
    }
}

impl serde::Serialize for FileInput {
    /// As JSON a file input is text; a file is sent as multipart and never comes here.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Upload(_) => Err(serde::ser::Error::custom("a file cannot be written as JSON")),
        }
    }
}
