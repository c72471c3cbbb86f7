//! Features on top of the API: batches, budgets and prices, OpenTelemetry, preflight, privacy policies, tools.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use venice_ai_test_support as support;

mod cost;
mod many;
mod otel;
mod pace;
mod preflight;
mod privacy;
#[cfg(feature = "redis")]
mod shared;
mod tools;
