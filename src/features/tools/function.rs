//! A tool's function, whatever its types.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::ToolError;
use super::event::CallStatus;

/// A function at work.
pub(super) type Working = Pin<Box<dyn Future<Output = Given> + Send>>;

/// From the text of the arguments to the work, or to what is wrong with the arguments.
type Begin = dyn Fn(&str) -> Result<Working, Given> + Send + Sync;

/// From the text of the arguments to their value, or to what the model reads of what is wrong with them.
pub(super) trait Reader<A>: Fn(&str) -> Result<A, String> + Send + Sync + 'static {}

impl<A, T: Fn(&str) -> Result<A, String> + Send + Sync + 'static> Reader<A> for T {}

/// What a call of a tool came to: what the model reads, and how it is to be taken.
#[derive(Clone)]
pub(super) struct Given {
    pub(super) output: String,
    pub(super) status: CallStatus,
}

impl Given {
    pub(super) fn new(status: CallStatus, output: impl Into<String>) -> Self {
        Self { output: output.into(), status }
    }
}

#[derive(Clone)]
pub(super) struct Function(Arc<Begin>);

impl Function {
    /// One whose result is what it gives.
    pub(super) fn of<A, F, W>(read: impl Reader<A>, function: F) -> Self
    where
        F: Fn(A) -> W + Send + Sync + 'static,
        W: Future<Output: Serialize> + Send + 'static,
    {
        Self(Arc::new(move |text| {
            let work = function(read(text).map_err(refused)?);
            Ok(Box::pin(async move { given(&work.await) }))
        }))
    }

    /// One that may fail.
    pub(super) fn fallible<A, F, W, O, E>(read: impl Reader<A>, function: F) -> Self
    where
        F: Fn(A) -> W + Send + Sync + 'static,
        W: Future<Output = Result<O, E>> + Send + 'static,
        O: Serialize,
        E: Into<ToolError>,
    {
        Self(Arc::new(move |text| {
            let work = function(read(text).map_err(refused)?);
            Ok(Box::pin(async move {
                match work.await {
                    Ok(value) => given(&value),
                    Err(error) => failed(error.into()),
                }
            }))
        }))
    }

    /// Begins a call. It works as it is polled.
    pub(super) fn begin(&self, arguments: &str, limit: Option<Duration>) -> Result<Working, Given> {
        let work = self.0(arguments)?;
        let Some(limit) = limit else { return Ok(work) };
        Ok(Box::pin(async move {
            tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
                Given::new(CallStatus::TimedOut, format!("The tool did not come to an end within {limit:?}."))
            })
        }))
    }
}

fn refused(problem: String) -> Given {
    Given::new(CallStatus::BadArguments, problem)
}

fn failed(error: ToolError) -> Given {
    let status = if error.ends_run { CallStatus::Stopped } else { CallStatus::Failed };
    Given::new(status, error.message)
}

fn given(value: &impl Serialize) -> Given {
    match text_of(value) {
        Ok(text) => Given::new(CallStatus::Done, text),
        Err(error) => Given::new(CallStatus::Failed, format!("The result cannot be written as JSON: {error}.")),
    }
}

/// A text as it is, everything else as JSON.
fn text_of(value: &impl Serialize) -> serde_json::Result<String> {
    let json = serde_json::to_string(value)?;
    if json.starts_with('"') { serde_json::from_str(&json) } else { Ok(json) }
}
