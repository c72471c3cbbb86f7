//! A message of text and media.

use super::kind::{self, Kind};
use crate::api::chat::media::check;
use crate::api::generated::types::{AudioFormat, ContentPart, UserMessage};
use crate::runtime::error::Error;
use crate::runtime::media::FileInput;
use crate::runtime::validation::ValidationError;

/// A user's message in the making; from [`UserMessage::builder`]. Its parts are sent in the order in which they are named.
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

    /// An image, as [`ContentPart::image`] takes it.
    pub fn image(self, image: impl Into<FileInput>) -> Self {
        self.media(Kind::Image, image)
    }

    /// A sound, as [`ContentPart::audio`] takes it.
    pub fn audio(self, audio: impl Into<FileInput>) -> Self {
        self.media(Kind::Audio(None), audio)
    }

    /// A sound in a format that is named, as [`ContentPart::audio_as`] takes it.
    pub fn audio_as(self, format: AudioFormat, audio: impl Into<FileInput>) -> Self {
        self.media(Kind::Audio(Some(format)), audio)
    }

    /// A video, as [`ContentPart::video`] takes it.
    pub fn video(self, video: impl Into<FileInput>) -> Self {
        self.media(Kind::Video, video)
    }

    /// A document, as [`ContentPart::file`] takes it.
    pub fn file(self, file: impl Into<FileInput>) -> Self {
        self.media(Kind::File, file)
    }

    /// A part that is there already.
    pub fn part(mut self, part: impl Into<ContentPart>) -> Self {
        self.parts.push(Planned::Ready(part.into()));
        self
    }

    /// Reads the files, one after the other, and makes the message.
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
    /// Those of the parts, all that are found at once, each with its place in the message: `content[1].image_url.url`. A file that
    /// cannot be read ends it. Nothing is sent by this.
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

/// What kinds of parts there are, never what is in them.
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
