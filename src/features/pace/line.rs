//! `Line`: the runs that wait for a lane take turns, in the order in which they came.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long the others wait for the first run to take its turn. One that nothing polls must not block them. A power of two, so that times
/// with a floating point (those of headers) stay exact.
const PATIENCE: Duration = Duration::from_micros(62_500);

/// The waiting runs of a lane.
#[derive(Debug, Default)]
pub(super) struct Line {
    runs: VecDeque<u64>,
    /// The run whose turn it is, and until when it may take it.
    called: Option<(u64, Instant)>,
}

impl Line {
    /// Puts a run at the end, unless it is in the line.
    pub(super) fn enter(&mut self, run: u64) {
        if !self.runs.contains(&run) {
            self.runs.push_back(run);
        }
    }

    pub(super) fn leave(&mut self, run: u64) {
        self.runs.retain(|waiting| *waiting != run);
        self.called = self.called.filter(|(called, _)| *called != run);
    }

    /// Whether it is the turn of a run. If not, whose it is, and until when.
    pub(super) fn turn(
        &mut self,
        run: u64,
        is_parked: impl Fn(u64) -> bool,
        now: Instant,
    ) -> Result<(), (u64, Instant)> {
        loop {
            let first = self.runs.iter().copied().find(|waiting| !is_parked(*waiting));
            let Some(first) = first.filter(|first| *first != run) else { return Ok(()) };
            match self.called.filter(|(called, _)| *called == first) {
                Some((_, until)) if until > now => return Err((first, until)),
                Some(_) => {
                    self.leave(first);
                    self.runs.push_back(first);
                }
                None => {
                    let until = now + PATIENCE;
                    self.called = Some((first, until));
                    return Err((first, until));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_take_turns() {
        let (mut line, now) = (Line::default(), Instant::now());
        let polled = |_| false;
        assert_eq!(line.turn(1, polled, now), Ok(()), "nobody waits");
        line.enter(1);
        line.enter(2);
        line.enter(1);
        assert_eq!(line.turn(2, polled, now), Err((1, now + PATIENCE)));
        assert_eq!(line.turn(1, polled, now), Ok(()));
        line.leave(1);
        line.enter(1);
        assert_eq!((line.turn(2, polled, now), line.turn(1, polled, now).is_err()), (Ok(()), true));
    }

    #[test]
    fn a_run_that_does_not_take_its_turn_is_passed_by() {
        let (mut line, start) = (Line::default(), Instant::now());
        let polled = |_| false;
        (1..=3).for_each(|run| line.enter(run));
        assert_eq!(line.turn(3, |run| run == 1, start), Err((2, start + PATIENCE)), "one is parked");
        let later = start + PATIENCE;
        assert_eq!(line.turn(3, |run| run == 1, later), Ok(()));
        assert_eq!(line.runs, [1, 3, 2]);
        assert!(line.turn(3, polled, later).is_err());
        assert_eq!(line.turn(3, polled, later + PATIENCE), Ok(()));
    }
}
