//! `ContentPart`: constructors from values of the wire.

use crate::api::generated::types::{
    AudioFormat, AudioPart, ContentPart, FileData, FilePart, ImagePart, InputAudio, MediaUrl, TextPart, VideoPart,
};

impl ContentPart {
    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(TextPart::new(text))
    }

    /// An image: a public URL or a `data:` URL, at least 64 pixels wide and high. For a file use [`image`](Self::image).
    #[must_use]
    pub fn image_url(url: impl Into<String>) -> Self {
        Self::ImageUrl(ImagePart::new(MediaUrl::new(url)))
    }

    /// Audio: plain base64, neither a URL nor a `data:` URL. For a file use [`audio`](Self::audio).
    #[must_use]
    pub fn input_audio(base64: impl Into<String>, format: AudioFormat) -> Self {
        Self::InputAudio(AudioPart::new(InputAudio::new(base64).format(format)))
    }

    /// A video: a public URL that does not redirect, or a `data:` URL; at most three in a request. For a file use [`video`](Self::video).
    #[must_use]
    pub fn video_url(url: impl Into<String>) -> Self {
        Self::VideoUrl(VideoPart::new(MediaUrl::new(url)))
    }

    /// A document, which the server converts to text: a public URL or a `data:` URL, at most 25 MB. The extension of the name is its
    /// format.
    #[must_use]
    pub fn file_url(name: impl Into<String>, url: impl Into<String>) -> Self {
        Self::File(FilePart::new(FileData::new(url).filename(name)))
    }
}

/// A string becomes a text part.
impl From<&str> for ContentPart {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}
