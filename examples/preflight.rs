//! Preflight: requests that do not fit their models are reported, changed or rejected before they are charged.
//!
//! ```text
//! cargo run --example preflight                       # on the bundled mock
//! VENICE_API_KEY=… cargo run --example preflight      # asks two short questions
//! ```

mod common;

use serde_json::json;
use venice_ai::models::CatalogueModel;
use venice_ai::types::{ChatCompletionRequest, GenerateImageRequest, ModelType, Tool};
use venice_ai::{Error, Preflight};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (venice, _mock) = common::client_or_mock().await?;
    // With other vendors' model ids, so that these are not taken for typing errors.
    let catalogue = venice.models().catalogue().with_compatible_names(ModelType::Image).await?;

    // A current model without logprobs. The list changes, so none is named here.
    let text = |wanted: fn(&CatalogueModel) -> bool| {
        catalogue.of_type(ModelType::Text).find(|model| wanted(model) && !model.is_offline())
    };
    let Some(model) = text(|model| model.supports_logprobs() == Some(false)) else {
        println!("every model has logprobs today");
        return Ok(());
    };
    let question = || {
        ChatCompletionRequest::new(model.id(), ["Which way to the Rialto?"]).logprobs(true).max_completion_tokens(200)
    };

    // Without sending anything.
    println!("found: {}", catalogue.check(&question()));

    // Before a call. A client can have a policy for all of its calls: `ClientBuilder::preflight`.
    match venice.chat().create(question()).with_preflight(Preflight::Refuse).await {
        Ok(_) => println!("it was sent"),
        Err(error) => println!(
            "refused: {}",
            error.field_errors().iter().map(|wrong| &*wrong.field).collect::<Vec<_>>().join(", ")
        ),
    }

    // What does not change the answer may be dropped.
    let reply = venice.chat().create(question()).with_preflight(Preflight::Drop).with_meta().await?;
    if let Some(report) = reply.meta.preflight() {
        for finding in report.findings() {
            println!("{} was {:?}", finding.field, finding.action);
        }
    }
    println!("{} answered", reply.meta.model_id().unwrap_or("somebody"));

    // Tools are never dropped.
    if let Some(deaf) = catalogue.of_type(ModelType::Text).find(|model| model.supports_tools() == Some(false)) {
        let tool = Tool::function("now", "The time", json!({"type": "object", "properties": {}}));
        let report = catalogue.check(&ChatCompletionRequest::new(deaf.id(), ["What time is it?"]).tools([tool]));
        println!("{report}");
    }

    if let Some(draws) = catalogue.find_of_type(ModelType::Image, "default") {
        let request = GenerateImageRequest::new(draws.id(), "a canal at night").width(1001).steps(500);
        println!("{}", catalogue.check(&request));
    }
    let typo = catalogue.check(&GenerateImageRequest::new("defualt", "a canal at night"));
    println!("{typo}");
    Ok(())
}
