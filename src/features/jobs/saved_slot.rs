//! `SavedSlot`: holds a result that is saved and whose cleanup is still running, for the case that the time limit is reached.

use std::sync::{Arc, Mutex, PoisonError};

/// A slot for a result that only lacks its cleanup.
#[derive(Debug)]
pub(super) struct SavedSlot<T>(Arc<Mutex<Option<T>>>);

impl<T> SavedSlot<T> {
    pub(super) fn put(&self, result: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    }

    pub(super) fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<T> Default for SavedSlot<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for SavedSlot<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
