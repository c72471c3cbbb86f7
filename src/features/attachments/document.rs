//! `named`: documents behind URLs.

use crate::api::generated::types::FileData;
use crate::runtime::media::data_url::is_web_url;
use crate::runtime::url::percent_decoded;

/// The document at a URL, named after its last path segment.
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
