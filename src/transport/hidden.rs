//! What must not come back in an error, although the server may repeat it.

use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderMap};

use crate::client::ApiKey;
use crate::meta::percent_decoded;
use crate::secret::Secret;
use crate::wallet;

/// Shorter parts of a path are words, and not what opens a file.
const SHORTEST_SEGMENT: usize = 16;

/// The values of headers that identify somebody, but for that of the key, which is kept out anyway. They are marked as sensitive on the way.
pub(crate) fn of_headers(headers: &mut HeaderMap, key: Option<&ApiKey>) -> Vec<Secret> {
    for (_, value) in headers.iter_mut().filter(|header| wallet::is_signature(header.0)) {
        value.set_sensitive(true);
    }
    let known = key.map(ApiKey::header);
    let private = headers.iter().filter(|header| header.1.is_sensitive() && Some(header.1) != known);
    let text = private.filter_map(|(name, value)| {
        let text = value.to_str().ok()?;
        // The scheme in front of a key is no secret, and the key may come back without it.
        let text = if *name == AUTHORIZATION { text.split_once(' ').map_or(text, |(_, key)| key) } else { text };
        Some(text.trim().into())
    });
    text.collect()
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
