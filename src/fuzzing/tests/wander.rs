//! `wander`: runs a fuzz target over random changes of its seeds, without a fuzzer: any toolchain can do so, and it is guided by nothing.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use super::replay::Shown;

/// Runs a target for so long. Returns the number of inputs.
pub(crate) fn wander(folder: &Path, time: Duration, target: fn(&[u8])) -> u64 {
    let seeds: Vec<Vec<u8>> =
        fs::read_dir(folder).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
    let (begun, mut count) = (Instant::now(), 0);
    let mut random = Random(begun.elapsed().as_nanos() as u64 ^ u64::from(std::process::id()) << 32 | 1);
    while begun.elapsed() < time {
        let mut input = seeds[random.below(seeds.len())].clone();
        for _ in 0..=random.below(6) {
            random.change(&mut input, &seeds);
        }
        let _shown = Shown(|| format!("b\"{}\"", input.escape_ascii()));
        target(&input);
        count += 1;
    }
    count
}

/// Xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or_default() % limit.max(1)
    }

    fn change(&mut self, input: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        const TELLING: &[u8] = b"\0\n\r\t \"\\'`^<>[]{}(),:;.-+=/~#&%0919eEuU\x7f\x80\xbf\xc3\xe2\xf0\xff";
        let (from, other) = (self.below(input.len() + 1), &seeds[self.below(seeds.len())]);
        let to = from + self.below((input.len() - from).min(64) + 1);
        let start = self.below(other.len());
        let part = &other[start..start + self.below((other.len() - start).min(64) + 1)];
        let byte = [TELLING[self.below(TELLING.len())]];
        match self.below(5) {
            0 => drop(input.splice(from..to, [])),
            1 => drop(input.splice(from..from, part.iter().copied())),
            2 => drop(input.splice(from..to, part.iter().copied())),
            3 => drop(input.splice(from..from, byte)),
            _ => drop(input.splice(from..to.min(from + 1), byte)),
        }
    }
}
