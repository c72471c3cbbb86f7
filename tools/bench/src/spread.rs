//! Rounds in which the contenders take turns, so that a machine that gets slower gets slower for all of them.

use std::time::{Duration, Instant};

use cpu_time::ThreadTime;

use crate::Failure;

/// One way to do the work.
pub struct Contender<'a> {
    pub name: &'static str,
    /// Does the work of one round.
    work: Box<dyn FnMut() -> Result<(), Failure> + 'a>,
}

impl<'a> Contender<'a> {
    pub fn new(name: &'static str, work: impl FnMut() -> Result<(), Failure> + 'a) -> Self {
        Self { name, work: Box::new(work) }
    }

    fn cost(&mut self) -> Result<Cost, Failure> {
        let (wall, cpu) = (Instant::now(), ThreadTime::now());
        (self.work)().map_err(|failure| format!("{}: {failure}", self.name))?;
        Ok(Cost { wall: wall.elapsed(), cpu: cpu.elapsed() })
    }
}

/// What one round of work cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    pub wall: Duration,
    /// Of this thread.
    pub cpu: Duration,
}

/// The costs of a contender, a round each.
pub type Costs = Vec<Cost>;

/// Lets all contenders run `rounds` times, each round beginning with another one. What the first `warm_up` rounds cost is
/// forgotten.
pub fn run(contenders: &mut [Contender<'_>], warm_up: usize, rounds: usize) -> Result<Vec<Costs>, Failure> {
    let mut costs = vec![Costs::new(); contenders.len()];
    for round in 0..warm_up + rounds {
        for turn in 0..contenders.len() {
            let place = (round + turn) % contenders.len();
            let cost = contenders[place].cost()?;
            if round >= warm_up {
                costs[place].push(cost);
            }
        }
    }
    Ok(costs)
}

/// The median over the rounds.
pub fn median(costs: &Costs, what: impl Fn(&Cost) -> Duration) -> Duration {
    Duration::from_secs_f64(middle(costs.iter().map(|cost| what(cost).as_secs_f64())))
}

/// How much more the one costs than the other: the median of the ratios of each round.
pub fn ratio(costs: &Costs, base: &Costs, what: impl Fn(&Cost) -> Duration) -> f64 {
    middle(costs.iter().zip(base).map(|(cost, base)| what(cost).as_secs_f64() / what(base).as_secs_f64()))
}

/// The middle of some numbers, and how far they reach.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    lowest: f64,
    pub median: f64,
    highest: f64,
}

impl Spread {
    pub fn range(&self) -> String {
        format!("{:.3} to {:.3}", self.lowest, self.highest)
    }
}

pub fn spread(numbers: impl Iterator<Item = f64>) -> Spread {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    let at = |place: usize| numbers.get(place).copied().unwrap_or(f64::NAN);
    Spread { lowest: at(0), median: at(numbers.len() / 2), highest: at(numbers.len().saturating_sub(1)) }
}

fn middle(numbers: impl Iterator<Item = f64>) -> f64 {
    spread(numbers).median
}
