//! Helpers for [`Url`]: percent-encoding, web addresses, loopback addresses.

use std::borrow::Cow;
use std::net::IpAddr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use reqwest::Url;

/// The URL of an `http` or `https` resource with a host.
pub(crate) fn web_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.filter(|url| url.host_str().is_some_and(|host| !host.is_empty()))
}

/// All except the unreserved characters (RFC 3986, section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes all except the unreserved characters, which makes exactly one path segment of any text except an empty one, `.` and
/// `..`.
pub(crate) fn percent_encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Decodes percent-encoding. If the result is not UTF-8, the text is returned unchanged.
pub(crate) fn percent_decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Cow::into_owned)
}

/// Whether the host of a URL is a loopback address or a name reserved for this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match ip_address(url) {
        Some(address) => address.is_loopback(),
        None => url.host_str().is_some_and(is_localhost),
    }
}

/// Whether a host name is reserved for this machine (RFC 6761).
pub(crate) fn is_localhost(host: &str) -> bool {
    let host = host.trim_end_matches('.');
    host == "localhost" || host.ends_with(".localhost")
}

/// The host of a URL if it is an IP address.
pub(crate) fn ip_address(url: &Url) -> Option<IpAddr> {
    // The URL standard has rewritten other forms of IPv4 addresses, such as `0x7f.1`, and puts IPv6 addresses in brackets.
    url.host_str()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_encoding_is_undone_and_broken_encoding_kept() {
        assert_eq!(percent_decoded("a%20caf%C3%A9"), "a café");
        assert_eq!(percent_decoded("100%"), "100%");
        assert_eq!(percent_decoded("%zz%4"), "%zz%4");
        assert_eq!(percent_decoded("%FF"), "%FF", "not UTF-8");
    }
}
