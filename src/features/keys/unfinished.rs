//! `UnfinishedRotation`: how far a rotation of an API key came that failed.

use std::fmt;

use crate::runtime::error::Error;
use crate::runtime::secret::Secret;
use crate::runtime::text::one_line;

/// How far the rotation of a key came that failed, from [`Error::unfinished_rotation`]. The old key works at every step but the last.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnfinishedRotation {
    /// The step that failed.
    pub step: RotationStep,
    /// The id of the old key.
    pub old_id: String,
    /// The id of the new key, if it was created.
    pub new_id: Option<String>,
    /// The new key itself: the API does not show it again. Store it to go on, or delete it.
    pub new_key: Option<Secret>,
    /// The new key was deleted again.
    pub new_is_deleted: bool,
}

/// A step of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RotationStep {
    /// The old key is read. Nothing has changed.
    Retrieve,
    /// The new key is created. If the [delivery](Error::delivery) is unknown, it may exist, and its secret is lost.
    Create,
    /// The new key makes its first call.
    Verify,
    /// The program stores the new key.
    HandOver,
    /// The old key is deleted.
    Delete,
}

impl UnfinishedRotation {
    pub(super) fn new(old_id: &str) -> Self {
        Self {
            step: RotationStep::Retrieve,
            old_id: old_id.to_owned(),
            new_id: None,
            new_key: None,
            new_is_deleted: false,
        }
    }

    /// Adds to the error how far the rotation came, and what to do.
    pub(super) fn explain(self, error: Error) -> Error {
        let may_be_stray = self.step == RotationStep::Create && error.delivery().may_have_run();
        let note = if may_be_stray {
            format!(
                "the old key {} still works; a new key may have been created that nobody has: `api_keys().list()` shows it by its \
                 description and its time, delete it",
                shown(&self.old_id)
            )
        } else {
            self.to_string()
        };
        error.with_note(note).attach(self)
    }
}

/// What was done and what to do. Without the key.
impl fmt::Display for UnfinishedRotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let old = shown(&self.old_id);
        let new = shown(self.new_id.as_deref().unwrap_or("unknown"));
        match self.step {
            RotationStep::Retrieve | RotationStep::Create => {
                write!(f, "no key was created, and the old key {old} still works")
            }
            RotationStep::Verify if self.new_is_deleted => {
                write!(f, "the new key {new} was deleted again, and the old key {old} still works")
            }
            RotationStep::Verify => write!(f, "the old key {old} still works; the new key {new} exists, delete it"),
            RotationStep::HandOver => write!(
                f,
                "the old key {old} still works, and so does the new key {new}: store `new_key` of `Error::unfinished_rotation` and delete \
                 the old one, or delete the new one"
            ),
            RotationStep::Delete => {
                write!(f, "the new key {new} was handed over and works; the old key {old} may still work, delete it")
            }
        }
    }
}

fn shown(id: &str) -> String {
    one_line(id, 80)
}

impl Error {
    /// How far the rotation of a key came that failed: [`rotate`](crate::ApiKeys::rotate).
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if let Some(unfinished) = error.unfinished_rotation() {
    ///     println!("{unfinished}");
    /// }
    /// # }
    /// ```
    pub fn unfinished_rotation(&self) -> Option<&UnfinishedRotation> {
        self.attached()
    }
}
