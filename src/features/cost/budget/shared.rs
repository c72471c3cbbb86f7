//! `SharedBudget`: the spending of many processes, in Redis.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::accounts::{Accounts, Estimate, Reserved};
use super::{Budget, BudgetExceeded, BudgetState, Spending};
use crate::api::usage::Cost;
use crate::features::shared::document::{SharedContent, SharedDocument};
use crate::features::shared::store::Millis;
use crate::features::shared::{FailMode, SharedState};
use crate::runtime::amount::Amount;
use crate::runtime::error::Error;
use crate::runtime::random;

/// The most reservations of dead processes whose late costs are recognized.
const MOST_ABANDONED: usize = 1000;

/// A budget in Redis.
pub(super) struct SharedBudget {
    name: String,
    document: Arc<SharedDocument<SharedSpending>>,
}

impl Budget {
    /// Shares the spending with all processes that have a budget with this name in this state. Cargo feature `redis`. Call it before the
    /// budget is cloned.
    ///
    /// A call is sent only after its reservation is stored, so all processes together do not exceed the limit. Each process has the limit
    /// that it sets: give all of them the same. [`in_usd`](Self::in_usd) is what this process knows, from its last exchange with Redis;
    /// costs are written in the background ([`SharedState::flush`]). What a killed process had reserved counts as
    /// [`uncertain`](Spending::uncertain) once its [lease](crate::shared::SharedStateBuilder::lease) has ended. Callbacks of
    /// [`on_share`](Self::on_share) are called in each process that notices; [`reset`](Self::reset) is one for all.
    ///
    /// If Redis cannot be reached a call fails with [`ErrorKind::SharedState`](crate::ErrorKind::SharedState), unless
    /// [`SharedStateBuilder::money`](crate::shared::SharedStateBuilder::money) is open. The same happens to all processes when one of them
    /// notices that Redis has lost data: see [`adopt`](Self::adopt).
    ///
    /// ```
    /// use venice_ai::cost::Budget;
    /// use venice_ai::shared::SharedState;
    ///
    /// let state = SharedState::redis("redis://127.0.0.1:6379").build()?;
    /// let budget = Budget::usd("20").shared(&state, "articles");
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    #[must_use]
    pub fn shared(mut self, state: &SharedState, name: &str) -> Self {
        let copy = Arc::downgrade(&self.state);
        let document = SharedDocument::new(state, ("budget", name), (Duration::ZERO, state.money()), move |spending| {
            take_over(&copy, spending);
        });
        self.shared = Some(Arc::new(SharedBudget { name: name.to_owned(), document }));
        self
    }

    /// Reads what all processes have spent from Redis. Cargo feature `redis`; of a budget that is not [`shared`](Self::shared) it does
    /// nothing.
    ///
    /// # Errors
    /// [`ErrorKind::SharedState`](crate::ErrorKind::SharedState) if Redis cannot be reached.
    ///
    /// ```no_run
    /// # async fn look(budget: venice_ai::cost::Budget) -> Result<(), venice_ai::Error> {
    /// budget.refresh().await?;
    /// println!("{} USD spent by all", budget.in_usd().spent);
    /// # Ok(()) }
    /// ```
    pub async fn refresh(&self) -> Result<(), Error> {
        match &self.shared {
            Some(shared) => shared.document.refresh().await,
            None => Ok(()),
        }
    }

    /// Goes on with a [`shared`](Self::shared) budget after Redis has lost data. Cargo feature `redis`.
    ///
    /// A process that knows of more spending than Redis, because that was restarted without its data, suspends the budget: calls of all
    /// processes fail. What counts from then on is the most that any of them has seen, which may be too little. Compare it with the
    /// account's usage ([`Billing::usage_history`](crate::Billing::usage_history)) first.
    ///
    /// # Errors
    /// [`ErrorKind::SharedState`](crate::ErrorKind::SharedState) if Redis cannot be reached.
    ///
    /// ```no_run
    /// # async fn look(budget: venice_ai::cost::Budget) -> Result<(), venice_ai::Error> {
    /// budget.adopt().await?;
    /// # Ok(()) }
    /// ```
    pub async fn adopt(&self) -> Result<(), Error> {
        match &self.shared {
            // `Adopt` is never refused.
            Some(shared) => shared.document.change(SpendingChange::Adopt).await.map(drop),
            None => Ok(()),
        }
    }

