//! Text to query, by recursive descent. Nothing is read twice, but blanks.

mod filter;
mod literal;
mod segment;

use super::Query;

/// How deep filters, parentheses and functions may stand in each other. The stack bears far more.
const DEEPEST: usize = 64;

const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

pub(super) fn query(text: &str) -> Result<Query, String> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    if !reader.eat("$") {
        return Err(reader.expected("`$`, the document"));
    }
    let query = reader.segments(true)?;
    match reader.peek() {
        None => Ok(query),
        Some(_) => Err(reader.expected("`.`, `..`, `[` or the end of the query")),
    }
}

struct Reader<'t> {
    text: &'t str,
    /// In bytes; always where a character begins.
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Steps over what is there, if it is.
    fn eat(&mut self, token: &str) -> bool {
        let is_there = self.rest().starts_with(token);
        if is_there {
            self.at += token.len();
        }
        is_there
    }

    /// The same, with blanks before it.
    fn eat_after_blanks(&mut self, token: &str) -> bool {
        let start = self.at;
        self.blanks();
        let is_there = self.eat(token);
        if !is_there {
            self.at = start;
        }
        is_there
    }

    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches(BLANKS).len();
    }

    /// The characters that follow and that are taken; all bytes of what is not ASCII must be taken or none.
    fn run(&mut self, takes: fn(u8) -> bool) -> &'t str {
        let start = self.at;
        while self.peek().is_some_and(takes) {
            self.at += 1;
        }
        self.since(start)
    }

    fn since(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.expected(&format!("no more than {DEEPEST} levels of filters, parentheses and functions")));
        }
        Ok(())
    }

    fn expected(&self, what: &str) -> String {
        self.expected_at(self.at, what)
    }

    fn expected_at(&self, at: usize, what: &str) -> String {
        let before = self.text.get(..at).unwrap_or_default();
        format!("at column {}: expected {what}", before.chars().count() + 1)
    }
}
