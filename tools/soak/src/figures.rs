//! [`Figures`]: what this process has at a moment, and whether a series of them is flat.

use std::fmt;
use std::fs;
use std::time::Duration;

use crate::Failure;

/// What the process has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Resident memory, in bytes.
    pub memory: u64,
    pub descriptors: usize,
    pub threads: usize,
    pub tasks: usize,
}

impl Figures {
    /// Those of now. The runtime's tasks are those that live.
    pub fn now(runtime: &tokio::runtime::Handle) -> Result<Self, Failure> {
        let status = fs::read_to_string("/proc/self/status")?;
        let field = |name: &str| {
            status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse::<u64>().ok())
        };
        let memory = field("VmRSS:").ok_or("there is no VmRSS in /proc/self/status")? * 1024;
        Ok(Self {
            memory,
            descriptors: fs::read_dir("/proc/self/fd")?.count(),
            threads: fs::read_dir("/proc/self/task")?.count(),
            tasks: runtime.metrics().num_alive_tasks(),
        })
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { memory, descriptors, threads, tasks } = self;
        let mebibytes = *memory as f64 / f64::from(1 << 20);
        write!(f, "{mebibytes:.1} MiB, {descriptors} descriptors, {threads} threads, {tasks} tasks")
    }
}

/// A series of figures, each with the time since the start.
#[derive(Debug, Default)]
pub struct Series(pub Vec<(Duration, Figures)>);

impl Series {
    /// The median memory in the second and in the last fifth.
    pub fn medians(&self) -> (u64, u64) {
        let fifth = self.0.len() / 5;
        let median = |from: usize, to: usize| {
            let mut memory: Vec<u64> = self.0.iter().take(to).skip(from).map(|(_, figures)| figures.memory).collect();
            memory.sort_unstable();
            memory.get(memory.len() / 2).copied().unwrap_or_default()
        };
        (median(fifth, 2 * fifth), median(self.0.len() - fifth, self.0.len()))
    }

    /// Whether the memory grew by at most a tenth, or by 8 MiB, after the first fifth.
    pub fn is_flat(&self) -> bool {
        let (early, late) = self.medians();
        late <= early + (early / 10).max(8 << 20)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(mebibyte: impl Fn(u64) -> u64) -> Series {
        let figures = |n| Figures { memory: mebibyte(n) << 20, ..Figures::default() };
        Series((0..100).map(|n| (Duration::from_secs(n), figures(n))).collect())
    }

    #[test]
    fn growth_after_the_warm_up_is_found() {
        assert!(series(|n| 20 + n.min(19)).is_flat());
        assert!(series(|n| 40 - n / 4).is_flat());
        assert!(!series(|n| 20 + n / 4).is_flat());
        assert_eq!(series(|n| n).medians(), (30 << 20, 90 << 20));
    }
}