    /// Changes the spending of all processes, as soon as possible.
    pub(super) fn send(&self, change: SpendingChange) {
        if let Some(shared) = &self.shared {
            shared.document.send(change);
        }
    }
}

/// Copies the spending of all processes to the budget of this one.
fn take_over(copy: &Weak<std::sync::Mutex<BudgetState>>, spending: &SharedSpending) {
    let Some(state) = copy.upgrade() else { return };
    BudgetState::change(&state, |state| {
        let limits = [state.accounts.usd.limit, state.accounts.diem.limit];
        state.accounts = spending.accounts.limited(limits);
    });
}

impl SharedBudget {
    /// Reserves the estimate in Redis.
    pub(super) async fn reserve(&self, budget: &Budget, estimate: Estimate) -> Result<Reserved, Error> {
        let (limits, allows_unknown) = {
            let state = budget.lock();
            ([state.accounts.usd.limit, state.accounts.diem.limit], state.allows_unknown)
        };
        let reserved = estimate.reserved(random::bits());
        let worker = self.document.state().worker().to_owned();
        let change = |admission| SpendingChange::Reserve { reserved, worker: worker.clone(), admission };
        // A caller that gives up may leave a reservation in Redis.
        let mut undo = Undo { document: &self.document, reserved: Some(reserved) };
        let outcome = self.document.change(change(Some(Admission { estimate, limits, allows_unknown }))).await;
        if outcome.is_ok() || !self.document.is_in_doubt() {
            undo.reserved = None;
        }
        match outcome {
            Ok(Ok(())) => Ok(reserved),
            Ok(Err(SharedRefusal::Exceeded(exceeded))) => Err(Error::budget_exceeded_by(*exceeded)),
            Ok(Err(SharedRefusal::Suspended)) => Err(Error::shared_state(format!(
                "Redis has lost a part of the shared budget {:?}: what was spent is not certain, and nothing was sent; compare it with \
                 the account's usage, then call `Budget::adopt`",
                self.name
            ))),
            Err(_) if self.document.state().money() == FailMode::Open => {
                drop(undo);
                let reserved = Reserved { id: random::bits(), ..budget.reserve_here(estimate)? };
                self.document.send(SpendingChange::Reserve { reserved, worker, admission: None });
                Ok(reserved)
            }
            Err(error) => Err(error.with_note("nothing was sent, as its cost cannot be reserved")),
        }
    }
}

/// Releases an unused reservation.
struct Undo<'d> {
    document: &'d Arc<SharedDocument<SharedSpending>>,
    reserved: Option<Reserved>,
}

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        if let Some(reserved) = self.reserved {
            self.document.send(SpendingChange::Release(reserved));
        }
    }
}

/// The spending of all processes.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct SharedSpending {
    accounts: Accounts,
    reservations: BTreeMap<String, Reservation>,
    /// How often it was reset.
    resets: u64,
    /// Redis lost a part of it, and the rest was not adopted.
    is_suspended: bool,
}

/// The amounts of the accounts, for US dollars and for DIEM. Limits are those of each process.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Sums {
    spent: [Amount; 2],
    reserved: [Amount; 2],
    uncertain: [Amount; 2],
}

#[derive(Clone, Serialize, Deserialize)]
struct Reservation {
    worker: String,
    usd: Amount,
    diem: Amount,
    /// Its process died: it counts as uncertain.
    is_abandoned: bool,
}

/// A change of the spending.
pub(super) enum SpendingChange {
    /// Without an admission it counts what is sent while Redis is lost.
    Reserve {
        reserved: Reserved,
        worker: String,
        admission: Option<Admission>,
    },
    Release(Reserved),
    Settle(Reserved, Cost),
    Keep(Reserved),
    Death(String),
    Reset,
    Adopt,
}

/// What a reservation has to fit into.
#[derive(Clone, Copy)]
pub(super) struct Admission {
    estimate: Estimate,
    limits: [Option<Amount>; 2],
    allows_unknown: bool,
}

