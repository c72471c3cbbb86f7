//! What a model reasoned and what it answered, told apart while both arrive in pieces.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::stream::hidden::Hidden;
use crate::types::ChatDelta;

/// What the API writes in place of reasoning that the provider has encrypted.
pub(crate) const PLACEHOLDER: &str = "[Some reasoning content is encrypted]";

/// The member of a delta, and of a message, whose `reasoning_content` has an encrypted block: a header and a token without an end mark,
/// which the server reads to the end of the text.
pub(crate) const ENCRYPTED: &str = "reasoning_encrypted";

/// Whether the `reasoning_content` of a delta is an encrypted block, which comes whole in one delta.
pub(super) fn is_encrypted(extra: &Map<String, Value>) -> bool {
    extra.get(ENCRYPTED).is_some_and(|value| value == true)
}

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// The reasoning and the answer in a whole text.
pub(crate) fn separated(text: &str) -> (Cow<'_, str>, Cow<'_, str>) {
    if !text.trim_start().starts_with(OPEN) {
        return ("".into(), text.into());
    }
    let mut thinking = Thinking::default();
    let (mut reasoning, mut answer) = (String::new(), String::new());
    thinking.push(text, &mut reasoning, &mut answer);
    thinking.finish(&mut reasoning, &mut answer);
    (reasoning.into(), answer.into())
}

/// What deltas bring, apart. A tag may be cut by the end of a delta anywhere, so that its beginning is held back.
#[derive(Debug)]
pub(super) struct Separator {
    placeholder: Without,
    thinking: Thinking,
}

impl Default for Separator {
    fn default() -> Self {
        Self { placeholder: Without::new(PLACEHOLDER), thinking: Thinking::default() }
    }
}

impl Separator {
    pub(super) fn push(&mut self, delta: &ChatDelta, reasoning: &mut String, answer: &mut String) {
        if !is_encrypted(&delta.extra) {
            self.placeholder.push(delta.reasoning_content.as_deref().unwrap_or_default(), reasoning);
        }
        let text = delta.content.as_deref().unwrap_or_default();
        if !text.is_empty() {
            // Where the answer begins, no more of it comes.
            self.placeholder.finish(reasoning);
            self.thinking.push(text, reasoning, answer);
        }
    }

    /// Gives out what was held back. Nothing is left then.
    pub(super) fn finish(&mut self, reasoning: &mut String, answer: &mut String) {
        self.placeholder.finish(reasoning);
        self.thinking.finish(reasoning, answer);
    }
}

/// Finds `<think>…</think>` at the beginning of a text. Anywhere else the tag is a word like others.
#[derive(Debug, Default)]
struct Thinking {
    place: Place,
    held: Hidden,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Nothing but white space came.
    #[default]
    Before,
    Inside,
    /// White space after a block, behind which another one may begin.
    Behind,
    Answer,
}

impl Thinking {
    fn push(&mut self, text: &str, reasoning: &mut String, answer: &mut String) {
        if self.place == Place::Answer {
            answer.push_str(text);
            return;
        }
        self.held.push_str(text);
        loop {
            match self.place {
                Place::Before | Place::Behind => {
                    let begun = self.held.trim_start();
                    if let Some(inside) = begun.strip_prefix(OPEN) {
                        self.held = Hidden(inside.to_owned());
                        self.place = Place::Inside;
                    } else if OPEN.starts_with(begun) {
                        return;
                    } else {
                        // The white space behind a block belongs to it.
                        answer.push_str(if self.place == Place::Behind { begun } else { &self.held });
                        self.held.clear();
                        self.place = Place::Answer;
                    }
                }
                Place::Inside => match self.held.find(CLOSE) {
                    Some(end) => {
                        reasoning.push_str(&self.held[..end]);
                        self.held.drain(..end + CLOSE.len());
                        self.place = Place::Behind;
                    }
                    None => {
                        let sure = self.held.len() - begun_at_end(&self.held, CLOSE);
                        reasoning.push_str(&self.held[..sure]);
                        self.held.drain(..sure);
                        return;
                    }
                },
                Place::Answer => return,
            }
        }
    }

