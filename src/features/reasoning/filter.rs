//! `ReasoningFilter`, `AnswerFilter`: the reasoning, or the answer, as the text of a stream.

use super::thinking::Separator;
use crate::api::generated::types::ChatCompletionChunk;
use crate::features::collect::{TextFilter, first_delta};

/// The reasoning of the model.
#[derive(Debug, Default)]
pub(super) struct ReasoningFilter(Separator);

/// The content without reasoning.
#[derive(Debug, Default)]
pub(crate) struct AnswerFilter(Separator);

impl TextFilter for ReasoningFilter {
    fn push(&mut self, chunk: ChatCompletionChunk) -> String {
        let mut reasoning = String::new();
        self.0.push(&first_delta(chunk), &mut reasoning, &mut String::new());
        reasoning
    }

    fn finish(&mut self) -> String {
        let mut reasoning = String::new();
        self.0.finish(&mut reasoning, &mut String::new());
        reasoning
    }
}

impl TextFilter for AnswerFilter {
    fn push(&mut self, chunk: ChatCompletionChunk) -> String {
        let mut answer = String::new();
        self.0.push(&first_delta(chunk), &mut String::new(), &mut answer);
        answer
    }

    fn finish(&mut self) -> String {
        let mut answer = String::new();
        self.0.finish(&mut String::new(), &mut answer);
        answer
    }
}
