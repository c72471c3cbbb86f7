//! The headers of replies.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| venice_ai::fuzzing::headers(data));
