//! [`Figures`]: what one contender costs, measured in a process of its own, so that its memory, its page faults and its CPU time are those
//! of a program that does nothing else.
//!
//! Where memory and threads happen to lie differs from one process to the next, stays as it is within one, and weighs about as much as
//! what is measured. So each contender runs in several processes, and the contenders take turns.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use cpu_time::ProcessTime;

use crate::Failure;

/// What a process measured of one contender.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Wall time of one call or chunk, in nanoseconds.
    pub wall: f64,
    /// CPU time of one call or chunk in all threads, in nanoseconds.
    pub cpu: f64,
    /// Page faults of the process from its beginning to its end. Zero where there is no `/proc`.
    pub faults: f64,
}

/// Does the work of `units` calls or chunks so many times, and gives the medians.
pub fn measure(
    units: usize,
    warm_up: usize,
    rounds: usize,
    mut work: impl FnMut() -> Result<(), Failure>,
) -> Result<Figures, Failure> {
    for _ in 0..warm_up {
        work()?;
    }
    let (mut wall, mut cpu) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let begun = (Instant::now(), ProcessTime::now());
        work()?;
        wall.push(begun.0.elapsed().as_nanos() as f64 / units as f64);
        cpu.push(begun.1.elapsed().as_nanos() as f64 / units as f64);
    }
    let faults = page_faults().unwrap_or(0) as f64;
    Ok(Figures { wall: spread(wall).median, cpu: spread(cpu).median, faults })
}

impl Figures {
    /// For the process that started this one.
    pub fn print(self) {
        println!("{} {} {}", self.wall, self.cpu, self.faults);
    }

    /// Runs this program with these arguments and reads what it prints.
    pub fn of_process(args: &[&str]) -> Result<Self, Failure> {
        let printed = output_of(&std::env::current_exe()?, args)?;
        let numbers: Vec<f64> = printed.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        match numbers[..] {
            [wall, cpu, faults] => Ok(Self { wall, cpu, faults }),
            _ => Err(format!("`{}` printed no figures: {printed}", args.join(" ")).into()),
        }
    }
}

/// What a program prints.
pub fn output_of(program: &Path, args: &[&str]) -> Result<String, Failure> {
    let output = Command::new(program).args(args).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Runs `count` processes of each contender, in turns that begin with another one each time. The figures are in the order of the
/// contenders.
pub fn compare(contenders: &[Vec<&str>], count: usize) -> Result<Vec<Vec<Figures>>, Failure> {
    let mut figures = vec![Vec::new(); contenders.len()];
    for process in 0..count {
        for turn in 0..contenders.len() {
            let place = (process + turn) % contenders.len();
            figures[place].push(Figures::of_process(&contenders[place])?);
        }
    }
    Ok(figures)
}

/// The page faults of this process that needed no disk: memory that the system handed out. They are the tenth field of
/// `/proc/self/stat` (`proc_pid_stat(5)`), whose second field is in parentheses.
fn page_faults() -> Option<u64> {
    let line = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = line.rsplit_once(')')?;
    fields.split_ascii_whitespace().nth(7)?.parse().ok()
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
        format!("{:.2} to {:.2}", self.lowest, self.highest)
    }
}

pub fn spread(numbers: impl IntoIterator<Item = f64>) -> Spread {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    let at = |place: usize| numbers.get(place).copied().unwrap_or(f64::NAN);
    Spread { lowest: at(0), median: at(numbers.len() / 2), highest: at(numbers.len().saturating_sub(1)) }
}

/// How much more the one costs than the other, turn by turn.
pub fn ratio(own: &[Figures], base: &[Figures], what: impl Fn(&Figures) -> f64) -> Spread {
    spread(own.iter().zip(base).map(|(own, base)| what(own) / what(base)))
}

pub fn median(own: &[Figures], what: impl Fn(&Figures) -> f64) -> f64 {
    spread(own.iter().map(what)).median
}
