//! `complete`: the names of all types of a document and of their variants: those of `spec/names.yaml`, and new ones for what it does not have.
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
mod variants;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use venice_ai_codegen::lower::schema::components;
use venice_ai_codegen::lower::{hoist::hoist, lower, prepare};
use venice_ai_codegen::{Error, names::Names};

pub use self::record::{record, renamed};
pub use self::variants::variant;

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

/// Names the types of a corrected document and their variants.
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
    hoist(&mut doc.clone(), &mut shapes)?;
    let (names, lost) = choice::names(&shapes.all, sticky, &mut shapes.conflicts);
    match shapes.conflicts.first() {
        Some(conflict) if mode == Mode::Strict => return Err(conflict.clone()),
        _ => {}
    }
    let mut owners: BTreeMap<&String, BTreeSet<&String>> = BTreeMap::new();
    let mut types = Map::new();
    for (shape, name) in shapes.all.iter().zip(&names) {
        let new = shape.places.iter().filter(|place| !owners.contains_key(place));
        types.insert(name.clone(), json!({"places": new.collect::<Vec<_>>()}));
        for place in &shape.places {
            owners.entry(place).or_default().insert(name);
        }
    }
    // A place of two types says nothing and is left out.
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (place, owners) in owners {
        if let [name] = owners.into_iter().collect::<Vec<_>>().as_slice() {
            places.entry((*name).clone()).or_default().push(place.clone());
        }
    }
    let mut named = &Names::new(json!({"types": types}));
    hoist(doc, &mut named)?;
    let schemas = components(doc);
    for (name, schema) in &schemas {
        let kept = sticky.variants(name).unwrap_or(&Value::Null);
        if let Some((word, variants)) = variants::variants(schema, &schemas, kept) {
            types[name][word] = variants.into();
        }
    }
    let notices = shapes.conflicts.iter().map(one_line).chain(lost).collect();
    Ok(Completed { names: Names::new(json!({"types": types})), places, notices })
}

/// An error as a notice.
fn one_line(error: &Error) -> String {
    error.to_string().lines().map(str::trim).collect::<Vec<_>>().join("; ")
}
