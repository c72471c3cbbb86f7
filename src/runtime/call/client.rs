//! [`Client::request`]: calls of operations that the API description does not have.

use reqwest::Method;
use serde::de::DeserializeOwned;

use super::Call;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::operation::OperationRef;
use crate::runtime::reply::RawReply;
use crate::runtime::transport::{Built, base_url, of_address};
use crate::runtime::url::web_address;

impl Client {
    /// A call to an endpoint that this crate does not know, or not yet.
    ///
    /// `path` is relative to the base URL and may have a query: `"/models?type=all"`. The reply is decoded as JSON; an
    /// empty one as `null`, so that `T` may be `()`. A GET or HEAD is repeated after failures like any read, everything
    /// else only when it is known not to have been executed ([`RetryClass::Once`](crate::RetryClass)).
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use serde_json::{Value, json};
    /// use venice_ai::http::Method;
    ///
    /// let reply: Value = venice
    ///     .request(Method::POST, "/brand/new")
    ///     .with_json_body(&json!({"model": "default"}))
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn request<T: DeserializeOwned + 'static>(&self, method: Method, path: &str) -> Call<T> {
        let operation = OperationRef::ad_hoc(&method, path);
        Call::json(self, operation, self.ad_hoc_request(method, path))
    }

    /// As [`request`](Self::request), with the reply's bytes instead of decoded JSON.
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::http::Method;
    ///
    /// let csv = venice
    ///     .request_raw(Method::GET, "/billing/usage-history")
    ///     .with_header("accept", "text/csv")
    ///     .await?
    ///     .bytes()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn request_raw(&self, method: Method, path: &str) -> Call<RawReply> {
        let operation = OperationRef::ad_hoc(&method, path);
        Call::raw(self, operation, self.ad_hoc_request(method, path))
    }

    fn ad_hoc_request(&self, method: Method, path: &str) -> Built {
        let url = base_url::join(self.shared().base_url.as_str(), path)?;
        Ok((reqwest::Request::new(method, url), None))
    }

    /// Downloads (or with DELETE revokes) a file that another host stores, at a URL that is the right to it. Neither the key nor the
    /// client's headers go there, and nothing shows the URL.
    pub(crate) fn elsewhere(&self, method: Method, url: &str) -> Call<RawReply> {
        let operation = OperationRef::file_elsewhere(&method);
        // The error does not show the URL, as it may be the right to what it names.
        let refused = |problem| Error::invalid_request(format!("the address of the file {problem}; nothing was sent"));
        let url = web_address(url).ok_or_else(|| refused("is not an http(s) URL"));
        let hidden = url.as_ref().map(of_address).unwrap_or_default();
        let url = url.and_then(|url| self.shared().downloads.check(&url).map(|()| url).map_err(refused));
        Call::raw(self, operation, url.map(|url| (reqwest::Request::new(method, url), None))).hiding(hidden)
    }
}