/// Why a reservation is rejected.
pub(super) enum SharedRefusal {
    Exceeded(Box<BudgetExceeded>),
    Suspended,
}

impl From<Accounts> for Sums {
    fn from(Accounts { usd, diem }: Accounts) -> Self {
        Self {
            spent: [usd.spent, diem.spent],
            reserved: [usd.reserved, diem.reserved],
            uncertain: [usd.uncertain, diem.uncertain],
        }
    }
}

impl From<Sums> for Accounts {
    fn from(Sums { spent, reserved, uncertain }: Sums) -> Self {
        let of = |spent, reserved, uncertain| Spending { limit: None, spent, reserved, uncertain };
        Self { usd: of(spent[0], reserved[0], uncertain[0]), diem: of(spent[1], reserved[1], uncertain[1]) }
    }
}

impl Accounts {
    fn limited(self, [usd, diem]: [Option<Amount>; 2]) -> Self {
        Self { usd: Spending { limit: usd, ..self.usd }, diem: Spending { limit: diem, ..self.diem } }
    }
}

impl SharedSpending {
    fn reserve(&mut self, reserved: Reserved, worker: &str, admission: Option<Admission>) -> Result<(), SharedRefusal> {
        match admission {
            None => self.accounts.add(reserved),
            Some(_) if self.is_suspended => return Err(SharedRefusal::Suspended),
            Some(Admission { estimate, limits, allows_unknown }) => {
                let mut accounts = self.accounts.limited(limits);
                accounts.reserve(estimate, allows_unknown).map_err(SharedRefusal::Exceeded)?;
                self.accounts = accounts;
            }
        }
        let Reserved { usd, diem, .. } = reserved;
        let reservation = Reservation { worker: worker.to_owned(), usd, diem, is_abandoned: false };
        self.reservations.insert(key(reserved), reservation);
        Ok(())
    }

    /// Removes a reservation; its amounts are reserved ones then. `None` if it is not there: it was reset, or lost.
    fn take(&mut self, reserved: Reserved) -> Option<Reserved> {
        let Reservation { usd, diem, is_abandoned, .. } = self.reservations.remove(&key(reserved))?;
        if is_abandoned {
            self.accounts.usd.restore(usd);
            self.accounts.diem.restore(diem);
        }
        Some(Reserved { usd, diem, ..reserved })
    }

    /// The process of these reservations died. Their calls may have been made.
    fn abandon(&mut self, worker: &str) {
        let abandoned = self.reservations.values_mut().filter(|known| known.worker == worker && !known.is_abandoned);
        for reservation in abandoned {
            reservation.is_abandoned = true;
            self.accounts.keep(Reserved { usd: reservation.usd, diem: reservation.diem, id: 0 });
        }
        let count = self.reservations.values().filter(|known| known.is_abandoned).count();
        let mut surplus = count.saturating_sub(MOST_ABANDONED);
        self.reservations.retain(|_, known| {
            let is_surplus = known.is_abandoned && surplus > 0;
            surplus -= usize::from(is_surplus);
            !is_surplus
        });
    }
}

impl SharedContent for SharedSpending {
    type Change = SpendingChange;
    type Answer = Result<(), SharedRefusal>;

    fn apply(&mut self, change: &SpendingChange, _: Millis) -> Self::Answer {
        match change {
            SpendingChange::Reserve { reserved, worker, admission } => {
                return self.reserve(*reserved, worker, *admission);
            }
            SpendingChange::Release(reserved) => {
                if let Some(reserved) = self.take(*reserved) {
                    self.accounts.release(reserved);
                }
            }
            SpendingChange::Settle(reserved, cost) => {
                let cost =
                    Cost { usd: cost.usd.or(Some(reserved.usd)), diem: cost.diem.or(Some(reserved.diem)), ..*cost };
                let reserved = self.take(*reserved).unwrap_or_default();
                self.accounts.settle(reserved, cost);
            }
            SpendingChange::Keep(reserved) => {
                let taken = self.take(*reserved);
                if taken.is_none() {
                    self.accounts.add(*reserved);
                }
                self.accounts.keep(*reserved);
            }
            SpendingChange::Death(worker) => self.abandon(worker),
            SpendingChange::Reset => {
                self.accounts.forget();
                self.reservations.retain(|_, reservation| !reservation.is_abandoned);
                self.resets = self.resets.saturating_add(1);
            }
            SpendingChange::Adopt => self.is_suspended = false,
        }
        Ok(())
    }

