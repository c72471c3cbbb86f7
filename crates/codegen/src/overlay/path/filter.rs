//! Whether a filter holds for a value.

use std::borrow::Cow;

use regex_lite::RegexBuilder;
use serde_json::Value;

use super::{Filter, Operand};

impl Filter {
    pub(super) fn holds(&self, root: &Value, current: &Value) -> bool {
        match self {
            Filter::Or(all) => all.iter().any(|filter| filter.holds(root, current)),
            Filter::And(all) => all.iter().all(|filter| filter.holds(root, current)),
            Filter::Not(filter) => !filter.holds(root, current),
            Filter::Exists(query) => !query.values(root, current).is_empty(),
            Filter::Compare(left, operator, right) => {
                let (left, right) = (left.value(root, current), right.value(root, current));
                operator.holds(left.as_deref(), right.as_deref())
            }
            Filter::Matches { text, pattern, whole } => {
                match (text.value(root, current).as_deref(), pattern.value(root, current).as_deref()) {
                    (Some(Value::String(text)), Some(Value::String(pattern))) => matches(text, pattern, *whole),
                    _ => false,
                }
            }
        }
    }
}

impl Operand {
    /// The value; none is Nothing.
    fn value<'v>(&'v self, root: &'v Value, current: &'v Value) -> Option<Cow<'v, Value>> {
        match self {
            Operand::Literal(value) => Some(Cow::Borrowed(value)),
            Operand::Singular(query) | Operand::Value(query) => match query.values(root, current).as_slice() {
                [value] => Some(Cow::Borrowed(*value)),
                _ => None,
            },
            Operand::Length(operand) => {
                let length = match operand.value(root, current)?.as_ref() {
                    Value::String(text) => text.chars().count(),
                    Value::Array(items) => items.len(),
                    Value::Object(members) => members.len(),
                    _ => return None,
                };
                Some(Cow::Owned(Value::from(length)))
            }
            Operand::Count(query) => Some(Cow::Owned(Value::from(query.values(root, current).len()))),
        }
    }
}

/// Whether a text matches a pattern. `.` leaves out both ends of a line, as in I-Regexp (RFC 9485); what is no pattern matches nothing.
fn matches(text: &str, pattern: &str, whole: bool) -> bool {
    let compile = |pattern: &str| RegexBuilder::new(pattern).crlf(true).build();
    let Ok(regex) = compile(pattern) else { return false };
    if !whole {
        return regex.is_match(text);
    }
    compile(&format!("^(?:{pattern})$")).is_ok_and(|regex| regex.is_match(text))
}
