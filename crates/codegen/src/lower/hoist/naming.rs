//! Names of shapes: proposals from every place where a shape stands, and the choice among them.

use super::super::names::{pascal, singular};
use super::Shape;
use crate::error::Error;
use std::collections::{BTreeMap, HashMap, HashSet};

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
/// Member names that say nothing without their owner.
const VAGUE: &[&str] = &[
    "Data",
    "Item",
    "Error",
    "Type",
    "Value",
    "Object",
    "Status",
    "Format",
    "Content",
    "Info",
    "Parameter",
    "Parameters",
    "Option",
    "Options",
    "Detail",
    "Details",
    "Input",
    "Output",
    "Function",
    "Response",
    "Request",
    "Resolution",
    "Model",
    "Id",
    "Result",
    "Extra",
    "Mode",
    "Quality",
    "Size",
    "Image",
    "Duration",
    "Message",
    "Summary",
    "Usage",
    "Network",
    "Scale",
    "Extension",
    "Extensions",
    "Payload",
    "Steps",
    "Text",
    "List",
];

/// What a name may come from, best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Rank {
    Hint,
    Component,
    Operation,
    Member,
}

/// A name that one place has for a shape, from short to unmistakable.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub rank: Rank,
    /// The member's name alone.
    pub short: String,
    /// With the name of the owner.
    pub long: String,
    /// With the names of all owners.
    pub full: String,
}

impl Proposal {
    pub fn fixed(rank: Rank, name: &str) -> Self {
        // progenitor writes every name in this case: one that is not would be another one in its code.
        let name = pascal(name);
        Self { rank, short: name.clone(), long: name.clone(), full: name }
    }

    /// The shape that the member `member` of `owner` holds.
    pub fn member(owner: &Self, member: &str) -> Self {
        let short = pascal(member);
        let below = |owner: &str| {
            let stem = stem(owner);
            // `FunctionCallOutput.output` is not a `FunctionCallOutputOutput`.
            pascal(&if stem.ends_with(&short) { format!("{stem}Value") } else { format!("{stem}{short}") })
        };
        Self { rank: Rank::Member, long: below(owner.owner()), full: below(&owner.full), short }
    }

    /// The items of a list that is one of several forms of this shape.
    pub fn item(&self) -> Self {
        let long = format!("{}Item", self.owner());
        Self { rank: Rank::Member, short: long.clone(), long, full: format!("{}Item", self.full) }
    }

    pub fn singular(mut self) -> Self {
        if self.rank == Rank::Member {
            for name in [&mut self.short, &mut self.long, &mut self.full] {
                *name = singular(name);
            }
        }
        self
    }

    /// The name by which members of this shape are qualified.
    pub fn owner(&self) -> &str {
        if VAGUE.contains(&self.short.as_str()) { &self.long } else { &self.short }
    }
}

/// Chooses a name for each shape, the best founded first. When the overlay gives two shapes one name, the first one has it.
pub fn names(shapes: &[Shape], conflicts: &mut Vec<Error>) -> Vec<String> {
    let mut order: Vec<usize> = (0..shapes.len()).collect();
    order.sort_by_key(|id| shapes[*id].proposals.iter().map(|proposal| proposal.rank).min());
    let mut names: BTreeMap<usize, String> = BTreeMap::new();
    let mut used: HashSet<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
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
                let error = Error::new("two shapes have one name").in_file("spec/overlay.yaml").found(hint);
                conflicts.push(error.help("rename one of them, or make the shapes equal"));
                choose(shape, &used, &wanted)
            }
            Some(hint) => hint.clone(),
            None => choose(shape, &used, &wanted),
        };
        used.insert(name.clone());
        names.insert(id, name);
    }
    names.into_values().collect()
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
    match short.or_else(long).or_else(full) {
        Some(name) => name.clone(),
        None => {
            let base =
                candidates.first().map(|proposal| proposal.full.as_str()).or(shape.hint.as_deref()).unwrap_or("Shape");
            (2..).map(|number| format!("{base}{number}")).find(|name| fits(name)).unwrap_or_default()
        }
    }
}

/// A component's name without what says only that it is one.
pub fn clean(name: &str) -> &str {
    name.strip_suffix("Schema").filter(|name| !name.is_empty()).unwrap_or(name)
}

/// The part of an owner's name that qualifies its members.
fn stem(owner: &str) -> &str {
    ["Request", "Response", "Params"]
        .iter()
        .find_map(|suffix| owner.strip_suffix(suffix))
        .filter(|stem| !stem.is_empty())
        .unwrap_or(owner)
}
