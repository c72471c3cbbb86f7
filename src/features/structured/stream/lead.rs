//! What stands before the document in an answer that comes in pieces.

use crate::features::structured::THOUGHTS;

/// Looks for the beginning of the document: behind a byte order mark, space, thoughts and the first line of a code fence. In prose there
/// is none, since what the document is depends on all that follows; but what was taken for prose may have been a thought that has its
/// beginning in the prompt.
#[derive(Debug, Default)]
pub(super) struct Lead {
    state: LeadState,
    /// A tag or a fence, as far as it came.
    held: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum LeadState {
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
        if self.state == LeadState::Behind {
            return Some(piece);
        }
        for (at, c) in piece.char_indices() {
            self.state = self.after(c);
            if self.state == LeadState::Behind {
                return piece.get(at..);
            }
        }
        None
    }

    fn after(&mut self, c: char) -> LeadState {
        match self.state {
            LeadState::Start => match c {
                '{' => LeadState::Behind,
                '<' => self.hold(c, LeadState::Tag),
                '`' => self.hold(c, LeadState::Fence),
                c if c.is_whitespace() || c == '\u{feff}' => LeadState::Start,
                _ => LeadState::Aside,
            },
            LeadState::Tag => {
                self.held.push(c);
                let opens = |tag: &str| THOUGHTS.iter().any(|(open, _)| *open == tag);
                let may_open =
                    |tag: &str| THOUGHTS.iter().any(|(open, close)| open.starts_with(tag) || close.starts_with(tag));
                match &*self.held {
                    tag if closes(tag) => LeadState::Start,
                    tag if opens(tag) || !may_open(tag) => LeadState::Aside,
                    _ => LeadState::Tag,
                }
            }
            LeadState::Fence => match c {
                '`' => self.hold(c, LeadState::Fence),
                _ if self.held.len() < 3 => LeadState::Aside,
                '{' => LeadState::Behind,
                '\n' => self.let_go(LeadState::Start),
                // What language it is.
                c if c.is_alphanumeric() || c.is_whitespace() => LeadState::Fence,
                _ => self.let_go(LeadState::Aside),
            },
            LeadState::Aside => {
                if c == '<' {
                    self.held.clear();
                }
                // No tag is longer.
                if self.held.len() < 16 {
                    self.held.push(c);
                }
                if c == '>' && closes(&self.held) { self.let_go(LeadState::Start) } else { LeadState::Aside }
            }
            LeadState::Behind => LeadState::Behind,
        }
    }

    fn hold(&mut self, c: char, state: LeadState) -> LeadState {
        if state != self.state {
            self.held.clear();
        }
        self.held.push(c);
        state
    }

    fn let_go(&mut self, state: LeadState) -> LeadState {
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
