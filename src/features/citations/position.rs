//! From the numbers in markers to places in the list of citations.

use super::marker::MarkerForm;

/// Which numbers mean which citations of an answer.
///
/// Nothing says where the numbers begin. In the examples of the vendor `^1^` is the first citation and so is `[REF]0[/REF]`, so these
/// are believed until the text has a number that only the other way of counting has: `^0^`, or `[REF]3[/REF]` of three.
#[derive(Debug)]
pub(super) struct Counting {
    caret: usize,
    reference: usize,
}

impl Default for Counting {
    fn default() -> Self {
        Self { caret: 1, reference: 0 }
    }
}

impl Counting {
    /// The places of those numbers that mean one of `count` citations, each once.
    pub(super) fn places(&mut self, form: MarkerForm, numbers: &[usize], count: usize) -> Vec<usize> {
        let first = match form {
            MarkerForm::Caret => &mut self.caret,
            MarkerForm::Reference => &mut self.reference,
        };
        let fit = |first: usize| numbers.iter().all(|number| (first..first + count).contains(number));
        let other = 1 - *first;
        if !fit(*first) && fit(other) {
            *first = other;
        }
        let mut places = Vec::new();
        for place in numbers.iter().filter_map(|number| number.checked_sub(*first)).filter(|place| *place < count) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }
}
