//! The Responses API (alpha): a function call and its answer, then the answer as it is written.
//!
//! ```text
//! cargo run --features unstable --example responses                      # on the bundled mock
//! VENICE_API_KEY=… cargo run --features unstable --example responses
//! ```

mod common;

use std::io::Write;

use serde_json::json;
use venice_ai::Error;
use venice_ai::types::{Function, FunctionTool, ResponseInputItem, ResponsesRequest};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (venice, _mock) = common::client_or_mock().await?;

    let tide = Function::new("tide").description("The level of the water in the lagoon, in centimetres.");
    let mut items = vec![ResponseInputItem::user("How high is the water?")];
    let request = ResponsesRequest::new("default", items.clone()).tools([FunctionTool::new(tide)]);
    let reply = venice.responses().create(request.clone()).await?;

    let calls: Vec<_> = reply.function_calls().map(|call| (call.call_id.clone(), call.name.clone())).collect();
    // The API is stateless: the whole conversation is sent with each request.
    items.extend(reply.into_input());
    for (id, name) in calls {
        println!("The model calls {name}.");
        items.push(ResponseInputItem::function_output(id, json!({"centimetres": 95}).to_string()));
    }

    let mut request = request;
    request.input = items.into();
    let mut text = venice.responses().stream(request).await?.text();
    while let Some(piece) = text.next().await {
        print!("{}", piece?);
        std::io::stdout().flush().ok();
    }
    println!();
    Ok(())
}
