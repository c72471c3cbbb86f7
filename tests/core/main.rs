//! The client: configuration, requests, retries, errors, and what replies may look like.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use venice_ai_test_support as support;

#[cfg(feature = "blocking")]
mod blocking;
#[cfg(feature = "blocking")]
mod blocking_refused;
mod client_config;
mod compatibility;
mod connection_headers;
mod delivery;
mod error_details;
mod errors;
mod escape_hatch;
#[cfg(feature = "unstable")]
mod false_successes;
mod hostile_errors;
mod httpmock_server;
mod lenient_replies;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod memory;
mod meta;
mod middleware;
mod open_enums;
mod path_parameters;
mod payment_cause;
mod redirects;
mod reply_limits;
mod request_types;
mod retry;
mod round_trips;
mod secrets;
mod strange_replies;
mod timeouts;
#[cfg(any(feature = "rustls", feature = "rustls-ring", feature = "native-tls"))]
mod tls;
mod tracing_spans;
mod unset_members;
mod validation;
