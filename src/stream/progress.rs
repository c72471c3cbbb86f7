//! How far the answer is.

use crate::types::ChatCompletionChunk;

/// Which choices of an answer have begun, and which are finished.
#[derive(Debug, Default)]
pub(super) struct Progress {
    chunks: u64,
    /// Each `index` that was seen, and whether it has a `finish_reason`. There is hardly ever more than one.
    choices: Vec<(i64, bool)>,
}

impl Progress {
    pub(super) fn note(&mut self, chunk: &ChatCompletionChunk) {
        self.chunks += 1;
        for choice in &chunk.choices {
            let is_finished = choice.finish_reason.as_ref().is_some_and(|why| !why.as_str().is_empty());
            match self.choices.iter_mut().find(|(index, _)| *index == choice.index) {
                Some((_, finished)) => *finished |= is_finished,
                None => self.choices.push((choice.index, is_finished)),
            }
        }
    }

    /// Every choice that has begun is finished.
    pub(super) fn is_whole(&self) -> bool {
        !self.choices.is_empty() && self.choices.iter().all(|(_, finished)| *finished)
    }

    pub(super) fn chunks(&self) -> u64 {
        self.chunks
    }
}
