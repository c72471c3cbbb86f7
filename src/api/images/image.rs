//! One image of a reply.

use std::fmt;

use bytes::Bytes;

use super::encoded::Encoded;
use crate::runtime::error::Error;
use crate::runtime::meta::{ContentFlags, Meta};
use crate::runtime::reply::{ByteStream, RawReply};

/// An image that the API made. Where it came as a file, its bytes are still on their way; where it came as base64 within JSON, it
/// has not been decoded. Either way nothing is done before one of [`bytes`](Self::bytes), [`save`](Self::save) and
/// [`stream`](Self::stream) asks for it, and dropping it closes the connection that it would have come on.
///
/// Look at [`is_blurred`](Self::is_blurred) and [`is_content_violation`](Self::is_content_violation): an image that breaks the rules
/// is no error, and is charged.
pub struct Image {
    content: Content,
}

enum Content {
    File(RawReply),
    Text(Encoded),
}

impl Image {
    pub(super) fn of_file(reply: RawReply) -> Self {
        Self { content: Content::File(reply) }
    }

    pub(super) fn of_text(text: Encoded) -> Self {
        Self { content: Content::Text(text) }
    }

    /// The media type, such as `image/webp`: what the server said of a file, what the first bytes of base64 show.
    ///
    /// ```no_run
    /// # fn look(image: &venice_ai::images::Image) {
    /// assert_eq!(image.content_type().as_deref(), Some("image/webp"));
    /// # }
    /// ```
    pub fn content_type(&self) -> Option<String> {
        match &self.content {
            Content::File(reply) => reply.content_type(),
            Content::Text(text) => text.media_type(),
        }
    }

    /// How the name of a file with this image would end: `png`, `jpg` or `webp`; `None` for any other format.
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

    /// Whether the image was blurred because it is for adults; `safe_mode(false)` asks for it as it is.
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

    /// Whether prompt or image break the content policy. The reply is a success all the same, and what it shows is not what was
    /// asked for.
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

    /// Everything that a moderator found.
    ///
    /// ```no_run
    /// # fn look(image: &venice_ai::images::Image) {
    /// assert!(image.content_flags().is_clear());
    /// # }
    /// ```
    pub fn content_flags(&self) -> ContentFlags {
        self.meta().content_flags()
    }

    /// The prompt that the model was really given, when `enhance_prompt` rewrote it.
    pub fn enhanced_prompt(&self) -> Option<String> {
        self.meta().enhanced_prompt()
    }

    /// The rest of what came with the reply.
    pub fn meta(&self) -> &Meta {
        match &self.content {
            Content::File(reply) => reply.meta(),
            Content::Text(text) => &text.origin().meta,
        }
    }

    /// The image in memory.
    ///
    /// # Errors
    /// The connection broke or stood still, or [`ErrorKind::Decode`](crate::ErrorKind::Decode): what came is not base64. The error names the
    /// place in the reply (`images[1]`) and keeps what stood there. The image is paid for, so it is not asked for again.
    pub async fn bytes(self) -> Result<Bytes, Error> {
        self.into_reply()?.bytes().await
    }

    /// The image piece by piece, as it arrives.
    ///
    /// # Errors
    /// What came is not base64, as for [`bytes`](Self::bytes). What goes wrong on the way is an error of the stream.
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
            Content::File(reply) => Ok(reply),
            Content::Text(text) => text.into_reply(),
        }
    }
}

/// Shows what is known of it, never its contents.
impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image")
            .field("content_type", &self.content_type())
            .field("content_flags", &self.content_flags())
            .finish_non_exhaustive()
    }
}
