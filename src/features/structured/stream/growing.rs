//! `Growing`: an incremental JSON parser with the value so far.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::text::{Invalid, Text};

/// Reads each byte once. The value only grows: after invalid JSON it stays as it was.
#[derive(Debug, Default)]
pub(super) struct Growing {
    root: Option<Arc<Value>>,
    /// The open containers, and the position in them.
    open: Vec<Open>,
    state: ReaderState,
}

#[derive(Debug)]
enum Open {
    /// An object, and the field being read.
    Object(String),
    /// A list; its last item is being read.
    List,
}

#[derive(Debug)]
enum ReaderState {
    /// Expects a value; in a list that has just begun, or its end.
    Value {
        or_end: bool,
    },
    /// Expects the name of a field; in an object that has just begun, or its end.
    Name {
        or_end: bool,
    },
    InName(Text),
    Colon,
    InText(Text),
    /// A number, `true`, `false` or `null`.
    Word(String),
    /// Expects a comma or an end.
    Next,
    /// Complete, or invalid.
    Ended,
}

impl Default for ReaderState {
    fn default() -> Self {
        Self::Value { or_end: false }
    }
}

/// The nesting limit of `serde_json`.
const DEEPEST: usize = 127;

impl Growing {
    pub(super) fn value(&self) -> Option<&Arc<Value>> {
        self.root.as_ref()
    }

    /// Reads the next piece. Returns whether the value grew.
    pub(super) fn push(&mut self, piece: &str) -> bool {
        let mut has_grown = false;
        let mut rest = piece;
        while !rest.is_empty() {
            match self.step(rest) {
                Ok((used, grown)) => {
                    has_grown |= grown;
                    rest = rest.get(used..).unwrap_or_default();
                }
                Err(Invalid) => {
                    self.state = ReaderState::Ended;
                    break;
                }
            }
        }
        has_grown
    }

    /// Reads a token from the start of a piece: its length, and whether the document grew.
    fn step(&mut self, rest: &str) -> Result<(usize, bool), Invalid> {
        let byte = rest.bytes().next().unwrap_or_default();
        match &mut self.state {
            ReaderState::Ended => Ok((rest.len(), false)),
            ReaderState::InName(text) => {
                let (used, is_whole) = text.push(rest)?;
                if is_whole {
                    let name = std::mem::take(&mut text.decoded);
                    self.name(name)?;
                }
                Ok((used, false))
            }
            ReaderState::InText(text) => {
                let pushed = text.push(rest);
                let decoded = std::mem::take(&mut text.decoded);
                let has_grown = self.append(&decoded)?;
                match pushed {
                    Ok((used, is_whole)) => {
                        if is_whole {
                            self.state = self.behind_value();
                        }
                        Ok((used, has_grown))
                    }
                    // What precedes the invalid character belongs to the text, in whatever pieces it arrives.
                    Err(Invalid) => {
                        self.state = ReaderState::Ended;
                        Ok((rest.len(), has_grown))
                    }
                }
            }
            ReaderState::Word(word) => {
                let (begun, length) = (word.len(), rest.bytes().take_while(|byte| is_of_word(*byte)).count());
                word.push_str(rest.get(..length).unwrap_or_default());
                // These end with their last letter, whatever follows in the piece.
                let literal = ["true", "false", "null"].into_iter().find(|literal| word.starts_with(literal));
                word.truncate(literal.map_or(word.len(), str::len));
                let used = word.len() - begun;
                if literal.is_none() && length == rest.len() {
                    return Ok((used, false));
                }
                let value: Value = serde_json::from_str(word).map_err(|_| Invalid)?;
                self.begin(value)?;
                self.state = self.behind_value();
                Ok((used, true))
            }
            _ if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') => Ok((1, false)),
            ReaderState::Colon if byte == b':' => {
                self.state = ReaderState::Value { or_end: false };
                Ok((1, false))
            }
            ReaderState::Name { .. } if byte == b'"' => {
                self.state = ReaderState::InName(Text::default());
                Ok((1, false))
            }
            ReaderState::Value { .. } if !matches!(byte, b']' | b'}') => self.value_begins(byte),
            ReaderState::Next if byte == b',' => {
                self.state = match self.open.last() {
                    Some(Open::Object(_)) => ReaderState::Name { or_end: false },
                    Some(Open::List) => ReaderState::Value { or_end: false },
                    None => return Err(Invalid),
                };
                Ok((1, false))
            }
            ReaderState::Next | ReaderState::Name { or_end: true } | ReaderState::Value { or_end: true } => {
                self.ends(byte)
            }
            _ => Err(Invalid),
        }
    }

