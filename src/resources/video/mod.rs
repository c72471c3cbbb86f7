//! Films.

mod checks;
mod jobs;
mod transcript;

pub(crate) use self::checks::check;
use crate::Client;

/// Films: what they cost, making them, and writing down what is said in one.
///
/// Making one takes minutes. [`generate`](Self::generate) and [`generate_to`](Self::generate_to) do all of it;
/// [`queue`](Self::queue) orders, and [`Client::job`] waits, here or in another process. See [`jobs`](crate::jobs).
#[derive(Clone, Copy, Debug)]
pub struct Video<'c> {
    client: &'c Client,
}

impl<'c> Video<'c> {
    pub(super) fn new(client: &'c Client) -> Self {
        Self { client }
    }
}
