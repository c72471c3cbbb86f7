//! The requests: a minimal and a maximal one of each operation, one module an area.
//!
//! The prompts contain no user data, and the report does not contain them either.

mod api_keys;
mod audio;
mod augment;
mod billing;
mod characters;
mod chat;
mod crypto_rpc;
mod decisions;
mod embeddings;
mod images;
mod models;
mod responses;
mod samples;
mod scene;
mod tee;
mod video;
mod voice_changer;
mod x402;

use std::fmt;
use std::pin::Pin;

use venice_ai::Error;

pub use self::scene::{Limits, Scene};

/// How much of what the document allows a request has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    /// What has to be there.
    Minimal,
    /// Everything that may be there. Where some members exclude others, several requests have everything between them.
    Maximal,
    /// There is only one: the operation has nothing that may be left out.
    Only,
}

/// What a request does beside being answered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cost {
    /// Nothing, and it reads only.
    Free,
    /// It costs no more than so many US dollars.
    Usd(f64),
    /// It costs what a quote says, which the case asks for.
    Quoted,
    /// It makes, changes or deletes API keys.
    Keys,
    /// It is not for the real API, for this reason.
    TestServer(&'static str),
}

/// Why a request did not come to its end.
#[derive(Debug)]
pub enum Stop {
    Failed(Box<Error>),
    Skipped(String),
    TookTooLong,
}

type Sending = Pin<Box<dyn Future<Output = Result<(), Stop>>>>;

/// A request.
pub struct Case {
    pub operation: &'static str,
    pub size: Size,
    pub cost: Cost,
    /// Members that no request sends, each for the reason that stands beside it.
    pub leaves_out: &'static [&'static str],
    pub send: Box<dyn Fn(Scene) -> Sending>,
}

/// Operations that have no request, and why.
#[cfg(test)]
pub const WITHOUT: [(&str, &str); 1] =
    [("getBillingUsage", "a tombstone: it answers 410 and nothing else, and the SDK has no method for it")];

/// All requests, in the order in which they are sent.
pub fn all() -> Vec<Case> {
    let areas = [
        models::cases(),
        chat::cases(),
        responses::cases(),
        embeddings::cases(),
        decisions::cases(),
        images::cases(),
        audio::cases(),
        voice_changer::cases(),
        video::cases(),
        augment::cases(),
        characters::cases(),
        billing::cases(),
        api_keys::cases(),
        crypto_rpc::cases(),
        x402::cases(),
        tee::cases(),
    ];
    areas.into_iter().flatten().collect()
}

/// A request of an operation.
fn case<F>(operation: &'static str, size: Size, cost: Cost, send: impl Fn(Scene) -> F + 'static) -> Case
where
    F: Future<Output = Result<(), Stop>> + 'static,
{
    Case { operation, size, cost, leaves_out: &[], send: Box::new(move |scene| Box::pin(send(scene))) }
}

impl Case {
    /// Members that the requests of this operation do not have.
    fn leaving_out(mut self, members: &'static [&'static str]) -> Self {
        self.leaves_out = members;
        self
    }
}

impl Size {
    pub fn word(self) -> &'static str {
        match self {
            Self::Minimal => "minimal",
            Self::Maximal => "maximal",
            Self::Only => "only",
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Free => f.write_str("free"),
            Self::Usd(usd) => write!(f, "--allow-paid, at most ${usd}"),
            Self::Quoted => f.write_str("--allow-paid, as quoted"),
            Self::Keys => f.write_str("--manage-keys"),
            Self::TestServer(reason) => write!(f, "test servers only: {reason}"),
        }
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(Box::new(error))
    }
}

#[cfg(test)]
mod tests;
