//! `Prices`: the list prices of a model.

mod audio;
mod chat;
mod images;
mod money;
mod shape;
mod tokens;

use std::fmt;

pub use self::chat::ChatEstimate;
pub(super) use self::money::{highest, priced};
pub(super) use self::shape::ChatShape;
pub(crate) use self::tokens::Tokens;
pub(super) use self::tokens::count;
use crate::api::generated::types::{Model, ModelPricing, Money};
use crate::runtime::amount::Amount;

/// The list prices of a model, from [`Models::list`](crate::Models::list), for estimates and for finished calls.
///
/// Nothing is sent. A price missing in the list is `None`, never 0; so is a negative one, one above 10¹², and each price of a model whose
/// discount is not within `0..=1`. A reseller's discount ([`discount_to_user`](crate::types::Model::discount_to_user)) is applied.
///
/// A price is given in US dollars and in DIEM; one of them is charged.
///
/// ```
/// use venice_ai::cost::Prices;
/// use venice_ai::types::{Model, Usage};
///
/// let model: Model = serde_json::from_str(
///     r#"{"id": "m", "model_spec": {"pricing": {"input": {"usd": 0.1, "diem": 0.1}, "output": {"usd": 0.4, "diem": 0.4}}}}"#,
/// )?;
/// let usage: Usage = serde_json::from_str(r#"{"prompt_tokens": 5789, "completion_tokens": 6}"#)?;
/// let price = Prices::of(&model).usage(&usage).unwrap();
/// assert_eq!(price.usd, "0.0005813".parse().ok());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Prices<'m> {
    model: &'m Model,
}

impl<'m> Prices<'m> {
    /// The prices of this model.
    #[must_use]
    pub fn of(model: &'m Model) -> Self {
        Self { model }
    }

    fn list(self) -> Option<&'m ModelPricing> {
        self.model.model_spec.pricing.as_ref()
    }

    /// A list price after the discount; `None` if neither currency is known.
    fn paid(self, price: Money) -> Option<Money> {
        let paid = match self.model.discount_to_user {
            None => price,
            Some(discount) => {
                // An invalid fraction, such as 20 for 20 %, makes the price unknown.
                let part = Amount::try_from(discount).ok().filter(|part| (Amount::ZERO..=1.into()).contains(part))?;
                money::times(&price, Amount::from(1).checked_sub(part)?)
            }
        };
        money::known(paid)
    }
}

impl fmt::Debug for Prices<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prices").field("model", &self.model.id).field("list", &self.list()).finish_non_exhaustive()
    }
}
