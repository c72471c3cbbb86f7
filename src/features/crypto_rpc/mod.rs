//! Block-chain nodes: JSON-RPC to many networks with one key.
//!
//! | To | Call |
//! |---|---|
//! | see which networks there are | [`networks`](CryptoRpc::networks) |
//! | ask a node one thing | [`call`](CryptoRpc::call) |
//! | ask it up to 100 things at once | [`batch`](CryptoRpc::batch) |
//! | send a transaction once, whatever happens | [`with_idempotency_key`](CryptoRpc::with_idempotency_key) |
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
//! Calls are paid for in credits, by method and network, and [`RpcReply::usage`] says what one cost; a call that the node refuses costs
//! a little too. `networks` is free. Refused before anything is sent: an empty method, `params` that are neither a list nor an object,
//! more than 100 calls, two with one id, a key that is none.
//!
//! # Errors of a node
//! A node that refuses a call says so with status 200. So a [`Call`] that succeeds says that the API did its part, and
//! [`RpcReply::result`] what the node answered: its value, or an [`RpcError`].
//!
//! # What is repeated
//! Every request has an `Idempotency-Key`, the same for all its attempts, and one with the same key and body gets the first answer
//! again for 24 hours instead of being carried out a second time. The client repeats what is known not to have been
//! executed: a connection that was not made, a 429, and a 408 or 503 of the API itself. After a time-out or a broken connection it does not: the node may still be at
//! work, and would answer a transaction that it knows already with an error. Look for the transaction then, or repeat the call
//! with the same key, which must be [your own](CryptoRpc::with_idempotency_key) for that.

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

/// Block-chain nodes. Calls are paid for in credits, by method.
#[derive(Clone, Debug)]
pub struct CryptoRpc<'c> {
    pub(crate) client: &'c Client,
    key: Option<String>,
}

impl CryptoRpc<'_> {
    /// The key of the next request in place of one that nobody else knows: 1 to 255 letters, digits, `_` and `-`.
    ///
    /// With the same key and the same body the API gives its first answer again, for 24 hours, and charges nothing; so a program
    /// that was restarted can ask again without doing it twice. One key is for one request: with another body it is refused (400).
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

    /// One call to a node of a network, such as `ethereum-mainnet`. A method alone can stand for a request without parameters.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let reply = venice.crypto_rpc().call("ethereum-mainnet", "eth_blockNumber").await?;
    /// let block: String = reply.result()?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Refused before anything is sent: an empty method, `params` that are neither a list nor an object, an id that is neither a
    /// whole number nor a text, a network that no path can have, a bad key. A method that the API does not pass on (filters and
    /// subscriptions, for instance) is a 400. What the node refuses is in the [`RpcReply`].
    pub fn call(&self, network: impl AsRef<str>, request: impl Into<JsonRpcRequest>) -> Call<RpcReply> {
        let mut requests = vec![request.into()];
        let ids = prepare::ids(&mut requests);
        let finding = prepare::check(network.as_ref(), &requests, self.key.as_deref());
        let body = requests.pop().map_or(JsonRpcRequests::Batch(Vec::new()), JsonRpcRequests::Single);
        let key = self.key.clone().unwrap_or_else(key::unique);
        let call = self.client.raw().crypto_rpc_proxy(network.as_ref(), &body, Some(&key)).checked_instead(finding);
        call.read(ReplyForm::Json, move |reply| Ok(reply::single(reply.json()?, &ids, &reply.meta)))
    }

    /// Up to 100 calls in one request. They cost what they cost one by one, and count as one request.
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
    /// Calls without an id get one. The outcomes stand in the order of the calls, whatever order the node answers in.
    ///
    /// # Errors
    /// As for [`call`](Self::call); also refused are no calls, more than 100, and two with the same id. One method that the API
    /// does not pass on refuses the whole batch (400). What the node refuses, or does not answer, is in the [`RpcBatch`].
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
