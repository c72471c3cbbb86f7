//! What changed between two documents, and what each change means to who calls the generated Rust API.
//!
//! Both documents are brought into the form in which the generator reads them (references written out, `allOf` merged, nulls and
//! unions simplified) and walked side by side, operation by operation. So a change that the generator does not see is no change
//! of the API, and the vendor's document and its import are the same. Every finding then goes back to the place in the document
//! where it stands, so that what a hundred operations share is reported once. Which change means what is the table in `rules`; what a rule
//! cannot know (that the overlay keeps a type, or a name) the generated interfaces of both documents decide: `reconcile`.

mod change;
mod document;
mod facets;
mod fields;
mod form;
mod head;
mod locate;
mod media;
mod names;
mod operations;
mod parameters;
mod reconcile;
mod render;
mod replies;
mod request;
mod rules;
mod rust;
mod schema;
#[cfg(test)]
mod tests;
mod unions;
mod walk;

pub use change::{Change, Class, Diff};
pub use document::Document;
pub use locate::join;
pub use operations::references;
pub use reconcile::{Surface, reconcile, surface};
pub use render::{Format, render};

/// Compares two documents, and holds the classes of the changes against what is generated from both.
pub fn compare(old: &Document, new: &Document) -> Diff {
    let mut diff = diff(old, new);
    reconcile::reconcile(&mut diff, surface(old), surface(new));
    diff
}

/// Compares two documents by the table of rules alone.
pub fn diff(old: &Document, new: &Document) -> Diff {
    let mut walk = walk::Walk::new(old, new);
    walk.document();
    let mut diff = Diff { old: old.version.clone(), new: new.version.clone(), changes: Vec::new(), notes: Vec::new() };
    match (&old.lowered, &new.lowered) {
        (Ok(_), Ok(_)) => walk.type_names(),
        (old, new) => {
            let reasons = [("old", old), ("new", new)].into_iter();
            diff.notes = reasons
                .filter_map(|(which, lowered)| {
                    let error = lowered.as_ref().err()?;
                    Some(format!(
                        "names of types are not compared, as the {which} document cannot be generated from: {error}"
                    ))
                })
                .collect();
        }
    }
    diff.changes = walk.found.into_changes();
    diff
}
