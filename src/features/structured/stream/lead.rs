//! What stands before the document in an answer that comes in pieces.

use crate::features::structured::THOUGHTS;

/// Looks for the beginning of the document: behind a byte order mark, space, thoughts and the first line of a code fence. In prose there
/// is none, since what the document is depends on all that follows; but what was taken for prose may have been a thought that has its
/// beginning in the prompt.
#[derive(Debug, Default)]
pub(super) struct Lead {
    state: State,
    /// A tag or a fence, as far as it came.
    held: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Start,
    /// Something that may become the tag of a thought.
    Tag,
    Fence,
    /// A thought or prose: the end of a thought is all that counts.
    Aside,
    /// It is found.
    Behind,
}

impl Lead {
    /// The part of the next piece that belongs to the document.
    pub(super) fn behind<'p>(&mut self, piece: &'p str) -> Option<&'p str> {
        if self.state == State::Behind {
            return Some(piece);
        }
        for (at, c) in piece.char_indices() {
            self.state = self.after(c);
            if self.state == State::Behind {
                return piece.get(at..);
            }
        }
        None
    }

    fn after(&mut self, c: char) -> State {
        match self.state {
            State::Start => match c {
                '{' => State::Behind,
                '<' => self.hold(c, State::Tag),
                '`' => self.hold(c, State::Fence),
                c if c.is_whitespace() || c == '\u{feff}' => State::Start,
                _ => State::Aside,
            },
            State::Tag => {
                self.held.push(c);
                let opens = |tag: &str| THOUGHTS.iter().any(|(open, _)| *open == tag);
                let may_open =
                    |tag: &str| THOUGHTS.iter().any(|(open, close)| open.starts_with(tag) || close.starts_with(tag));
                match &*self.held {
                    tag if closes(tag) => State::Start,
                    tag if opens(tag) || !may_open(tag) => State::Aside,
                    _ => State::Tag,
                }
            }
            State::Fence => match c {
                '`' => self.hold(c, State::Fence),
                _ if self.held.len() < 3 => State::Aside,
                '{' => State::Behind,
                '\n' => self.let_go(State::Start),
                // What language it is.
                c if c.is_alphanumeric() || c.is_whitespace() => State::Fence,
                _ => self.let_go(State::Aside),
            },
            State::Aside => {
                if c == '<' {
                    self.held.clear();
                }
                // No tag is longer.
                if self.held.len() < 16 {
                    self.held.push(c);
                }
                if c == '>' && closes(&self.held) { self.let_go(State::Start) } else { State::Aside }
            }
            State::Behind => State::Behind,
        }
    }

    fn hold(&mut self, c: char, state: State) -> State {
        if state != self.state {
            self.held.clear();
        }
        self.held.push(c);
        state
    }

    fn let_go(&mut self, state: State) -> State {
        self.held.clear();
        state
    }
}

fn closes(tag: &str) -> bool {
    THOUGHTS.iter().any(|(_, close)| *close == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind(text: &str) -> Option<String> {
        let whole = Lead::default().behind(text).map(str::to_owned);
        let mut lead = Lead::default();
        let mut split: Option<String> = None;
        for c in text.chars() {
            if let Some(piece) = lead.behind(c.encode_utf8(&mut [0; 4])) {
                split.get_or_insert_default().push_str(piece);
            }
        }
        assert_eq!(whole, split, "{text}");
        whole
    }

    #[test]
    fn the_document_begins_behind_what_models_put_before_it() {
        for before in [
            "",
            "\u{feff} \n",
            "<think>{\"a\": 1} < b </thinking </think>\n",
            "<thinking></thinking><think>x</think>",
            "```json\n",
            "``` ",
            "<think>x</think>```json\n",
            "It began in the prompt, <b>so</b> `x` {\"a\": 1} </think>",
            "</think>",
        ] {
            assert_eq!(behind(&format!("{before}{{\"a\"")).as_deref(), Some("{\"a\""), "{before}");
        }
    }

    #[test]
    fn in_prose_it_is_not_looked_for() {
        for text in ["Here: {\"a\"", "[1] {\"a\"", "<b> {\"a\"", "`x` {\"a\"", "<think> {\"a\"", "<thinkin {", "\"{"] {
            assert_eq!(behind(text), None, "{text}");
        }
    }
}
