//! `Wait`: why a request is not sent yet.

use std::fmt;

/// Why a batch, or a call with [`ClientBuilder::pace`](crate::ClientBuilder::pace), waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Wait {
    /// For its turn: other calls and batches with the same model and key are before it.
    Queue,
    /// For replies: the maximum number of requests is in flight.
    Replies,
    /// For the next window of the request limit.
    RequestLimit,
    /// For the next window of the token limit.
    TokenLimit,
    /// The API answered 429. Requests of the model wait as long as the API says, or with exponential backoff.
    Refused,
    /// The model is overloaded or offline (429 or 503).
    Overloaded,
    /// There is no connection.
    Unreachable,
    /// So many requests with the same key, model and `user` failed in the last 30 seconds that the API might block them.
    Failures,
    /// The API blocks requests with this key, model and `user` after too many failures.
    Blocked,
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Queue => "for its turn, as others are before it",
            Self::Replies => "for replies",
            Self::RequestLimit => "the request limit is reached",
            Self::TokenLimit => "the token limit is reached",
            Self::Refused => "rate limited by the API",
            Self::Overloaded => "the model is overloaded",
            Self::Unreachable => "there is no connection",
            Self::Failures => "many requests failed recently",
            Self::Blocked => "the API blocks these requests for a while",
        })
    }
}
