//! Tests of attestations: real quotes, report data, event logs, policies.

mod binding;
mod event_log;
mod jwt;
mod policy;
mod quotes;
mod receipt;
