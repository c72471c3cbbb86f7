//! One request of a run, from the input to its outcome.

use std::time::Duration;

use reqwest::header::AUTHORIZATION;

use super::pacer::{Load, Pacer, Passenger};
use crate::features::cost::ledger::reported::ReportedUsage;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::transport::budget::Bucket;
use crate::runtime::transport::{Outgoing, Reply, RetryPolicy, members};
use crate::runtime::wallet;

/// One request of a run.
pub(super) struct Task {
    pub(super) index: usize,
    pub(super) outgoing: Box<Outgoing>,
    /// Its name in the journal, and what the request is, if there is a journal.
    pub(super) entry: Option<JournalEntry>,
    /// What the caller calls it.
    pub(super) key: Option<String>,
    /// What the pacer lets it go by.
    pub(super) passenger: Passenger,
    /// How long one attempt may take.
    pub(super) timeout: Duration,
    /// How often it is repeated where it is not sure that it did not run, and that does no harm.
    pub(super) most_repeats: u32,
}

/// What the journal knows of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JournalEntry {
    pub(super) key: String,
    /// The hash of the request.
    pub(super) request: String,
}

/// What became of a request.
pub(super) struct Finish {
    pub(super) index: usize,
    pub(super) key: Option<String>,
    pub(super) outcome: Result<Reply, Error>,
    pub(super) may_be_paid: bool,
    pub(super) from_journal: bool,
    pub(super) used: ReportedUsage,
}

impl Task {
    /// The run says when a request is repeated, and measures its time.
    pub(super) fn new(client: &Client, pacer: &Pacer, index: usize, mut outgoing: Box<Outgoing>) -> Self {
        let policy = outgoing.options.retry.replace(RetryPolicy::disabled());
        let most_repeats = policy.as_ref().unwrap_or_else(|| client.retry()).max_retries();
        let timeout = outgoing.options.timeout.replace(UNMEASURED).unwrap_or_else(|| client.timeout());
        let passenger = Passenger {
            lane: pacer.lane(None, ""),
            bucket: Bucket::default(),
            load: Load::default(),
            is_signed: false,
        };
        Self { index, outgoing, entry: None, key: None, passenger, timeout, most_repeats }
    }

    /// Completes the request and looks at what it is.
    pub(super) fn prepare(&mut self, client: &Client, pacer: &Pacer) -> Result<(), Error> {
        self.outgoing.finish()?;
        let outgoing = &*self.outgoing;
        let body = outgoing.body().unwrap_or_default();
        let named = members(body, &["max_tokens", "max_completion_tokens"]).unwrap_or_default();
        let model = outgoing.model();
        let operation = outgoing.scope.operation();
        let key = outgoing.scope.key().map(|key| key.expose());
        let lane = pacer.lane(key, model.as_deref().unwrap_or(operation.name()));
        let bucket = client.budget().bucket(outgoing.header(&AUTHORIZATION), outgoing.form().is_none().then_some(body));
        let is_signed =
            outgoing.options.signer.is_some() || wallet::SIGN_INS.iter().any(|name| outgoing.header(name).is_some());
        let most = ["max_completion_tokens", "max_tokens"].iter().find_map(|name| named.get(*name)?.as_u64());
        let is_answered = matches!(operation.facts().path, "/chat/completions" | "/responses");
        let load = Load { input: tokens_of(body), most_output: most, is_answered };
        self.passenger = Passenger { lane, bucket, load, is_signed };
        Ok(())
    }

    /// What became of it.
    pub(super) fn over(self, outcome: Result<Reply, Error>) -> Finish {
        Finish {
            index: self.index,
            key: self.entry.map(|entry| entry.key).or(self.key),
            outcome,
            may_be_paid: false,
            from_journal: false,
            used: ReportedUsage::default(),
        }
    }
}

/// The time of an attempt is measured by the run, which knows when its reader was away.
const UNMEASURED: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// About how many tokens a JSON body is: four bytes each. Files in it (`data:` URLs) are not read as text, and count as a few hundred.
fn tokens_of(body: &[u8]) -> u64 {
    const BYTES_A_TOKEN: usize = 4;
    const TOKENS_A_FILE: u64 = 500;
    let (mut text, mut files) = (0, 0);
    let mut rest = body;
    while let Some(start) = memchr::memmem::find(rest, b"\"data:") {
        text += start;
        files += 1;
        let file = rest.get(start + 1..).unwrap_or_default();
        rest = memchr::memchr(b'"', file).and_then(|end| file.get(end..)).unwrap_or_default();
    }
    ((text + rest.len()) / BYTES_A_TOKEN) as u64 + files * TOKENS_A_FILE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_not_counted_as_text() {
        let text = format!(r#"{{"messages": "{}"}}"#, "word ".repeat(400));
        assert_eq!(tokens_of(text.as_bytes()), (text.len() / 4) as u64);
        let with_file = format!(r#"{{"image": "data:image/png;base64,{}", "text": "four"}}"#, "A".repeat(4_000_000));
        assert!((500..600).contains(&tokens_of(with_file.as_bytes())), "{}", tokens_of(with_file.as_bytes()));
        assert_eq!(tokens_of(b"\"data:"), 500);
    }
}
