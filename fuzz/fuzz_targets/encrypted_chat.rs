//! The stream of an end-to-end encrypted chat.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| venice_ai::fuzzing::encrypted_chat(data));
