//! `complete`: the names of all types of a document: those of `spec/names.yaml`, and new ones for what it does not have.
//!
//! Shapes are compared by structure: two places with the same members, the same required list and the same types are one type.
//! Request shapes also compare their constraints, because these are checked before sending. Names come, in this order, from the
//! overlay (`x-rust-name`), the sticky names (`spec/names.yaml`), the component, the operation, and the member that holds the shape.
//! Shapes that have two sticky names stay two types when they become equal, and one that has one name at several places stays one
//! type when it changes at some of them, as far as both can be expressed by one. What is found at no known place is compared with the
//! entries that no place leads to, by its fields or values.

mod check;
mod choice;
mod key;
mod likeness;
mod merge;
mod proposal;
mod record;
mod shapes;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use venice_ai_codegen::lower::{hoist::hoist, lower, prepare};
use venice_ai_codegen::{Error, names::Names};

pub use self::record::{record, renamed};

use crate::overlay::Mode;
use shapes::Shapes;

/// The names of all types of a document.
#[derive(Debug)]
pub struct Completed {
    /// They, for the generator.
    pub names: Names,
    /// Where each type is used.
    pub places: BTreeMap<String, Vec<String>>,
    /// The names that could not be kept; in lenient mode also those of the overlay that could not be given.
    pub notices: Vec<String>,
}

/// Names the types of a corrected document.
///
/// # Errors
/// With [`Mode::Strict`], when the overlay gives one shape two names, or two shapes one name. With [`Mode::Lenient`] the first one
/// has it and the others are reported. When `names` are not in order, or the document has a construct that no pass can express.
pub fn complete(document: &Value, names: &Names, mode: Mode) -> Result<Completed, Error> {
    check::check(names.doc()).map_err(|error| error.in_file("spec/names.yaml"))?;
    let mut doc = document.clone();
    prepare(&mut doc)?;
    of_prepared(&mut doc, names, mode)
}

/// Corrects, names and lowers a document.
///
/// # Errors
/// When it has a construct that no pass can express.
pub fn lowered(document: &Value, names: &Names, mode: Mode) -> Result<Value, Error> {
    let completed = complete(document, names, mode)?;
    let mut doc = document.clone();
    lower(&mut doc, &completed.names)?;
    Ok(doc)
}

fn of_prepared(doc: &mut Value, sticky: &Names, mode: Mode) -> Result<Completed, Error> {
    let mut shapes = Shapes::new(sticky);
    hoist(doc, &mut shapes)?;
    let (names, lost) = choice::names(&shapes.all, sticky, &mut shapes.conflicts);
    match shapes.conflicts.first() {
        Some(conflict) if mode == Mode::Strict => return Err(conflict.clone()),
        _ => {}
    }
    let mut owners: BTreeMap<&String, Option<&String>> = BTreeMap::new();
    let mut at = HashMap::new();
    for (shape, name) in shapes.all.iter().zip(&names) {
        for place in &shape.places {
            at.entry(place.clone()).or_insert_with(|| name.clone());
            let owner = owners.entry(place).or_insert(Some(name));
            if *owner != Some(name) {
                *owner = None;
            }
        }
    }
    // A place of two types says nothing and is left out.
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (place, owner) in owners {
        if let Some(name) = owner {
            places.entry(name.clone()).or_default().push(place.clone());
        }
    }
    let notices = shapes.conflicts.iter().map(one_line).chain(lost).collect();
    Ok(Completed { names: sticky.with_places(at), places, notices })
}

/// An error as a notice.
fn one_line(error: &Error) -> String {
    error.to_string().lines().map(str::trim).collect::<Vec<_>>().join("; ")
}