    fn value_begins(&mut self, byte: u8) -> Result<(usize, bool), Invalid> {
        let (value, state) = match byte {
            b'{' => (Value::Object(Map::new()), ReaderState::Name { or_end: true }),
            b'[' => (Value::Array(Vec::new()), ReaderState::Value { or_end: true }),
            b'"' => (Value::String(String::new()), ReaderState::InText(Text::default())),
            byte if is_of_word(byte) => {
                self.state = ReaderState::Word(String::new());
                return Ok((0, false));
            }
            _ => return Err(Invalid),
        };
        if byte != b'"' && self.open.len() >= DEEPEST {
            return Err(Invalid);
        }
        self.begin(value)?;
        match byte {
            b'{' => self.open.push(Open::Object(String::new())),
            b'[' => self.open.push(Open::List),
            _ => {}
        }
        self.state = state;
        Ok((1, true))
    }

    fn ends(&mut self, byte: u8) -> Result<(usize, bool), Invalid> {
        match (self.open.pop(), byte) {
            (Some(Open::Object(_)), b'}') | (Some(Open::List), b']') => {
                self.state = self.behind_value();
                Ok((1, false))
            }
            _ => Err(Invalid),
        }
    }

    fn behind_value(&self) -> ReaderState {
        if self.open.is_empty() { ReaderState::Ended } else { ReaderState::Next }
    }

    fn name(&mut self, name: String) -> Result<(), Invalid> {
        let Some(Value::Object(fields)) = self.place(1) else { return Err(Invalid) };
        // A duplicate name would replace the first value.
        if fields.contains_key(&name) {
            return Err(Invalid);
        }
        if let Some(Open::Object(current)) = self.open.last_mut() {
            *current = name;
        }
        self.state = ReaderState::Colon;
        Ok(())
    }

    /// Adds a value at the current position.
    fn begin(&mut self, value: Value) -> Result<(), Invalid> {
        if self.open.is_empty() {
            self.root = Some(Arc::new(value));
            return Ok(());
        }
        let name = match self.open.last() {
            Some(Open::Object(name)) => name.clone(),
            _ => String::new(),
        };
        match self.place(1) {
            Some(Value::Object(fields)) => {
                fields.insert(name, value);
            }
            Some(Value::Array(items)) => items.push(value),
            _ => return Err(Invalid),
        }
        Ok(())
    }

    fn append(&mut self, more: &str) -> Result<bool, Invalid> {
        if more.is_empty() {
            return Ok(false);
        }
        let Some(Value::String(text)) = self.place(0) else { return Err(Invalid) };
        text.push_str(more);
        Ok(true)
    }

    /// The current value, or the container `up` levels above it. The document is copied if it is shared.
    fn place(&mut self, up: usize) -> Option<&mut Value> {
        let depth = self.open.len().checked_sub(up)?;
        let root = Arc::make_mut(self.root.as_mut()?);
        self.open.iter().take(depth).try_fold(root, |place, open| match open {
            Open::Object(name) => place.get_mut(name),
            Open::List => place.as_array_mut()?.last_mut(),
        })
    }
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')
}

#[cfg(test)]
mod tests;
