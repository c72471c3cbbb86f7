//! Random numbers for names, boundaries, keys and jitter.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// 64 bits that differ each time, in this process or another.
///
/// The standard library seeds its hash maps from the operating system's randomness. Time, process and a counter go in as well, so
/// that not even a process that was copied while it ran draws the same bits.
pub(crate) fn bits() -> u64 {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u64(COUNT.fetch_add(1, Ordering::Relaxed));
    hasher.write_u32(std::process::id());
    hasher.write_u128(SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos());
    hasher.finish()
}

/// 122 of the 128 bits in the form of a UUID of version 4.
#[cfg(feature = "crypto-rpc")]
pub(crate) fn uuid(high: u64, low: u64) -> String {
    format!(
        "{:08x}-{:04x}-4{:03x}-{:x}{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        8 | low >> 62,
        low >> 48 & 0xfff,
        low & 0xffff_ffff_ffff
    )
}
