//! Quotes, collateral, tokens, key sets and event logs of attestations.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| venice_ai::fuzzing::attestation(data));
