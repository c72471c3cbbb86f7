//! What is safe already, should the time be over before all is done.

use std::sync::{Arc, Mutex, PoisonError};

/// A place for a result that only lacks its cleaning up.
#[derive(Debug)]
pub(super) struct Safe<T>(Arc<Mutex<Option<T>>>);

impl<T> Safe<T> {
    pub(super) fn put(&self, result: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    }

    pub(super) fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<T> Default for Safe<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Safe<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