    fn finish(&mut self, reasoning: &mut String, answer: &mut String) {
        let held = std::mem::take(&mut self.held);
        match self.place {
            Place::Before | Place::Answer => answer.push_str(&held),
            Place::Inside => reasoning.push_str(&held),
            Place::Behind => answer.push_str(held.trim_start()),
        }
        self.place = Place::Answer;
    }
}

/// Takes a word out of a text, wherever it stands.
#[derive(Debug)]
pub(crate) struct Without {
    word: &'static str,
    held: Hidden,
}

impl Without {
    pub(crate) fn new(word: &'static str) -> Self {
        Self { word, held: Hidden::default() }
    }

    fn push(&mut self, text: &str, rest: &mut String) {
        self.held.push_str(text);
        while let Some(at) = self.held.find(self.word) {
            rest.push_str(&self.held[..at]);
            self.held.drain(..at + self.word.len());
        }
        let sure = self.held.len() - begun_at_end(&self.held, self.word);
        rest.push_str(&self.held[..sure]);
        self.held.drain(..sure);
    }

    fn finish(&mut self, rest: &mut String) {
        rest.push_str(&std::mem::take(&mut self.held));
    }

    /// A whole text without the word.
    pub(crate) fn whole(mut self, text: &str) -> String {
        let mut rest = String::new();
        self.push(text, &mut rest);
        self.finish(&mut rest);
        rest
    }
}

/// How many bytes at the end of a text may be the beginning of the word.
fn begun_at_end(text: &str, word: &str) -> usize {
    // The words are ASCII.
    (1..word.len()).rev().find(|length| text.ends_with(&word[..*length])).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_a_block_at_the_beginning_is_reasoning() {
        let cases = [
            ("Four.", "", "Four."),
            ("", "", ""),
            (" \n", "", " \n"),
            ("<think>Easy.</think>Four.", "Easy.", "Four."),
            ("\n <think>\nEasy.\n</think>\n\nFour.\n", "\nEasy.\n", "Four.\n"),
            ("<think>One.</think>\n<think>Two.</think> Four.", "One.Two.", "Four."),
            ("<think>It was cut", "It was cut", ""),
            ("<think>cut in the tag</thi", "cut in the tag</thi", ""),
            ("<think></think>Four.", "", "Four."),
            ("<thin", "", "<thin"),
            ("<thing>Four.", "", "<thing>Four."),
            ("The tag <think>is a word</think> here.", "", "The tag <think>is a word</think> here."),
            ("<think>a</think>b<think>c</think>", "a", "b<think>c</think>"),
            ("<think>a < b</b></think>yes", "a < b</b>", "yes"),
            ("Four.</think>", "", "Four.</think>"),
        ];
        for (text, reasoning, answer) in cases {
            assert_eq!(separated(text), (reasoning.into(), answer.into()), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn wherever_it_is_cut_it_reads_the_same(
            text in "(<think>|</think>|<thi|nk>|</|[a-z \n<é]|\\[Some reasoning content is |encrypted\\]){0,12}",
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            places.extend([0, text.len()]);
            places.retain(|place| text.is_char_boundary(*place));
            places.sort_unstable();
            let (mut thinking, mut without) = (Thinking::default(), Without::new(PLACEHOLDER));
            let (mut reasoning, mut answer, mut rest) = (String::new(), String::new(), String::new());
            for place in places.windows(2) {
                let piece = &text[place[0]..place[1]];
                thinking.push(piece, &mut reasoning, &mut answer);
                without.push(piece, &mut rest);
            }
            thinking.finish(&mut reasoning, &mut answer);
            without.finish(&mut rest);
            prop_assert_eq!(separated(&text), (reasoning.into(), answer.into()));
            prop_assert_eq!(Without::new(PLACEHOLDER).whole(&text), rest);
        }
    }
}
