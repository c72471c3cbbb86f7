//! A limit on what calls may cost.

mod exceeded;
mod spending;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use self::exceeded::{BudgetExceeded, Currency};
pub use self::spending::Spending;
use crate::api::generated::types::Money;
use crate::api::usage::Cost;
use crate::runtime::amount::{self, Amount};
use crate::runtime::error::Error;
use crate::runtime::meta::NotAnAmount;

/// A limit on what calls may cost, kept by a client ([`ClientBuilder::budget`](crate::ClientBuilder::budget)) or by several.
///
/// Before a call is sent, the most that it can cost is set aside; a call for which there is not enough left fails with
/// [`ErrorKind::BudgetExceeded`](crate::ErrorKind::BudgetExceeded), and nothing is sent. When the reply is here, what it really cost
/// counts, and the rest is free again. Calls that run side by side cannot exceed it together.
///
/// | What became of the call | What counts |
/// |---|---|
/// | the reply tells its cost | that |
/// | it tells tokens or seconds | their price by the list of models |
/// | it tells neither (images, speech, films) | the estimate |
/// | not sent, or refused ([`Error::delivery`]) | nothing |
/// | cut, out of time, dropped, a 5xx, a 408 or 503 of a gateway: nobody knows | the estimate, as [`uncertain`](Spending::uncertain) |
///
/// A stream counts when it has ended; one that is dropped before it told its cost is uncertain.
///
/// Estimates come from [`Prices`](super::Prices), with the client's cached list of models, which is fetched when a paid call first
/// needs it; before each order of a film or music, `/video/quote` or `/audio/quote` is asked. All of that is free. Set
/// `max_completion_tokens` in chats: without it, all that the model may write is set aside, and of many calls side by side some are
/// refused although what the others will really cost would have left room for them. What is charged beside the list prices, such as a
/// web search or `enhance_prompt`, is known only from a reply that tells its cost: by that much a budget can be exceeded.
///
/// Calls whose price nobody knows (a recording of unknown length, block-chains, pages and documents, backgrounds, anything while the
/// list cannot be fetched) are refused, unless [`allow_unknown_prices`](Self::allow_unknown_prices) is set. Free calls always pass.
/// A top-up moves money and spends none; it is not counted.
///
/// A clone is the same budget. It is no substitute for the limits that the API enforces on a key
/// ([`ConsumptionLimits`](crate::types::ConsumptionLimits)), which also see what other programs spend.
///
/// ```
/// use venice_ai::cost::Budget;
///
/// let budget = Budget::usd("5");
/// let venice = venice_ai::Client::builder().api_key("my key").budget(budget.clone()).build()?;
/// // … calls …
/// println!("{} USD spent", budget.in_usd().spent);
/// # Ok::<(), venice_ai::Error>(())
/// ```
#[derive(Clone)]
pub struct Budget {
    state: Arc<Mutex<BudgetState>>,
}

#[derive(Debug, Default)]
struct BudgetState {
    usd: Spending,
    diem: Spending,
    allows_unknown: bool,
    /// A limit was given that is none.
    is_invalid: bool,
}

/// What is set aside for a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reserved {
    usd: Amount,
    diem: Amount,
}

impl Budget {
    /// So many US dollars. What an account pays in DIEM does not count here: for that, [`and_diem`](Self::and_diem).
    ///
    /// A limit that is no amount, or below nothing, is reported by [`ClientBuilder::build`](crate::ClientBuilder::build).
    ///
    /// ```
    /// use venice_ai::cost::Budget;
    /// let budget = Budget::usd("2.50");
    /// assert_eq!(budget.in_usd().limit, "2.50".parse().ok());
    /// ```
    pub fn usd(limit: impl TryInto<Amount>) -> Self {
        Self::new().with(|state| &mut state.usd, limit)
    }

    /// So many DIEM. What an account pays in dollars does not count here: for that, [`and_usd`](Self::and_usd).
    pub fn diem(limit: impl TryInto<Amount>) -> Self {
        Self::new().with(|state| &mut state.diem, limit)
    }

    /// A limit in US dollars besides the one in DIEM. Each has to be kept.
    #[must_use]
    pub fn and_usd(self, limit: impl TryInto<Amount>) -> Self {
        self.with(|state| &mut state.usd, limit)
    }

    /// A limit in DIEM besides the one in US dollars. Each has to be kept.
    #[must_use]
    pub fn and_diem(self, limit: impl TryInto<Amount>) -> Self {
        self.with(|state| &mut state.diem, limit)
    }

    /// Lets calls pass whose price nobody knows, as long as anything is left. They count as nothing until a reply tells their cost.
    #[must_use]
    pub fn allow_unknown_prices(self) -> Self {
        self.lock().allows_unknown = true;
        self
    }

