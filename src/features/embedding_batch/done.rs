//! What a batch has brought so far.

use std::collections::BTreeSet;

use crate::api::embeddings::EmbeddingVectors;
use crate::api::generated::types::EmbeddingUsage;

/// What has come so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Done {
    /// One place for each text.
    pub(super) vectors: Vec<Option<Vec<f32>>>,
    /// The places of texts that are left and may be paid for.
    uncertain: BTreeSet<usize>,
    model: String,
    /// How many requests were answered.
    replies: usize,
    /// Those that said what they cost.
    usage: Vec<EmbeddingUsage>,
}

impl Done {
    /// Nothing of so many texts.
    pub(super) fn of(texts: usize) -> Self {
        Self { vectors: vec![None; texts], ..Self::default() }
    }

    /// Adds the reply to the texts in these places.
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

    /// The texts in these places were sent, and may be paid for.
    pub(super) fn lose(&mut self, part: &[usize]) {
        self.uncertain.extend(part);
    }

    /// How many of the texts that are left may be paid for.
    pub(super) fn may_be_paid(&self) -> usize {
        self.uncertain.len()
    }

    /// How many texts are left.
    pub(super) fn remaining(&self) -> usize {
        self.vectors.iter().filter(|vector| vector.is_none()).count()
    }

    /// What all of it cost, unless one of the replies did not say.
    #[inline]
    pub(super) fn usage(&self) -> Option<EmbeddingUsage> {
        let mut sum = EmbeddingUsage::default();
        for usage in &self.usage {
            sum.prompt_tokens = sum.prompt_tokens.saturating_add(usage.prompt_tokens);
            sum.total_tokens = sum.total_tokens.saturating_add(usage.total_tokens);
        }
        (self.replies > 0 && self.usage.len() == self.replies).then_some(sum)
    }

    /// All of it, once none is left.
    pub(super) fn finish(self) -> EmbeddingVectors {
        let usage = self.usage();
        EmbeddingVectors { vectors: self.vectors.into_iter().flatten().collect(), model: self.model, usage }
    }
}
