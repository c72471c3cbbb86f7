//! `Searching`: an allocator that searches each block for private keys when it is freed. A key that is found was not wiped.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

struct Searching;

#[global_allocator]
static ALLOCATOR: Searching = Searching;

/// What is searched for: some from the beginning, some from later on.
static PARTS: [OnceLock<Parts>; 2] = [OnceLock::new(), OnceLock::new()];
/// How many freed blocks had one of them.
static FOUND: AtomicUsize = AtomicUsize::new(0);

/// Parts of the keys, in each form in which they could be in memory.
struct Parts {
    all: Vec<Vec<u8>>,
    /// Whether a part starts with these two bytes: most places are passed over with one look.
    starts: Vec<bool>,
}

impl Parts {
    fn new(all: Vec<Vec<u8>>) -> Self {
        let mut starts = vec![false; 1 << 16];
        for part in &all {
            starts[start(part)] = true;
        }
        Self { all, starts }
    }

    fn are_in(&self, bytes: &[u8]) -> bool {
        let is_start = |place: &usize| self.starts[start(&bytes[*place..])];
        let mut places = (0..bytes.len().saturating_sub(1)).filter(is_start);
        places.any(|place| self.all.iter().any(|part| bytes[place..].starts_with(part)))
    }
}

fn start(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

// SAFETY: every call is passed on to the system's allocator with the arguments that it came with. A block is read before it is freed:
// it is valid for `layout.size()` bytes. Bytes that nobody wrote are read too, which the test accepts: only their values matter.
unsafe impl GlobalAlloc for Searching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above. Zeroed, so that no byte of the block is uninitialized when it is searched.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        for parts in PARTS.iter().filter_map(OnceLock::get) {
            // SAFETY: as above.
            let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) };
            if parts.are_in(bytes) {
                FOUND.fetch_add(1, Ordering::Relaxed);
            }
        }
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
    // `realloc` is the default one, which allocates, copies and frees: the old block is searched as well.
}

/// A part of a key that no other memory has by accident: 16 bytes from each end.
pub fn parts_of(form: &[u8]) -> [Vec<u8>; 2] {
    [form[..16].to_vec(), form[form.len() - 16..].to_vec()]
}

/// Searches for these from now on. Called at most twice.
pub fn search_for(parts: Vec<Vec<u8>>) {
    let mut parts = Some(Parts::new(parts));
    for place in &PARTS {
        if let Some(new) = parts.take()
            && let Err(new) = place.set(new)
        {
            parts = Some(new);
        }
    }
    assert!(parts.is_none());
}

/// How many freed blocks had one of them, since the last time.
pub fn found() -> usize {
    FOUND.swap(0, Ordering::Relaxed)
}

/// Keeps what the caller of the SDK owns: its memory is not the SDK's to wipe.
pub fn kept(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}