    /// What was spent in US dollars, and what may have been.
    ///
    /// ```
    /// let budget = venice_ai::cost::Budget::usd("5");
    /// assert_eq!(budget.in_usd().remaining(), "5".parse().ok());
    /// ```
    #[must_use]
    pub fn in_usd(&self) -> Spending {
        self.lock().usd
    }

    /// What was spent in DIEM, and what may have been.
    ///
    /// ```
    /// let budget = venice_ai::cost::Budget::diem("5");
    /// assert!(budget.in_diem().spent.is_zero());
    /// ```
    #[must_use]
    pub fn in_diem(&self) -> Spending {
        self.lock().diem
    }

    /// Another limit in US dollars, from now on. What was spent stays spent.
    ///
    /// # Errors
    /// A limit that is no amount, or below nothing, changes nothing.
    ///
    /// ```
    /// # use venice_ai::cost::Budget;
    /// let budget = Budget::usd("5");
    /// budget.set_usd_limit("10")?;
    /// assert_eq!(budget.in_usd().limit, "10".parse().ok());
    /// # Ok::<(), venice_ai::meta::NotAnAmount>(())
    /// ```
    pub fn set_usd_limit(&self, limit: impl TryInto<Amount>) -> Result<(), NotAnAmount> {
        let limit = amount::limit(limit)?;
        self.lock().usd.limit = Some(limit);
        Ok(())
    }

    /// Another limit in DIEM, from now on. What was spent stays spent.
    ///
    /// # Errors
    /// A limit that is no amount, or below nothing, changes nothing.
    ///
    /// ```
    /// # use venice_ai::cost::Budget;
    /// let budget = Budget::diem("5");
    /// budget.set_diem_limit("10")?;
    /// # Ok::<(), venice_ai::meta::NotAnAmount>(())
    /// ```
    pub fn set_diem_limit(&self, limit: impl TryInto<Amount>) -> Result<(), NotAnAmount> {
        let limit = amount::limit(limit)?;
        self.lock().diem.limit = Some(limit);
        Ok(())
    }

    /// Forgets what was spent and what may have been, for a new day or a new user. What is set aside for calls on their way stays.
    ///
    /// ```
    /// let budget = venice_ai::cost::Budget::usd("5");
    /// budget.reset();
    /// ```
    pub fn reset(&self) {
        let mut state = self.lock();
        state.usd.forget();
        state.diem.forget();
    }

    fn new() -> Self {
        Self { state: Arc::default() }
    }

    fn with(self, of: fn(&mut BudgetState) -> &mut Spending, limit: impl TryInto<Amount>) -> Self {
        let mut state = self.lock();
        match amount::limit(limit) {
            Ok(limit) => of(&mut state).limit = Some(limit),
            Err(_) => state.is_invalid = true,
        }
        drop(state);
        self
    }

    pub(crate) fn is_invalid(&self) -> bool {
        self.lock().is_invalid
    }

    /// Sets the estimate aside, or says why it cannot be.
    pub(crate) fn reserve(&self, estimate: Option<&Money>) -> Result<Reserved, Error> {
        let mut state = self.lock();
        let allows_unknown = state.allows_unknown;
        // An estimate below zero is none: what is set aside is never a credit.
        let usd = estimate.and_then(|price| price.usd).filter(|usd| !usd.is_negative());
        let diem = estimate.and_then(|price| price.diem).filter(|diem| !diem.is_negative());
        for (currency, spending, estimate) in [(Currency::Usd, state.usd, usd), (Currency::Diem, state.diem, diem)] {
            if !spending.has_room_for(estimate, allows_unknown) {
                return Err(Error::budget_exceeded_by(BudgetExceeded { currency, spending, estimate }));
            }
        }
        let reserved = Reserved { usd: usd.unwrap_or_default(), diem: diem.unwrap_or_default() };
        state.usd.reserve(reserved.usd);
        state.diem.reserve(reserved.diem);
        Ok(reserved)
    }

    /// The call was not sent, or refused.
    pub(crate) fn release(&self, reserved: Reserved) {
        let mut state = self.lock();
        state.usd.release(reserved.usd);
        state.diem.release(reserved.diem);
    }

    /// The call ran. What is not known of its cost counts as it was estimated.
    pub(crate) fn settle(&self, reserved: Reserved, cost: Option<Cost>) {
        let cost = cost.unwrap_or_default();
        let mut state = self.lock();
        state.usd.settle(reserved.usd, cost.usd);
        state.diem.settle(reserved.diem, cost.diem);
    }

    /// Nobody knows what became of the call.
    pub(crate) fn keep(&self, reserved: Reserved) {
        let mut state = self.lock();
        state.usd.keep(reserved.usd);
        state.diem.keep(reserved.diem);
    }

    fn lock(&self) -> MutexGuard<'_, BudgetState> {
        // Nothing panics while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Budget").field("usd", &state.usd).field("diem", &state.diem).finish_non_exhaustive()
    }
}
