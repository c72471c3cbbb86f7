//! `AccountSnapshot`: the balance and rate-limit headers of a reply; and the headers that every reply has.

use venice_ai::API_VERSION;

use super::auth::Caller;
use super::reply::Reply;
use super::state::State;
use super::time;

/// The account before a request: its balances, and the caller.
#[derive(Clone, Debug)]
pub(super) struct AccountSnapshot {
    caller: Caller,
    usd: f64,
    diem: f64,
}

impl AccountSnapshot {
    /// Balances are reported as they were before a request.
    pub(super) fn before(state: &State, caller: Caller) -> Self {
        let usd = match &caller {
            #[cfg(feature = "wallet")]
            Caller::Wallet(Some(address)) => state.ledger.balance_usd(address),
            _ => state.balance_usd,
        };
        Self { caller, usd, diem: state.balance_diem }
    }

    pub(super) fn add_headers(&self, state: &State, reply: &mut Reply) {
        match self.caller {
            Caller::Nobody => return,
            Caller::Wallet(Some(_)) => {
                reply.set("x-venice-balance-usd", format!("{:.8}", self.usd));
                return;
            }
            Caller::Wallet(None) => {
                reply.set("x-balance-remaining", format!("{:.6}", state.balance_usd));
                return;
            }
            Caller::Key(_) => {}
        }
        reply.set("x-venice-balance-usd", format!("{:.8}", self.usd));
        reply.set("x-venice-balance-diem", format!("{:.8}", self.diem));
        let limits = &state.limits;
        // Times in milliseconds, where the documentation has seconds.
        let reset = limits.resets_at.as_millis();
        reply.set("x-ratelimit-limit-requests", limits.requests);
        reply.set("x-ratelimit-remaining-requests", limits.requests_left);
        reply.set("x-ratelimit-reset-requests", reset);
        reply.set("x-ratelimit-limit-tokens", limits.tokens);
        reply.set("x-ratelimit-remaining-tokens", limits.tokens_left);
        reply.set("x-ratelimit-reset-tokens", reset);
    }
}

/// The headers of the gateway and the server on each reply, errors included.
pub(super) fn add(state: &mut State, reply: &mut Reply) {
    let ray = state.next_id();
    reply.set("cf-ray", format!("{ray:016x}-VCE"));
    reply.set("x-venice-version", API_VERSION);
    reply.set("x-venice-timestamp", time::iso(time::now()));
    #[cfg(feature = "wallet")]
    if let Some(date) = state.ledger.date() {
        reply.set("date", date);
    }
    if reply.status >= 400 {
        reply.set("x-venice-host-name", "mock");
    }
}
