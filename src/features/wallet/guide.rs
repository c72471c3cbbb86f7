//! Guide: how a wallet signs in and pays, from USDC to a reply.
//!
#![doc = include_str!("../../../docs/wallet.svg")]
#![doc = ""]
#![doc = include_str!("guide.md")]
