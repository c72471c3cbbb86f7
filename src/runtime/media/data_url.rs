//! `DataUrl`: files as `data:` URLs, and texts that name files.

use super::{Upload, base64};
use crate::runtime::error::Error;
use crate::runtime::validation::ValidationError;

/// A `data:` URL, taken apart.
pub(crate) struct DataUrl<'t> {
    /// The media type that it declares, without parameters.
    pub(crate) media: Option<&'t str>,
    pub(crate) is_base64: bool,
    pub(crate) data: &'t str,
}

impl<'t> DataUrl<'t> {
    /// `None` where the text is no `data:` URL, or one without data.
    pub(crate) fn read(text: &'t str) -> Option<Self> {
        let (head, data) = text.split_once(',').filter(|_| is_data_url(text))?;
        let head = head.get(DATA.len()..)?;
        let media = head.split(';').next().filter(|media| !media.is_empty());
        Some(Self { media, is_base64: head.ends_with(";base64"), data })
    }
}

const DATA: &str = "data:";

pub(crate) fn is_data_url(text: &str) -> bool {
    has_scheme(text, DATA)
}

/// Whether a text means something in the web, right or wrong.
pub(crate) fn is_web_url(text: &str) -> bool {
    has_scheme(text, "http:") || has_scheme(text, "https:")
}

fn has_scheme(text: &str, scheme: &str) -> bool {
    text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

/// A file as a `data:` URL.
pub(crate) fn data_url(media: &str, bytes: &[u8]) -> String {
    let mut url = format!("{DATA}{media};base64,");
    base64::encode_into(&mut url, bytes);
    url
}

impl Upload {
    /// The largest file that [`to_data_url`](Self::to_data_url) takes: 25 MiB. As text it is a third longer, which is what the API
    /// takes as a whole request.
    pub const DATA_URL_MAX_BYTES: u64 = 25 * 1024 * 1024;

    /// The file as a `data:` URL, for operations that take JSON alone: the media of a video, style references. (A part of a chat
    /// message is made by [`ContentPart::image`](crate::types::ContentPart::image) and its like.) Its media type is found as for a file
    /// that is sent. A reader is read to its end by this.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the file cannot be read, and
    /// [`ErrorKind::InvalidRequest`](crate::ErrorKind::InvalidRequest) if it has more than
    /// [`DATA_URL_MAX_BYTES`](Self::DATA_URL_MAX_BYTES).
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), venice_ai::Error> {
    /// let image_url = venice_ai::Upload::path("first-frame.png").to_data_url().await?;
    /// assert!(image_url.starts_with("data:image/png;base64,"));
    /// # Ok(()) }
    /// ```
    pub async fn to_data_url(&self) -> Result<String, Error> {
        let field = self.name.as_str();
        match self.whole(field).await? {
            Ok(file) => Ok(file.data_url()),
            Err(problem) => Err(Error::validation(ValidationError::new(field, problem))),
        }
    }

    /// As [`to_data_url`](Self::to_data_url), waiting in this thread.
    ///
    /// # Errors
    ///
    /// As for [`to_data_url`](Self::to_data_url); and [`ErrorKind::BlockingInAsync`](crate::ErrorKind::BlockingInAsync) in a thread
    /// that belongs to an async runtime.
    #[cfg(feature = "blocking")]
    pub fn to_data_url_blocking(&self) -> Result<String, Error> {
        crate::runtime::blocking::block_on(self.to_data_url())?
    }
}
