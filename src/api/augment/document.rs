//! `Augment::parse_document`: the text of documents.

use super::Augment;
use crate::api::generated::types::{ParsedText, TextParserRequest};
use crate::api::text_reply::{self, Textual};
use crate::runtime::call::Call;
use crate::runtime::media::Upload;
use crate::runtime::transport::ReplyForm;

impl Augment<'_> {
    /// Extracts the text of a document of at most 25 MB: PDF, EPUB, Word, PowerPoint, Excel, plain text, CSV, JSON, source code.
    ///
    /// The API recognises formats by the file extension, so set the file's name. The JSON form, which is the default, has the number of
    /// tokens; [`Text`](crate::types::TextReplyFormat::Text) has not.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::Upload;
    ///
    /// let document = venice.augment().parse_document(Upload::path("tides.pdf")).await?;
    /// println!("{:?} tokens\n{}", document.tokens, document.text);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: an empty file, one of more than 25 MB, and an image, audio or video. A document without text, such as a
    /// scan, is a 400.
    pub fn parse_document(&self, document: impl Into<TextParserRequest>) -> Call<ParsedText> {
        let request = document.into();
        let requested = request.response_format.clone();
        let call = self.client.raw().create_text_parser(&request);
        call.checked_files(&request).read(ReplyForm::Whole, move |reply| text_reply::read(reply, requested.as_ref()))
    }
}

impl From<Upload> for TextParserRequest {
    fn from(file: Upload) -> Self {
        Self::new(file)
    }
}

impl Textual for ParsedText {
    fn bare(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}
