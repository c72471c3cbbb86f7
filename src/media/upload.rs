//! A file to send.

use bytes::Bytes;
use std::fmt;

/// A file to send: its bytes, its name and its media type.
///
/// Cheap to clone, as the bytes are shared. A request that carries an `Upload` can be repeated after a failure, because its bytes
/// are at hand.
#[derive(Clone, PartialEq, Eq)]
pub struct Upload {
    bytes: Bytes,
    name: String,
    mime: Option<String>,
}

impl Upload {
    /// A file from bytes in memory. The API tells formats apart by the name's ending where no media type is given.
    ///
    /// ```
    /// let upload = venice_ai::Upload::bytes("voice.wav", vec![0_u8; 44]);
    /// assert_eq!(upload.len(), 44);
    /// ```
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), name: name.into(), mime: None }
    }

    /// Sets the media type, such as `audio/wav`.
    ///
    /// ```
    /// let upload = venice_ai::Upload::bytes("voice", vec![0_u8; 44]).mime("audio/wav");
    /// ```
    #[must_use]
    pub fn mime(mut self, mime: impl Into<String>) -> Self {
        self.mime = Some(mime.into());
        self
    }

    /// The size in bytes.
    ///
    /// ```
    /// assert_eq!(venice_ai::Upload::bytes("a.txt", "abc").len(), 3);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether the file has no bytes.
    ///
    /// ```
    /// assert!(venice_ai::Upload::bytes("a.txt", "").is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The part that a multipart body holds of it.
    pub(crate) fn part(&self) -> reqwest::Result<reqwest::multipart::Part> {
        match &self.mime {
            Some(mime) => self.untyped().mime_str(mime),
            None => Ok(self.untyped()),
        }
    }

    /// The part without its media type.
    pub(crate) fn untyped(&self) -> reqwest::multipart::Part {
        reqwest::multipart::Part::stream_with_length(self.bytes.clone(), self.bytes.len() as u64)
            .file_name(self.name.clone())
    }
}

/// Shows name, type and size, never the contents.
impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("name", &self.name).field("mime", &self.mime).field("len", &self.len()).finish()
    }
}

/// An input that the API takes as a file, or as text: a URL, a `data:` URL or base64.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileInput {
    /// Text, sent as it stands.
    Text(String),
    /// A file, sent as a part of a multipart body.
    Upload(Upload),
}

impl From<Upload> for FileInput {
    fn from(upload: Upload) -> Self {
        Self::Upload(upload)
    }
}

impl From<String> for FileInput {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for FileInput {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
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
