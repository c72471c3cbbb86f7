//! Arithmetic on `Money`, in both currencies at once. The result is unknown in a currency that is unknown, implausible (negative or absurd)
//! or overflows.

use crate::api::generated::types::Money;
use crate::runtime::amount::Amount;

/// A price in both currencies.
#[allow(clippy::needless_update, reason = "the API may add a currency")]
pub(in crate::features::cost) fn priced(usd: Option<Amount>, diem: Option<Amount>) -> Money {
    Money { usd, diem, ..Money::default() }
}

fn each(one: &Money, other: &Money, f: impl Fn(Amount, Amount) -> Option<Amount>) -> Money {
    let pair = |one: Option<Amount>, other: Option<Amount>| f(plausible(one?)?, plausible(other?)?);
    priced(pair(one.usd, other.usd), pair(one.diem, other.diem))
}

pub(super) fn plus(one: &Money, other: &Money) -> Money {
    each(one, other, Amount::checked_add)
}

pub(super) fn times(price: &Money, factor: Amount) -> Money {
    each(price, &priced(Some(factor), Some(factor)), Amount::checked_mul)
}

/// The price of `count` units at a price per `10^exponent` of them.
pub(super) fn of_many(price: &Money, count: u64, exponent: u32) -> Money {
    let all = times(price, count.into());
    let part = |amount: Option<Amount>| amount?.divided_by_power(exponent);
    priced(part(all.usd), part(all.diem))
}

/// The higher of two prices, in each currency.
pub(super) fn max(one: &Money, other: &Money) -> Money {
    each(one, other, |one, other| Some(one.max(other)))
}

/// The highest price; `None` for none.
pub(in crate::features::cost) fn highest<'p>(prices: impl IntoIterator<Item = &'p Money>) -> Option<Money> {
    prices.into_iter().fold(None, |highest: Option<Money>, price| {
        Some(highest.map_or_else(|| price.clone(), |highest| max(&highest, price)))
    })
}

/// A plausible list price. A wrong one must not become a credit, or use a budget up.
fn plausible(amount: Amount) -> Option<Amount> {
    const MOST: u64 = 1_000_000_000_000;
    Some(amount).filter(|amount| !amount.is_negative() && *amount <= Amount::from(MOST))
}

pub(super) fn known(price: Money) -> Option<Money> {
    let price = priced(price.usd.and_then(plausible), price.diem.and_then(plausible));
    (price.usd.is_some() || price.diem.is_some()).then_some(price)
}
