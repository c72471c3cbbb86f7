//! `Tally`: counts calls, tokens and cost by model.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::ledger::Charge;
use crate::runtime::amount::Amount;

/// Counts calls, tokens and cost by model, over all calls of one or several clients
/// ([`ClientBuilder::tally`](crate::ClientBuilder::tally)).
///
/// The model is the one that answered, not the requested alias; a call without a model counts under the name of its operation. A paid call
/// is counted when its reply arrives, a stream when it ends or is dropped; free and rejected calls are not counted. It makes no requests,
/// unless [`with_list_prices`](Self::with_list_prices) needs prices.
///
/// A clone is the same tally.
///
/// ```
/// use venice_ai::cost::Tally;
///
/// let tally = Tally::new();
/// let venice = venice_ai::Client::builder().api_key("my key").tally(tally.clone()).build()?;
/// // … calls …
/// println!("{}", tally.snapshot());
/// # Ok::<(), venice_ai::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Tally {
    models: Arc<Mutex<BTreeMap<String, ModelTally>>>,
    lists_prices: bool,
}

/// The most distinct names: a server that invents names must not fill the memory.
const MOST_NAMES: usize = 1_000;
/// The name of all others.
const OTHERS: &str = "(others)";

impl Tally {
    /// An empty tally.
    ///
    /// ```
    /// assert!(venice_ai::cost::Tally::new().snapshot().models.is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Prices calls whose reply reports no cost (images, speech, embeddings) by the list of models, which the client fetches for the first
    /// paid call that needs it. A client with a [`Budget`](super::Budget) does that anyway. Set it before the tally is given to a client.
    #[must_use]
    pub fn with_list_prices(mut self) -> Self {
        self.lists_prices = true;
        self
    }

    /// The counts so far.
    ///
    /// ```
    /// # fn example(tally: venice_ai::cost::Tally) {
    /// for (model, used) in tally.snapshot().models {
    ///     println!("{model}: {} calls, {} USD", used.calls, used.usd);
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> TallySnapshot {
        TallySnapshot { models: self.lock().clone() }
    }

    /// The counts so far; the tally restarts at 0. No call is lost between the two.
    #[must_use = "the counts are reset"]
    pub fn take(&self) -> TallySnapshot {
        TallySnapshot { models: std::mem::take(&mut *self.lock()) }
    }

    pub(crate) fn lists_prices(&self) -> bool {
        self.lists_prices
    }

    pub(super) fn count(&self, model: &str, charge: &Charge) {
        let mut models = self.lock();
        let is_known = models.contains_key(model) || models.len() < MOST_NAMES;
        let name = if is_known { model } else { OTHERS };
        if let Some(used) = models.get_mut(name) {
            used.add(charge);
        } else {
            models.entry(name.to_owned()).or_default().add(charge);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, ModelTally>> {
        // Nothing panics while the lock is held.
        self.models.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tally").field("models", &*self.lock()).finish_non_exhaustive()
    }
}

/// The counts of a [`Tally`] at one moment. It prints as a table, and serialises as an object with an entry per model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TallySnapshot {
    /// The counts by model.
    pub models: BTreeMap<String, ModelTally>,
}

/// The counts of a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelTally {
    /// Calls that ran, or may have.
    pub calls: u64,
    /// Those with an unknown outcome: connection lost, timed out, dropped.
    pub uncertain: u64,
    /// Those with an unknown cost, neither reported nor listed.
    pub unpriced: u64,
    /// Prompt tokens.
    pub prompt_tokens: u64,
    /// Prompt tokens read from the cache.
    pub cached_tokens: u64,
    /// Completion tokens.
    pub completion_tokens: u64,
    /// US dollars, as reported by the replies.
    pub usd: Amount,
    /// DIEM, as reported by the replies.
    pub diem: Amount,
    /// Credits of the blockchain endpoints.
    pub credits: u64,
    /// List prices in US dollars, of calls whose reply reported no cost. They may have been charged in DIEM.
    pub listed_usd: Amount,
}

impl ModelTally {
    fn add(&mut self, charge: &Charge) {
        let add = |sum: &mut u64, more: u64| *sum = sum.saturating_add(more);
        add(&mut self.calls, 1);
        add(&mut self.uncertain, u64::from(charge.is_uncertain));
        let tokens = charge.tokens.unwrap_or_default();
        add(&mut self.prompt_tokens, tokens.prompt);
        add(&mut self.cached_tokens, tokens.cached);
        add(&mut self.completion_tokens, tokens.completion);
        match (&charge.reported, &charge.listed) {
            (Some(cost), _) => {
                self.usd += cost.usd.unwrap_or_default();
                self.diem += cost.diem.unwrap_or_default();
                add(&mut self.credits, cost.credits.unwrap_or(0));
            }
            (None, Some(price)) if price.usd.is_some() => {
                self.listed_usd += price.usd.unwrap_or_default();
            }
            (None, _) => add(&mut self.unpriced, 1),
        }
    }

    fn add_all(&mut self, other: &Self) {
        let add = |sum: &mut u64, more: u64| *sum = sum.saturating_add(more);
        add(&mut self.calls, other.calls);
        add(&mut self.uncertain, other.uncertain);
        add(&mut self.unpriced, other.unpriced);
        add(&mut self.prompt_tokens, other.prompt_tokens);
        add(&mut self.cached_tokens, other.cached_tokens);
        add(&mut self.completion_tokens, other.completion_tokens);
        add(&mut self.credits, other.credits);
        self.usd += other.usd;
        self.diem += other.diem;
        self.listed_usd += other.listed_usd;
    }

    /// The columns of the table.
    fn cells(&self, model: &str) -> [String; 7] {
        [
            model.to_owned(),
            self.calls.to_string(),
            self.prompt_tokens.to_string(),
            self.completion_tokens.to_string(),
            self.usd.to_string(),
            self.diem.to_string(),
            self.listed_usd.to_string(),
        ]
    }
}

impl TallySnapshot {
    /// The sum over all models.
    #[must_use]
    pub fn total(&self) -> ModelTally {
        self.models.values().fold(ModelTally::default(), |mut total, used| {
            total.add_all(used);
            total
        })
    }
}

impl fmt::Display for TallySnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = ["model", "calls", "tokens in", "tokens out", "USD", "DIEM", "USD by list"].map(str::to_owned);
        let mut rows = vec![head];
        rows.extend(self.models.iter().map(|(model, used)| used.cells(model)));
        rows.push(self.total().cells("all"));
        let mut widths = [0; 7];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for (index, row) in rows.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
                match column {
                    0 => write!(f, "{cell:<width$}")?,
                    _ => write!(f, "  {cell:>width$}")?,
                }
            }
        }
        Ok(())
    }
}

impl Serialize for TallySnapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(&self.models)
    }
}

impl Serialize for ModelTally {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(10))?;
        map.serialize_entry("calls", &self.calls)?;
        map.serialize_entry("uncertain", &self.uncertain)?;
        map.serialize_entry("unpriced", &self.unpriced)?;
        map.serialize_entry("prompt_tokens", &self.prompt_tokens)?;
        map.serialize_entry("cached_tokens", &self.cached_tokens)?;
        map.serialize_entry("completion_tokens", &self.completion_tokens)?;
        map.serialize_entry("usd", &self.usd)?;
        map.serialize_entry("diem", &self.diem)?;
        map.serialize_entry("credits", &self.credits)?;
        map.serialize_entry("listed_usd", &self.listed_usd)?;
        map.end()
    }
}
