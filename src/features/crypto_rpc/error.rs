//! `RpcError`: why a call of a blockchain node has no result.

use std::fmt;

use serde_json::Value;

use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::text::one_line;

/// Why a call has no result although the API forwarded it. It was charged.
///
/// `?` converts it to an [`Error`] of the kind [`Rpc`](ErrorKind::Rpc), as its `source`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RpcError {
    /// The node returned an error.
    Node {
        /// The code of the error: -32601 for an unknown method, -32602 for invalid parameters, 3 for a reverted call. `None` if the node
        /// sent none.
        code: Option<i64>,
        /// The message.
        message: String,
        /// Additional data, such as that of a revert.
        data: Option<Value>,
    },
    /// The reply has no answer to this call.
    Missing,
    /// The answer is invalid: neither result nor error, or a result of another type.
    Unexpected(String),
}

impl RpcError {
    /// The code of the node's error.
    ///
    /// ```no_run
    /// # fn example(error: venice_ai::crypto_rpc::RpcError) {
    /// if error.code() == Some(-32601) {
    ///     println!("this network has no such method");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn code(&self) -> Option<i64> {
        match self {
            Self::Node { code, .. } => *code,
            _ => None,
        }
    }

    /// Parses the `error` of a reply. Some nodes send a string instead of an object.
    pub(super) fn of(error: &Value) -> Self {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let Value::Object(fields) = error else {
            return Self::Node { code: None, message: text(error), data: None };
        };
        let code = fields.get("code");
        let code = code.and_then(|code| code.as_i64().or_else(|| code.as_str()?.trim().parse().ok()));
        let message = fields.get("message").filter(|message| !message.is_null()).map(text).unwrap_or_default();
        Self::Node { code, message, data: fields.get("data").filter(|data| !data.is_null()).cloned() }
    }
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Nodes put the data of a revert into the message.
        const LONGEST: usize = 400;
        match self {
            Self::Node { code, message, .. } => {
                write!(f, "the node returned an error: {}", one_line(message, LONGEST))?;
                code.map_or(Ok(()), |code| write!(f, " ({code})"))
            }
            Self::Missing => f.write_str("the reply has no answer to this call"),
            Self::Unexpected(problem) => write!(f, "the node's answer is invalid: {problem}"),
        }
    }
}

impl std::error::Error for RpcError {}

impl From<RpcError> for Error {
    fn from(error: RpcError) -> Self {
        Self::new(ErrorKind::Rpc, error.to_string())
            .with_operation(&crate::api::generated::operations::CRYPTO_RPC_PROXY)
            .with_source(error)
    }
}
