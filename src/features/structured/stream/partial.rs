//! What there is of a value.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::features::structured::schema::Shape;

/// As much of a value as has been written, from a [`ParsedStream`](super::ParsedStream).
///
/// What is in it stays: later ones have more members and items, longer texts, and nothing else. A text may be a part of itself;
/// numbers, `true`, `false`, `null`, names of members and escapes appear when they are whole. So the name of a variant may stand here
/// in half. An answer that begins with prose gives none of these: what its document will be is known only at its end.
#[derive(Clone)]
pub struct Partial {
    /// The document, in which the value may be the only member.
    root: Arc<Value>,
    shape: Arc<Shape>,
}

impl Partial {
    /// None as long as there is nothing of the value itself.
    pub(super) fn new(root: &Arc<Value>, shape: &Arc<Shape>) -> Option<Self> {
        shape.inner(root).map(|_| Self { root: Arc::clone(root), shape: Arc::clone(shape) })
    }

    /// The value as JSON. Members that are not written yet are not there, and indexing gives null for them.
    #[must_use]
    pub fn value(&self) -> &Value {
        self.shape.inner(&self.root).unwrap_or(&self.root)
    }

    /// The value as a type that can do without what is missing: one of your own whose members are options or have defaults. `None`
    /// where it cannot.
    ///
    /// This copies what there is, each time. To show one member of a long answer, [`value`](Self::value) does not.
    ///
    /// ```no_run
    /// # fn show(so_far: venice_ai::stream::Partial) {
    /// #[derive(serde::Deserialize, Default)]
    /// #[serde(default)]
    /// struct Draft {
    ///     title: String,
    ///     chapters: Vec<String>,
    /// }
    ///
    /// let draft = so_far.as_type::<Draft>().unwrap_or_default();
    /// println!("{}: {} chapters", draft.title, draft.chapters.len());
    /// # }
    /// ```
    #[must_use]
    pub fn as_type<P: DeserializeOwned>(&self) -> Option<P> {
        let mut value = Value::clone(&self.root);
        self.shape.settle(&mut value);
        serde_json::from_value(value).ok()
    }
}

/// Without the value: what a model said is nobody's business.
impl fmt::Debug for Partial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Partial").finish_non_exhaustive()
    }
}
