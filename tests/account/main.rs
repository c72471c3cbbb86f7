//! API keys, billing, wallets, the catalogue, characters, embeddings and crypto RPC.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use venice_ai_test_support as support;

mod api_keys;
mod api_keys_refused;
mod attestation;
mod billing;
mod billing_csv;
mod catalogue;
mod characters;
mod crypto_rpc;
mod decisions;
mod embeddings;
#[cfg(feature = "keys")]
mod keys;
mod models;
mod pages;
mod public_operations;
mod tee;
mod verified_wallets;
mod wallet;
mod x402;
mod x402_top_up;