    /// The most that was seen of each counts, and every reservation.
    fn after_loss(mut self, stored: Self, mode: FailMode) -> Self {
        let is_suspended = self.is_suspended || stored.is_suspended || mode == FailMode::Closed;
        let most = |a: Amount, b: Amount| a.max(b);
        let (a, b) = (self.accounts, stored.accounts);
        let accounts = match self.resets.cmp(&stored.resets) {
            std::cmp::Ordering::Less => b,
            std::cmp::Ordering::Greater => a,
            std::cmp::Ordering::Equal => {
                let of = |a: Spending, b: Spending| Spending {
                    limit: None,
                    spent: most(a.spent, b.spent),
                    reserved: Amount::ZERO,
                    uncertain: most(a.uncertain, b.uncertain),
                };
                Accounts { usd: of(a.usd, b.usd), diem: of(a.diem, b.diem) }
            }
        };
        self.reservations.extend(stored.reservations);
        let mut after = Self { accounts, is_suspended, resets: self.resets.max(stored.resets), ..self };
        (after.accounts.usd.reserved, after.accounts.diem.reserved) = (Amount::ZERO, Amount::ZERO);
        for reservation in after.reservations.values().filter(|known| !known.is_abandoned) {
            after.accounts.add(Reserved { usd: reservation.usd, diem: reservation.diem, id: 0 });
        }
        after
    }

    fn workers(&self) -> BTreeSet<String> {
        self.reservations.values().filter(|known| !known.is_abandoned).map(|known| known.worker.clone()).collect()
    }

    fn death(worker: String) -> SpendingChange {
        SpendingChange::Death(worker)
    }
}

fn key(reserved: Reserved) -> String {
    format!("{:016x}", reserved.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    #[test]
    fn nothing_in_redis_can_break_a_budget() {
        let most = "99999999999999999999999999999999999999";
        let text = format!(
            r#"{{"accounts": {{"spent": [{most}, -5], "reserved": [{most}, {most}], "uncertain": [{most}, 0]}},
                "reservations": {{"0000000000000001": {{"worker": "a", "usd": {most}, "diem": -1, "is_abandoned": true}}}},
                "resets": {}, "is_suspended": false}}"#,
            u64::MAX
        );
        let reserved = Reserved { usd: amount(most), diem: amount("1"), id: 1 };
        let estimate = Estimate { usd: Some(amount(most)), diem: None };
        let admission = Admission { estimate, limits: [Some(amount("1")), None], allows_unknown: true };
        let changes = [
            SpendingChange::Reserve { reserved, worker: "a".into(), admission: Some(admission) },
            SpendingChange::Reserve { reserved, worker: "a".into(), admission: None },
            SpendingChange::Settle(reserved, Cost::default()),
            SpendingChange::Keep(reserved),
            SpendingChange::Release(reserved),
            SpendingChange::Death("a".into()),
            SpendingChange::Reset,
            SpendingChange::Adopt,
        ];
        let mut spending: SharedSpending = serde_json::from_str(&text).unwrap();
        for change in &changes {
            let _ = spending.apply(change, 0);
            spending = spending.clone().after_loss(spending, FailMode::Closed);
        }
    }

    #[test]
    fn the_reservations_of_many_dead_processes_are_counted_and_forgotten() {
        let mut spending = SharedSpending::default();
        for id in 0..2 * MOST_ABANDONED as u64 {
            let reserved = Reserved { usd: amount("1"), diem: Amount::ZERO, id };
            assert!(spending.reserve(reserved, "a", None).is_ok());
        }
        spending.abandon("a");
        assert_eq!(spending.reservations.len(), MOST_ABANDONED);
        assert_eq!((spending.accounts.usd.uncertain, spending.accounts.usd.reserved), (2000.into(), Amount::ZERO));
    }
}
