//! `CsvTable`: joins the pages of a CSV table.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{BufMut, Bytes, BytesMut};

use crate::api::billing::CSV;
use crate::api::generated::operations;
use crate::api::generated::types::GetBillingUsageHistoryParams;
use crate::features::pages::areas::{at, behind};
use crate::features::pages::{Batch, PageStart, Pages};
use crate::features::save::SavedFile;
use crate::features::save::durable::DurableFile;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::text::{is_html, without_mark};
use crate::runtime::transport::ReplyForm;

/// A CSV table that arrives page by page, from [`Billing::usage_history_table`](super::Billing::usage_history_table).
///
/// The bytes concatenate to the table, with the header in the first line only. A page is held in memory until it is complete, so a failure
/// leaves no incomplete line, and the next call of [`next`](Pages::next) resumes after the failure. A page that is not CSV is
/// [`Decode`](crate::ErrorKind::Decode).
pub type CsvTable = Pages<Bytes>;

/// What decides how the next page is joined.
#[derive(Debug, Default)]
pub(super) struct PageJoiner {
    /// The first line of the table, with its line end.
    header: Bytes,
    /// Whether the last page lacks its final line end.
    open: bool,
}

/// The table of the charges selected by these parameters.
pub(super) fn table(client: &Client, params: GetBillingUsageHistoryParams) -> CsvTable {
    let cursor = params.cursor.clone();
    let joiner = Arc::new(Mutex::new(PageJoiner::default()));
    let ask = move |client: &Client, place: &PageStart| {
        let joiner = Arc::clone(&joiner);
        client.billing().usage_history_csv(at(&params, place)).read(ReplyForm::Whole, move |reply| {
            // A gateway's HTML page, or the list as JSON, would corrupt the table silently.
            let mut joiner = joiner.lock().unwrap_or_else(PoisonError::into_inner);
            let is_labelled = reply.meta.content_type().is_none_or(|media| media == CSV);
            let is_other = is_html(reply.bytes()) || without_mark(reply.bytes()).trim_ascii_start().starts_with(b"{");
            let has_header = !joiner.header.is_empty() || !reply.bytes().trim_ascii().is_empty();
            if !is_labelled || is_other || !has_header {
                return Err(reply.unexpected(&format!("the reply is not {CSV}")));
            }
            let next = reply.meta.next_cursor().map(str::to_owned).and_then(behind);
            let lines = joiner.join(reply.bytes().clone());
            Ok(Batch::new(lines.into_iter().collect(), next))
        })
    };
    let pages = Pages::new(client, &operations::GET_BILLING_USAGE_HISTORY, Box::new(ask));
    pages.beginning_at(cursor.as_deref())
}

impl CsvTable {
    /// Writes the whole table to a file, page by page, and returns its size in bytes.
    ///
    /// The file appears, or replaces an existing one, when all of it is on disk, as with [`RawReply::save`](crate::RawReply::save). A
    /// failure leaves nothing behind.
    ///
    /// # Errors
    ///
    /// The first error of [`next`](Pages::next), or [`ErrorKind::Io`](crate::ErrorKind::Io): the file cannot be written.
    pub async fn save(mut self, path: impl AsRef<Path>) -> Result<SavedFile, Error> {
        let explained = |error: Error| error.with_operation(&operations::GET_BILLING_USAGE_HISTORY);
        let mut file = DurableFile::create(path.as_ref()).await.map_err(explained)?;
        while let Some(lines) = self.next().await {
            file.write(lines?).await.map_err(explained)?;
        }
        file.commit(Some(CSV.to_owned())).await.map_err(explained)
    }
}

impl PageJoiner {
    /// The part of a page that is appended to the table.
    #[inline]
    pub(super) fn join(&mut self, page: Bytes) -> Option<Bytes> {
        let mut lines = page;
        if self.header.is_empty() {
            let end = lines.iter().position(|byte| *byte == b'\n').map_or(lines.len(), |end| end + 1);
            self.header = lines.slice(..end);
        } else if without_end(first_line(&lines)) == without_end(&self.header) {
            lines = lines.slice(first_line(&lines).len()..);
        }
        if lines.is_empty() {
            return None;
        }
        let joined = if self.open { self.with_end_before(&lines) } else { lines };
        self.open = !joined.ends_with(b"\n");
        Some(joined)
    }

    /// The missing line end of the page before, and the lines.
    fn with_end_before(&self, lines: &[u8]) -> Bytes {
        let end: &[u8] = if self.header.ends_with(b"\r\n") { b"\r\n" } else { b"\n" };
        let mut joined = BytesMut::with_capacity(end.len() + lines.len());
        joined.put_slice(end);
        joined.put_slice(lines);
        joined.freeze()
    }
}

fn first_line(lines: &[u8]) -> &[u8] {
    lines.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default()
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(pages: &[&'static str]) -> String {
        let mut joiner = PageJoiner::default();
        let parts = pages.iter().filter_map(|page| joiner.join(Bytes::from_static(page.as_bytes())));
        parts.map(|part| String::from_utf8(part.to_vec()).unwrap()).collect()
    }

    #[test]
    fn only_the_first_line_is_the_header() {
        assert_eq!(joined(&["a,b\n1,2\n", "a,b\n3,4\n", "a,b\n5,6\n"]), "a,b\n1,2\n3,4\n5,6\n");
        assert_eq!(joined(&["a,b\r\n1,2\r\n", "a,b\r\n3,4\r\n"]), "a,b\r\n1,2\r\n3,4\r\n");
    }

    #[test]
    fn a_page_that_does_not_end_its_last_line_is_joined() {
        assert_eq!(joined(&["a,b\n1,2", "a,b\n3,4", "a,b"]), "a,b\n1,2\n3,4");
        assert_eq!(joined(&["a,b\r\n1,2", "a,b\r\n3,4\r\n"]), "a,b\r\n1,2\r\n3,4\r\n");
        assert_eq!(joined(&["a,b", "a,b\n3,4\n"]), "a,b\n3,4\n");
    }

    #[test]
    fn empty_pages_and_pages_without_a_header_lose_nothing() {
        assert_eq!(joined(&["a,b\n", "a,b\n", "a,b\n3,4\n"]), "a,b\n3,4\n");
        assert_eq!(joined(&["", "a,b\n1,2\n", "", "3,4\n"]), "a,b\n1,2\n3,4\n");
        assert_eq!(joined(&[]), "");
    }
}
