//! What a list tells the walk over its pages.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::call::Call;
use crate::client::Client;

/// Makes the call for the page at a place.
pub(crate) type Ask<T> = Box<dyn Fn(&Client, &Place) -> Call<Batch<T>> + Send>;

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Where the caller's parameters say.
    Start,
    /// So many items are before it.
    Offset(i64),
    /// The number of the page, from 1.
    Number(i64),
    Cursor(String),
}

impl Place {
    pub(super) fn cursor(&self) -> Option<&str> {
        match self {
            Self::Cursor(cursor) => Some(cursor),
            _ => None,
        }
    }
}

/// What a page brought.
pub(crate) struct Batch<T> {
    pub(super) items: Vec<T>,
    pub(super) next: Option<Place>,
    /// A number that another page would not have.
    pub(super) mark: Option<u64>,
}

impl<T> Batch<T> {
    /// The items of a page, and where the next one begins if there is one.
    pub(crate) fn new(items: Vec<T>, next: Option<Place>) -> Self {
        Self { items, next, mark: None }
    }

    /// Tells the page from others by what its items are called, so that a server which sends the same page again and again is found
    /// out.
    pub(crate) fn marked(mut self, name: impl Fn(&T) -> &str) -> Self {
        if self.items.iter().any(|item| !name(item).is_empty()) {
            let mut hasher = DefaultHasher::new();
            self.items.iter().for_each(|item| name(item).hash(&mut hasher));
            self.mark = Some(hasher.finish());
        }
        self
    }
}
