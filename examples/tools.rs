//! Tool calling: two concurrent functions, and a streamed answer.
//!
//! ```text
//! cargo run --example tools
//! ```

#[path = "common/mod.rs"]
mod common;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use venice_ai::tools::{RunEvent, ToolBox};
use venice_ai::types::ChatCompletionRequest;

/// The water level at a station of the lagoon, now.
#[derive(Deserialize, JsonSchema)]
struct Tide {
    /// Such as `Punta della Salute`.
    station: String,
}

/// The result for the model, as JSON.
#[derive(Serialize)]
struct Level {
    station: String,
    centimetres: i32,
}

/// The wind at a station, now.
#[derive(Deserialize, JsonSchema)]
struct Wind {
    station: String,
    unit: Option<Unit>,
}

#[derive(Deserialize, JsonSchema, Clone, Copy)]
enum Unit {
    Knots,
    Beaufort,
}

async fn tide(Tide { station }: Tide) -> Level {
    Level { station, centimetres: 62 }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), venice_ai::Error> {
    let (venice, _mock) = common::client_or_mock().await?;

    // Captures provide what a tool needs besides its arguments.
    let winds = Arc::new(BTreeMap::from([("Lido", 12.0)]));
    let wind = move |Wind { station, unit }: Wind| {
        let winds = winds.clone();
        async move {
            // The model reads the error, and can correct itself.
            let knots = winds.get(&*station).ok_or_else(|| format!("no station {station:?}; there is Lido"))?;
            Ok::<_, String>(match unit {
                Some(Unit::Beaufort) => "4 Bft".to_owned(),
                _ => format!("{knots} kn"),
            })
        }
    };
    let tools = ToolBox::new().tool("tide", tide).try_tool("wind", wind).with_timeout(Duration::from_secs(10));

    let request = ChatCompletionRequest::new("default", ["Can I row from the Lido to San Marco now?"]);
    let mut run = venice.chat().run_stream(request.parallel_tool_calls(true), &tools).with_max_rounds(6);
    while let Some(event) = run.next().await {
        match event? {
            RunEvent::CallStarted(call) => println!("-> {}({})", call.function.name, call.function.arguments),
            RunEvent::CallFinished(call) => println!("<- {:?}: {}", call.status, call.output),
            event => {
                print!("{}", event.text().unwrap_or_default());
                std::io::stdout().flush().ok();
            }
        }
    }
    println!("\n\n{} replies, {} messages", run.rounds(), run.messages().len());
    if let (Some(usage), Some(cost)) = (run.usage(), run.cost()) {
        println!("{} tokens, {cost}", usage.total_tokens);
    }
    Ok(())
}
