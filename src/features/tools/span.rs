//! `begin`: starts a tool within a span of its own, `execute_tool {name}`.

use std::time::Duration;

use super::event::CallStatus;
use super::function::{CallResult, Function, Working};
use crate::api::generated::types::ToolCall;
use crate::runtime::client::Client;
use crate::runtime::transport::Trace;
use crate::runtime::transport::trace::{Event, Subject};

/// Starts a call of a tool. Its span never has the arguments or the result.
pub(super) fn begin(
    client: &Client,
    function: &Function,
    call: &ToolCall,
    limit: Option<Duration>,
) -> Result<Working, CallResult> {
    let (name, arguments) = (&*call.function.name, &*call.function.arguments);
    let trace = Trace::of(&client.shared().observe, &Subject::Tool { name, id: &call.id, arguments });
    let begun = {
        let _entered = trace.enter();
        function.begin(arguments, limit)
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
    trace.on(&Event::Whole(result.output.as_bytes()));
    match result.status {
        CallStatus::Done | CallStatus::Stopped => trace.on(&Event::Completed),
        failed => trace.on(&Event::Failed(&format!("{failed:?}"))),
    }
}
