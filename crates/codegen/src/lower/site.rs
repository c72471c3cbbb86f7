//! `Site`: where a schema is, by the steps that lead to it.

use serde_json::Value;

/// A place of a document that has a schema: a linked list on the stack of the pass that walks the document.
#[derive(Debug)]
pub struct Site<'a> {
    /// The schema.
    pub schema: &'a Value,
    /// The last step to it.
    pub step: Step<'a>,
    /// Whether it is in a request or a reply.
    pub position: Position,
    /// What `spec/names.yaml` calls the place: by the way from an operation, and from the component that it is in.
    pub places: Vec<String>,
    /// Where it was before the last step.
    pub owner: Option<&'a Site<'a>>,
}

/// Whether a schema is sent or read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Position {
    Request,
    Reply,
}

/// One step to a schema.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// The `request`, the `query`, a `reply` or an `event` of an operation.
    Operation(&'a str, &'static str),
    /// A parameter of an operation: the operation, and the name of the parameter.
    Parameter(&'a str, &'a str),
    /// What a reference leads to: a component.
    Component(&'a str),
    /// A member of an object.
    Member(&'a str),
    /// The items of a list, or the values of a map.
    Item,
    /// An arm of a union: its tag and its kind.
    Arm(Option<&'a str>, &'static str),
}

impl Position {
    fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Reply => "reply",
        }
    }

    /// What `spec/names.yaml` calls a component here.
    #[must_use]
    pub fn place_of(self, component: &str) -> String {
        format!("${component}.{}", self.name())
    }
}

impl<'a> Site<'a> {
    /// A part of an operation.
    pub(super) fn operation(id: &'a str, part: &'static str, position: Position, schema: &'a Value) -> Self {
        let step = Step::Operation(id, part);
        Self { schema, step, position, places: vec![format!("{id}.{part}")], owner: None }
    }

    /// A parameter of an operation, in its `path` or `query`.
    pub(super) fn parameter(id: &'a str, part: &str, name: &'a str, schema: &'a Value) -> Self {
        let (step, position) = (Step::Parameter(id, name), Position::Request);
        Self { schema, step, position, places: vec![format!("{id}.{part}.{name}")], owner: None }
    }

    /// One step further.
    pub(super) fn below(&'a self, step: Step<'a>, schema: &'a Value) -> Self {
        let after = |end: &str| self.places.iter().map(|place| format!("{place}.{end}")).collect();
        let places = match step {
            // The way from an operation, and the way from here: one of them stays when the other changes.
            Step::Component(name) => {
                self.places.first().cloned().into_iter().chain([self.position.place_of(name)]).collect()
            }
            Step::Member(name) | Step::Operation(_, name) | Step::Parameter(_, name) => after(name),
            Step::Item => after("*"),
            Step::Arm(tag, kind) => after(&format!("({})", tag.unwrap_or(kind))),
        };
        Self { schema, step, position: self.position, places, owner: Some(self) }
    }
}
