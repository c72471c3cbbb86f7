//! `State`: the state of the mock.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::answer::Answer;
#[cfg(feature = "attestation")]
use super::attestation::Attestations;
use super::crypto_rpc::IdempotencyCache;
use super::fault::Fault;
use super::jobs::Jobs;
use super::keys::Key;
use super::plans::Plans;
use super::record::Recorder;
use super::request::MockRequest;
use super::time;
use super::violation::{UnknownFields, Violation};
#[cfg(feature = "wallet")]
use super::wallet::Ledger;
use super::x402::Wallets;

/// The state shared by the server's thread and the test.
#[derive(Debug)]
pub(super) struct Shared {
    state: Mutex<State>,
    pub(super) settings: Settings,
    pub(super) recorder: Recorder,
}

/// The settings of a mock.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The pause between two chunks of a stream.
    pub(super) pause: Duration,
    pub(super) check_requests: bool,
    pub(super) unknown_fields: UnknownFields,
    pub(super) check_models: bool,
    #[cfg(feature = "wallet")]
    pub(super) verifies_wallets: bool,
    #[cfg(feature = "attestation")]
    pub(super) signs_attestations: bool,
}

impl Shared {
    pub(super) fn new(settings: Settings) -> Self {
        #[allow(unused_mut)]
        let mut state = State::new();
        #[cfg(feature = "attestation")]
        {
            state.attestations.signs = settings.signs_attestations;
        }
        Self { state: Mutex::new(state), settings, recorder: Recorder::of_this_thread() }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) requests: Vec<MockRequest>,
    pub(super) violations: Vec<Violation>,
    pub(super) faults: Plans<Fault>,
    pub(super) answers: Plans<Answer>,
    pub(super) keys: Vec<Key>,
    /// The tokens that wallets may sign, with their times.
    pub(super) web3_tokens: Vec<(String, Duration)>,
    pub(super) wallets: Wallets,
    #[cfg(feature = "wallet")]
    pub(super) ledger: Ledger,
    #[cfg(feature = "attestation")]
    pub(super) attestations: Attestations,
    pub(super) balance_usd: f64,
    pub(super) balance_diem: f64,
    pub(super) limits: Limits,
    pub(super) jobs: Jobs,
    pub(super) rpc: IdempotencyCache,
    /// The keys of models in trusted environments are of this generation.
    #[cfg(feature = "e2ee")]
    pub(super) key_generation: u64,
    /// The cached prompts, as hashes.
    pub(super) prompts: HashSet<u64>,
    ids: u64,
}

impl State {
    pub(super) fn new() -> Self {
        let mut state = Self {
            requests: Vec::new(),
            violations: Vec::new(),
            faults: Plans::default(),
            answers: Plans::default(),
            keys: Vec::new(),
            web3_tokens: Vec::new(),
            wallets: Wallets::new(),
            #[cfg(feature = "wallet")]
            ledger: Ledger::default(),
            #[cfg(feature = "attestation")]
            attestations: Attestations::default(),
            balance_usd: 42.5,
            balance_diem: 3.75,
            limits: Limits::new(),
            jobs: Jobs::default(),
            rpc: IdempotencyCache::default(),
            #[cfg(feature = "e2ee")]
            key_generation: 0,
            prompts: HashSet::new(),
            ids: 0,
        };
        let key = Key::of_the_mock(&mut state);
        state.keys.push(key);
        state
    }

    /// Mistakes in the test's faults and answers: unknown operations.
    pub(super) fn misplanned(&mut self) -> Vec<String> {
        let faults = self.faults.unknown().map(|problem| format!("a fault is for an unknown operation: {problem}"));
        let mut found: Vec<String> = faults.collect();
        let answers = self.answers.unknown();
        found.extend(answers.map(|problem| format!("an answer is for an unknown operation: {problem}")));
        #[cfg(feature = "wallet")]
        found.extend(self.ledger.misplanned.iter().cloned());
        found
    }

    /// A pseudo-random number, the same in every run.
    pub(super) fn next_id(&mut self) -> u64 {
        // The steps of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
        self.ids = self.ids.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut id = self.ids;
        id = (id ^ (id >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        id = (id ^ (id >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        id ^ (id >> 31)
    }

    /// An id in the form of a UUID.
    pub(super) fn next_uuid(&mut self) -> String {
        let (high, low) = (self.next_id(), self.next_id());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            8 | low >> 62,
            low >> 48 & 0xfff,
            low & 0xffff_ffff_ffff
        )
    }
}

/// The limits of the account in the current minute. They are reported but not enforced; use a fault for a 429.
#[derive(Debug)]
pub(super) struct Limits {
    pub(super) requests: u64,
    pub(super) requests_left: u64,
    pub(super) tokens: u64,
    pub(super) tokens_left: u64,
    pub(super) resets_at: Duration,
}

const MINUTE: u64 = 60;

impl Limits {
    fn new() -> Self {
        let (requests, tokens) = (500, 1_000_000);
        Self { requests, requests_left: requests, tokens, tokens_left: tokens, resets_at: Duration::ZERO }
    }

    pub(super) fn count_request(&mut self) {
        let now = time::now();
        if now >= self.resets_at {
            self.resets_at = Duration::from_secs((now.as_secs() / MINUTE + 1) * MINUTE);
            self.requests_left = self.requests;
            self.tokens_left = self.tokens;
        }
        self.requests_left = self.requests_left.saturating_sub(1);
    }

    pub(super) fn count_tokens(&mut self, tokens: u64) {
        self.tokens_left = self.tokens_left.saturating_sub(tokens);
    }
}
