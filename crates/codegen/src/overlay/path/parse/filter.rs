//! Filters, and what they are made of.

use serde_json::Value;

use super::super::{Filter, Operand, Operator, Query};
use super::Reader;

/// What stands on a side of a comparison, or alone. Its place decides whether it fits.
enum Term {
    Value(Operand),
    Truth(Filter),
    Nodes(Query),
}

impl Reader<'_> {
    /// A logical expression; `||` binds less than `&&`.
    pub(super) fn filter(&mut self) -> Result<Filter, String> {
        self.deeper()?;
        let first = self.conjunction()?;
        let mut all = vec![first];
        while self.eat_after_blanks("||") {
            self.blanks();
            all.push(self.conjunction()?);
        }
        self.depth -= 1;
        Ok(Filter::Or(all))
    }

    fn conjunction(&mut self) -> Result<Filter, String> {
        let mut all = vec![self.basic()?];
        while self.eat_after_blanks("&&") {
            self.blanks();
            all.push(self.basic()?);
        }
        Ok(Filter::And(all))
    }

    /// Something in parentheses, a comparison or a test; `!` does not go with comparisons.
    fn basic(&mut self) -> Result<Filter, String> {
        let is_negated = self.eat("!");
        if is_negated {
            self.blanks();
        }
        let filter = if self.eat("(") {
            self.blanks();
            let filter = self.filter()?;
            self.close()?;
            filter
        } else {
            self.comparison_or_test(is_negated)?
        };
        Ok(if is_negated { Filter::Not(Box::new(filter)) } else { filter })
    }

    fn comparison_or_test(&mut self, is_negated: bool) -> Result<Filter, String> {
        let start = self.at;
        let term = self.term()?;
        if !is_negated && let Some(operator) = self.operator() {
            let left = self.operand(term, start)?;
            self.blanks();
            let right = self.value()?;
            return Ok(Filter::Compare(left, operator, right));
        }
        match term {
            Term::Nodes(query) => Ok(Filter::Exists(query)),
            Term::Truth(filter) => Ok(filter),
            Term::Value(_) if is_negated => Err(self.expected_at(start, "a query, `match`, `search` or `(` after `!`")),
            Term::Value(_) => Err(self.expected("a comparison operator after the value")),
        }
    }

    fn operator(&mut self) -> Option<Operator> {
        // Each before those that begin like it.
        let operators = [
            ("==", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        operators.into_iter().find(|(token, _)| self.eat_after_blanks(token)).map(|(_, operator)| operator)
    }

    fn term(&mut self) -> Result<Term, String> {
        let value = match self.peek() {
            Some(b'$' | b'@') => {
                let absolute = self.eat("$") || !self.eat("@");
                return Ok(Term::Nodes(self.segments(absolute)?));
            }
            Some(b'\'' | b'"') => Value::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            Some(b'a'..=b'z') => {
                let start = self.at;
                match self.run(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_')) {
                    "null" => Value::Null,
                    "true" => Value::Bool(true),
                    "false" => Value::Bool(false),
                    name => return self.function(name, start),
                }
            }
            _ => return Err(self.expected("`@`, `$`, a literal or a function")),
        };
        Ok(Term::Value(Operand::Literal(value)))
    }

    fn function(&mut self, name: &str, start: usize) -> Result<Term, String> {
        if !matches!(name, "length" | "count" | "value" | "match" | "search") {
            return Err(self.expected_at(start, "`length`, `count`, `value`, `match`, `search` or a literal"));
        }
        if !self.eat("(") {
            return Err(self.expected("`(` right after the function's name"));
        }
        self.deeper()?;
        self.blanks();
        let term = match name {
            "length" => Term::Value(Operand::Length(Box::new(self.value()?))),
            "count" => Term::Value(Operand::Count(self.nodes()?)),
            "value" => Term::Value(Operand::Value(self.nodes()?)),
            _ => {
                let text = self.value()?;
                if !self.eat_after_blanks(",") {
                    return Err(self.expected("`,` and a pattern"));
                }
                self.blanks();
                Term::Truth(Filter::Matches { text, pattern: self.value()?, whole: name == "match" })
            }
        };
        self.close()?;
        self.depth -= 1;
        Ok(term)
    }

    fn close(&mut self) -> Result<(), String> {
        if self.eat_after_blanks(")") { Ok(()) } else { Err(self.expected("`)`")) }
    }

    /// A side of a comparison, or an argument that is a value.
    fn value(&mut self) -> Result<Operand, String> {
        let start = self.at;
        let term = self.term()?;
        self.operand(term, start)
    }

    fn operand(&self, term: Term, start: usize) -> Result<Operand, String> {
        match term {
            Term::Value(operand) => Ok(operand),
            Term::Nodes(query) if query.singular => Ok(Operand::Singular(query)),
            Term::Nodes(_) => Err(self.expected_at(start, "a query of names and indices alone, which has one value")),
            Term::Truth(_) => Err(self.expected_at(start, "a value, which `match` and `search` do not give")),
        }
    }

    /// An argument that is a list of nodes.
    fn nodes(&mut self) -> Result<Query, String> {
        let start = self.at;
        match self.term()? {
            Term::Nodes(query) => Ok(query),
            _ => Err(self.expected_at(start, "a query")),
        }
    }
}
