//! `names`: the choice among the names that the places of a shape have for it.

use std::collections::{BTreeMap, HashMap, HashSet};

use venice_ai_codegen::{Error, names::Names};

use super::likeness::by_likeness;
use super::proposal::{Proposal, Rank, VAGUE};
use super::shapes::Shape;

/// Names that a generated type must not take: Rust's prelude and the types that stand beside the generated ones.
const TAKEN: &[&str] = &[
    "Option",
    "Some",
    "None",
    "Result",
    "Ok",
    "Err",
    "String",
    "Vec",
    "Box",
    "Default",
    "Clone",
    "Debug",
    "Send",
    "Sync",
    "Upload",
    "FileInput",
    "Secret",
    "Amount",
    "Self",
];

/// Chooses a name for each shape, the best founded first. When the overlay gives two shapes one name, the first one has it. Of shapes
/// that one sticky name was for, the one with the most places keeps it; what the others lost is the second result.
pub fn names(shapes: &[Shape], sticky: &Names, conflicts: &mut Vec<Error>) -> (Vec<String>, Vec<String>) {
    let (kept, lost) = keep(shapes, sticky);
    let mut order: Vec<usize> = (0..shapes.len()).collect();
    order.sort_by_key(|id| shapes[*id].proposals.iter().map(|proposal| proposal.rank).min());
    let mut names: BTreeMap<usize, String> = BTreeMap::new();
    let mut used: HashSet<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
    used.extend(kept.values().cloned());
    // A short name that several shapes want belongs to none of them.
    let mut wanted: HashMap<&str, HashSet<usize>> = HashMap::new();
    for (id, shape) in shapes.iter().enumerate() {
        for proposal in &shape.proposals {
            wanted.entry(&proposal.short).or_default().insert(id);
        }
    }
    for id in order {
        let shape = &shapes[id];
        let name = match &shape.hint {
            Some(hint) if used.contains(hint) => {
                let error = Error::new("duplicate type name").in_file("spec/overlay.yaml").found(hint);
                conflicts.push(error.help("rename one of them, or make the shapes equal"));
                choose(shape, &used, &wanted)
            }
            Some(hint) => hint.clone(),
            None => kept.get(&id).cloned().unwrap_or_else(|| choose(shape, &used, &wanted)),
        };
        used.insert(name.clone());
        names.insert(id, name);
    }
    let names: Vec<String> = names.into_values().collect();
    let lost = lost.into_iter().map(|(id, name)| {
        let place = shapes[id].places.first().map(String::as_str).unwrap_or_default();
        format!("spec/names.yaml: {name} has another shape at {place}, which is {} now", names[id])
    });
    let lost = lost.collect();
    (names, lost)
}

/// The sticky names of shapes, and the shapes that had to lose theirs.
fn keep(shapes: &[Shape], sticky: &Names) -> (HashMap<usize, String>, Vec<(usize, String)>) {
    let mut rivals: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let hints: HashSet<&str> = shapes.iter().filter_map(|shape| shape.hint.as_deref()).collect();
    for (id, shape) in shapes.iter().enumerate().filter(|(_, shape)| shape.hint.is_none()) {
        if let Some(name) = shape.sticky.as_deref().filter(|name| !hints.contains(name)) {
            rivals.entry(name).or_default().push(id);
        }
    }
    let (mut kept, mut lost) = (HashMap::new(), Vec::new());
    for (name, ids) in &rivals {
        let count = |id: &usize| {
            let own = |place: &&String| sticky.at(std::slice::from_ref(place)) == Some(name);
            shapes[*id].places.iter().filter(own).count()
        };
        let Some(best) = ids.iter().copied().max_by_key(|id| (count(id), std::cmp::Reverse(*id))) else { continue };
        kept.insert(best, (*name).to_owned());
        lost.extend(ids.iter().filter(|id| **id != best).map(|id| (*id, (*name).to_owned())));
    }
    let rest = shapes.iter().enumerate().filter(|(id, shape)| !kept.contains_key(id) && shape.hint.is_none());
    let rest = rest.filter(|(id, _)| !lost.iter().any(|(other, _)| other == id)).map(|(id, shape)| (id, &shape.body));
    let found = by_likeness(sticky, rest, |name| !rivals.contains_key(name) && !hints.contains(name));
    kept.extend(found);
    (kept, lost)
}

fn choose(shape: &Shape, used: &HashSet<String>, wanted: &HashMap<&str, HashSet<usize>>) -> String {
    let founded = || shape.proposals.iter().filter(|proposal| proposal.rank != Rank::Hint);
    let best = founded().map(|proposal| proposal.rank).min().unwrap_or(Rank::Member);
    let mut candidates: Vec<&Proposal> = founded().filter(|proposal| proposal.rank == best).collect();
    let count = |name: &str| shape.proposals.iter().filter(|proposal| proposal.short == name).count();
    candidates.sort_by_key(|proposal| (std::cmp::Reverse(count(&proposal.short)), proposal.short.len()));
    let fits = |name: &str| !used.contains(name) && name.starts_with(|c: char| c.is_ascii_uppercase());
    let alone = |name: &str| wanted.get(name).is_none_or(|ids| ids.len() == 1);
    let short = candidates
        .iter()
        .map(|proposal| &proposal.short)
        .find(|name| fits(name) && (best != Rank::Member || (!VAGUE.contains(&name.as_str()) && alone(name))));
    let long = || candidates.iter().map(|proposal| &proposal.long).find(|name| fits(name));
    let full = || candidates.iter().map(|proposal| &proposal.full).find(|name| fits(name));
    let whole = || candidates.iter().map(|proposal| &proposal.whole).find(|name| fits(name));
    match short.or_else(long).or_else(full).or_else(whole) {
        Some(name) => name.clone(),
        None => {
            let base =
                candidates.first().map(|proposal| proposal.full.as_str()).or(shape.hint.as_deref()).unwrap_or("Shape");
            (2..).map(|number| format!("{base}{number}")).find(|name| fits(name)).unwrap_or_default()
        }
    }
}
