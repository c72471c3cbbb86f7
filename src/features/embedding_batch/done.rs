//! `Done`: the results of a batch so far.

use std::collections::BTreeSet;

use crate::api::embeddings::EmbeddingVectors;
use crate::api::generated::types::EmbeddingUsage;

/// The results so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Done {
    /// One slot per text.
    pub(super) vectors: Vec<Option<Vec<f32>>>,
    /// The indices of remaining texts that may have been charged.
    uncertain: BTreeSet<usize>,
    model: String,
    /// The number of replies.
    replies: usize,
    /// The usage of those that reported it.
    usage: Vec<EmbeddingUsage>,
}

impl Done {
    /// No results for so many texts.
    pub(super) fn of(texts: usize) -> Self {
        Self { vectors: vec![None; texts], ..Self::default() }
    }

    /// Adds the vectors of the texts at these indices.
    #[inline]
    pub(super) fn add(&mut self, part: &[usize], reply: EmbeddingVectors) {
        self.replies += 1;
        self.usage.extend(reply.usage);
        if self.model.is_empty() {
            self.model = reply.model;
        }
        for (place, vector) in part.iter().zip(reply.vectors) {
            if let Some(slot) = self.vectors.get_mut(*place) {
                *slot = Some(vector);
                self.uncertain.remove(place);
            }
        }
    }

    /// The texts at these indices were sent, and may have been charged.
    pub(super) fn lose(&mut self, part: &[usize]) {
        self.uncertain.extend(part);
    }

    /// The number of remaining texts that may have been charged.
    pub(super) fn may_be_paid(&self) -> usize {
        self.uncertain.len()
    }

    /// The number of remaining texts.
    pub(super) fn remaining(&self) -> usize {
        self.vectors.iter().filter(|vector| vector.is_none()).count()
    }

    /// The total usage, unless a reply did not report it.
    #[inline]
    pub(super) fn usage(&self) -> Option<EmbeddingUsage> {
        let mut sum = EmbeddingUsage::default();
        for usage in &self.usage {
            sum.prompt_tokens = sum.prompt_tokens.saturating_add(usage.prompt_tokens);
            sum.total_tokens = sum.total_tokens.saturating_add(usage.total_tokens);
        }
        (self.replies > 0 && self.usage.len() == self.replies).then_some(sum)
    }

    /// The result, once no text is left.
    pub(super) fn finish(self) -> EmbeddingVectors {
        let usage = self.usage();
        EmbeddingVectors { vectors: self.vectors.into_iter().flatten().collect(), model: self.model, usage }
    }
}
