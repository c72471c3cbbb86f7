//! `Proposal`: a name that one place has for a shape.

use serde_json::Value;
use venice_ai_codegen::lower::names::{pascal, singular};
use venice_ai_codegen::lower::schema::ref_name;
use venice_ai_codegen::lower::site::{Site, Step};
use venice_ai_codegen::lower::unions::NAME;
use venice_ai_codegen::names::Names;

use super::likeness::of_kind;

/// Member names that say nothing without their owner.
pub const VAGUE: &[&str] = &[
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
    /// With these names as they are, `Request` and `Response` too.
    pub whole: String,
}

impl Proposal {
    /// What a place has.
    pub fn of(site: &Site<'_>, sticky: &Names) -> Self {
        let text = |key: &str| site.schema.get(key).and_then(Value::as_str);
        if let Some(hint) = text(NAME).filter(|_| ref_name(site.schema).is_none()) {
            return Self::fixed(Rank::Hint, hint);
        }
        let owner = || site.owner.map_or_else(|| Self::fixed(Rank::Member, ""), |owner| Self::of(owner, sticky));
        // Parts of a type are named after the name that it keeps.
        let kept = || {
            let (proposal, owner) = (owner(), site.owner);
            let kept = owner.and_then(|owner| of_kind(sticky, &owner.places, kind_of(owner.schema)));
            match kept.filter(|_| proposal.rank != Rank::Hint) {
                Some(name) => Self::fixed(proposal.rank, name),
                None => proposal,
            }
        };
        match site.step {
            Step::Operation(id, part) => match text("x-component") {
                Some(component) => Self::fixed(Rank::Component, clean(component)),
                None => {
                    let ending = match part {
                        "request" => "Request",
                        "query" => "Params",
                        "event" => "Event",
                        _ => "Response",
                    };
                    Self::fixed(Rank::Operation, &format!("{}{ending}", pascal(id)))
                }
            },
            Step::Parameter(id, name) => Self::fixed(Rank::Operation, id).member(name),
            Step::Component(name) => Some(owner())
                .filter(|owner| owner.rank == Rank::Hint)
                .unwrap_or_else(|| Self::fixed(Rank::Component, clean(name))),
            Step::Member(name) => kept().member(name),
            Step::Item => owner().singular(),
            Step::Arm(tag, kind) => {
                let arm = match (tag, kind) {
                    (Some(tag), _) => kept().member(tag),
                    (None, "string") => kept().member("mode"),
                    (None, "array") => kept().item(),
                    (None, _) => kept().member("object"),
                };
                // An arm's short name would be its tag (`text`), which says too little.
                Self { short: arm.long.clone(), ..arm }
            }
        }
    }

    fn fixed(rank: Rank, name: &str) -> Self {
        // progenitor writes every name in this case: one that is not would be another one in its code.
        let name = pascal(name);
        Self { rank, short: name.clone(), long: name.clone(), full: name.clone(), whole: name }
    }

    /// The shape that a member holds.
    fn member(&self, member: &str) -> Self {
        let short = pascal(member);
        let below = |owner: &str| {
            let stem = stem(owner);
            // `FunctionCallOutput.output` is not a `FunctionCallOutputOutput`.
            pascal(&if stem.ends_with(&short) { format!("{stem}Value") } else { format!("{stem}{short}") })
        };
        let whole = pascal(&format!("{}{short}", self.whole));
        Self { rank: Rank::Member, long: below(self.owner()), full: below(&self.full), whole, short }
    }

    /// The items of a list that is one of several forms of this shape.
    fn item(&self) -> Self {
        let long = format!("{}Item", self.owner());
        let [full, whole] = [&self.full, &self.whole].map(|owner| format!("{owner}Item"));
        Self { rank: Rank::Member, short: long.clone(), long, full, whole }
    }

    fn singular(mut self) -> Self {
        if self.rank == Rank::Member {
            for name in [&mut self.short, &mut self.long, &mut self.full, &mut self.whole] {
                *name = singular(name);
            }
        }
        self
    }

    /// The name by which members of this shape are qualified.
    fn owner(&self) -> &str {
        if VAGUE.contains(&self.short.as_str()) { &self.long } else { &self.short }
    }
}

/// How `spec/names.yaml` calls what a schema has.
pub fn kind_of(schema: &Value) -> &'static str {
    if schema.get("oneOf").is_some() {
        "arms"
    } else if schema.get("properties").is_some() {
        "fields"
    } else {
        "values"
    }
}

/// A component's name without what says only that it is one.
fn clean(name: &str) -> &str {
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
