//! Files that the API turns into text.

use crate::api::generated::types::FileData;
use crate::runtime::media::data_url::is_web_url;
use crate::runtime::media::sniff::{DOCX, EPUB, OLE, PPTX, XLS, XLSX};
use crate::runtime::meta::essence_of;
use crate::runtime::url::percent_decoded;

/// The media type that a document is sent with, or what is wrong with it.
pub(super) fn media(media: &str, head: &[u8]) -> Result<String, String> {
    let essence = essence_of(media);
    if ["application/pdf", EPUB, DOCX, PPTX, XLSX, XLS].contains(&essence.as_str()) {
        return Ok(media.to_owned());
    }
    let is_other = ["image/", "audio/", "video/", "application/zip", OLE].iter().any(|kind| essence.starts_with(kind));
    if is_other || !is_text(head) {
        let what = if essence == "application/octet-stream" { "no text" } else { &essence };
        return Err(format!(
            "is {what}, and none of PDF, EPUB, DOCX, PPTX, XLSX, XLS and text (CSV, Markdown, JSON, code)"
        ));
    }
    // Source code has a hundred endings, and one type.
    Ok(if essence == "application/octet-stream" { "text/plain".to_owned() } else { media.to_owned() })
}

/// No text has a zero byte in it, unless it has two or four bytes a character and says so at its start.
fn is_text(head: &[u8]) -> bool {
    head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) || !head.contains(&0)
}

/// The document behind a URL, under the name of its last segment.
pub(super) fn named(url: String) -> FileData {
    let name = web_name(&url);
    let file = FileData::new(url);
    match name {
        Some(name) => file.filename(name),
        None => file,
    }
}

fn web_name(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next().filter(|_| is_web_url(url))?;
    let (_, path) = path.split_once("://")?.1.split_once('/')?;
    let name = percent_decoded(path.rsplit('/').next()?);
    name.contains('.').then_some(name)
}
