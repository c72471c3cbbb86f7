//! `retired`: the replies of endpoints that the API has withdrawn: 410, with where to go instead.

use super::errors::error;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::route::Route;
use super::state::State;

/// `GET /billing/usage`, which the API's document still has.
pub(super) fn billing_usage(_: &mut State, _: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let reply = gone("/billing/usage-history");
    Err(reply.with("deprecation", "@1783555200").with("sunset", "Wed, 16 Sep 2026 00:00:00 GMT"))
}

/// The reply for what the API's document no longer has.
pub(super) fn reply(method: &str, route: &Route) -> Option<Reply> {
    let is_transcription = (method, route.path.as_str()) == ("POST", "/video/transcriptions");
    is_transcription.then(|| gone("/chat/completions").with("deprecation", "true"))
}

fn gone(successor: &str) -> Reply {
    let reply = error(410, &format!("This endpoint is gone; use {successor}"));
    reply.with("link", format!("</api/v1{successor}>; rel=\"successor-version\""))
}
