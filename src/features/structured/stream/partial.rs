//! `Partial`: a value as far as it was written.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::features::structured::schema::Shape;

/// A value as far as it was written, from a [`ParsedStream`](super::ParsedStream).
///
/// It only grows: later ones have more fields and items, and longer strings. A string may be incomplete, so the name of a variant may be
/// too; numbers, `true`, `false`, `null`, names of fields and escapes appear when complete. An answer that begins with prose produces no
/// partial values: its document is known only at the end.
#[derive(Clone)]
pub struct Partial {
    /// The document, in which the value may be the only field.
    root: Arc<Value>,
    shape: Arc<Shape>,
}

impl Partial {
    /// `None` as long as nothing of the value is written.
    pub(super) fn new(root: &Arc<Value>, shape: &Arc<Shape>) -> Option<Self> {
        shape.inner(root).map(|_| Self { root: Arc::clone(root), shape: Arc::clone(shape) })
    }

    /// The value as JSON. Fields not written yet are absent, and indexing returns null for them.
    #[must_use]
    pub fn value(&self) -> &Value {
        self.shape.inner(&self.root).unwrap_or(&self.root)
    }

    /// The value as a type that allows missing fields: one of your own with optional fields or defaults. `None` if it does not fit.
    ///
    /// Copies the value each time. To show one field of a long answer, use [`value`](Self::value), which does not.
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

/// Without the value, which is private.
impl fmt::Debug for Partial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Partial").finish_non_exhaustive()
    }
}
