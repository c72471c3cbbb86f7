//! One attempt: a request, its redirects, its reply.

use std::borrow::Cow;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use reqwest::{Response, StatusCode, Url};
use tokio::time::Instant;

use super::body::ReplyBody;
use super::boxed_cold::boxed_cold;
use super::heap::retain_freed_memory;
use super::limits::ReplyLimits;
use super::reply_kind::{self, ReplyKind};
use super::source::Source;
use super::{Body, Clock, Mode, Reply, Scope, failure, of_address, redirect};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::meta::Meta;
use crate::runtime::operation::AuthScheme;

/// How much of a reply an attempt waits for, and how long.
#[derive(Clone, Copy)]
pub(super) struct Plan<'c> {
    pub(super) mode: Mode,
    /// A status that is a success here, besides those that always are.
    pub(super) also: Option<StatusCode>,
    /// For the attempt as a whole.
    pub(super) timeout: Duration,
    /// For the next piece of a body that is read as it arrives.
    pub(super) idle: Duration,
    /// Where redirects may lead.
    pub(super) bounds: redirect::Bounds<'c>,
}

/// Sends the request once and follows it to its reply.
pub(super) async fn attempt(
    http: &reqwest::Client,
    source: &mut Source<'_>,
    plan: Plan<'_>,
    scope: &Scope,
    clock: &dyn Clock,
    number: u32,
) -> Result<Reply, Error> {
    let begun = Instant::now();
    // Pinned where it is, as moving it costs a copy of all that is in it.
    let exchange = pin!(async {
        let mut response = follow(http, source, plan.bounds).await?;
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let mut meta = Meta::new(status, headers, clock.system_time(), number);
        // Storage behind the address has an address of its own, which opens the file just as well.
        let mut scope = Cow::Borrowed(scope);
        if scope.operation().facts().auth == AuthScheme::Anonymous {
            scope.to_mut().hide(of_address(response.url()));
            if source.url().is_none_or(|url| redirect::origin(url) != redirect::origin(response.url())) {
                meta = meta.of_another_host();
            }
        }
        if !meta.status().is_success() && plan.also != Some(meta.status()) {
            let body = boxed_cold(error_body(response, plan.timeout.saturating_sub(begun.elapsed()))).await;
            return Err(scope.api_error(meta, body));
        }
        if let Some(encoding) = meta.content_encoding() {
            let error = failure::of_encoding(encoding);
            let body = boxed_cold(error_body(response, plan.timeout.saturating_sub(begun.elapsed()))).await;
            return Err(error.with_meta(meta.clone()).with_body(body));
        }
        receive(response, meta, plan, &scope).await
    });
    match tokio::time::timeout(plan.timeout, exchange).await {
        Ok(outcome) => outcome.map_err(|error| scope.explained(error)),
        Err(_) => Err(scope.explained(failure::out_of_time(plan.timeout))),
    }
}

/// The first response that is not a redirect.
async fn follow(
    http: &reqwest::Client,
    source: &mut Source<'_>,
    bounds: redirect::Bounds<'_>,
) -> Result<Response, Error> {
    let mut elsewhere: Option<Url> = None;
    for _ in 0..=redirect::MOST_REDIRECTS {
        let Some(mut request) = source.next().await? else {
            return Err(redirect::not_followed("the server redirects a request that can be sent only once"));
        };
        if let Some(target) = &elsewhere {
            redirect::aim(&mut request, target);
        }
        let method = request.method().clone();
        let response = http.execute(request).await;
        let response = response.map_err(|error| source.failure().unwrap_or_else(|| failure::of_request(error)))?;
        let sent_to = elsewhere.as_ref().or(source.url());
        if sent_to.is_some_and(|url| redirect::origin(url) != redirect::origin(response.url())) {
            // Only an HTTP client of the caller's does this.
            return Err(redirect::not_followed(
                "the HTTP client followed a redirect to another host by itself; build it with \
                            `redirect(Policy::none())`",
            ));
        }
        if !redirect::is_redirect(response.status()) {
            return Ok(response);
        }
        elsewhere = Some(redirect::target(bounds, &response, &method)?);
    }
    Err(redirect::not_followed(format!("more than {} redirects", redirect::MOST_REDIRECTS)))
}

