//! `Function`: the function of a tool, with its types erased.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::ToolError;
use super::event::CallStatus;

/// A running tool call.
pub(super) type Working = Pin<Box<dyn Future<Output = CallResult> + Send>>;

/// Starts a call from the text of the arguments, or returns what is wrong with them.
type Begin = dyn Fn(&str) -> Result<Working, CallResult> + Send + Sync;

/// Deserialises the arguments, or returns the error text for the model.
pub(super) trait Reader<A>: Fn(&str) -> Result<A, String> + Send + Sync + 'static {}

impl<A, T: Fn(&str) -> Result<A, String> + Send + Sync + 'static> Reader<A> for T {}

/// The result of a tool call: its status and the text for the model.
#[derive(Clone)]
pub(super) struct CallResult {
    pub(super) output: String,
    pub(super) status: CallStatus,
}

impl CallResult {
    pub(super) fn new(status: CallStatus, output: impl Into<String>) -> Self {
        Self { output: output.into(), status }
    }
}

#[derive(Clone)]
pub(super) struct Function(Arc<Begin>);

impl Function {
    /// From an infallible function.
    pub(super) fn of<A, F, W>(read: impl Reader<A>, function: F) -> Self
    where
        F: Fn(A) -> W + Send + Sync + 'static,
        W: Future<Output: Serialize> + Send + 'static,
    {
        Self(Arc::new(move |text| {
            let work = function(read(text).map_err(bad_arguments)?);
            Ok(Box::pin(async move { result_of(&work.await) }))
        }))
    }

    /// From a function that may fail.
    pub(super) fn fallible<A, F, W, O, E>(read: impl Reader<A>, function: F) -> Self
    where
        F: Fn(A) -> W + Send + Sync + 'static,
        W: Future<Output = Result<O, E>> + Send + 'static,
        O: Serialize,
        E: Into<ToolError>,
    {
        Self(Arc::new(move |text| {
            let work = function(read(text).map_err(bad_arguments)?);
            Ok(Box::pin(async move {
                match work.await {
                    Ok(value) => result_of(&value),
                    Err(error) => failed(error.into()),
                }
            }))
        }))
    }

    /// Starts a call. It runs while it is polled.
    pub(super) fn begin(&self, arguments: &str, limit: Option<Duration>) -> Result<Working, CallResult> {
        let work = self.0(arguments)?;
        let Some(limit) = limit else { return Ok(work) };
        Ok(Box::pin(async move {
            tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
                CallResult::new(CallStatus::TimedOut, format!("The tool did not finish within {limit:?}."))
            })
        }))
    }
}

fn bad_arguments(problem: String) -> CallResult {
    CallResult::new(CallStatus::BadArguments, problem)
}

fn failed(error: ToolError) -> CallResult {
    let status = if error.ends_run { CallStatus::Stopped } else { CallStatus::Failed };
    CallResult::new(status, error.message)
}

fn result_of(value: &impl Serialize) -> CallResult {
    match text_of(value) {
        Ok(text) => CallResult::new(CallStatus::Done, text),
        Err(error) => CallResult::new(CallStatus::Failed, format!("The result cannot be serialised as JSON: {error}.")),
    }
}

/// A string as it is, any other value as JSON.
fn text_of(value: &impl Serialize) -> serde_json::Result<String> {
    let json = serde_json::to_string(value)?;
    if json.starts_with('"') { serde_json::from_str(&json) } else { Ok(json) }
}
