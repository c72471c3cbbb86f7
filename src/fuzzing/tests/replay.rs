//! `replay`: runs a fuzz target over its seeds, and over truncated and changed ones: what `cargo fuzz` needs a nightly toolchain for.

use std::fs;
use std::path::Path;

/// Runs a target over the seeds of a folder; over beginnings of them, and with single bits changed, at this many places. Returns the number
/// of inputs.
pub(crate) fn replay(folder: &Path, places: usize, target: fn(&[u8])) -> usize {
    let files = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut count = 0;
    for path in files.map(|file| file.unwrap().path()) {
        let seed = fs::read(&path).unwrap();
        let mut run = |change: &str, input: &[u8]| {
            let _shown = Shown(|| format!("{} {change}", path.display()));
            target(input);
            count += 1;
        };
        run("as it is", &seed);
        for place in (0..seed.len()).step_by(1 + seed.len() / places) {
            run(&format!("truncated to {place} bytes"), &seed[..place]);
            let mut changed = seed.clone();
            changed[place] ^= 1 << (place % 8);
            run(&format!("with byte {place} changed"), &changed);
        }
    }
    count
}

/// Shows the input that a target panics over, and costs nothing otherwise.
pub(crate) struct Shown<F: Fn() -> String>(pub(crate) F);

impl<F: Fn() -> String> Drop for Shown<F> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the input is {}", (self.0)());
        }
    }
}
