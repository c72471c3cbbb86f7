//! [`Client::request`]: calls of operations that are not in the API's document.

use reqwest::Method;
use serde::de::DeserializeOwned;

use super::Call;
use crate::runtime::client::Client;
use crate::runtime::operation::OperationRef;
use crate::runtime::reply::RawReply;
use crate::runtime::transport::{Built, base_url};

impl Client {
    /// A call to an endpoint unknown to this crate.
    ///
    /// `path` is relative to the base URL and may have a query: `"/models?type=all"`. The reply is decoded as JSON; an empty one as `null`,
    /// so that `T` may be `()`. A GET or HEAD is retried like any read, other methods only when the request is known not to have been
    /// executed ([`RetryClass::Once`](crate::RetryClass)).
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

    /// Like [`request`](Self::request), with the reply's bytes instead of decoded JSON.
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
        Ok((Box::new(reqwest::Request::new(method, url)), None))
    }
}
