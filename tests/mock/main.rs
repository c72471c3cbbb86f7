//! The mock server, the examples that run on it, and the live tests' own checks.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use venice_ai_test_support as support;

mod examples;
mod live;
mod mock;
