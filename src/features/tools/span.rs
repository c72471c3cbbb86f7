//! `begin`: starts a tool within a span of its own, `execute_tool {name}`.

use std::time::Duration;

use tracing::field::Empty;

use super::event::CallStatus;
use super::function::{CallResult, Function, Working};
use crate::api::generated::types::ToolCall;
use crate::runtime::client::Client;
use crate::runtime::transport::Trace;
use crate::runtime::transport::observer::{Attributes, Begun};

/// Starts a call of a tool. Its span never has the arguments or the result.
pub(super) fn begin(
    client: &Client,
    function: &Function,
    call: &ToolCall,
    limit: Option<Duration>,
) -> Result<Working, CallResult> {
    let span = tracing::info_span!(
        "venice.tool",
        otel.name = Empty,
        otel.kind = "internal",
        otel.status_code = Empty,
        error.type = Empty,
        gen_ai.operation.name = Empty,
        gen_ai.tool.call.id = Empty,
        gen_ai.tool.name = Empty,
        gen_ai.tool.type = Empty,
        venice.cancelled = Empty,
        venice.duration_ms = Empty,
    );
    let trace = Trace::start(span, &client.shared().interceptors, || Begun {
        name: format!("execute_tool {}", call.function.name),
        attributes: Attributes::from([
            ("gen_ai.operation.name", "execute_tool".into()),
            ("gen_ai.tool.call.id", call.id.clone().into()),
            ("gen_ai.tool.name", call.function.name.clone().into()),
            ("gen_ai.tool.type", "function".into()),
        ]),
        content: Some(call.function.arguments.as_bytes()),
    });
    let begun = {
        let _entered = trace.enter();
        function.begin(&call.function.arguments, limit)
    };
    match begun {
        Ok(working) => Ok(Box::pin(async move {
            let result = trace.within(working).await;
            note(&trace, &result);
            result
        })),
        Err(refused) => {
            note(&trace, &refused);
            Err(refused)
        }
    }
}

fn note(trace: &Trace, result: &CallResult) {
    trace.returned(&result.output);
    match result.status {
        CallStatus::Done | CallStatus::Stopped => trace.completed(),
        failed => trace.failed_as(format!("{failed:?}")),
    }
}