/// Reads as much of a success as is asked for.
async fn receive(mut response: Response, meta: Meta, plan: Plan<'_>, scope: &Scope) -> Result<Reply, Error> {
    let pieces = |beginning, response| {
        let body = reqwest::Body::from(response);
        let body = ReplyBody::new(body, plan.idle, scope.clone(), meta.clone());
        Body::Pieces(Box::new(body.after(beginning)))
    };
    let body = match plan.mode {
        Mode::Whole => {
            let body = whole(&mut response, scope.limits()).await.map_err(|error| error.with_meta(meta.clone()))?;
            Body::Whole(body)
        }
        Mode::Pieces => pieces(Bytes::new(), response),
        Mode::JsonOrFile => {
            let read = boxed_cold(reply_kind::detect(&mut response, &meta, scope.limits())).await;
            match read.map_err(|error| error.with_meta(meta.clone()))? {
                ReplyKind::Json(body) => Body::Whole(body),
                ReplyKind::File { beginning } => pieces(beginning, response),
            }
        }
    };
    Ok(Reply { meta, body, scope: scope.clone() })
}

/// Refuses a body that would fill the memory.
pub(super) fn check_length(bytes: u64, limits: &ReplyLimits) -> Result<(), Error> {
    let most = limits.reply_bytes();
    if bytes <= most as u64 {
        return Ok(());
    }
    let message = format!("the reply is longer than {most} bytes (limit: `max_reply_bytes`)");
    Err(Error::new(ErrorKind::Decode, message))
}

/// Refuses JSON that would fill the memory once it is parsed.
pub(super) fn check_cost(body: Bytes, limits: &ReplyLimits) -> Result<Bytes, Error> {
    if limits.reply_is_too_costly(&body) {
        let message = format!("{} bytes of JSON would take too much memory (limit: `max_reply_bytes`)", body.len());
        return Err(Error::new(ErrorKind::Decode, message));
    }
    Ok(body)
}

/// A whole body. One that comes in one piece is not copied.
pub(super) async fn whole(response: &mut Response, limits: &ReplyLimits) -> Result<Bytes, Error> {
    /// No more than this is set aside on the word of a header.
    const MOST_RESERVED: u64 = 16 * 1024 * 1024;
    let announced = response.content_length().unwrap_or(0);
    check_length(announced, limits)?;
    let expected = announced.min(MOST_RESERVED);
    let mut received = 0;
    let mut first = Bytes::new();
    let mut all = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| failure::of_body(error, received))? {
        received += piece.len() as u64;
        check_length(received, limits)?;
        if first.is_empty() {
            first = piece;
            continue;
        }
        if all.is_empty() {
            all.reserve((expected as usize).max(first.len() + piece.len()));
            all.extend_from_slice(&first);
        }
        all.extend_from_slice(&piece);
    }
    retain_freed_memory(received as usize);
    check_cost(if all.is_empty() { first } else { all.into() }, limits)
}

/// What arrives of the body of an error. The status is known by now, so a body that is cut, endless or slow does not
/// hide it; and one that comes when little time is left for the attempt does not either.
async fn error_body(mut response: Response, left: Duration) -> Bytes {
    const LARGEST: usize = 1024 * 1024;
    const PATIENCE: Duration = Duration::from_secs(10);
    let mut body = Vec::new();
    let reading = async {
        while let Ok(Some(piece)) = response.chunk().await {
            let room = LARGEST.saturating_sub(body.len());
            body.extend_from_slice(piece.get(..room).unwrap_or(&piece));
            if room < piece.len() {
                break;
            }
        }
    };
    // It must end before the attempt does, or else a time-out is all that would be known.
    let _ = tokio::time::timeout(PATIENCE.min(left / 2), reading).await;
    body.into()
}
