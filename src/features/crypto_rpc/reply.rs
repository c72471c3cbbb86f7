//! `RpcReply`, `RpcBatch`: the answers of a node, matched to the calls.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::RpcError;
use super::prepare::id_text;
use crate::api::generated::types::JsonRpcId;
use crate::api::usage::Cost;
use crate::runtime::meta::{Meta, RpcUsage};
use crate::runtime::text::without_values;

/// The outcome of one call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RpcOutcome {
    /// The id of the call: the caller's, or the assigned one.
    pub id: JsonRpcId,
    /// The node's answer. A result may be null: an unknown transaction has no receipt, for instance.
    pub value: Result<Value, RpcError>,
}

impl RpcOutcome {
    /// The result as a type.
    ///
    /// # Errors
    /// The node's error; and [`RpcError::Unexpected`] for a result of another type.
    pub fn result<T: DeserializeOwned>(&self) -> Result<T, RpcError> {
        let value = self.value.as_ref().map_err(Clone::clone)?;
        T::deserialize(value).map_err(|error| RpcError::Unexpected(without_values(&error.to_string())))
    }
}

/// The answer to one call, and its cost.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RpcReply {
    /// The outcome of the call.
    pub outcome: RpcOutcome,
    /// The reported cost.
    pub usage: RpcUsage,
    /// Whether the API repeated the answer of an earlier request with the same key, without executing it again.
    pub is_replay: bool,
}

impl RpcReply {
    /// The result as a type.
    ///
    /// # Errors
    /// The node's error; and [`RpcError::Unexpected`] for a result of another type.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::JsonRpcRequest;
    ///
    /// let request = JsonRpcRequest::new("eth_getTransactionReceipt").params(vec!["0x88df…"]);
    /// let reply = venice.crypto_rpc().call("ethereum-mainnet", request).await?;
    /// let receipt: Option<serde_json::Value> = reply.result()?; // `None`: not mined yet
    /// # Ok(()) }
    /// ```
    pub fn result<T: DeserializeOwned>(&self) -> Result<T, RpcError> {
        self.outcome.result()
    }

    /// The reported cost. A repeated reply has the cost of the first one.
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        Cost::of_rpc(&self.usage)
    }
}

/// The answers to several calls, and their total cost.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RpcBatch {
    /// The outcome of each call, in the order of the calls.
    pub outcomes: Vec<RpcOutcome>,
    /// Unmatched answers: for no call, or for one that was already answered.
    pub unmatched: Vec<Value>,
    /// The reported total cost.
    pub usage: RpcUsage,
    /// Whether the API repeated the answer of an earlier request with the same key, without executing it again.
    pub is_replay: bool,
}

impl RpcBatch {
    /// The reported total cost.
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        Cost::of_rpc(&self.usage)
    }

    /// The outcome of the call with this id.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::JsonRpcRequest;
    ///
    /// let calls = [JsonRpcRequest::new("eth_chainId").id("chain"), JsonRpcRequest::new("eth_gasPrice").id("gas")];
    /// let reply = venice.crypto_rpc().batch("ethereum-mainnet", calls).await?;
    /// let gas: Option<String> = reply.get("gas").map(|outcome| outcome.result()).transpose()?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn get(&self, id: impl Into<JsonRpcId>) -> Option<&RpcOutcome> {
        let id = id_text(&id.into());
        self.outcomes.iter().find(|outcome| id_text(&outcome.id) == id)
    }
}

/// The answer to a call.
#[inline]
pub(super) fn single(reply: Value, ids: &[JsonRpcId], meta: &Meta) -> RpcReply {
    let RpcBatch { outcomes, unmatched, usage, is_replay } = batch(reply, ids.to_vec(), meta);
    let id = ids.first().cloned().unwrap_or_default();
    let mut outcome = outcomes.into_iter().next().unwrap_or(RpcOutcome { id, value: Err(RpcError::Missing) });
    if let (Err(RpcError::Missing), Some(other)) = (&outcome.value, unmatched.first()) {
        let id = other.get("id").unwrap_or(&Value::Null);
        outcome.value = Err(RpcError::Unexpected(format!("it answers the call {id}, and not {}", shown(&outcome.id))));
    }
    RpcReply { outcome, usage, is_replay }
}

/// The answers to calls with these ids.
#[inline]
pub(super) fn batch(reply: Value, ids: Vec<JsonRpcId>, meta: &Meta) -> RpcBatch {
    let mut values: Vec<Option<Result<Value, RpcError>>> = vec![None; ids.len()];
    let mut unmatched = Vec::new();
    // A node that cannot parse a request answers with one error and no id.
    let (answers, of_all) = match reply {
        Value::Array(answers) => (answers, None),
        Value::Object(fields) if has_no_id(&fields) => {
            let value = value(fields);
            (Vec::new(), value.is_err().then_some(value).or(Some(Err(RpcError::Missing))))
        }
        answer => (vec![answer], None),
    };
    let texts: Vec<Option<String>> = ids.iter().map(id_text).collect();
    for answer in answers {
        let id = answer.get("id").and_then(|id| id_text(&JsonRpcId::from(id.clone())));
        let place = id.and_then(|id| texts.iter().position(|text| text.as_ref() == Some(&id)));
        match (place.and_then(|place| values.get_mut(place)), answer) {
            (Some(slot @ None), Value::Object(fields)) => *slot = Some(value(fields)),
            (_, answer) => unmatched.push(answer),
        }
    }
    let missing = || of_all.clone().unwrap_or(Err(RpcError::Missing));
    let outcomes = ids.into_iter().zip(values);
    let outcomes = outcomes.map(|(id, value)| RpcOutcome { id, value: value.unwrap_or_else(missing) }).collect();
    let usage = meta.rpc_usage().unwrap_or_default();
    RpcBatch { outcomes, unmatched, usage, is_replay: meta.is_idempotent_replay() }
}

fn has_no_id(fields: &Map<String, Value>) -> bool {
    fields.get("id").is_none_or(Value::is_null)
}

/// The result or the error of an answer.
#[inline]
fn value(mut fields: Map<String, Value>) -> Result<Value, RpcError> {
    if let Some(error) = fields.get("error").filter(|error| !error.is_null()) {
        return Err(RpcError::of(error));
    }
    fields.remove("result").ok_or_else(|| RpcError::Unexpected("it has neither result nor error".to_owned()))
}

#[inline]
fn shown(id: &JsonRpcId) -> String {
    serde_json::to_string(id).unwrap_or_default()
}
