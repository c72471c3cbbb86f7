//! `Counting`: maps the numbers of markers to citations.

use super::marker::MarkerForm;

/// The base of the numbers in an answer's markers.
///
/// The base is undocumented. In the vendor's examples `^1^` and `[REF]0[/REF]` are the first citation, so these bases are used until a
/// number fits only the other one: `^0^`, or `[REF]3[/REF]` of three.
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
    /// The positions of the numbers that refer to one of `count` citations, without duplicates.
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
