//! `Budget`: a spending limit for one or several clients.

mod accounts;
mod alert;
mod exceeded;
#[cfg(feature = "redis")]
mod shared;
mod spending;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) use self::accounts::Reserved;
use self::accounts::{Accounts, Estimate};
use self::alert::Alert;
pub use self::alert::BudgetAlert;
pub use self::exceeded::{BudgetExceeded, Currency};
pub use self::spending::Spending;
use crate::api::generated::types::Money;
use crate::api::usage::Cost;
use crate::runtime::amount::{self, Amount};
use crate::runtime::error::Error;
use crate::runtime::meta::NotAnAmount;

/// A spending limit for a client ([`ClientBuilder::budget`](crate::ClientBuilder::budget)) or several.
///
/// Before a call is sent, its maximum cost is reserved; a call that exceeds the rest of the budget fails with
/// [`ErrorKind::BudgetExceeded`](crate::ErrorKind::BudgetExceeded), and nothing is sent. The reply's actual cost then replaces the
/// reservation. Concurrent calls cannot exceed the budget together.
///
/// | Outcome of the call | What counts |
/// |---|---|
/// | the reply reports its cost | the reported cost |
/// | the reply reports tokens or seconds | their list price |
/// | the reply reports neither (images, speech, video) | the estimate |
/// | not sent, or rejected ([`Error::delivery`]) | nothing |
/// | unknown: connection lost, time-out, dropped, a 5xx, a 408 or 503 of a gateway | the estimate, as [`uncertain`](Spending::uncertain) |
///
/// A stream counts when it has ended; one that is dropped before it reported its cost is uncertain.
///
/// Estimates come from [`Prices`](super::Prices), with the client's cached list of models, which is fetched for the first paid call that
/// needs it; video and music are priced by `/video/quote` and `/audio/quote`. All of that is free. Set `max_completion_tokens` in chats:
/// without it, the model's maximum is reserved, and concurrent calls may be rejected although their actual cost would fit. Charges beyond
/// the list prices, such as a web search or `enhance_prompt`, are known only from the reply: by that much a budget can be exceeded.
///
/// Calls with an unknown price (a recording of unknown length, blockchain calls, scraped pages and documents, background removal, anything
/// while the list cannot be fetched) are rejected, unless [`allow_unknown_prices`](Self::allow_unknown_prices) is set. Free calls are
/// always allowed. A top-up is not spending and is not counted.
///
/// A clone is the same budget. The feature `redis` shares it between processes: `Budget::shared`. It does not replace the limits that the API enforces on a key
/// ([`ConsumptionLimits`](crate::types::ConsumptionLimits)), which also count what other programs spend.
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
    /// The spending of all processes, of which the state is a copy.
    #[cfg(feature = "redis")]
    shared: Option<Arc<shared::SharedBudget>>,
}

#[derive(Debug, Default)]
struct BudgetState {
    accounts: Accounts,
    allows_unknown: bool,
    alerts: Vec<Alert>,
    /// Whether a limit was not an amount or was negative, or the share of an alert was none.
    is_invalid: bool,
}

impl Budget {
    /// A limit in US dollars. Spending in DIEM does not count: see [`and_diem`](Self::and_diem).
    ///
    /// A limit that is not an amount, or is negative, is reported by [`ClientBuilder::build`](crate::ClientBuilder::build).
    ///
    /// ```
    /// use venice_ai::cost::Budget;
    /// let budget = Budget::usd("2.50");
    /// assert_eq!(budget.in_usd().limit, "2.50".parse().ok());
    /// ```
    pub fn usd(limit: impl TryInto<Amount>) -> Self {
        Self::new().with(|state| &mut state.accounts.usd, limit)
    }

    /// A limit in DIEM. Spending in US dollars does not count: see [`and_usd`](Self::and_usd).
    pub fn diem(limit: impl TryInto<Amount>) -> Self {
        Self::new().with(|state| &mut state.accounts.diem, limit)
    }

    /// Adds a limit in US dollars. Both limits apply.
    #[must_use]
    pub fn and_usd(self, limit: impl TryInto<Amount>) -> Self {
        self.with(|state| &mut state.accounts.usd, limit)
    }

    /// Adds a limit in DIEM. Both limits apply.
    #[must_use]
    pub fn and_diem(self, limit: impl TryInto<Amount>) -> Self {
        self.with(|state| &mut state.accounts.diem, limit)
    }

    /// Allows calls with an unknown price, as long as anything is left. They count as 0 until a reply reports their cost.
    #[must_use]
    pub fn allow_unknown_prices(self) -> Self {
        self.lock().allows_unknown = true;
        self
    }

    /// Calls a function when what was spent, or perhaps was, reaches a share of a limit: 1 to 100 percent. Reservations do not count.
    ///
    /// It is called once for each currency, and again after a [`reset`](Self::reset) or a higher limit. It runs where the cost of a call is
    /// counted, also in async code, so it must not block; a panic in it is logged. Any other percentage is reported by
    /// [`ClientBuilder::build`](crate::ClientBuilder::build).
    ///
    /// ```
    /// use venice_ai::cost::Budget;
    ///
    /// let budget = Budget::usd("5").on_share(80, |alert| eprintln!("{} % of the budget: {:?}", alert.percent, alert.spending));
    /// ```
    #[must_use]
    #[doc(alias("alert", "warning", "threshold"))]
    pub fn on_share(self, percent: u32, alert: impl Fn(&BudgetAlert) + Send + Sync + 'static) -> Self {
        let mut state = self.lock();
        state.is_invalid |= !(1..=100).contains(&percent);
        state.alerts.push(Alert::new(percent, alert));
        drop(state);
        self
    }

