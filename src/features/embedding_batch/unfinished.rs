//! `UnfinishedEmbeddings`: a failed batch with its results so far.

use std::fmt;

use super::EmbeddingBatch;
use crate::api::generated::types::EmbeddingUsage;
use crate::runtime::error::Error;

/// A failed batch: the error, the results so far, and a way to resume it.
///
/// `?` turns it into the [`Error`] and drops the paid vectors. To keep them, match on it.
///
/// ```no_run
/// # async fn example(batch: venice_ai::embeddings::EmbeddingBatch) -> Result<(), venice_ai::Error> {
/// let reply = match batch.await {
///     Err(unfinished) if unfinished.error().is_transient() => unfinished.resume().await?,
///     outcome => outcome?,
/// };
/// # Ok(()) }
/// ```
pub struct UnfinishedEmbeddings {
    inner: Box<(Error, EmbeddingBatch)>,
}

impl UnfinishedEmbeddings {
    #[inline]
    pub(super) fn new(error: Error, batch: EmbeddingBatch) -> Self {
        Self { inner: Box::new((error, batch)) }
    }

    /// Why it stopped.
    ///
    /// ```no_run
    /// # fn example(unfinished: venice_ai::embeddings::UnfinishedEmbeddings) {
    /// if unfinished.error().kind() == venice_ai::ErrorKind::InsufficientBalance {
    ///     println!("top up, then resume");
    /// }
    /// # }
    /// ```
    #[must_use]
    #[inline]
    pub fn error(&self) -> &Error {
        &self.inner.0
    }

    /// The vectors by index of their text; `None` for a remaining text.
    #[must_use]
    pub fn vectors(&self) -> &[Option<Vec<f32>>] {
        &self.inner.1.settings.done.vectors
    }

    /// The number of remaining texts.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.inner.1.settings.done.remaining()
    }

    /// The number of remaining texts that were sent in a request which may have been executed, and so may have been charged:
    /// [`Delivery::may_have_run`](crate::Delivery::may_have_run). [`resume`](Self::resume) sends them again.
    #[must_use]
    pub fn may_be_paid(&self) -> usize {
        self.inner.1.settings.done.may_be_paid()
    }

    /// The tokens used so far.
    #[must_use]
    pub fn usage(&self) -> Option<EmbeddingUsage> {
        self.inner.1.settings.done.usage()
    }

    /// The same batch: awaited, it sends only the remaining texts, and returns all vectors. A [time limit](EmbeddingBatch::with_time_limit)
    /// starts again.
    pub fn resume(self) -> EmbeddingBatch {
        self.inner.1
    }

    /// The vectors received so far, and the error.
    #[must_use]
    #[inline]
    pub fn into_parts(self) -> (Vec<Option<Vec<f32>>>, Error) {
        let (error, batch) = *self.inner;
        (batch.settings.done.vectors, error)
    }
}

impl From<UnfinishedEmbeddings> for Error {
    fn from(unfinished: UnfinishedEmbeddings) -> Self {
        unfinished.inner.0
    }
}

impl fmt::Display for UnfinishedEmbeddings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (left, all) = (self.remaining(), self.vectors().len());
        write!(f, "{left} of {all} texts are not embedded: {}", self.error())
    }
}

impl fmt::Debug for UnfinishedEmbeddings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnfinishedEmbeddings")
            .field("error", self.error())
            .field("batch", &self.inner.1.settings)
            .finish()
    }
}

impl std::error::Error for UnfinishedEmbeddings {
    #[inline]
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.error())
    }
}
