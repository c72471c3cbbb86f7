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
    /// The largest memory that the process ever had in use, in MiB. Zero where there is no `/proc`.
    pub memory: f64,
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
    let memory = peak_memory().unwrap_or(0) as f64 / 1024.0;
    Ok(Figures { wall: spread(wall).median, cpu: spread(cpu).median, faults, memory })
}

impl Figures {
    /// For the process that started this one.
    pub fn print(self) {
        println!("{} {} {} {}", self.wall, self.cpu, self.faults, self.memory);
    }

    /// Runs this program with these arguments and reads what it prints.
    fn of_process(args: &[&str]) -> Result<Self, Failure> {
        let printed = output_of(&std::env::current_exe()?, args)?;
        let numbers: Vec<f64> = printed.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        match numbers[..] {
            [wall, cpu, faults, memory] => Ok(Self { wall, cpu, faults, memory }),
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

/// A column of a comparison: its title, which of the figures it has, and how they are shown.
type Column = (String, fn(&Figures) -> f64, fn(f64) -> String);

/// Contenders that do the same work; the first one is what the others are compared with.
pub struct Comparison<'a> {
    pub title: String,
    /// What times are given of: a call, a chunk, a MiB.
    pub unit: &'a str,
    /// Their names, and the arguments of the process that measures each.
    pub contenders: Vec<(&'a str, Vec<&'a str>)>,
    /// Processes of each contender.
    pub processes: usize,
}

impl Comparison<'_> {
    /// Measures, and prints a table in Markdown. `more` are further columns: a title, and a cell a contender.
    pub fn print(&self, more: &[(&str, Vec<String>)]) -> Result<(), Failure> {
        let figures = self.measure()?;
        println!("\n### {}\n", self.title);
        let columns: [Column; 4] = [
            (format!("CPU a {}", self.unit), |own| own.cpu, time),
            (format!("wall a {}", self.unit), |own| own.wall, time),
            ("page faults".to_owned(), |own| own.faults, |number| format!("{number:.0}")),
            ("peak memory".to_owned(), |own| own.memory, |number| format!("{number:.1} MiB")),
        ];
        let titles = columns.iter().map(|(title, ..)| format!(" {title} | ratio |"));
        let more_titles = more.iter().map(|(title, _)| format!(" {title} |"));
        println!("| |{}", titles.chain(more_titles).collect::<String>());
        println!("|---|{}", "---:|".repeat(2 * columns.len() + more.len()));
        for (index, ((who, _), own)) in self.contenders.iter().zip(&figures).enumerate() {
            let cells = columns.iter().map(|(_, what, show)| {
                let ratio = ratio(own, &figures[0], what).cell();
                format!(" {} | {ratio} |", show(median(own, what)))
            });
            let more = more.iter().map(|(_, cells)| format!(" {} |", cells[index]));
            println!("| {who} |{}", cells.chain(more).collect::<String>());
        }
        Ok(())
    }

    /// Runs the processes in turns that begin with another contender each time. The figures are in the order of the contenders.
    fn measure(&self) -> Result<Vec<Vec<Figures>>, Failure> {
        let mut figures = vec![Vec::new(); self.contenders.len()];
        for process in 0..self.processes {
            for turn in 0..self.contenders.len() {
                let place = (process + turn) % self.contenders.len();
                figures[place].push(Figures::of_process(&self.contenders[place].1)?);
            }
        }
        Ok(figures)
    }
}

/// Nanoseconds in a unit that shows three digits.
fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        small if small < 10_000.0 => format!("{small:.0} ns"),
        medium if medium < 10_000_000.0 => format!("{:.1} µs", medium / 1e3),
        large => format!("{:.1} ms", large / 1e6),
    }
}

/// The page faults of this process that needed no disk: memory that the system handed out. They are the tenth field of
/// `/proc/self/stat` (`proc_pid_stat(5)`), whose second field is in parentheses.
fn page_faults() -> Option<u64> {
    let line = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = line.rsplit_once(')')?;
    fields.split_ascii_whitespace().nth(7)?.parse().ok()
}

/// The most memory that this process had resident, in KiB.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The middle of some numbers, and how far they reach.
#[derive(Clone, Copy, Debug)]
struct Spread {
    lowest: f64,
    median: f64,
    highest: f64,
}

impl Spread {
    /// The middle, and in parentheses how far the numbers reach; a dash where there are none.
    fn cell(&self) -> String {
        match self.median.is_finite() {
            true => format!("{:.2} ({:.2} to {:.2})", self.median, self.lowest, self.highest),
            false => "–".to_owned(),
        }
    }
}

fn spread(numbers: impl IntoIterator<Item = f64>) -> Spread {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    let at = |place: usize| numbers.get(place).copied().unwrap_or(f64::NAN);
    Spread { lowest: at(0), median: at(numbers.len() / 2), highest: at(numbers.len().saturating_sub(1)) }
}

/// How much more the one costs than the other, turn by turn.
fn ratio(own: &[Figures], base: &[Figures], what: impl Fn(&Figures) -> f64) -> Spread {
    spread(own.iter().zip(base).map(|(own, base)| what(own) / what(base)))
}

fn median(own: &[Figures], what: impl Fn(&Figures) -> f64) -> f64 {
    spread(own.iter().map(what)).median
}
