//! [`retain_freed_memory`]: stops glibc from returning the memory of each reply to the system.

use std::hint::black_box;
use std::sync::Once;

/// The largest reply that fits what glibc retains by default.
const SMALL: usize = 32 * 1024;

/// Half of what glibc retains afterwards.
const BLOCK: usize = 2 * 1024 * 1024;

/// Called with the length of a reply before it is decoded.
///
/// glibc returns memory to the system when more than 128 KiB are free at the end of the heap. A reply of 100 KB takes several times that:
/// the bytes as received, the text while its escapes are resolved, the text itself. Each reply then costs system calls and dozens of page
/// faults. The limit is adaptive (`mallopt(3)`, `M_MMAP_THRESHOLD`): when a block larger than all before is freed, it becomes twice the
/// size of that block. So one block is allocated and freed, once. It is never written to, so it takes no memory. Programs that set the
/// limit themselves keep theirs, and other allocators are not affected.
pub(super) fn retain_freed_memory(length: usize) {
    static ONCE: Once = Once::new();
    if length > SMALL {
        ONCE.call_once(|| drop(black_box(Vec::<u8>::with_capacity(BLOCK))));
    }
}
