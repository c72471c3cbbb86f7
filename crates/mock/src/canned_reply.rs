//! `CannedReply`: status, headers and body set by a test.

use bytes::Bytes;
use venice_ai::http::{HeaderName, HeaderValue};

use super::errors;
use super::reply::{Content, Reply};

/// Status, headers and body set by a test.
#[derive(Clone, Debug)]
pub(super) struct CannedReply {
    status: u16,
    headers: Vec<(String, String)>,
    /// The media type and the content; `None` for the API's body for the status.
    body: Option<(String, Content)>,
}

impl CannedReply {
    pub(super) fn new(status: u16) -> Self {
        Self { status: possible(status), headers: Vec::new(), body: None }
    }

    pub(super) fn set_status(&mut self, status: u16) {
        self.status = possible(status);
    }

    pub(super) fn add_header(&mut self, name: String, value: String) {
        self.headers.push((name, value));
    }

    pub(super) fn set_body(&mut self, media: impl Into<String>, body: impl Into<Bytes>) {
        self.body = Some((media.into(), Content::Whole(body.into())));
    }

    pub(super) fn set_pieces(&mut self, media: impl Into<String>, pieces: Vec<Bytes>) {
        self.body = Some((media.into(), Content::Pieces(pieces)));
    }

    /// With the body and the headers of a reply; its status if that is an error.
    pub(super) fn with_content(mut self, reply: Reply) -> Self {
        let media = reply.media().unwrap_or_default().to_owned();
        let headers = reply
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
        let own = std::mem::take(&mut self.headers);
        self.headers = headers.filter(|(name, _)| name != "content-type").chain(own).collect();
        self.body = Some((media, reply.content));
        if reply.status >= 400 {
            self.status = reply.status;
        }
        self
    }

    /// The reply, with its headers on top of those of `usual`. An invalid header is left out.
    pub(super) fn over(&self, usual: impl FnOnce(&mut Reply)) -> Reply {
        let mut reply = match &self.body {
            Some((media, Content::Whole(body))) => Reply::new(self.status, media, body.clone()),
            Some((media, Content::Pieces(pieces))) => Reply::pieces(self.status, media, pieces.clone()),
            None => errors::of_status(self.status),
        };
        usual(&mut reply);
        for (name, value) in &self.headers {
            let header = (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value.as_str()));
            if let (Ok(name), Ok(value)) = header {
                reply.headers.insert(name, value);
            }
        }
        reply
    }
}

/// A number below 200 or above 999 is not a valid status.
fn possible(status: u16) -> u16 {
    if (200..=999).contains(&status) { status } else { 500 }
}
