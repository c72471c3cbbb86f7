//! `Task`: one request of a run.

use std::time::Duration;

use super::pacer::{Load, Pacer, PermitRequest};
use crate::features::cost::ledger::reported::ReportedUsage;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::transport::budget::Bucket;
use crate::runtime::transport::{Outgoing, Reply, RetryPolicy, fields};
use crate::runtime::wallet;

/// One request of a run, from the input to its outcome.
pub(super) struct Task {
    pub(super) index: usize,
    pub(super) outgoing: Box<Outgoing>,
    /// Its entry in the journal, if there is one.
    pub(super) entry: Option<JournalEntry>,
    /// The caller's key.
    pub(super) key: Option<String>,
    /// What the pacer needs to know of it.
    pub(super) permit_request: PermitRequest,
    /// The time limit of one attempt.
    pub(super) timeout: Duration,
    /// The most retries of a free request that may have been executed.
    pub(super) most_repeats: u32,
}

/// The identity of a request in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JournalEntry {
    pub(super) key: String,
    /// The hash of the request.
    pub(super) request: String,
}

/// A finished request.
pub(super) struct Finish {
    pub(super) index: usize,
    pub(super) key: Option<String>,
    pub(super) outcome: Result<Reply, Error>,
    pub(super) may_be_paid: bool,
    pub(super) from_journal: bool,
    pub(super) used: ReportedUsage,
}

impl Task {
    /// Turns the client's own retries and time limits off: the run does both.
    pub(super) fn new(client: &Client, pacer: &Pacer, index: usize, mut outgoing: Box<Outgoing>) -> Self {
        let policy = outgoing.options.retry.replace(RetryPolicy::disabled());
        let most_repeats = policy.as_ref().unwrap_or_else(|| client.retry()).max_retries();
        let timeout = outgoing.options.timeout.replace(UNMEASURED).unwrap_or_else(|| client.timeout());
        let permit_request = PermitRequest {
            lane: pacer.lane(None, ""),
            bucket: Bucket::default(),
            load: Load::default(),
            is_signed: false,
        };
        Self { index, outgoing, entry: None, key: None, permit_request, timeout, most_repeats }
    }

    /// Completes the request and derives its load.
    pub(super) fn prepare(&mut self, client: &Client, pacer: &Pacer) -> Result<(), Error> {
        self.outgoing.finish()?;
        let outgoing = &*self.outgoing;
        let body = outgoing.body().unwrap_or_default();
        let named = fields(body, &["max_tokens", "max_completion_tokens"]).unwrap_or_default();
        let model = outgoing.model();
        let operation = outgoing.scope.operation();
        let key = outgoing.scope.key().map(|key| key.expose());
        let lane = pacer.lane(key, model.as_deref().unwrap_or(operation.name()));
        let bucket = client.budget().bucket(outgoing.credential(), outgoing.form().is_none().then_some(body));
        let is_signed =
            outgoing.options.signer.is_some() || wallet::SIGN_INS.iter().any(|name| outgoing.header(name).is_some());
        let most = ["max_completion_tokens", "max_tokens"].iter().find_map(|name| named.get(*name)?.as_u64());
        let is_answered = matches!(operation.facts().path, "/chat/completions" | "/responses");
        let load = Load { input: tokens_of(body), most_output: most, is_answered };
        self.permit_request = PermitRequest { lane, bucket, load, is_signed };
        Ok(())
    }

    /// Finishes it with this outcome.
    pub(super) fn into_finish(self, outcome: Result<Reply, Error>) -> Finish {
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

/// Attempts are timed by the run, which knows the consumer's idle time.
const UNMEASURED: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// The estimated tokens of a JSON body: four bytes each. Files in it (`data:` URLs) are not text, and count as a few hundred.
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
