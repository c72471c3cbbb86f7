//! `List`: how a paginated operation is asked for its next page.

use std::fmt::{self, Write as _};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::runtime::call::Call;
use crate::runtime::client::Client;

/// Makes the call for the page at a place.
pub(crate) type Ask<T> = Box<dyn Fn(&Client, &PageStart) -> Call<Batch<T>> + Send>;

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PageStart {
    /// Where the caller's parameters say.
    Start,
    /// So many items are before it.
    Offset(i64),
    /// The number of the page, from 1.
    Number(i64),
    Cursor(String),
}

impl PageStart {
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
    pub(super) next: Option<PageStart>,
    /// A number that another page would not have.
    pub(super) mark: Option<u64>,
}

impl<T> Batch<T> {
    /// The items of a page, and where the next one begins if there is one.
    pub(crate) fn new(items: Vec<T>, next: Option<PageStart>) -> Self {
        Self { items, next, mark: None }
    }

    /// Tells the page from others by what its items are called, or by all of them where they have no names, so that a server
    /// which sends the same page again and again is found out.
    pub(crate) fn marked(mut self, name: impl Fn(&T) -> &str) -> Self
    where
        T: fmt::Debug,
    {
        let mut mark = Mark(DefaultHasher::new());
        if self.items.iter().any(|item| !name(item).is_empty()) {
            self.items.iter().for_each(|item| name(item).hash(&mut mark.0));
        } else if self.items.is_empty() || write!(mark, "{:?}", self.items).is_err() {
            return self;
        }
        self.mark = Some(mark.0.finish());
        self
    }
}

struct Mark(DefaultHasher);

impl fmt::Write for Mark {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}
