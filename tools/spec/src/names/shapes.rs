//! `Shapes`: every object, string enum and union of a document, each once, with the names that its places have for it.

use std::collections::HashMap;

use serde_json::Value;
use venice_ai_codegen::Error;
use venice_ai_codegen::lower::hoist::Namer;
use venice_ai_codegen::lower::site::{Position, Site};
use venice_ai_codegen::names::Names;

use super::key::{key, strings_for_constants};
use super::likeness::of_kind;
use super::merge;
use super::proposal::{Proposal, Rank, kind_of};

/// A type to be, before it has a name.
#[derive(Debug)]
pub struct Shape {
    pub body: Value,
    pub proposals: Vec<Proposal>,
    pub hint: Option<String>,
    /// The name that the places where it was found have in `spec/names.yaml`.
    pub sticky: Option<String>,
    /// Where it is used.
    pub places: Vec<String>,
}

/// Shapes by their key.
type Ids = HashMap<String, Vec<usize>>;

/// The shapes that were found so far. While the document is walked, their names are numbers.
#[derive(Debug)]
pub struct Shapes<'n> {
    sticky: &'n Names,
    pub all: Vec<Shape>,
    exact: Ids,
    base: Ids,
    /// Shapes with constants, as they look when the constants are plain strings.
    plain: Ids,
    pub conflicts: Vec<Error>,
}

impl<'n> Shapes<'n> {
    pub fn new(sticky: &'n Names) -> Self {
        let (exact, base, plain) = (Ids::new(), Ids::new(), Ids::new());
        Self { sticky, all: Vec::new(), exact, base, plain, conflicts: Vec::new() }
    }

    /// The first of some equal shapes that may have the name.
    fn pick(&self, ids: Option<&Vec<usize>>, sticky: Option<&str>) -> Option<usize> {
        let ids = ids?;
        let Some(name) = sticky else { return ids.first().copied() };
        let of = |wanted: Option<&str>| ids.iter().copied().find(|id| self.all[*id].sticky.as_deref() == wanted);
        of(Some(name)).or_else(|| of(None).filter(|id| self.all[*id].hint.as_deref().is_none_or(|hint| hint == name)))
    }

    /// The shape that has the name, widened to hold another one of that name, if there is such a shape.
    fn merged(&mut self, body: &Value, name: &str) -> Option<usize> {
        let mut ids = (0..self.all.len()).filter(|id| self.all[*id].sticky.as_deref() == Some(name));
        let (id, merged) = ids.find_map(|id| Some((id, merge::merge(&self.all[id].body, body)?)))?;
        add(&mut self.exact, key(&merged, true), id);
        add(&mut self.base, key(&merged, false), id);
        self.all[id].body = merged;
        Some(id)
    }
}

impl Namer for Shapes<'_> {
    fn name(&mut self, site: &Site<'_>, body: &Value) -> Result<String, Error> {
        let proposal = Proposal::of(site, self.sticky);
        let (exact, base) = (key(body, true), key(body, false));
        let sticky = of_kind(self.sticky, &site.places, kind_of(body));
        let found = match site.position {
            Position::Request => self.pick(self.exact.get(&exact), sticky),
            Position::Reply => self
                .pick(self.base.get(&base), sticky)
                .or_else(|| self.pick(self.plain.get(&base).filter(|_| body.get("properties").is_some()), sticky)),
        };
        let id = found.or_else(|| self.merged(body, sticky?)).unwrap_or_else(|| {
            let (proposals, places) = (Vec::new(), Vec::new());
            self.all.push(Shape { body: body.clone(), proposals, hint: None, sticky: None, places });
            self.all.len() - 1
        });
        let plain = strings_for_constants(body);
        if plain != *body {
            add(&mut self.plain, key(&plain, false), id);
        }
        add(&mut self.exact, exact, id);
        add(&mut self.base, base, id);
        let shape = &mut self.all[id];
        shape.sticky = shape.sticky.take().or_else(|| sticky.map(str::to_owned));
        shape.places.extend(site.places.iter().cloned());
        if proposal.rank == Rank::Hint {
            match &shape.hint {
                Some(hint) if *hint != proposal.short => {
                    let error = Error::new("conflicting x-rust-name for one schema")
                        .in_file("spec/overlay.yaml")
                        .found(format!("{hint} and {}", proposal.short));
                    self.conflicts
                        .push(error.help(
                            "the same members are one type: give every place of this shape the same x-rust-name",
                        ));
                }
                _ => shape.hint = Some(proposal.short.clone()),
            }
        }
        shape.proposals.push(proposal);
        Ok(id.to_string())
    }

    /// Its number is not known before all of it has been seen.
    fn within(&mut self, component: &str, _position: Position) -> Result<String, Error> {
        Ok(component.to_owned())
    }

    fn again(&mut self, name: &str, site: &Site<'_>) {
        let shape = name.parse().ok().and_then(|id: usize| self.all.get_mut(id));
        if let Some(shape) = shape {
            shape.places.extend(site.places.iter().cloned());
        }
    }
}

fn add(ids: &mut Ids, key: String, id: usize) {
    let ids = ids.entry(key).or_default();
    if !ids.contains(&id) {
        ids.push(id);
    }
}
