//! `Separator`: separates reasoning from the answer while both arrive in pieces.

use std::borrow::Cow;

use super::Hidden;
use crate::api::generated::types::ChatDelta;
use crate::features::collect::is_encrypted;

/// The API's placeholder for reasoning encrypted by the provider.
pub(crate) const PLACEHOLDER: &str = "[Some reasoning content is encrypted]";

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

/// Separates the text of deltas. A tag may be split between deltas, so its possible start is held back.
#[derive(Debug)]
pub(super) struct Separator {
    placeholder: WordFilter,
    thinking: Thinking,
}

impl Default for Separator {
    fn default() -> Self {
        Self { placeholder: WordFilter::new(PLACEHOLDER), thinking: Thinking::default() }
    }
}

impl Separator {
    pub(super) fn push(&mut self, delta: &ChatDelta, reasoning: &mut String, answer: &mut String) {
        if !is_encrypted(&delta.extra) {
            self.placeholder.push(delta.reasoning_content.as_deref().unwrap_or_default(), reasoning);
        }
        let text = delta.content.as_deref().unwrap_or_default();
        if !text.is_empty() {
            // The placeholder is not expected after the answer has begun.
            self.placeholder.finish(reasoning);
            self.thinking.push(text, reasoning, answer);
        }
    }

    /// Returns what was held back.
    pub(super) fn finish(&mut self, reasoning: &mut String, answer: &mut String) {
        self.placeholder.finish(reasoning);
        self.thinking.finish(reasoning, answer);
    }
}

/// Finds `<think>…</think>` at the start of a text. Anywhere else the tag is plain text.
///
/// Each byte is read once, and at most the start of a tag and [`MOST_BLANK`] bytes of white space are held back.
#[derive(Debug, Default)]
struct Thinking {
    place: TagPosition,
    /// White space at the start, which belongs to the answer if no block follows.
    blank: Hidden,
    /// The number of bytes of the next tag that arrived.
    begun: usize,
}

/// More white space than this starts an answer. Models that are stuck write nothing else.
const MOST_BLANK: usize = 4096;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum TagPosition {
    /// Only white space so far.
    #[default]
    Before,
    Inside,
    /// White space after a block, after which another one may start.
    After,
    Answer,
}

impl Thinking {
    fn push(&mut self, text: &str, reasoning: &mut String, answer: &mut String) {
        let text = with_begun(self.tag(), std::mem::take(&mut self.begun), text);
        let mut rest = &*text;
        loop {
            match self.place {
                TagPosition::Before | TagPosition::After => {
                    let begun = rest.trim_start();
                    if self.place == TagPosition::Before {
                        self.blank.push_str(&rest[..rest.len() - begun.len()]);
                    }
                    if self.blank.len() > MOST_BLANK {
                        self.place = TagPosition::Answer;
                    } else if let Some(inside) = begun.strip_prefix(OPEN) {
                        self.blank.clear();
                        self.place = TagPosition::Inside;
                        rest = inside;
                        continue;
                    } else if OPEN.starts_with(begun) {
                        self.begun = begun.len();
                        return;
                    }
                    // The white space after a block belongs to it.
                    answer.push_str(&std::mem::take(&mut self.blank));
                    self.place = TagPosition::Answer;
                    rest = begun;
                }
                TagPosition::Inside => match rest.split_once(CLOSE) {
                    Some((inside, behind)) => {
                        reasoning.push_str(inside);
                        self.place = TagPosition::After;
                        rest = behind;
                    }
                    None => {
                        self.begun = begun_at_end(rest, CLOSE);
                        reasoning.push_str(&rest[..rest.len() - self.begun]);
                        return;
                    }
                },
                TagPosition::Answer => return answer.push_str(rest),
            }
        }
    }

