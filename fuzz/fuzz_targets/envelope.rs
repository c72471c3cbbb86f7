//! The envelope of an encrypted text.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| venice_ai::fuzzing::envelope(data));
