//! Keys: rotation, pools, health.

mod health;
mod pool;
mod pool_jobs;
mod rotate;
mod rotate_cut;

use crate::support::server::Request;
use crate::support::{Answer, Server, TestClock};

const RATE_LIMITS: &str = include_str!("../../fixtures/replies/rate_limits.json");
const REJECTED: &str = r#"{"error": "Authentication failed"}"#;

/// The key of a request.
fn key_of(request: &Request) -> String {
    request.header("authorization").unwrap_or_default().trim_start_matches("Bearer ").to_owned()
}

/// The keys of the requests so far.
fn keys_of(server: &Server) -> Vec<String> {
    server.requests().iter().map(key_of).collect()
}
