//! What a 402 asks a wallet to sign or to pay.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| venice_ai::fuzzing::wallet(data));
