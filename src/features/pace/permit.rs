//! `PermitRequest`: what the pacer needs to know of a request.

use reqwest::header::HeaderValue;

use super::pacer::Pacer;
use crate::runtime::client::Client;
use crate::runtime::transport::budget::Bucket;
use crate::runtime::transport::{Outgoing, fields};
use crate::runtime::wallet;

/// The owner of rate limits: an account and a model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct LaneKey {
    /// Distinguishes API keys without containing one.
    pub(super) account: u64,
    /// The model, or the operation if there is none.
    pub(super) name: Box<str>,
}

/// The load of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Load {
    /// The input tokens.
    pub(super) input: u64,
    /// The maximum output tokens.
    pub(super) most_output: Option<u64>,
    /// Whether the reply has tokens too.
    pub(super) is_answered: bool,
}

/// What the pacer needs to know of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PermitRequest {
    pub(crate) lane: LaneKey,
    pub(crate) bucket: Bucket,
    pub(super) load: Load,
    /// Signed by a wallet; few such requests may be in flight.
    pub(super) is_signed: bool,
    /// Distinguishes accounts in all processes, without containing a key; empty if they share nothing.
    #[cfg(feature = "redis")]
    pub(super) account: String,
}

impl PermitRequest {
    /// The same with another key.
    #[cfg(feature = "keys")]
    pub(crate) fn with_credential(&self, credential: &HeaderValue, client: &Client, pacer: &Pacer) -> Self {
        let mut other = self.clone();
        other.lane = pacer.lane(Some(credential.as_bytes()), &self.lane.name);
        other.bucket.account = client.budget().account(Some(credential));
        #[cfg(feature = "redis")]
        {
            other.account = super::shared::SharedPace::of(client).account(Some(credential));
        }
        other
    }

    /// Of a finished request.
    pub(crate) fn of(outgoing: &Outgoing, client: &Client, pacer: &Pacer) -> Self {
        let body = outgoing.body().unwrap_or_default();
        let named = fields(body, &["max_tokens", "max_completion_tokens"]).unwrap_or_default();
        let (model, operation) = (outgoing.model(), outgoing.scope.operation());
        let credential = outgoing.credential();
        let lane = pacer.lane(credential.map(HeaderValue::as_bytes), model.as_deref().unwrap_or(operation.name()));
        let bucket = client.budget().bucket(credential, outgoing.form().is_none().then_some(body));
        let is_signed = !outgoing.options.within_slot
            && (outgoing.options.signer.is_some()
                || wallet::SIGN_INS.iter().any(|name| outgoing.header(name).is_some()));
        let most_output = ["max_completion_tokens", "max_tokens"].iter().find_map(|name| named.get(*name)?.as_u64());
        let is_answered = matches!(operation.facts().path, "/chat/completions" | "/responses");
        let load = Load { input: tokens_of(body), most_output, is_answered };
        Self {
            lane,
            bucket,
            load,
            is_signed,
            #[cfg(feature = "redis")]
            account: super::shared::SharedPace::of(client).account(credential),
        }
    }
}

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