    /// The tag that may be next.
    fn tag(&self) -> &'static str {
        if self.place == TagPosition::Inside { CLOSE } else { OPEN }
    }

    fn finish(&mut self, reasoning: &mut String, answer: &mut String) {
        let begun = &self.tag()[..std::mem::take(&mut self.begun)];
        answer.push_str(&std::mem::take(&mut self.blank));
        if self.place == TagPosition::Inside {
            reasoning.push_str(begun)
        } else {
            answer.push_str(begun)
        }
        self.place = TagPosition::Answer;
    }
}

/// A piece of text, prefixed with the part of `word` that arrived before it.
fn with_begun<'t>(word: &str, begun: usize, text: &'t str) -> Cow<'t, str> {
    if begun == 0 { text.into() } else { [&word[..begun], text].concat().into() }
}

/// Removes a word from a text, wherever it is.
#[derive(Debug)]
pub(crate) struct WordFilter {
    word: &'static str,
    /// The number of bytes of the word that arrived.
    begun: usize,
}

impl WordFilter {
    pub(crate) fn new(word: &'static str) -> Self {
        Self { word, begun: 0 }
    }

    fn push(&mut self, text: &str, rest: &mut String) {
        let text = with_begun(self.word, std::mem::take(&mut self.begun), text);
        let mut behind = &*text;
        while let Some((before, after)) = behind.split_once(self.word) {
            rest.push_str(before);
            behind = after;
        }
        self.begun = begun_at_end(behind, self.word);
        rest.push_str(&behind[..behind.len() - self.begun]);
    }

    fn finish(&mut self, rest: &mut String) {
        rest.push_str(&self.word[..std::mem::take(&mut self.begun)]);
    }

    /// A whole text without the word.
    pub(crate) fn whole(mut self, text: &str) -> String {
        let mut rest = String::new();
        self.push(text, &mut rest);
        self.finish(&mut rest);
        rest
    }
}

/// The number of bytes at the end of a text that may start the word.
fn begun_at_end(text: &str, word: &str) -> usize {
    // The words are ASCII.
    (1..word.len()).rev().find(|length| text.ends_with(&word[..*length])).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_a_block_at_the_start_is_reasoning() {
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
            ("< think>", "", "< think>"),
        ];
        for (text, reasoning, answer) in cases {
            assert_eq!(separated(text), (reasoning.into(), answer.into()), "{text:?}");
        }
    }

    #[test]
    fn endless_white_space_is_an_answer_and_is_not_held_back() {
        let (mut thinking, mut reasoning, mut answer) = (Thinking::default(), String::new(), String::new());
        for _ in 0..=MOST_BLANK {
            thinking.push("\n", &mut reasoning, &mut answer);
        }
        assert_eq!(answer.len(), MOST_BLANK + 1);
        let text = format!("{}<think>a</think>b", " ".repeat(MOST_BLANK + 1));
        assert_eq!(separated(&text), ("".into(), (&*text).into()));
        let text = format!("{}<think>a</think>b", " ".repeat(MOST_BLANK));
        assert_eq!(separated(&text), ("a".into(), "b".into()));
    }

    proptest! {
        #[test]
        fn the_result_does_not_depend_on_the_pieces(
            text in "(<think>|</think>|<thi|nk>|</|[a-z \n<é]|\\[Some reasoning content is |encrypted\\]){0,12}",
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            places.extend([0, text.len()]);
            places.retain(|place| text.is_char_boundary(*place));
            places.sort_unstable();
            let (mut thinking, mut without) = (Thinking::default(), WordFilter::new(PLACEHOLDER));
            let (mut reasoning, mut answer, mut rest) = (String::new(), String::new(), String::new());
            for place in places.windows(2) {
                let piece = &text[place[0]..place[1]];
                thinking.push(piece, &mut reasoning, &mut answer);
                without.push(piece, &mut rest);
            }
            thinking.finish(&mut reasoning, &mut answer);
            without.finish(&mut rest);
            prop_assert_eq!(separated(&text), (reasoning.into(), answer.into()));
            prop_assert_eq!(WordFilter::new(PLACEHOLDER).whole(&text), rest);
        }
    }
}
