//! `Builder`: builds a JSON tree from the events of a YAML document.

use std::collections::HashMap;

use granit_parser::{ScalarStyle, Tag};
use serde_json::{Map, Value};

use super::scalar;
use crate::{document::Place, error::Error};

/// How many bytes of memory anchors and aliases may add in all. A document uses a few; nine nested levels of nine aliases each ask for
/// a billion values, and two thousand aliases of a long text for gigabytes.
const ALIAS_BUDGET_BYTES: usize = 64 * 1024 * 1024;
/// What a value takes besides its text.
const VALUE_BYTES: usize = 64;

/// A collection that is still open.
enum Open {
    List { values: Vec<Value>, anchor: usize },
    Map { members: Map<String, Value>, key: Option<String>, anchor: usize },
}

#[derive(Default)]
pub(super) struct Builder {
    open: Vec<Open>,
    root: Option<Value>,
    documents: usize,
    /// Each with its size in bytes.
    anchors: HashMap<usize, (Value, usize)>,
    /// The bytes that anchors and aliases have added.
    copied: usize,
}

impl Builder {
    pub(super) fn start(&mut self, version: Option<(u32, u32)>) -> Result<(), Error> {
        self.documents += 1;
        if self.documents > 1 {
            return Err(Error::new("a second document begins here").help("keep one document a file"));
        }
        match version {
            None | Some((1, 2)) => Ok(()),
            Some((major, minor)) => Err(Error::new(format!("the document declares YAML {major}.{minor}"))
                .help("only YAML 1.2 is read, since 1.1 turns words such as `off` and `16:9` into other values")),
        }
    }

    pub(super) fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
    ) -> Result<(), Error> {
        let plain = style == ScalarStyle::Plain;
        if self.expects_key() {
            if plain && tag.is_none() && text == "<<" {
                return Err(self.wrong("merge keys are not part of YAML 1.2").help("write the members out"));
            }
            self.remember(anchor, &Value::String(text.to_owned()))?;
            return self.key(text.to_owned());
        }
        let value = match tag.map(|tag| (tag, tag.core_suffix())) {
            None if plain => scalar::resolve(text).map_err(|error| self.place(error))?,
            None | Some((_, Some("str"))) => Value::String(text.to_owned()),
            Some((tag, _)) if is_non_specific(tag) => Value::String(text.to_owned()),
            Some((_, Some(kind @ ("null" | "bool" | "int" | "float")))) => {
                let value = scalar::resolve(text).map_err(|error| self.place(error))?;
                let fits = match kind {
                    "null" => value.is_null(),
                    "bool" => value.is_boolean(),
                    "int" => value.is_i64() || value.is_u64(),
                    _ => value.is_number(),
                };
                if !fits {
                    return Err(self.wrong(&format!("the value does not fit its tag `!!{kind}`")).found(text));
                }
                value
            }
            Some((tag, _)) => return Err(self.unknown_tag(tag)),
        };
        self.remember(anchor, &value)?;
        self.place_value(value)
    }

    pub(super) fn open(&mut self, is_map: bool, anchor: usize, tag: Option<&Tag>) -> Result<(), Error> {
        if self.expects_key() {
            return Err(self.wrong("a key is not a string").help("JSON objects have no other keys"));
        }
        let own = if is_map { "map" } else { "seq" };
        if let Some(tag) = tag.filter(|tag| tag.core_suffix() != Some(own)) {
            return Err(self.unknown_tag(tag));
        }
        self.open.push(if is_map {
            Open::Map { members: Map::new(), key: None, anchor }
        } else {
            Open::List { values: Vec::new(), anchor }
        });
        Ok(())
    }

    pub(super) fn close(&mut self) -> Result<(), Error> {
        let (value, anchor) = match self.open.pop() {
            Some(Open::List { values, anchor }) => (Value::Array(values), anchor),
            Some(Open::Map { members, anchor, .. }) => (Value::Object(members), anchor),
            None => return Ok(()),
        };
        self.remember(anchor, &value)?;
        self.place_value(value)
    }

    pub(super) fn alias(&mut self, anchor: usize) -> Result<(), Error> {
        let Some(&(_, size)) = self.anchors.get(&anchor) else {
            return Err(self.wrong("an alias stands inside the value that it names"));
        };
        self.copy(size)?;
        let value = self.anchors.get(&anchor).map(|known| known.0.clone()).unwrap_or_default();
        if self.expects_key() {
            return match value {
                Value::String(key) => self.key(key),
                _ => Err(self.wrong("a key is not a string").help("JSON objects have no other keys")),
            };
        }
        self.place_value(value)
    }

    pub(super) fn finish(self) -> Value {
        self.root.unwrap_or(Value::Null)
    }

    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Open::Map { key: None, .. }))
    }

    fn key(&mut self, text: String) -> Result<(), Error> {
        if let Some(Open::Map { members, key, .. }) = self.open.last_mut() {
            if members.contains_key(&text) {
                return Err(self.wrong("a key occurs twice").found(&text).help("keep one of the two"));
            }
            *key = Some(text);
        }
        Ok(())
    }

    fn place_value(&mut self, value: Value) -> Result<(), Error> {
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some(Open::List { values, .. }) => values.push(value),
            Some(Open::Map { members, key, .. }) => {
                if let Some(key) = key.take() {
                    members.insert(key, value);
                }
            }
        }
        Ok(())
    }

    fn remember(&mut self, anchor: usize, value: &Value) -> Result<(), Error> {
        if anchor != 0 {
            let size = size(value);
            self.copy(size)?;
            self.anchors.insert(anchor, (value.clone(), size));
        }
        Ok(())
    }

    /// Counts a copy of so many bytes, before it is made.
    fn copy(&mut self, bytes: usize) -> Result<(), Error> {
        self.copied = self.copied.saturating_add(bytes);
        if self.copied > ALIAS_BUDGET_BYTES {
            return Err(self.wrong("aliases make the document too large"));
        }
        Ok(())
    }

    fn unknown_tag(&self, tag: &Tag) -> Error {
        self.wrong("a tag has no meaning in a JSON document").found(format!("{}{}", tag.handle(), tag.suffix()))
    }

    fn wrong(&self, message: &str) -> Error {
        self.place(Error::new(message))
    }

    /// Adds the JSON path of the value that is being read.
    fn place(&self, error: Error) -> Error {
        fn walk(open: &[Open], place: Place<'_>, error: Error) -> Error {
            match open.split_first() {
                None => error.at(place),
                Some((Open::List { values, .. }, rest)) => walk(rest, place.index(values.len()), error),
                Some((Open::Map { key: Some(key), .. }, rest)) => walk(rest, place.key(key), error),
                Some((Open::Map { key: None, .. }, _)) => error.at(place),
            }
        }
        walk(&self.open, Place::Root, error)
    }
}

/// The tag `!`, which makes a string of any scalar.
fn is_non_specific(tag: &Tag) -> bool {
    matches!((tag.handle(), tag.suffix()), ("", "!") | ("!", ""))
}

/// The bytes that a copy of a value takes, roughly.
fn size(value: &Value) -> usize {
    let contents = match value {
        Value::Array(values) => values.iter().map(size).sum(),
        Value::Object(members) => members.iter().map(|(name, value)| VALUE_BYTES + name.len() + size(value)).sum(),
        Value::String(text) => text.len(),
        _ => 0,
    };
    VALUE_BYTES + contents
}
