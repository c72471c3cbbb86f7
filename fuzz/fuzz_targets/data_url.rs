//! Base64 and `data:` URLs.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| venice_ai::fuzzing::data_url(data));
