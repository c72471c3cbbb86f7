//! `CryptoRpc`: blockchain nodes: JSON-RPC to many networks with one key.
//!
//! | To | Call |
//! |---|---|
//! | list the networks | [`networks`](CryptoRpc::networks) |
//! | make one call | [`call`](CryptoRpc::call) |
//! | make up to 100 calls in one request | [`batch`](CryptoRpc::batch) |
//! | send a transaction exactly once | [`with_idempotency_key`](CryptoRpc::with_idempotency_key) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use serde_json::json;
//! use venice_ai::types::JsonRpcRequest;
//!
//! let request = JsonRpcRequest::new("eth_getBalance")
//!     .params(json!(["0x52908400098527886E0F7030069857D2E4169EE7", "latest"]));
//! let reply = venice.crypto_rpc().call("ethereum-mainnet", request).await?;
//! let wei: String = reply.result()?;
//! println!("{wei} wei, for {:?} USD", reply.usage.cost_usd);
//! # Ok(()) }
//! ```
//!
//! Calls are charged in credits, by method and network, and [`RpcReply::usage`] has the cost of a call; a call that fails at the node costs
//! a little too. `networks` is free. Rejected before sending: an empty method, `params` that are neither a list nor an object, more than
//! 100 calls, two with the same id, an invalid key.
//!
//! # Errors of a node
//! A node's error has status 200. So a successful [`Call`] means that the API forwarded it, and [`RpcReply::result`] has the node's answer:
//! its value, or an [`RpcError`].
//!
//! # Retries
//! Every request has an `Idempotency-Key`, the same for all its attempts. A request with the same key and body gets the first answer again
//! for 24 hours instead of being executed a second time. The client retries what is known not to have been executed: no connection, a 429,
//! and a 408 or 503 of the API itself. After a time-out or a lost connection it does not: the node may still be working, and would reject a
//! transaction that it already has. Look the transaction up then, or repeat the call with the same key, which must be [your
//! own](CryptoRpc::with_idempotency_key) for that.

mod error;
mod key;
mod prepare;
mod reply;

pub use self::error::RpcError;
pub use self::reply::{RpcBatch, RpcOutcome, RpcReply};
use crate::api::generated::types::{JsonRpcRequest, JsonRpcRequests};
use crate::runtime::call::Call;
use crate::runtime::client::Client;
use crate::runtime::transport::ReplyForm;

/// Blockchain nodes. Calls are charged in credits, by method.
#[derive(Clone, Debug)]
pub struct CryptoRpc<'c> {
    pub(crate) client: &'c Client,
    key: Option<String>,
}

impl CryptoRpc<'_> {
    /// The key of the next request, instead of a unique one: 1 to 255 letters, digits, `_` and `-`.
    ///
    /// With the same key and the same body the API returns its first answer again, for 24 hours, and charges nothing; so a restarted
    /// program can repeat a request without executing it twice. A key is for one request: with another body it is rejected (400).
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, signed: String) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::JsonRpcRequest;
    ///
    /// let request = JsonRpcRequest::new("eth_sendRawTransaction").params(vec![signed]);
    /// let rpc = venice.crypto_rpc().with_idempotency_key("payout-2041");
    /// let reply = rpc.call("base-mainnet", request).await?;
    /// let hash: String = reply.result()?;
    /// println!("{hash}, sent {}", if reply.is_replay { "earlier" } else { "now" });
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn with_idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// One call to a node of a network, such as `ethereum-mainnet`. A method name alone is a request without parameters.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let reply = venice.crypto_rpc().call("ethereum-mainnet", "eth_blockNumber").await?;
    /// let block: String = reply.result()?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: an empty method, `params` that are neither a list nor an object, an id that is neither a whole number nor a
    /// text, an invalid network, an invalid key. A method that the API does not forward (filters and subscriptions, for instance) is a 400.
    /// The node's errors are in the [`RpcReply`].
    pub fn call(&self, network: impl AsRef<str>, request: impl Into<JsonRpcRequest>) -> Call<RpcReply> {
        let mut requests = vec![request.into()];
        let ids = prepare::ids(&mut requests);
        let finding = prepare::check(network.as_ref(), &requests, self.key.as_deref());
        let body = requests.pop().map_or(JsonRpcRequests::Batch(Vec::new()), JsonRpcRequests::Single);
        let key = self.key.clone().unwrap_or_else(key::unique);
        let call = self.client.raw().crypto_rpc_proxy(network.as_ref(), &body, Some(&key)).checked_instead(finding);
        call.read(ReplyForm::Json, move |reply| Ok(reply::single(reply.json()?, &ids, &reply.meta)))
    }

    /// Up to 100 calls in one request. They cost the same as separate calls, and count as one request.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let reply = venice.crypto_rpc().batch("ethereum-mainnet", ["eth_chainId", "eth_gasPrice"]).await?;
    /// for outcome in &reply.outcomes {
    ///     match outcome.result::<String>() {
    ///         Ok(value) => println!("{value}"),
    ///         Err(error) => eprintln!("{error}"),
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// Calls without an id get one. The outcomes are in the order of the calls, independent of the node's order.
    ///
    /// # Errors
    /// As for [`call`](Self::call); also rejected are no calls, more than 100, and two with the same id. A method that the API does not
    /// forward rejects the whole batch (400). The node's errors and missing answers are in the [`RpcBatch`].
    pub fn batch(
        &self,
        network: impl AsRef<str>,
        requests: impl IntoIterator<Item = impl Into<JsonRpcRequest>>,
    ) -> Call<RpcBatch> {
        let mut requests: Vec<JsonRpcRequest> = requests.into_iter().map(Into::into).collect();
        let ids = prepare::ids(&mut requests);
        let finding = prepare::check_batch(network.as_ref(), &requests, self.key.as_deref());
        let key = self.key.clone().unwrap_or_else(key::unique);
        let body = JsonRpcRequests::Batch(requests);
        let call = self.client.raw().crypto_rpc_proxy(network.as_ref(), &body, Some(&key)).checked_instead(finding);
        call.read(ReplyForm::Json, move |reply| Ok(reply::batch(reply.json()?, ids, &reply.meta)))
    }
}

impl Client {
    /// Blockchain nodes, by JSON-RPC.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let reply = venice.crypto_rpc().call("ethereum-mainnet", "eth_blockNumber").await?;
    /// println!("{}", reply.result::<String>()?);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn crypto_rpc(&self) -> CryptoRpc<'_> {
        CryptoRpc { client: self, key: None }
    }
}
