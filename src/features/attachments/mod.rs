//! `UserMessageBuilder`, `ContentPart::image`, `Upload::to_data_url`: files in JSON requests.

mod builder;
mod document;
mod kind;
mod whole;

pub use self::builder::UserMessageBuilder;
use self::kind::Kind;
use self::whole::WholeFile;
use crate::api::generated::types::{AudioFormat, ContentPart, UserMessage};
use crate::runtime::error::Error;
use crate::runtime::media::FileInput;

/// Parts from files, bytes and URLs.
///
/// A URL (`http:`, `https:`) is sent unchanged and fetched by the API. Bytes and files are read here, completely, and sent within the
/// request as base64, a third longer. Their type is detected from the content first and from the name second. `data:` URLs and base64 are
/// accepted too.
///
/// # Errors
///
/// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) for what the API would reject, with the field: `image_url.url`,
/// `input_audio.data`, `video_url.url` or `file.file_data`; and for more than [`DATA_URL_MAX_BYTES`](crate::Upload::DATA_URL_MAX_BYTES).
/// [`ErrorKind::Io`](crate::ErrorKind::Io) for a file that cannot be read.
impl ContentPart {
    /// An image: PNG, JPEG, GIF, WebP, BMP, TIFF, AVIF or HEIC, at least 64 pixels wide and high.
    ///
    /// For models with [`supports_vision`](crate::types::ModelCapabilities::supports_vision). Several images in a request need
    /// `supports_multiple_images`, up to `max_images`.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), venice_ai::Error> {
    /// use venice_ai::{FileInput, Upload};
    /// use venice_ai::types::ContentPart;
    ///
    /// let from_disk = ContentPart::image(Upload::path("bridge.jpg")).await?;
    /// let from_the_web = ContentPart::image(FileInput::text("https://example.com/bridge.jpg")).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Another type, fewer pixels, a text that is neither a URL nor base64, and a file that cannot be read. Images behind a URL are not
    /// checked.
    pub async fn image(image: impl Into<FileInput>) -> Result<Self, Error> {
        kind::part(&Kind::Image, image.into()).await
    }

    /// Audio: WAV, MP3, AIFF, AAC, Ogg, FLAC or M4A. The format is detected from the content.
    ///
    /// For models with [`supports_audio_input`](crate::types::ModelCapabilities::supports_audio_input). The API does not fetch audio, so a
    /// URL is rejected. For raw samples use [`audio_as`](Self::audio_as).
    ///
    /// # Errors
    /// A URL, an unknown or unsupported format, and a file that cannot be read.
    pub async fn audio(audio: impl Into<FileInput>) -> Result<Self, Error> {
        kind::part(&Kind::Audio(None), audio.into()).await
    }

    /// Audio in a given format: for raw samples, `pcm16` and `pcm24`, which cannot be detected.
    ///
    /// # Errors
    /// As for [`audio`](Self::audio), and content that is clearly in another format.
    pub async fn audio_as(format: AudioFormat, audio: impl Into<FileInput>) -> Result<Self, Error> {
        kind::part(&Kind::Audio(Some(format)), audio.into()).await
    }

    /// A video: MP4, MPEG, QuickTime or WebM; at most three in a request, or as many as the model's
    /// [`max_videos`](crate::types::ModelCapabilities::max_videos).
    ///
    /// For models with `supports_video_input`. The API does not follow redirects of a URL. Some models accept links to YouTube.
    ///
    /// # Errors
    /// As for [`image`](Self::image).
    pub async fn video(video: impl Into<FileInput>) -> Result<Self, Error> {
        kind::part(&Kind::Video, video.into()).await
    }

    /// A document, which the API converts to text, so every text model supports it: PDF, EPUB, DOCX, PPTX, XLSX, XLS, CSV, TXT, Markdown,
    /// JSON and source code, at most 25 MB.
    ///
    /// Its name is sent too: that of the [`Upload`](crate::Upload), or the last segment of a URL.
    ///
    /// # Errors
    /// Not a document, a file without a name, and as for [`image`](Self::image).
    pub async fn file(file: impl Into<FileInput>) -> Result<Self, Error> {
        kind::part(&Kind::File, file.into()).await
    }
}

impl UserMessage {
    /// Builds a message of text and media. Nothing is read before [`build`](UserMessageBuilder::build).
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), venice_ai::Error> {
    /// use venice_ai::Upload;
    /// use venice_ai::types::{ChatCompletionRequest, UserMessage};
    ///
    /// let question = UserMessage::builder()
    ///     .text("Does the bridge in the photo stand in the report?")
    ///     .image(Upload::path("bridge.jpg"))
    ///     .file(Upload::path("report.pdf"))
    ///     .build()
    ///     .await?;
    /// let request = ChatCompletionRequest::new("default_vision", [question]);
    /// # Ok(()) }
    /// ```
    pub fn builder() -> UserMessageBuilder {
        UserMessageBuilder::default()
    }
}
