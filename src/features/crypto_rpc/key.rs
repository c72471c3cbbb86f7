//! `unique`: idempotency keys.

use crate::runtime::random;

/// A unique key, in this process and any other.
pub(super) fn unique() -> String {
    random::uuid(random::bits(), random::bits())
}

/// Whether the API accepts a key.
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
