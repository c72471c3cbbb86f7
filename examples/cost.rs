//! The cost of calls: estimated, charged, limited by a budget, and counted.
//!
//! ```text
//! cargo run --example cost                        # on the bundled mock
//! VENICE_API_KEY=… cargo run --example cost       # spends a tenth of a cent
//! ```

mod common;

use venice_ai::cost::{Budget, Prices, Tally};
use venice_ai::types::ChatCompletionRequest;
use venice_ai::{ClientBuilder, Error};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (_, mock) = common::client_or_mock().await?;
    let settings = match &mock {
        Some(mock) => mock.client_builder(),
        None => ClientBuilder::from_env()?,
    };
    // Clones share the budget and the tally; other clients may have them too.
    let (budget, tally) = (Budget::usd("0.001"), Tally::new());
    let venice = settings.budget(budget.clone()).tally(tally.clone()).build()?;

    // Prices come with the list of models.
    let catalogue = venice.models().catalogue().await?;
    let model = catalogue.require("default")?;
    let prices = Prices::of(model.model());
    let request = ChatCompletionRequest::new(model.id(), ["How high is the water?"]).max_completion_tokens(200);

    let estimate = prices.chat(&request);
    let at_most = estimate.at_most.and_then(|price| price.usd);
    println!("Before: about {} tokens in, {} USD at most", estimate.prompt_tokens, at_most.unwrap_or_default());

    let reply = venice.chat().create(request.clone()).await?;
    let by_list = reply.usage.as_ref().and_then(|usage| prices.usage(usage)?.usd);
    println!("After:  {} charged, {} USD by the list", reply.cost().unwrap_or_default(), by_list.unwrap_or_default());

    // Repeats until the budget does not cover the estimate.
    let refusal = loop {
        match venice.chat().stream(request.clone()).await {
            Ok(stream) => drop(stream.collect().await?),
            Err(error) => break error,
        }
    };
    if refusal.budget_exceeded().is_none() {
        return Err(refusal);
    }
    println!("Refused: {refusal}");
    println!("{} USD spent, {} USD left\n", budget.in_usd().spent, budget.in_usd().remaining().unwrap_or_default());
    println!("{}", tally.snapshot());
    Ok(())
}
