//! The chunks of a chat's stream, and the reply that is assembled from them.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| venice_ai::fuzzing::chat(data));
