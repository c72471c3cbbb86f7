//! Server-sent events.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| venice_ai::fuzzing::sse(data));
