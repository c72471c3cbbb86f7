//! `DataUrl`: parses `data:` URLs, and recognises web URLs.

use super::Upload;

/// A parsed `data:` URL.
pub(crate) struct DataUrl<'t> {
    /// The media type that it declares, without parameters.
    pub(crate) media: Option<&'t str>,
    pub(crate) is_base64: bool,
    pub(crate) data: &'t str,
}

impl<'t> DataUrl<'t> {
    /// `None` if the text is not a `data:` URL, or one without data.
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

/// Whether a text starts like a web URL, valid or not.
pub(crate) fn is_web_url(text: &str) -> bool {
    has_scheme(text, "http:") || has_scheme(text, "https:")
}

fn has_scheme(text: &str, scheme: &str) -> bool {
    text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

impl Upload {
    /// The largest file that [`to_data_url`](Self::to_data_url) accepts: 25 MiB. As text it is a third longer, which is the API's limit for
    /// a whole request.
    pub const DATA_URL_MAX_BYTES: u64 = 25 * 1024 * 1024;
}
