//! Arithmetic in both currencies at once. A currency that one side does not know, or that overflows, is unknown in the result; so is one
//! of which a side is no price: below zero, or absurd.

use crate::api::generated::types::Money;
use crate::runtime::amount::Amount;

fn each(one: &Money, other: &Money, f: impl Fn(Amount, Amount) -> Option<Amount>) -> Money {
    let pair = |one: Option<Amount>, other: Option<Amount>| f(plausible(one?)?, plausible(other?)?);
    Money { usd: pair(one.usd, other.usd), diem: pair(one.diem, other.diem) }
}

pub(super) fn plus(one: &Money, other: &Money) -> Money {
    each(one, other, Amount::checked_add)
}

pub(super) fn times(price: &Money, factor: Amount) -> Money {
    each(price, &Money { usd: Some(factor), diem: Some(factor) }, Amount::checked_mul)
}

/// So many, at a price for `10^exponent` of them.
pub(super) fn of_many(price: &Money, count: u64, exponent: u32) -> Money {
    let all = times(price, count.into());
    let part = |amount: Option<Amount>| amount?.divided_by_power(exponent);
    Money { usd: part(all.usd), diem: part(all.diem) }
}

/// The dearer of two, in each currency.
pub(super) fn dearer(one: &Money, other: &Money) -> Money {
    each(one, other, |one, other| Some(one.max(other)))
}

/// The dearest of some; `None` of none.
pub(in crate::features::cost) fn dearest<'p>(prices: impl IntoIterator<Item = &'p Money>) -> Option<Money> {
    prices.into_iter().fold(None, |dearest: Option<Money>, price| {
        Some(dearest.map_or_else(|| price.clone(), |dearest| dearer(&dearest, price)))
    })
}

/// An amount that a list of prices can mean. A wrong one must not become a credit, or fill a budget for good.
fn plausible(amount: Amount) -> Option<Amount> {
    const MOST: u64 = 1_000_000_000_000;
    Some(amount).filter(|amount| !amount.is_negative() && *amount <= Amount::from(MOST))
}

pub(super) fn known(price: Money) -> Option<Money> {
    let price = Money { usd: price.usd.and_then(plausible), diem: price.diem.and_then(plausible) };
    (price.usd.is_some() || price.diem.is_some()).then_some(price)
}
