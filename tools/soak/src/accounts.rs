//! [`Accounts`]: what the server has charged, by question.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

/// What each chat completion costs, in US dollars: less than the estimate of any of them.
pub const PRICE: &str = "0.000001";

/// The number of times that each question was answered, and charged.
///
/// The first word of a question says how often that may be: a `call` once, a question of a `batch` once in each of its two runs, as the
/// first one is dropped with requests in flight, and a `refused` one never.
#[derive(Debug, Default)]
pub struct Accounts(Mutex<HashMap<String, u32>>);

impl Accounts {
    /// Charges an answer to a question.
    pub fn charge(&self, question: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(question).or_default() += 1;
    }

    /// The number of all charges, and up to ten questions that were charged too often.
    pub fn report(&self) -> Value {
        let charged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let excessive = charged.iter().filter(|(question, times)| **times > most(question));
        json!({
            "charged": charged.values().map(|times| u64::from(*times)).sum::<u64>(),
            "excessive": excessive.map(|(question, times)| format!("{question}: {times} times")).take(10).collect::<Vec<_>>(),
        })
    }
}

fn most(question: &str) -> u32 {
    match question.split(' ').next() {
        Some("call") => 1,
        Some("batch") => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_charged_too_often_is_reported() {
        let accounts = Accounts::default();
        for question in ["call 1", "batch 1", "batch 1"] {
            accounts.charge(question.to_owned());
        }
        assert_eq!(accounts.report(), json!({"charged": 3, "excessive": []}));
        accounts.charge("call 1".to_owned());
        assert_eq!(accounts.report(), json!({"charged": 4, "excessive": ["call 1: 2 times"]}));
        accounts.charge("refused 1".to_owned());
        assert_eq!(accounts.report()["excessive"].as_array().map(Vec::len), Some(2));
    }
}
