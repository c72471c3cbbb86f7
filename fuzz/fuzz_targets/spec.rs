//! The import of an OpenAPI document, its overlay, and lowering.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| venice_ai_spec::fuzzing::spec(data));
