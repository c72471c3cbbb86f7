//! `Plans`: the queue of scripted faults or answers.

use std::time::Duration;

use venice_ai::operations;

/// The requests that a plan applies to.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    operation: Option<String>,
    /// `None` for every request.
    times: Option<usize>,
    used: bool,
    pub(super) delay: Duration,
}

impl Scope {
    pub(super) fn new(times: Option<usize>) -> Self {
        Self { operation: None, times, used: false, delay: Duration::ZERO }
    }

    pub(super) fn set_operation(&mut self, id: String) {
        self.operation = Some(id);
    }

    pub(super) fn set_times(&mut self, times: usize) {
        self.times = (times != usize::MAX).then_some(times);
    }

    fn of(&self) -> String {
        self.operation.clone().unwrap_or_else(|| "any operation".to_owned())
    }

    /// An error message for an unknown operation id, with a suggestion.
    fn unknown(&self) -> Option<String> {
        let id = self.operation.as_deref()?;
        let ids = || operations::ALL.iter().map(|operation| operation.id);
        if ids().any(|known| known == id) {
            return None;
        }
        let (edits, meant) = ids().map(|known| (strsim::levenshtein(id, known), known)).min()?;
        let hint = if edits * 3 <= id.len() { format!(", did you mean {meant}?") } else { String::new() };
        Some(format!("{id} is not an operation{hint}"))
    }

    fn is_for(&self, operation: Option<&str>) -> bool {
        self.operation.as_deref().is_none_or(|wanted| Some(wanted) == operation)
    }
}

/// A plan: a fault, or an answer.
pub(super) trait Planned: Clone {
    fn scope(&mut self) -> &mut Scope;
}

/// The pending plans. Those for a number of requests are used up first, in order. Of those for every request the newest counts.
#[derive(Debug)]
pub(super) struct Plans<P>(Vec<P>);

impl<P> Default for Plans<P> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<P: Planned> Plans<P> {
    pub(super) fn push(&mut self, mut plan: P) {
        if plan.scope().times != Some(0) {
            self.0.push(plan);
        }
    }

    /// The plan for a request of this operation.
    pub(super) fn take(&mut self, operation: Option<&str>) -> Option<P> {
        let fits = |plan: &mut P| plan.scope().is_for(operation);
        let limited = self.0.iter_mut().position(|plan| fits(plan) && plan.scope().times.is_some());
        let Some(position) = limited else {
            let plan = self.0.iter_mut().rev().find_map(|plan| fits(plan).then_some(plan))?;
            plan.scope().used = true;
            return Some(plan.clone());
        };
        let plan = self.0.get_mut(position)?;
        let left = plan.scope().times.map_or(0, |times| times.saturating_sub(1));
        plan.scope().times = Some(left);
        let taken = plan.clone();
        if left == 0 {
            drop(self.0.remove(position));
        }
        Some(taken)
    }

    /// Plans with requests that did not arrive: how many are missing, and of which operation.
    pub(super) fn left(&mut self) -> impl Iterator<Item = (usize, String)> {
        self.0.iter_mut().filter_map(|plan| {
            let scope = plan.scope();
            Some((scope.times?, scope.of()))
        })
    }

    /// The operations of plans for every request that were never used.
    pub(super) fn unused(&mut self) -> impl Iterator<Item = String> {
        self.0.iter_mut().filter_map(|plan| {
            let scope = plan.scope();
            (scope.times.is_none() && !scope.used).then(|| scope.of())
        })
    }

    /// Plans for unknown operations.
    pub(super) fn unknown(&mut self) -> impl Iterator<Item = String> {
        self.0.iter_mut().filter_map(|plan| plan.scope().unknown())
    }
}
