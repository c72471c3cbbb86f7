//! `wiping_stack`: runs code that handles a private key, and overwrites the part of the stack that it used.

use zeroize::Zeroize as _;

/// How much of the stack is overwritten after a key was handled.
const STACK: usize = 32 * 1024;

/// Does what handles a key, then overwrites the part of the stack that it used. Values that were moved leave copies of themselves there,
/// which nothing wipes, and which a later move of a larger value may take to the heap as its padding.
pub(crate) fn wiping_stack<T>(work: impl FnOnce() -> T) -> T {
    #[inline(never)]
    fn run<T>(work: impl FnOnce() -> T) -> T {
        work()
    }
    #[inline(never)]
    fn wipe() {
        let mut stack = [0_u8; STACK];
        stack.zeroize();
        std::hint::black_box(&mut stack);
    }
    let value = run(work);
    wipe();
    value
}
