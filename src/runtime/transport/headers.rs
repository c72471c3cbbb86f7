//! Request headers: defaults, authentication, checks of caller-supplied headers, and the secrets in them.

use reqwest::Url;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, Entry, HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use super::{ApiKey, Outgoing};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::operation::{AuthScheme, OperationRef, RetryClass};
use crate::runtime::secret::{self, Secret};
use crate::runtime::url::percent_decoded;
use crate::runtime::wallet;

/// Adds missing headers: the client's, `Accept`, authentication. Secrets are kept out of errors.
pub(super) fn complete(outgoing: &mut Outgoing) -> Result<(), Error> {
    let Outgoing { shared, scope, request: Some(request), reply, options, takes_key, .. } = outgoing else {
        return Ok(());
    };
    let (headers, operation) = (request.headers_mut(), scope.operation());
    headers.reserve(shared.headers.len() + 3);
    let anonymous = operation.facts().auth == AuthScheme::Anonymous;
    // A default header may be a credential for a gateway in front of the API.
    for (name, value) in shared.headers.iter().filter(|header| !anonymous || header.0 == USER_AGENT) {
        if let Entry::Vacant(place) = headers.entry(name) {
            place.insert(value.clone());
        }
    }
    headers.entry(ACCEPT).or_insert_with(|| reply.accept(operation));
    if !reply.is_whole() {
        // Compression delays pieces, and media do not compress.
        headers.entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("identity"));
    }
    refuse_payment(headers, operation)?;
    let key = match (scope.key(), &shared.key_provider) {
        (Some(key), _) => Key::Known(key),
        (None, Some(_)) => Key::Provided,
        (None, None) => Key::Missing,
    };
    *takes_key = authenticate(headers, operation, key, options.signer.is_some())?;
    let secrets = secrets_of(headers, scope.key());
    scope.hide(secrets);
    Ok(())
}

/// A payment is allowed only for the operation that knows when it may be retried.
fn refuse_payment(headers: &HeaderMap, operation: &OperationRef) -> Result<(), Error> {
    if operation.retry() == RetryClass::Payment || operation.is_ad_hoc() {
        return Ok(());
    }
    match headers.keys().find(|name| wallet::PAYMENTS.contains(name)) {
        Some(name) => Err(Error::invalid_request(format!(
            "the header `{name}` is a payment, which this operation does not accept; nothing was sent. Pay with `x402().top_up_with_payment()`"
        ))),
        None => Ok(()),
    }
}

/// The key of a call.
#[derive(Clone, Copy)]
enum Key<'a> {
    Known(&'a ApiKey),
    /// The provider is asked for it before each attempt.
    Provided,
    Missing,
}

/// Adds the key, unless the call has another credential. Returns whether the provider is to be asked for it.
fn authenticate(
    headers: &mut HeaderMap,
    operation: &OperationRef,
    key: Key<'_>,
    signed_later: bool,
) -> Result<bool, Error> {
    if let Some(own) = headers.get_mut(AUTHORIZATION) {
        own.set_sensitive(true);
        return Ok(false);
    }
    let scheme = operation.facts().auth;
    let wallet = signed_later || headers.keys().any(|name| wallet::SIGN_INS.contains(name));
    match (scheme, key) {
        // The payer must not be left to the server's choice.
        (AuthScheme::Wallet, _) | (AuthScheme::BearerOrWallet, _) if wallet => {}
        (AuthScheme::Anonymous, _) => {}
        // A wallet's payment is sent without the account's key.
        (AuthScheme::Public, _) if headers.keys().any(|name| wallet::PAYMENTS.contains(name)) => {}
        (AuthScheme::Wallet, _) => {
            let message = "this operation needs a wallet's signature, which an API key does not replace; nothing was sent. Give it \
                           with `with_sign_in()` or `with_signer()`, or the client a wallet";
            return Err(Error::new(ErrorKind::MissingApiKey, message));
        }
        (_, Key::Known(key)) => {
            headers.insert(AUTHORIZATION, key.header().clone());
        }
        (_, Key::Provided) => return Ok(true),
        (AuthScheme::Public, Key::Missing) => {}
        (AuthScheme::Bearer | AuthScheme::BearerOrWallet, Key::Missing) => {
            let message = "this operation needs an API key and the client has none; nothing was sent. Set VENICE_API_KEY \
                           and use Client::from_env(), or pass a key to Client::new()";
            return Err(Error::new(ErrorKind::MissingApiKey, message));
        }
    }
    Ok(false)
}

