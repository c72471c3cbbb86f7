//! Segments and their selectors.

use super::super::{Query, Segment, Selector};
use super::{BLANKS, Reader};

impl Reader<'_> {
    /// What follows `$` or `@`. Blanks may stand before a segment, and are left where none comes.
    pub(super) fn segments(&mut self, absolute: bool) -> Result<Query, String> {
        let mut query = Query { absolute, singular: true, segments: Vec::new() };
        loop {
            let end = self.at;
            self.blanks();
            let descends = self.eat("..");
            let dotted = descends || self.eat(".");
            let (selectors, singular) = match self.peek() {
                Some(b'[') if descends || !dotted => self.brackets()?,
                Some(b'*') if dotted => {
                    self.at += 1;
                    (vec![Selector::Wildcard], false)
                }
                Some(byte) if dotted && in_name(byte) && !byte.is_ascii_digit() => {
                    (vec![Selector::Name(self.run(in_name).to_owned())], true)
                }
                _ if descends => return Err(self.expected("a name, `*` or `[` after the two dots")),
                _ if dotted => return Err(self.expected("a name or `*` after the dot")),
                _ => {
                    self.at = end;
                    return Ok(query);
                }
            };
            query.singular &= singular && !descends;
            query.segments.push(Segment { descends, selectors });
        }
    }

    /// The selectors in brackets, and whether they make a singular segment. One with blanks beside its brackets is none: the grammar
    /// has no room for them there.
    fn brackets(&mut self) -> Result<(Vec<Selector>, bool), String> {
        self.at += 1;
        let start = self.at;
        self.blanks();
        let mut selectors = vec![self.selector()?];
        while self.eat_after_blanks(",") {
            self.blanks();
            selectors.push(self.selector()?);
        }
        let inner = self.since(start);
        if !self.eat_after_blanks("]") {
            self.blanks();
            return Err(match selectors.last() {
                Some(Selector::Filter(_)) => self.expected("an operator, `,` or `]`"),
                _ => self.expected("`,` or `]`"),
            });
        }
        let is_tight = !inner.starts_with(BLANKS) && self.since(start).len() == inner.len() + 1;
        let singular = is_tight && matches!(selectors.as_slice(), [Selector::Name(_) | Selector::Index(_)]);
        Ok((selectors, singular))
    }

    fn selector(&mut self) -> Result<Selector, String> {
        match self.peek() {
            Some(b'\'' | b'"') => Ok(Selector::Name(self.string()?)),
            Some(b'*') => {
                self.at += 1;
                Ok(Selector::Wildcard)
            }
            Some(b'?') => {
                self.at += 1;
                self.blanks();
                Ok(Selector::Filter(self.filter()?))
            }
            Some(b':' | b'-' | b'0'..=b'9') => self.index_or_slice(),
            _ => Err(self.expected("a name in quotes, an index, a slice, `*` or `?`")),
        }
    }

    fn index_or_slice(&mut self) -> Result<Selector, String> {
        let start = self.bound()?;
        if !self.eat_after_blanks(":") {
            return start.map(Selector::Index).ok_or_else(|| self.expected("an index or a slice"));
        }
        self.blanks();
        let end = self.bound()?;
        let mut step = None;
        if self.eat_after_blanks(":") {
            self.blanks();
            step = self.bound()?;
        }
        Ok(Selector::Slice { start, end, step: step.unwrap_or(1) })
    }

    /// An integer, if there is one.
    fn bound(&mut self) -> Result<Option<i64>, String> {
        match self.peek() {
            Some(b'-' | b'0'..=b'9') => self.integer().map(Some),
            _ => Ok(None),
        }
    }
}

fn in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}