    /// The spending in US dollars.
    ///
    /// ```
    /// let budget = venice_ai::cost::Budget::usd("5");
    /// assert_eq!(budget.in_usd().remaining(), "5".parse().ok());
    /// ```
    #[must_use]
    pub fn in_usd(&self) -> Spending {
        self.lock().accounts.usd
    }

    /// The spending in DIEM.
    ///
    /// ```
    /// let budget = venice_ai::cost::Budget::diem("5");
    /// assert!(budget.in_diem().spent.is_zero());
    /// ```
    #[must_use]
    pub fn in_diem(&self) -> Spending {
        self.lock().accounts.diem
    }

    /// Changes the limit in US dollars. What was spent stays spent.
    ///
    /// # Errors
    /// A limit that is not an amount, or is negative; the old limit stays.
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
        self.change(|state| state.accounts.usd.limit = Some(limit));
        Ok(())
    }

    /// Changes the limit in DIEM. What was spent stays spent.
    ///
    /// # Errors
    /// A limit that is not an amount, or is negative; the old limit stays.
    ///
    /// ```
    /// # use venice_ai::cost::Budget;
    /// let budget = Budget::diem("5");
    /// budget.set_diem_limit("10")?;
    /// # Ok::<(), venice_ai::meta::NotAnAmount>(())
    /// ```
    pub fn set_diem_limit(&self, limit: impl TryInto<Amount>) -> Result<(), NotAnAmount> {
        let limit = amount::limit(limit)?;
        self.change(|state| state.accounts.diem.limit = Some(limit));
        Ok(())
    }

    /// Resets what was spent and what is uncertain, for a new day or a new user. Reservations of calls in flight stay.
    ///
    /// ```
    /// let budget = venice_ai::cost::Budget::usd("5");
    /// budget.reset();
    /// ```
    pub fn reset(&self) {
        self.change(|state| state.accounts.forget());
        #[cfg(feature = "redis")]
        self.send(shared::SpendingChange::Reset);
    }

    fn new() -> Self {
        Self {
            state: Arc::default(),
            #[cfg(feature = "redis")]
            shared: None,
        }
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

    /// Reserves the estimate, or returns why it cannot.
    pub(crate) async fn reserve(&self, estimate: Option<&Money>) -> Result<Reserved, Error> {
        let estimate = Estimate::of(estimate);
        #[cfg(feature = "redis")]
        if let Some(shared) = &self.shared {
            return shared.reserve(self, estimate).await;
        }
        self.reserve_here(estimate)
    }

    fn reserve_here(&self, estimate: Estimate) -> Result<Reserved, Error> {
        let mut state = self.lock();
        let allows_unknown = state.allows_unknown;
        state.accounts.reserve(estimate, allows_unknown).map_err(|exceeded| Error::budget_exceeded_by(*exceeded))
    }

    /// Releases the reservation of a call that was not sent, or was rejected.
    pub(crate) fn release(&self, reserved: Reserved) {
        self.lock().accounts.release(reserved);
        #[cfg(feature = "redis")]
        self.send(shared::SpendingChange::Release(reserved));
    }

    /// Replaces the reservation by the actual cost. Unknown parts count as estimated.
    pub(crate) fn settle(&self, reserved: Reserved, cost: Option<Cost>) {
        let cost = cost.unwrap_or_default();
        self.change(|state| state.accounts.settle(reserved, cost));
        #[cfg(feature = "redis")]
        self.send(shared::SpendingChange::Settle(reserved, cost));
    }

    /// Counts the reservation as uncertain: the outcome of the call is unknown.
    pub(crate) fn keep(&self, reserved: Reserved) {
        self.change(|state| state.accounts.keep(reserved));
        #[cfg(feature = "redis")]
        self.send(shared::SpendingChange::Keep(reserved));
    }

    fn change(&self, change: impl FnOnce(&mut BudgetState)) {
        BudgetState::change(&self.state, change);
    }

    fn lock(&self) -> MutexGuard<'_, BudgetState> {
        BudgetState::lock(&self.state)
    }
}

impl BudgetState {
    /// Changes what was spent or a limit, then calls the alerts that this reaches, which may use the budget.
    fn change(state: &Mutex<Self>, change: impl FnOnce(&mut Self)) {
        let mut state = Self::lock(state);
        change(&mut state);
        let Accounts { usd, diem } = state.accounts;
        let due: Vec<_> = state.alerts.iter_mut().flat_map(|alert| alert.due(usd, diem)).collect();
        drop(state);
        due.into_iter().for_each(|due| due.call());
    }

    fn lock(state: &Mutex<Self>) -> MutexGuard<'_, Self> {
        // Nothing panics while the lock is held.
        state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Accounts { usd, diem } = self.lock().accounts;
        f.debug_struct("Budget").field("usd", &usd).field("diem", &diem).finish_non_exhaustive()
    }
}