/// `Accept` for any of these media types.
pub(super) fn any_of(media: &[&'static str]) -> HeaderValue {
    match media {
        [] => HeaderValue::from_static("*/*"),
        [one] => HeaderValue::from_static(one),
        several => HeaderValue::try_from(several.join(", ")).unwrap_or_else(|_| HeaderValue::from_static("*/*")),
    }
}

/// Headers of the connection (RFC 9110, section 7.6.1), or of the target and length of a request. Overriding them enables request smuggling
/// past a proxy.
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

/// The names of the headers of end-to-end encryption start with this.
#[cfg(any(feature = "e2ee", feature = "middleware"))]
pub(crate) const OF_ENCRYPTION: &str = "x-venice-tee-";

/// Headers whose values do not identify the caller. Any other may be a credential: gateways use `x-session-id` or `cf-access-client-id`.
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

/// A header. The error names the header, not its value. Values that may be credentials are marked as sensitive, so they are never printed.
pub(crate) fn header(
    name: impl TryInto<HeaderName> + AsRef<[u8]>,
    value: impl TryInto<HeaderValue>,
) -> Result<(HeaderName, HeaderValue), String> {
    let text = String::from_utf8_lossy(name.as_ref()).into_owned();
    let name = name.try_into().map_err(|_| format!("`{}` is not a header name", text.escape_debug()))?;
    allowed(name, value.try_into().ok())
}

fn allowed(parsed: HeaderName, value: Option<HeaderValue>) -> Result<(HeaderName, HeaderValue), String> {
    if is_of_the_connection(&parsed) {
        return Err(format!(
            "the header `{parsed}` cannot be set: the HTTP client sets it for the connection and the body"
        ));
    }
    let mut value = value
        .ok_or_else(|| format!("the value of the header `{parsed}` has a character that is not valid in a header"))?;
    value.set_sensitive(!is_harmless(&parsed));
    Ok((parsed, value))
}

/// Marks values that may be credentials.
pub(crate) fn mark_sensitive(headers: &mut HeaderMap) {
    headers.iter_mut().for_each(|(name, value)| value.set_sensitive(!is_harmless(name)));
}

/// Shorter path segments are words, not secrets.
const SHORTEST_SEGMENT: usize = 16;

/// The values of identifying headers, except the key, which is kept out anyway. Marks them as sensitive.
fn secrets_of(headers: &mut HeaderMap, key: Option<&ApiKey>) -> Vec<Secret> {
    for (_, value) in headers.iter_mut().filter(|header| wallet::is_signature(header.0)) {
        value.set_sensitive(true);
    }
    let known = key.map(ApiKey::header);
    let private = headers.iter().filter(|header| header.1.is_sensitive() && Some(header.1) != known);
    private.filter_map(|(name, value)| secret_of(name, value)).collect()
}

/// What must be kept out of errors of the value of a header.
pub(crate) fn secret_of(name: &HeaderName, value: &HeaderValue) -> Option<Secret> {
    let text = value.to_str().ok().filter(|_| value.is_sensitive() || !is_harmless(name))?;
    let is_credential = secret::is_credential(name.as_str());
    // Hiding ordinary words would make messages unreadable.
    if !is_credential && is_word(text) {
        return None;
    }
    // The scheme in front of a key is not secret, and the key may be echoed without it.
    let text = if *name == AUTHORIZATION { text.split_once(' ').map_or(text, |(_, key)| key) } else { text };
    Some(text.trim().into())
}

/// Whether the value does not identify the caller.
fn is_harmless(name: &HeaderName) -> bool {
    HARMLESS.contains(&name.as_str())
}

/// Whether the HTTP client sets the header for the connection and the body.
pub(crate) fn is_of_the_connection(name: &HeaderName) -> bool {
    OF_THE_CONNECTION.contains(&name.as_str())
}

/// Whether a value is a name or a word, such as a team's, rather than a random token.
fn is_word(text: &str) -> bool {
    text.len() < SHORTEST_SEGMENT && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// A URL that gives access to a file, and its secret parts.
pub(crate) fn of_address(url: &Url) -> Vec<Secret> {
    let mut secrets: Vec<Secret> = vec![url.as_str().into()];
    secrets.extend(url.password().map(Secret::from));
    if let Some(query) = url.query() {
        let values = query.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| value);
        let values = values.flat_map(|value| [value.to_owned(), percent_decoded(value)]);
        secrets.push(query.into());
        secrets.extend(values.map(Secret::from));
    }
    let segments = url.path_segments().into_iter().flatten();
    let long = segments.filter(|segment| segment.len() >= SHORTEST_SEGMENT);
    secrets.extend(long.flat_map(|segment| [segment.to_owned(), percent_decoded(segment)]).map(Secret::from));
    secrets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_parts_of_a_url_are_hidden() {
        let url = Url::parse("https://a.example/files/0123456789abcdef01/video.mp4?sig=a%2Bb%3D%3Dc&x").unwrap();
        let hidden: Vec<String> = of_address(&url).iter().map(|secret| secret.expose().to_owned()).collect();
        for part in [url.as_str(), "sig=a%2Bb%3D%3Dc&x", "a%2Bb%3D%3Dc", "a+b==c", "0123456789abcdef01"] {
            assert!(hidden.iter().any(|secret| secret == part), "{part}: {hidden:?}");
        }
        assert!(!hidden.iter().any(|secret| secret == "files" || secret == "video.mp4"), "{hidden:?}");
    }

    #[test]
    fn values_of_unknown_headers_are_hidden_and_plain_words_are_not() {
        let given = [
            ("cf-access-client-id", "88bf3b6d86161464f6509f7219099e57.access"),
            ("x-session-id", "s-4711-99"),
            ("x-team", "search"),
            ("x-secret", "swordfish"),
            ("user-agent", "agent-47"),
        ];
        let mut headers: HeaderMap = given.iter().map(|(name, value)| header(*name, *value).unwrap()).collect();
        let hidden: Vec<String> =
            secrets_of(&mut headers, None).iter().map(|secret| secret.expose().to_owned()).collect();
        for (name, value) in given {
            let is_hidden = !matches!(name, "x-team" | "user-agent");
            assert_eq!(hidden.iter().any(|secret| secret == value), is_hidden, "{name}: {hidden:?}");
        }
    }

    #[test]
    fn the_scheme_is_not_part_of_a_key() {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, "Bearer vk-123456".parse().unwrap());
        headers.get_mut(AUTHORIZATION).unwrap().set_sensitive(true);
        headers.insert(wallet::PAYMENT, "signed-payment".parse().unwrap());
        headers.insert("accept", "application/json".parse().unwrap());
        let mut hidden: Vec<String> =
            secrets_of(&mut headers, None).iter().map(|secret| secret.expose().to_owned()).collect();
        hidden.sort();
        assert_eq!(hidden, ["signed-payment", "vk-123456"]);
        assert!(headers[wallet::PAYMENT].is_sensitive());
    }
}
