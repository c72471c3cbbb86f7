//! `FileInput`: a file, or a text such as a URL.

use std::path::{Path, PathBuf};

use super::Upload;

/// An input that the API accepts as a file, or as text: a URL, a `data:` URL or base64.
///
/// A text is sent unchanged, and a request without files is sent as JSON. A file is sent as a multipart part, without the overhead of
/// base64. A `&str` could be either, so there is no conversion from it.
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
    /// A text, sent unchanged.
    Text(String),
    /// A file, sent as a multipart part.
    Upload(Upload),
}

impl FileInput {
    /// A URL, a `data:` URL or base64, sent unchanged.
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
    /// A text in JSON; files are sent as multipart and never get here.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Upload(_) => Err(serde::ser::Error::custom("a file cannot be serialised as JSON")),
        }
    }
}
