//! `Lead`: skips what precedes the document in a streamed answer.

use crate::features::structured::REASONING_TAGS;

/// Finds the start of the document: after a byte order mark, space, reasoning and the first line of a code fence. In prose it does not look
/// for one, since the document depends on all that follows; but apparent prose may have been reasoning whose start tag is in the prompt.
#[derive(Debug, Default)]
pub(super) struct Lead {
    state: LeadState,
    /// An incomplete tag or fence.
    held: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum LeadState {
    #[default]
    Start,
    /// Possibly the tag of reasoning.
    Tag,
    Fence,
    /// Reasoning or prose: only an end tag matters.
    Skipping,
    /// Found.
    Found,
}

impl Lead {
    /// The part of the next piece that belongs to the document.
    pub(super) fn document_part<'p>(&mut self, piece: &'p str) -> Option<&'p str> {
        if self.state == LeadState::Found {
            return Some(piece);
        }
        for (at, c) in piece.char_indices() {
            self.state = self.after(c);
            if self.state == LeadState::Found {
                return piece.get(at..);
            }
        }
        None
    }

    fn after(&mut self, c: char) -> LeadState {
        match self.state {
            LeadState::Start => match c {
                '{' => LeadState::Found,
                '<' => self.hold(c, LeadState::Tag),
                '`' => self.hold(c, LeadState::Fence),
                c if c.is_whitespace() || c == '\u{feff}' => LeadState::Start,
                _ => LeadState::Skipping,
            },
            LeadState::Tag => {
                self.held.push(c);
                let opens = |tag: &str| REASONING_TAGS.iter().any(|(open, _)| *open == tag);
                let may_open = |tag: &str| {
                    REASONING_TAGS.iter().any(|(open, close)| open.starts_with(tag) || close.starts_with(tag))
                };
                match &*self.held {
                    tag if closes(tag) => LeadState::Start,
                    tag if opens(tag) || !may_open(tag) => LeadState::Skipping,
                    _ => LeadState::Tag,
                }
            }
            LeadState::Fence => match c {
                '`' => self.hold(c, LeadState::Fence),
                _ if self.held.len() < 3 => LeadState::Skipping,
                '{' => LeadState::Found,
                '\n' => self.release(LeadState::Start),
                // The language of the fence.
                c if c.is_alphanumeric() || c.is_whitespace() => LeadState::Fence,
                _ => self.release(LeadState::Skipping),
            },
            LeadState::Skipping => {
                if c == '<' {
                    self.held.clear();
                }
                // No tag is longer.
                if self.held.len() < 16 {
                    self.held.push(c);
                }
                if c == '>' && closes(&self.held) { self.release(LeadState::Start) } else { LeadState::Skipping }
            }
            LeadState::Found => LeadState::Found,
        }
    }

    fn hold(&mut self, c: char, state: LeadState) -> LeadState {
        if state != self.state {
            self.held.clear();
        }
        self.held.push(c);
        state
    }

    fn release(&mut self, state: LeadState) -> LeadState {
        self.held.clear();
        state
    }
}

fn closes(tag: &str) -> bool {
    REASONING_TAGS.iter().any(|(_, close)| *close == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document_part(text: &str) -> Option<String> {
        let whole = Lead::default().document_part(text).map(str::to_owned);
        let mut lead = Lead::default();
        let mut split: Option<String> = None;
        for c in text.chars() {
            if let Some(piece) = lead.document_part(c.encode_utf8(&mut [0; 4])) {
                split.get_or_insert_default().push_str(piece);
            }
        }
        assert_eq!(whole, split, "{text}");
        whole
    }

    #[test]
    fn the_document_begins_after_what_models_put_before_it() {
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
            assert_eq!(document_part(&format!("{before}{{\"a\"")).as_deref(), Some("{\"a\""), "{before}");
        }
    }

    #[test]
    fn no_document_is_expected_in_prose() {
        for text in ["Here: {\"a\"", "[1] {\"a\"", "<b> {\"a\"", "`x` {\"a\"", "<think> {\"a\"", "<thinkin {", "\"{"] {
            assert_eq!(document_part(text), None, "{text}");
        }
    }
}
