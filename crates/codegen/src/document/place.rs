//! `Place`: the path of a value in a document.

use std::fmt;

/// The path of a value: a linked list on the stack of the function that walks the tree, which costs nothing until it is printed. Prints a
/// normalised JSON path (RFC 9535), in its short form where a key allows it: `$.paths['/models'].get`.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// The document itself.
    Root,
    /// A member of an object.
    Key(&'a Place<'a>, &'a str),
    /// An element of an array.
    Index(&'a Place<'a>, usize),
}

/// One step of the way to a place.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// To a member of an object.
    Key(&'a str),
    /// To an element of an array.
    Index(usize),
}

impl<'a> Place<'a> {
    /// The way from the document.
    #[must_use]
    pub fn steps(self) -> Vec<Step<'a>> {
        let mut steps = Vec::new();
        let mut place = self;
        loop {
            place = match place {
                Place::Root => break,
                Place::Key(parent, key) => {
                    steps.push(Step::Key(key));
                    *parent
                }
                Place::Index(parent, index) => {
                    steps.push(Step::Index(index));
                    *parent
                }
            };
        }
        steps.reverse();
        steps
    }

    /// The place of a member.
    #[must_use]
    pub fn key(&'a self, key: &'a str) -> Place<'a> {
        Place::Key(self, key)
    }

    /// The place of an element.
    #[must_use]
    pub fn index(&'a self, index: usize) -> Place<'a> {
        Place::Index(self, index)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Root => f.write_str("$"),
            Place::Index(parent, index) => write!(f, "{parent}[{index}]"),
            Place::Key(parent, key) if is_short_name(key) => write!(f, "{parent}.{key}"),
            Place::Key(parent, key) => {
                write!(f, "{parent}['")?;
                for c in key.chars() {
                    match c {
                        '\'' | '\\' => write!(f, "\\{c}")?,
                        '\n' => f.write_str("\\n")?,
                        c if c.is_ascii_control() => write!(f, "\\u{:04x}", u32::from(c))?,
                        c => write!(f, "{c}")?,
                    }
                }
                f.write_str("']")
            }
        }
    }
}

/// What RFC 9535 lets stand behind a dot, kept to ASCII.
fn is_short_name(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_prints_as_a_json_path() {
        let (root, paths) = (Place::Root, "paths");
        let paths = root.key(paths);
        let item = paths.key("/it's");
        let get = item.key("get");
        let parameters = get.key("parameters");
        assert_eq!(parameters.index(2).key("x-y").to_string(), r"$.paths['/it\'s'].get.parameters[2]['x-y']");
    }
}
