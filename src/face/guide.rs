//! Guide: errors, testing, web servers, TLS, costs, migration, and more, a page each.
//!
//! Start with the [README](crate), then look here for the task. Every area of the API has a page of its own, such as [`chat`](crate::chat).
//!
//! To run an example: `cargo run --example quickstart`. Each uses the bundled mock if `VENICE_API_KEY` is not set. On these pages, scraped examples
//! of the repository are shown below the functions that they call.

#[doc = "Overview: what to call for each task, by area of the API."]
#[doc = ""]
#[doc = include_str!("../../docs/guide/overview.md")]
#[doc(alias("areas", "cookbook", "cheat_sheet"))]
pub mod overview {}

#[doc = "Errors, retries and rate limits: each kind, whether it was retried, and what to do."]
#[doc = ""]
#[doc = include_str!("../../docs/retry.svg")]
#[doc = ""]
#[doc = include_str!("../../docs/guide/errors.md")]
#[doc(alias(
    "retry",
    "retries",
    "backoff",
    "rate limit",
    "rate_limit",
    "rate_limits",
    "error_handling",
    "exponential_backoff",
    "jitter"
))]
pub mod errors {}

#[doc = "Calls and streams: options, time-outs, blocking, and the life of a call."]
#[doc = ""]
#[doc = include_str!("../../docs/call.svg")]
#[doc = ""]
#[doc = include_str!("../../docs/guide/calls.md")]
#[doc(alias("options", "timeout", "streaming", "blocking", "cancel", "sync"))]
pub mod calls {}

#[cfg(all(feature = "structured", feature = "tools"))]
#[cfg_attr(docsrs, doc(cfg(all(feature = "structured", feature = "tools"))))]
#[doc = "Tool calling: the loop, typed tools, approval by a person."]
#[doc = ""]
#[doc = include_str!("../../docs/tools.svg")]
#[doc = ""]
#[doc = include_str!("../../docs/guide/tool_calling.md")]
#[doc(alias("function_calling", "tools", "agent", "tool_use"))]
pub mod tool_calling {}

#[cfg(feature = "jobs")]
#[cfg_attr(docsrs, doc(cfg(feature = "jobs")))]
#[doc = "Jobs: video, music and voice changes, from the quote to the file."]
#[doc = ""]
#[doc = include_str!("../../docs/job.svg")]
#[doc = ""]
#[doc = include_str!("../../docs/guide/jobs.md")]
#[doc(alias("video", "music", "polling", "webhook"))]
pub mod jobs {}

#[cfg(feature = "batch")]
#[cfg_attr(docsrs, doc(cfg(feature = "batch")))]
#[doc = "Batches: many requests within the rate limits, resumable after a crash."]
#[doc = ""]
#[doc = include_str!("../../docs/guide/batches.md")]
#[doc(alias("batch", "batching", "bulk", "concurrency", "journal"))]
pub mod batches {}

#[cfg(feature = "redis")]
#[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
#[doc = "Several machines: one budget, one batch and the same rate limits for many processes, in Redis."]
#[doc = ""]
#[doc = include_str!("../../docs/guide/several_machines.md")]
#[doc(alias("redis", "distributed", "cluster", "workers", "shared_state", "valkey"))]
pub mod several_machines {}

#[cfg(feature = "budget")]
#[cfg_attr(docsrs, doc(cfg(feature = "budget")))]
#[doc = "Costs: the price of a request, budgets, and a tally by model."]
#[doc = ""]
#[doc = include_str!("../../docs/guide/costs.md")]
#[doc(alias("usage", "budget", "price", "billing", "spending"))]
pub mod costs {}

#[doc = "Testing: the mock server, scripted answers, fault injection."]
#[doc = ""]
#[doc = include_str!("../../docs/guide/testing.md")]
#[doc(alias("mock", "wiremock", "fake", "fixtures", "fault_injection"))]
pub mod testing {}

#[doc = "Web servers: streaming to browsers with axum, and what to answer your own callers."]
#[doc = ""]
#[doc = include_str!("../../docs/guide/web_servers.md")]
#[doc(alias("axum", "sse", "actix", "proxy_server", "server_sent_events"))]
pub mod web_servers {}

#[doc = "TLS, private CAs, proxies and your own HTTP client."]
#[doc = ""]
#[doc = include_str!("../../docs/guide/tls.md")]
#[doc(alias("proxy", "certificate", "ca", "socks", "rustls", "native_tls", "reqwest", "http_client"))]
pub mod tls {}

#[doc = "Observability: tracing spans, OpenTelemetry, logs, and what they never contain."]
#[doc = ""]
#[doc = include_str!("../../docs/guide/observability.md")]
#[doc(alias("tracing", "opentelemetry", "otel", "logging", "metrics", "middleware"))]
pub mod observability {}

#[cfg(feature = "privacy")]
#[cfg_attr(docsrs, doc(cfg(feature = "privacy")))]
#[doc = "Privacy: who can read the content of a request, and what no policy protects."]
#[doc = ""]
#[doc = include_str!("../../docs/guide/privacy.md")]
#[doc(alias("confidential", "tee", "data_retention"))]
pub mod privacy {}

#[cfg(feature = "wallet")]
#[cfg_attr(docsrs, doc(cfg(feature = "wallet")))]
#[doc = "Wallets: sign in and pay without an account, from USDC to a reply."]
#[doc = ""]
#[doc = include_str!("../../docs/wallet.svg")]
#[doc = ""]
#[doc = include_str!("../../docs/guide/wallets.md")]
#[doc(alias("wallet", "x402", "usdc", "crypto", "payment"))]
pub mod wallets {}

#[doc = "Other OpenAI-compatible servers: Ollama, llama.cpp, vLLM, gateways."]
#[doc = ""]
#[doc = include_str!("../../docs/guide/compatible_servers.md")]
#[doc(alias("ollama", "llama_cpp", "vllm", "openai", "api_base", "base_url", "litellm"))]
pub mod compatible_servers {}

#[doc = "Migrating from async-openai, side by side."]
#[doc = ""]
#[doc = include_str!("../../docs/guide/from_async_openai.md")]
#[doc(alias("async_openai", "migration"))]
pub mod from_async_openai {}

#[doc = "Migrating from openai-python, side by side."]
#[doc = ""]
#[doc = include_str!("../../docs/guide/from_openai_python.md")]
#[doc(alias("openai_python", "python"))]
pub mod from_openai_python {}

#[doc = "Updates of the OpenAPI document: what they mean for your program, and how to regenerate the crate."]
#[doc = ""]
#[doc = include_str!("../../docs/spec.svg")]
#[doc = ""]
#[doc = include_str!("../../docs/guide/spec_updates.md")]
#[doc(alias("openapi", "swagger", "codegen", "version"))]
pub mod spec_updates {}
