//! Keys that make repeating safe.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// A key that no other call has, of this process or another: 128 bits in the form of a UUID.
///
/// The standard library seeds its hash maps from the operating system's randomness. Time, process and a counter go in as well, so
/// that not even a process that was copied while it ran makes the same key.
pub(super) fn unique() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let seed = RandomState::new();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
    let part = |number: u8| {
        let mut hasher = seed.build_hasher();
        hasher.write_u8(number);
        hasher.write_u64(count);
        hasher.write_u32(std::process::id());
        hasher.write_u128(now);
        hasher.finish()
    };
    let (high, low) = (part(0), part(1));
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

/// Whether the API takes a key.
pub(super) fn is_valid(key: &str) -> bool {
    let takes = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=255).contains(&key.len()) && key.bytes().all(takes)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn keys_are_valid_and_never_the_same() {
        let threads: Vec<_> =
            (0..4).map(|_| std::thread::spawn(|| (0..1000).map(|_| unique()).collect::<Vec<_>>())).collect();
        let keys: Vec<String> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert!(keys.iter().all(|key| is_valid(key) && key.len() == 36), "{:?}", keys.first());
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), 4000);
    }

    #[test]
    fn a_key_has_1_to_255_letters_digits_dashes_and_underscores() {
        for key in ["a", "A-z_9", &"k".repeat(255)] {
            assert!(is_valid(key), "{key}");
        }
        for key in ["", " ", "a b", "a.b", "é", "a\n", &"k".repeat(256)] {
            assert!(!is_valid(key), "{key:?}");
        }
    }
}
