//! `Image`: one image of a reply.

use std::fmt;

use bytes::Bytes;

use super::encoded::Encoded;
use crate::runtime::error::Error;
use crate::runtime::meta::{ContentFlags, Meta};
use crate::runtime::reply::{ByteStream, RawReply};

/// A generated image. A file is still being received, and base64 within JSON was not decoded yet. Lazy: nothing happens before one of
/// [`bytes`](Self::bytes), [`save`](Self::save) and [`stream`](Self::stream) is called, and dropping it closes the connection.
///
/// Check [`is_blurred`](Self::is_blurred) and [`is_content_violation`](Self::is_content_violation): an image that violates the content
/// policy is not an error, and is charged.
pub struct Image {
    content: ImageContent,
}

enum ImageContent {
    File(RawReply),
    Text(Encoded),
}

impl Image {
    pub(super) fn of_file(reply: RawReply) -> Self {
        Self { content: ImageContent::File(reply) }
    }

    pub(super) fn of_text(text: Encoded) -> Self {
        Self { content: ImageContent::Text(text) }
    }

    /// The media type, such as `image/webp`: of a file that of the reply, of base64 that of the first bytes.
    ///
    /// ```no_run
    /// # fn look(image: &venice_ai::images::Image) {
    /// assert_eq!(image.content_type().as_deref(), Some("image/webp"));
    /// # }
    /// ```
    pub fn content_type(&self) -> Option<String> {
        match &self.content {
            ImageContent::File(reply) => reply.content_type(),
            ImageContent::Text(text) => text.media_type(),
        }
    }

    /// The file extension: `png`, `jpg` or `webp`; `None` for any other format.
    ///
    /// ```no_run
    /// # async fn example(image: venice_ai::images::Image) -> Result<(), venice_ai::Error> {
    /// let name = format!("canal.{}", image.extension().unwrap_or("bin"));
    /// image.save(name).await?;
    /// # Ok(()) }
    /// ```
    pub fn extension(&self) -> Option<&'static str> {
        match self.content_type()?.as_str() {
            "image/png" => Some("png"),
            "image/jpeg" => Some("jpg"),
            "image/webp" => Some("webp"),
            _ => None,
        }
    }

    /// Whether the image was blurred as adult content; `safe_mode(false)` turns that off.
    ///
    /// ```no_run
    /// # fn look(image: &venice_ai::images::Image) {
    /// if image.is_blurred() {
    ///     println!("not much to see");
    /// }
    /// # }
    /// ```
    pub fn is_blurred(&self) -> bool {
        self.content_flags().blurred
    }

    /// Whether prompt or image violate the content policy. The reply is a success anyway, and the image is not the requested one.
    ///
    /// ```no_run
    /// # fn look(image: &venice_ai::images::Image) {
    /// if image.is_content_violation() {
    ///     println!("try another prompt");
    /// }
    /// # }
    /// ```
    pub fn is_content_violation(&self) -> bool {
        self.content_flags().violation
    }

    /// All moderation flags.
    ///
    /// ```no_run
    /// # fn look(image: &venice_ai::images::Image) {
    /// assert!(image.content_flags().is_clear());
    /// # }
    /// ```
    pub fn content_flags(&self) -> ContentFlags {
        self.meta().content_flags()
    }

    /// The prompt as rewritten by `enhance_prompt`.
    pub fn enhanced_prompt(&self) -> Option<String> {
        self.meta().enhanced_prompt()
    }

    /// The metadata of the reply.
    pub fn meta(&self) -> &Meta {
        match &self.content {
            ImageContent::File(reply) => reply.meta(),
            ImageContent::Text(text) => &text.origin().meta,
        }
    }

    /// Reads the image into memory.
    ///
    /// # Errors
    /// The connection was lost or idle for too long, or [`ErrorKind::Decode`](crate::ErrorKind::Decode): it is not base64. The error has
    /// the path in the reply (`images[1]`) and the text. The image is charged, so the call is not retried.
    pub async fn bytes(self) -> Result<Bytes, Error> {
        self.into_reply()?.bytes().await
    }

    /// The image as it arrives.
    ///
    /// # Errors
    /// It is not base64, as for [`bytes`](Self::bytes). Later errors are errors of the stream.
    ///
    /// ```no_run
    /// # async fn example(image: venice_ai::images::Image) -> Result<(), venice_ai::Error> {
    /// let mut pieces = image.stream()?;
    /// while let Some(piece) = pieces.next().await {
    ///     println!("{} bytes", piece?.len());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn stream(self) -> Result<ByteStream, Error> {
        Ok(self.into_reply()?.stream())
    }

    pub(crate) fn into_reply(self) -> Result<RawReply, Error> {
        match self.content {
            ImageContent::File(reply) => Ok(reply),
            ImageContent::Text(text) => text.into_reply(),
        }
    }
}

/// Shows the metadata, never the contents.
impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image")
            .field("content_type", &self.content_type())
            .field("content_flags", &self.content_flags())
            .finish_non_exhaustive()
    }
}
