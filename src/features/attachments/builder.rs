//! `UserMessageBuilder`: builds a message of text and media.

use super::kind::{self, Kind};
use crate::api::chat::media::check;
use crate::api::generated::types::{AudioFormat, ContentPart, UserMessage};
use crate::runtime::error::Error;
use crate::runtime::media::FileInput;
use crate::runtime::validation::ValidationError;

/// Builds a user message; from [`UserMessage::builder`]. Parts are sent in the order of the calls.
///
/// ```no_run
/// # async fn example() -> Result<(), venice_ai::Error> {
/// use venice_ai::Upload;
/// use venice_ai::types::UserMessage;
///
/// let question = UserMessage::builder().text("What is this?").image(Upload::path("cat.png")).build().await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is read until it is built"]
pub struct UserMessageBuilder {
    parts: Vec<Planned>,
}

#[derive(Clone)]
enum Planned {
    Ready(ContentPart),
    Media(Kind, FileInput),
}

impl UserMessageBuilder {
    fn media(mut self, kind: Kind, input: impl Into<FileInput>) -> Self {
        self.parts.push(Planned::Media(kind, input.into()));
        self
    }

    /// A text.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.part(ContentPart::text(text))
    }

    /// An image: see [`ContentPart::image`].
    pub fn image(self, image: impl Into<FileInput>) -> Self {
        self.media(Kind::Image, image)
    }

    /// Audio: see [`ContentPart::audio`].
    pub fn audio(self, audio: impl Into<FileInput>) -> Self {
        self.media(Kind::Audio(None), audio)
    }

    /// Audio in a given format: see [`ContentPart::audio_as`].
    pub fn audio_as(self, format: AudioFormat, audio: impl Into<FileInput>) -> Self {
        self.media(Kind::Audio(Some(format)), audio)
    }

    /// A video: see [`ContentPart::video`].
    pub fn video(self, video: impl Into<FileInput>) -> Self {
        self.media(Kind::Video, video)
    }

    /// A document: see [`ContentPart::file`].
    pub fn file(self, file: impl Into<FileInput>) -> Self {
        self.media(Kind::File, file)
    }

    /// An existing part.
    pub fn part(mut self, part: impl Into<ContentPart>) -> Self {
        self.parts.push(Planned::Ready(part.into()));
        self
    }

    /// Reads the files, one after the other, and builds the message.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), venice_ai::Error> {
    /// # use venice_ai::{Upload, types::{ChatCompletionRequest, UserMessage}};
    /// let question = UserMessage::builder().text("What is this?").image(Upload::path("cat.png")).build().await?;
    /// let request = ChatCompletionRequest::new("default_vision", [question]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of the parts, all at once, each with its path in the message: `content[1].image_url.url`. A file that cannot be read ends it.
    /// Nothing is sent.
    pub async fn build(self) -> Result<UserMessage, Error> {
        let mut parts = Vec::with_capacity(self.parts.len());
        let mut findings = Vec::new();
        for (index, planned) in self.parts.into_iter().enumerate() {
            let part = match planned {
                Planned::Ready(part) => checked(index, part),
                Planned::Media(kind, input) => kind::read(&kind, &format!("content[{index}]."), &input).await?,
            };
            match part {
                Ok(part) => parts.push(part),
                Err(finding) => findings.push(finding),
            }
        }
        if parts.is_empty() && findings.is_empty() {
            findings.push(ValidationError::new("content", "is empty"));
        }
        ValidationError::all(findings).map_err(Error::validation)?;
        Ok(UserMessage::new(parts))
    }
}

#[inline]
fn checked(index: usize, part: ContentPart) -> Result<ContentPart, ValidationError> {
    let finding = match &part {
        ContentPart::Text(text) if text.text.is_empty() => Some(("text", "is empty".to_owned())),
        part => check(part),
    };
    match finding {
        Some((member, problem)) => Err(ValidationError::new(format!("content[{index}].{member}"), problem)),
        None => Ok(part),
    }
}

/// Shows the kinds of parts, never their content.
impl std::fmt::Debug for Planned {
    #[inline]
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ready(ContentPart::Text(_)) => f.write_str("Text"),
            Self::Ready(_) => f.write_str("Part"),
            Self::Media(kind, FileInput::Upload(upload)) => f.debug_tuple("Media").field(kind).field(upload).finish(),
            Self::Media(kind, FileInput::Text(_)) => f.debug_tuple("Media").field(kind).finish_non_exhaustive(),
        }
    }
}
