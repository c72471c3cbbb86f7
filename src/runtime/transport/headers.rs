//! Request headers: defaults, authentication, and checks of caller-supplied headers.

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, Entry, HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use super::{ApiKey, Mode, Scope};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::operation::{AuthScheme, OperationRef, RetryClass};
use crate::runtime::wallet;

/// Adds what the request does not have: the client's headers, `Accept`, the key.
pub(crate) fn complete(
    headers: &mut HeaderMap,
    defaults: &HeaderMap,
    accept: Option<&HeaderValue>,
    mode: Mode,
    scope: &Scope,
    signed_later: bool,
) -> Result<(), Error> {
    headers.reserve(defaults.len() + 3);
    let anonymous = scope.operation().facts().auth == AuthScheme::Anonymous;
    // A default header may be a credential for a gateway before the API.
    for (name, value) in defaults.iter().filter(|header| !anonymous || header.0 == USER_AGENT) {
        if let Entry::Vacant(place) = headers.entry(name) {
            place.insert(value.clone());
        }
    }
    headers.entry(ACCEPT).or_insert_with(|| match accept {
        Some(accept) => accept.clone(),
        None if mode == Mode::Whole => HeaderValue::from_static("application/json"),
        None => any_of(scope.operation().facts().reply_media),
    });
    if mode != Mode::Whole {
        // A compressor holds pieces back, and media do not get smaller.
        headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("identity"));
    }
    refuse_payment(headers, scope.operation())?;
    authenticate(headers, scope.operation(), scope.key(), signed_later)
}

/// A payment goes with the operation that knows when it may be sent again, and with no other one of the API.
fn refuse_payment(headers: &HeaderMap, operation: &OperationRef) -> Result<(), Error> {
    if operation.retry() == RetryClass::Payment || operation.is_ad_hoc() {
        return Ok(());
    }
    match headers.keys().find(|name| wallet::PAYMENTS.contains(name)) {
        Some(name) => Err(Error::invalid_request(format!(
            "the header `{name}` pays, and this operation takes no payment; nothing was sent. Pay with `x402().top_up()`"
        ))),
        None => Ok(()),
    }
}

fn authenticate(
    headers: &mut HeaderMap,
    operation: &OperationRef,
    key: Option<&ApiKey>,
    signed_later: bool,
) -> Result<(), Error> {
    if let Some(own) = headers.get_mut(AUTHORIZATION) {
        own.set_sensitive(true);
        return Ok(());
    }
    let scheme = operation.facts().auth;
    let wallet = signed_later || headers.keys().any(|name| wallet::SIGN_INS.contains(name));
    match (scheme, key) {
        // Who pays must not be left to the server's choice.
        (AuthScheme::Wallet, _) | (AuthScheme::BearerOrWallet, _) if wallet => {}
        (AuthScheme::Anonymous, _) => {}
        // Whose account it is does not belong to a wallet's payment.
        (AuthScheme::Public, _) if headers.keys().any(|name| wallet::PAYMENTS.contains(name)) => {}
        (AuthScheme::Wallet, _) => {
            let message = "this operation needs a wallet's signature, which an API key does not replace; nothing was sent. Give it \
                           with `with_sign_in()` or `with_signer()`";
            return Err(Error::new(ErrorKind::MissingApiKey, message));
        }
        (_, Some(key)) => {
            headers.insert(AUTHORIZATION, key.header().clone());
        }
        (AuthScheme::Public, None) => {}
        (AuthScheme::Bearer | AuthScheme::BearerOrWallet, None) => {
            let message = "this operation needs an API key and the client has none; nothing was sent. Set VENICE_API_KEY \
                           and use Client::from_env(), or pass a key to Client::new()";
            return Err(Error::new(ErrorKind::MissingApiKey, message));
        }
    }
    Ok(())
}

/// `Accept` for any of these media types.
pub(crate) fn any_of(media: &[&'static str]) -> HeaderValue {
    match media {
        [] => HeaderValue::from_static("*/*"),
        [one] => HeaderValue::from_static(one),
        several => HeaderValue::try_from(several.join(", ")).unwrap_or_else(|_| HeaderValue::from_static("*/*")),
    }
}

/// Headers that belong to the connection (RFC 9110, section 7.6.1) or say where a request goes and where it ends. A second opinion
/// about that is how requests are smuggled past a proxy.
const OF_THE_CONNECTION: [&str; 12] = [
    "connection",
    "content-length",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers whose values tell nothing of who asks. Any other may be a credential: gateways call theirs `x-session-id` or
/// `cf-access-client-id`.
const HARMLESS: [&str; 14] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "cache-control",
    "content-encoding",
    "content-type",
    "date",
    "pragma",
    "traceparent",
    "tracestate",
    "user-agent",
    "x-correlation-id",
    "x-request-id",
];

/// A header from text. The message on failure names the header and not its value. All values are marked that may be credentials, so
/// that nothing prints them.
pub(crate) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), String> {
    let parsed = HeaderName::try_from(name);
    let parsed = parsed.map_err(|_| format!("`{}` is no header name", name.escape_debug()))?;
    if OF_THE_CONNECTION.contains(&parsed.as_str()) {
        return Err(format!(
            "the header `{parsed}` cannot be set: the HTTP client sets it as the connection and the body need it"
        ));
    }
    let mut value = HeaderValue::try_from(value)
        .map_err(|_| format!("the value of the header `{parsed}` has a character that no header can carry"))?;
    value.set_sensitive(!HARMLESS.contains(&parsed.as_str()));
    Ok((parsed, value))
}
