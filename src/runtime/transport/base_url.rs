//! `BaseUrl`: the checked base URL of the API, and URLs below it.

use reqwest::Url;

use crate::runtime::error::Error;
use crate::runtime::url::is_loopback;

pub(crate) const DEFAULT: &str = "https://api.venice.ai/api/v1";

/// A validated base URL. Its path has no trailing slash.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl {
    url: Url,
    text: String,
}

impl BaseUrl {
    /// Validates a base URL. `http` to another machine must be allowed, as it sends the API key in the clear.
    pub(crate) fn new(text: &str, allow_insecure_http: bool) -> Result<Self, Error> {
        let url = checked(text)?;
        if url.scheme() == "http" && !allow_insecure_http && !is_loopback(&url) {
            return Err(Error::configuration(format!(
                "the base URL is http://{}, which would send the API key unencrypted; use https, or allow it with \
                 `ClientBuilder::allow_insecure_http(true)`",
                url.host_str().unwrap_or_default()
            )));
        }
        let text = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { url, text })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The URL of a path that starts with a slash and whose parameters are [`percent_encoded`]. Concatenating costs a third of parsing.
    pub(crate) fn below(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        let base = self.url.path().trim_end_matches('/');
        let mut whole = String::with_capacity(base.len() + path.len());
        whole.push_str(base);
        whole.push_str(path);
        url.set_path(&whole);
        url
    }
}

/// Parses a base URL. The error shows no credentials in the URL.
fn checked(text: &str) -> Result<Url, Error> {
    let refused = |problem: &str| Error::configuration(format!("the base URL {problem}; it looks like {DEFAULT}"));
    let url = Url::parse(text.trim()).map_err(|_| refused("is not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused("must start with http:// or https://"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(refused("has no host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("must not have a user name or a password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused("must not have a query or a fragment"));
    }
    // The server would answer each call with a page of its site.
    if url.host_str() == Some("api.venice.ai") && !url.path().starts_with("/api/v") {
        return Err(refused("lacks the path `/api/v1`"));
    }
    Ok(url)
}

/// The URL of a path below the base URL.
pub(crate) fn join(base: &str, path: &str) -> Result<Url, Error> {
    if path.contains("://") && !path.starts_with('/') {
        // The key must not be sent to another host because of a typing error.
        return Err(Error::invalid_request(
            "the path of a request is relative to the base URL, such as `/models`, and not a URL of its own",
        ));
    }
    let path = path.trim_start_matches('/');
    let joined = format!("{base}/{path}");
    Url::parse(&joined)
        .map_err(|error| Error::invalid_request("the path of the request cannot be part of a URL").with_source(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::url::percent_encoded;

    fn base(text: &str) -> Result<BaseUrl, Error> {
        BaseUrl::new(text, false)
    }

    #[test]
    fn a_slash_at_the_end_does_not_matter() {
        assert_eq!(base("https://a.example/api/v1/").unwrap().as_str(), "https://a.example/api/v1");
        assert_eq!(base(" http://127.0.0.1:8080 ").unwrap().as_str(), "http://127.0.0.1:8080");
        assert_eq!(base(DEFAULT).unwrap().as_str(), DEFAULT);
    }

    #[test]
    fn a_concatenated_url_equals_the_parsed_one() {
        for text in ["https://api.venice.ai/api/v1", "http://127.0.0.1:8080", "http://[::1]:1/a%20b/"] {
            let base = base(text).unwrap();
            for path in ["/models", "/api_keys/a%2Fb%3Fc", "/crypto/rpc/base-mainnet", "/x/%C3%BC/~y", "/"] {
                let parsed = Url::parse(&format!("{}{path}", base.as_str())).unwrap();
                assert_eq!(base.below(path), parsed);
            }
        }
    }

    #[test]
    fn any_character_of_a_parameter_stays_in_its_segment() {
        let base = base("https://a.example/api/v1").unwrap();
        let ascii = (0..=127).map(|byte: u8| char::from(byte).to_string());
        let dotted = ["...", ".a", "..\\x", "..\\..\\x", "a/../b", "%2e%2e", "%2E", "..;", "ü", "\u{2024}\u{2024}"]
            .map(str::to_owned);
        for text in ascii.chain(dotted).filter(|text| text != ".") {
            let url = base.below(&format!("/x/{}/y", percent_encoded(&text)));
            let segments: Vec<_> = url.path_segments().unwrap().collect();
            assert_eq!(segments.len(), 5, "{text:?}: {url}");
            assert_eq!(crate::runtime::url::percent_decoded(segments[3]), text, "{url}");
            assert_eq!((url.query(), url.fragment()), (None, None), "{text:?}");
        }
    }

    #[test]
    fn an_invalid_base_url_is_rejected_with_a_reason() {
        for (url, problem) in [
            ("api.venice.ai", "is not a URL"),
            ("ftp://a.example", "must start with"),
            ("https://a.example?x=1", "query"),
            ("https://a.example#x", "fragment"),
            ("https://me:hunter22@a.example", "password"),
            ("https://api.venice.ai", "/api/v1"),
            ("https://API.venice.ai/v1/", "/api/v1"),
        ] {
            let error = base(url).unwrap_err().to_string();
            assert!(error.contains(problem), "{error}");
            assert!(!error.contains("hunter22"));
        }
    }

    #[test]
    fn http_to_another_machine_has_to_be_allowed() {
        for local in
            ["http://localhost:1", "http://api.localhost", "http://127.9.9.9/v1", "http://0x7f.1", "http://[::1]:8080"]
        {
            assert!(base(local).is_ok(), "{local}");
        }
        for remote in [
            "http://a.example/api/v1",
            "http://10.0.0.1",
            "http://localhost.example",
            "http://[::2]",
            "http://128.0.0.1",
        ] {
            let error = base(remote).unwrap_err().to_string();
            assert!(error.contains("allow_insecure_http(true)"), "{error}");
            assert!(BaseUrl::new(remote, true).is_ok(), "{remote}");
        }
    }

    #[test]
    fn paths_are_joined_below_the_base() {
        let base = "https://a.example/api/v1";
        for path in ["models", "/models"] {
            assert_eq!(join(base, path).unwrap().as_str(), "https://a.example/api/v1/models");
        }
        assert_eq!(join(base, "/x?a=b%20c").unwrap().query(), Some("a=b%20c"));
        assert!(join(base, "https://b.example/").is_err());
        assert_eq!(join(base, "//b.example/x").unwrap().host_str(), Some("a.example"));
    }
}
