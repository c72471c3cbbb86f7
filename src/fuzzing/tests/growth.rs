//! `assert_linear`: asserts that the time and the memory of a target grow no faster than its input.

use std::time::{Duration, Instant};

/// How much longer the second input is.
const TIMES: usize = 8;
/// What allocators, caches and growing buffers may add. Quadratic work takes eight times as much as linear work.
const FACTOR: u32 = 3;
/// Short times cannot be measured well: the system counts in ticks of some milliseconds.
const SHORT: Duration = Duration::from_millis(100);
/// What does not depend on the input.
const FIXED_BYTES: u64 = 256 * 1024;

/// Runs a target over an input of about `size` bytes, and over one of eight times that size. Compares the processor time of this thread, the
/// bytes that it allocated, and the most that it had allocated at a time.
pub(crate) fn assert_linear(name: &str, target: fn(&[u8]), size: usize, input: impl Fn(usize) -> Vec<u8>) {
    let (small, large) = (input(size), input(TIMES * size));
    let times = u32::try_from(large.len().div_ceil(small.len())).unwrap();
    assert!((4..16).contains(&times), "{name}: {} and {} bytes", small.len(), large.len());
    let most = u64::from(times * FACTOR);
    let (mut short, mut long) = (Duration::MAX, Duration::MAX);
    let [few, many] = [(&small, &mut short), (&large, &mut long)]
        .map(|(input, time)| allocation_counter::measure(|| *time = cpu_time(|| target(input))));
    let memory = [("allocated", few.bytes_total, many.bytes_total), ("had at a time", few.bytes_max, many.bytes_max)];
    for (what, few, many) in memory {
        assert!(
            many <= most * few + FIXED_BYTES,
            "{name}: {few} bytes {what} for {}, {many} for {}",
            small.len(),
            large.len()
        );
    }
    let is_linear = |short: Duration, long: Duration| long <= short * times * FACTOR + SHORT;
    // Other processes can make the caches cold.
    for _ in 0..3 {
        if is_linear(short, long) {
            return;
        }
        short = short.min(cpu_time(|| target(&small)));
        long = long.min(cpu_time(|| target(&large)));
    }
    panic!("{name}: {short:?} for {} bytes, {long:?} for {}", small.len(), large.len());
}

/// The processor time of some work in this thread.
fn cpu_time(work: impl Fn()) -> Duration {
    let before = used();
    work();
    used().saturating_sub(before)
}

/// The processor time of this thread, or the time on the clock where the system does not say.
fn used() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let line = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    nanoseconds.map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}
