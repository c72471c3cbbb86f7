//! `Query`: the part of JSONPath (RFC 9535) that overlays need, read once and evaluated on any document: names, lists of names, indexes,
//! `*`, `..`, and filters that compare texts or ask whether something is there.
//!
//! Everything else is rejected where it is read. Every user of the SDK compiles this; the tests hold it against `serde_json_path`.

use serde_json::Value;

use super::target::{Location, Step, get};
use crate::document::Place;

#[cfg(test)]
mod tests;

/// A query: what is selected, step by step.
#[derive(Debug, Clone)]
pub(super) struct Query(Vec<Segment>);

#[derive(Debug, Clone)]
struct Segment {
    /// Whether it selects in the values inside as well (`..`).
    descends: bool,
    selectors: Vec<Selector>,
}

#[derive(Debug, Clone)]
enum Selector {
    Name(String),
    Wildcard,
    Index(usize),
    /// One of the tests must hold.
    Filter(Vec<Test>),
}

/// `@.name[0] == 'text'` or `!=`, or without the text: that it is there.
#[derive(Debug, Clone)]
struct Test {
    path: Vec<Step>,
    text: Option<(bool, String)>,
}

impl Query {
    /// Reads an absolute query; the error says at which column what was expected.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { text, at: 0 };
        reader.need("$", "`$`, the document")?;
        let mut segments = Vec::new();
        while !reader.rest().is_empty() {
            segments.push(reader.segment()?);
        }
        Ok(Self(segments))
    }

    /// The nodelist, in the order of the RFC and with what it has twice.
    pub(super) fn locate(&self, doc: &Value) -> Vec<Location> {
        let mut locations = Vec::new();
        walk(&self.0, Place::Root, doc, &mut |place| {
            locations.push(place.steps().into_iter().map(Step::from).collect());
        });
        locations
    }
}

/// The recursion is as deep as the document: each step is one into it.
fn walk(segments: &[Segment], place: Place<'_>, value: &Value, visit: &mut dyn FnMut(Place<'_>)) {
    let Some((segment, rest)) = segments.split_first() else { return visit(place) };
    for selector in &segment.selectors {
        match (selector, value) {
            (Selector::Name(name), Value::Object(members)) => {
                if let Some(member) = members.get(name) {
                    walk(rest, place.key(name), member, visit);
                }
            }
            (Selector::Index(index), Value::Array(items)) => {
                if let Some(item) = items.get(*index) {
                    walk(rest, place.index(*index), item, visit);
                }
            }
            (Selector::Wildcard, _) => children(place, value, &mut |place, child| walk(rest, place, child, visit)),
            (Selector::Filter(tests), _) => children(place, value, &mut |place, child| {
                if tests.iter().any(|test| test.holds(child)) {
                    walk(rest, place, child, visit);
                }
            }),
            _ => {}
        }
    }
    if segment.descends {
        children(place, value, &mut |place, child| walk(segments, place, child, visit));
    }
}

fn children(place: Place<'_>, value: &Value, visit: &mut dyn FnMut(Place<'_>, &Value)) {
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| visit(place.index(index), item)),
        Value::Object(members) => members.iter().for_each(|(key, member)| visit(place.key(key), member)),
        _ => {}
    }
}

impl Test {
    fn holds(&self, value: &Value) -> bool {
        let found = get(value, &self.path);
        match &self.text {
            Some((equals, text)) => (found.and_then(Value::as_str) == Some(text)) == *equals,
            None => found.is_some(),
        }
    }
}

