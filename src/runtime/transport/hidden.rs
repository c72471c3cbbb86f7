//! Secrets of a request that are scrubbed from its errors.

use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap};

use super::ApiKey;
use crate::runtime::secret::Secret;
use crate::runtime::url::percent_decoded;
use crate::runtime::wallet;

/// Shorter parts of a path are words, and not what opens a file.
const SHORTEST_SEGMENT: usize = 16;

/// Headers with one of these in their names carry credentials, whatever those look like.
const CREDENTIALS: [&str; 7] = ["auth", "cookie", "key", "secret", "token", "sign", "payment"];

/// The values of headers that identify somebody, but for that of the key, which is kept out anyway. They are marked as sensitive on the way.
pub(crate) fn of_headers(headers: &mut HeaderMap, key: Option<&ApiKey>) -> Vec<Secret> {
    for (_, value) in headers.iter_mut().filter(|header| wallet::is_signature(header.0)) {
        value.set_sensitive(true);
    }
    let known = key.map(ApiKey::header);
    let private = headers.iter().filter(|header| header.1.is_sensitive() && Some(header.1) != known);
    let text = private.filter_map(|(name, value)| {
        let text = value.to_str().ok()?;
        let is_credential = CREDENTIALS.iter().any(|part| name.as_str().contains(part));
        // Without its words a message says nothing any more.
        if !is_credential && is_word(text) {
            return None;
        }
        // The scheme in front of a key is no secret, and the key may come back without it.
        let text = if *name == AUTHORIZATION { text.split_once(' ').map_or(text, |(_, key)| key) } else { text };
        Some(text.trim().into())
    });
    text.collect()
}

/// A name or a word, such as that of a team, and not what a machine has drawn.
fn is_word(text: &str) -> bool {
    text.len() < SHORTEST_SEGMENT && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// An address that opens a file for everyone who knows it, and the parts of it that do.
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
    fn of_an_address_all_that_opens_it_is_hidden() {
        let url = Url::parse("https://a.example/files/0123456789abcdef01/film.mp4?sig=a%2Bb%3D%3Dc&x").unwrap();
        let hidden: Vec<String> = of_address(&url).iter().map(|secret| secret.expose().to_owned()).collect();
        for part in [url.as_str(), "sig=a%2Bb%3D%3Dc&x", "a%2Bb%3D%3Dc", "a+b==c", "0123456789abcdef01"] {
            assert!(hidden.iter().any(|secret| secret == part), "{part}: {hidden:?}");
        }
        assert!(!hidden.iter().any(|secret| secret == "files" || secret == "film.mp4"), "{hidden:?}");
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
        let mut headers: HeaderMap =
            given.iter().map(|(name, value)| crate::runtime::transport::header(name, value).unwrap()).collect();
        let hidden: Vec<String> =
            of_headers(&mut headers, None).iter().map(|secret| secret.expose().to_owned()).collect();
        for (name, value) in given {
            let is_hidden = !matches!(name, "x-team" | "user-agent");
            assert_eq!(hidden.iter().any(|secret| secret == value), is_hidden, "{name}: {hidden:?}");
        }
    }

    #[test]
    fn the_scheme_of_a_key_is_no_part_of_it() {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, "Bearer vk-123456".parse().unwrap());
        headers.get_mut(AUTHORIZATION).unwrap().set_sensitive(true);
        headers.insert(wallet::PAYMENT, "signed-payment".parse().unwrap());
        headers.insert("accept", "application/json".parse().unwrap());
        let mut hidden: Vec<String> =
            of_headers(&mut headers, None).iter().map(|secret| secret.expose().to_owned()).collect();
        hidden.sort();
        assert_eq!(hidden, ["signed-payment", "vk-123456"]);
        assert!(headers[wallet::PAYMENT].is_sensitive());
    }
}
