//! `Cost`: the cost that a reply reports.

use std::fmt;

use crate::api::generated::types::{ChatCompletion, ChatCompletionChunk, Money};
use crate::runtime::amount::Amount;
use crate::runtime::meta::{Meta, RpcUsage};

/// The cost of a call. A part that the reply did not report is unknown, not 0.
///
/// The dollars and the DIEM add up: an account with both pays a call from either, or partly from each. (A price, in contrast, is the same
/// in both currencies.)
///
/// ```no_run
/// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
/// use venice_ai::types::ChatCompletionRequest;
///
/// let reply = venice.chat().create(ChatCompletionRequest::new("default", ["Hello"])).await?;
/// if let Some(cost) = reply.cost() {
///     println!("{cost}"); // 0.0005813 USD, 0 DIEM
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Cost {
    /// US dollars, including credits of a subscription at their value.
    pub usd: Option<Amount>,
    /// DIEM.
    pub diem: Option<Amount>,
    /// The credits of the blockchain endpoints; their value is in the dollars.
    pub credits: Option<u64>,
}

impl Cost {
    /// The cost in the headers of the blockchain endpoints, if there is any.
    pub(crate) fn of_rpc(usage: &RpcUsage) -> Option<Self> {
        Some(Self { usd: usage.cost_usd, diem: None, credits: usage.credits }).filter(|cost| !cost.is_empty())
    }

    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl From<&Money> for Cost {
    fn from(money: &Money) -> Self {
        Self { usd: money.usd, diem: money.diem, credits: None }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usd = self.usd.map(|usd| format!("{usd} USD"));
        let diem = self.diem.map(|diem| format!("{diem} DIEM"));
        let credits = self.credits.map(|credits| format!("{credits} credits"));
        let parts: Vec<String> = [usd, diem, credits].into_iter().flatten().collect();
        f.write_str(if parts.is_empty() { "unknown" } else { "" })?;
        f.write_str(&parts.join(", "))
    }
}

/// The cost in a field `cost`, if there is any.
pub(crate) fn reported(money: Option<&Money>) -> Option<Cost> {
    money.map(Cost::from).filter(|cost| !cost.is_empty())
}

impl ChatCompletion {
    /// The cost of the answer as reported by the API; `None` if it is not.
    ///
    /// ```
    /// use venice_ai::types::ChatCompletion;
    ///
    /// let reply: ChatCompletion = serde_json::from_str(r#"{"cost": {"usd": 0.0005813, "diem": 0}}"#)?;
    /// assert_eq!(reply.cost().unwrap().to_string(), "0.0005813 USD, 0 DIEM");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        reported(self.cost.as_ref())
    }
}

impl ChatCompletionChunk {
    /// The cost of the whole answer. One of the last chunks has it; the others have `None`.
    ///
    /// ```
    /// use venice_ai::types::ChatCompletionChunk;
    ///
    /// let last: ChatCompletionChunk = serde_json::from_str(r#"{"choices": [], "cost": {"usd": 1e-7, "diem": 0}}"#)?;
    /// assert_eq!(last.cost().and_then(|cost| cost.usd), "0.0000001".parse().ok());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        reported(self.cost.as_ref())
    }
}

impl Meta {
    /// The cost of the call, if it is in the headers, as for blockchain endpoints. The cost of a chat is in its body
    /// ([`ChatCompletion::cost`]); other calls do not report it, their prices are in the list of models.
    ///
    /// The balances in the headers are those before the request, so the difference of two balances is the cost of the first request, and of
    /// everything else that was charged in between.
    ///
    /// ```
    /// # fn look(meta: &venice_ai::Meta) {
    /// if let Some(cost) = meta.cost() {
    ///     println!("{:?} credits, {:?} USD", cost.credits, cost.usd);
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        Cost::of_rpc(&self.rpc_usage()?)
    }
}