/// Text to query. Nothing is read twice.
struct Reader<'t> {
    text: &'t str,
    /// In bytes; always where a character begins.
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Steps over what is there, if it is.
    fn eat(&mut self, token: &str) -> bool {
        let is_there = self.rest().starts_with(token);
        if is_there {
            self.at += token.len();
        }
        is_there
    }

    fn need(&mut self, token: &str, expected: &str) -> Result<(), String> {
        if self.eat(token) { Ok(()) } else { Err(self.expected(expected)) }
    }

    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches(' ').len();
    }

    fn segment(&mut self) -> Result<Segment, String> {
        let descends = self.eat("..");
        let dotted = descends || self.eat(".");
        if (descends || !dotted) && self.eat("[") {
            let mut selectors = Vec::new();
            loop {
                self.blanks();
                selectors.push(self.selector()?);
                self.blanks();
                if !self.eat(",") {
                    break;
                }
            }
            self.need("]", "`,` or `]`")?;
            return Ok(Segment { descends, selectors });
        }
        if !dotted {
            return Err(self.expected("`.`, `..`, `[` or the end of the query"));
        }
        let selector = if self.eat("*") { Selector::Wildcard } else { Selector::Name(self.name()?) };
        Ok(Segment { descends, selectors: vec![selector] })
    }

    /// A name without quotes.
    fn name(&mut self) -> Result<String, String> {
        let in_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii();
        let rest = self.rest();
        let name = rest.split(|c: char| !in_name(c)).next().unwrap_or_default();
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(self.expected("a name or `*` after the dot"));
        }
        self.at += name.len();
        Ok(name.to_owned())
    }

    fn selector(&mut self) -> Result<Selector, String> {
        if self.eat("*") {
            return Ok(Selector::Wildcard);
        }
        if self.eat("?") {
            let mut tests = Vec::new();
            loop {
                self.blanks();
                tests.push(self.test()?);
                self.blanks();
                if !self.eat("||") {
                    return Ok(Selector::Filter(tests));
                }
            }
        }
        let digits = self.rest().split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        match digits.parse() {
            Ok(index) if digits == "0" || !digits.starts_with('0') => {
                self.at += digits.len();
                Ok(Selector::Index(index))
            }
            _ => self.string("a name in quotes, an index, `*` or `?`").map(Selector::Name),
        }
    }

    fn test(&mut self) -> Result<Test, String> {
        self.need("@", "`@`, the value that the filter tests")?;
        let mut path = Vec::new();
        while self.rest().starts_with(['.', '[']) {
            let at = self.at;
            match self.segment()? {
                Segment { descends: false, selectors } => match selectors.as_slice() {
                    [Selector::Name(name)] => path.push(Step::Key(name.clone())),
                    [Selector::Index(index)] => path.push(Step::Index(*index)),
                    _ => return Err(self.expected_at(at, "one name or index")),
                },
                _ => return Err(self.expected_at(at, "one name or index")),
            }
        }
        self.blanks();
        let equals = self.eat("==");
        if !equals && !self.eat("!=") {
            return Ok(Test { path, text: None });
        }
        self.blanks();
        Ok(Test { path, text: Some((equals, self.string("a text in quotes")?)) })
    }

    /// A text in quotes. Of escapes there are those of quotes and of the backslash.
    fn string(&mut self, expected: &str) -> Result<String, String> {
        let quote = if self.eat("'") {
            '\''
        } else if self.eat("\"") {
            '"'
        } else {
            return Err(self.expected(expected));
        };
        let mut text = String::new();
        loop {
            let mut characters = self.rest().chars();
            match (characters.next(), characters.next()) {
                (Some('\\'), Some(escaped)) if escaped == quote || escaped == '\\' => {
                    text.push(escaped);
                    self.at += 2;
                }
                (Some('\\'), _) => return Err(self.expected("an escaped quote or backslash")),
                (Some(c), _) if c == quote => {
                    self.at += 1;
                    return Ok(text);
                }
                (Some(c), _) if c >= ' ' => {
                    text.push(c);
                    self.at += c.len_utf8();
                }
                _ => return Err(self.expected("the end of the text")),
            }
        }
    }

    fn expected(&self, what: &str) -> String {
        self.expected_at(self.at, what)
    }

    fn expected_at(&self, at: usize, what: &str) -> String {
        let before = self.text.get(..at).unwrap_or_default();
        format!("at column {}: expected {what}", before.chars().count() + 1)
    }
}
