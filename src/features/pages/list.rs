//! `List`: makes the calls for the pages of a paginated operation.

use std::fmt::{self, Write as _};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::runtime::call::Call;
use crate::runtime::client::Client;

/// Makes the call for a page.
pub(crate) type Ask<T> = Box<dyn Fn(&Client, &PageStart) -> Call<Batch<T>> + Send>;

/// The start of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PageStart {
    /// The start given by the caller's parameters.
    Start,
    /// After this many items.
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

/// The items of a page.
pub(crate) struct Batch<T> {
    pub(super) items: Vec<T>,
    pub(super) next: Option<PageStart>,
    /// A fingerprint of the page.
    pub(super) mark: Option<u64>,
}

impl<T> Batch<T> {
    /// The items of a page, and the start of the next one if there is one.
    pub(crate) fn new(items: Vec<T>, next: Option<PageStart>) -> Self {
        Self { items, next, mark: None }
    }

    /// Sets the fingerprint from the names of the items, or from all of them if they have no names, so that a server that repeats a page is
    /// detected.
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
