//! Choosing a model: the cheapest private one with vision and tool calling.
//!
//! ```text
//! cargo run --example catalogue                       # on the bundled mock
//! VENICE_API_KEY=… cargo run --example catalogue -- gpt-4o
//! ```

mod common;

use venice_ai::Error;
use venice_ai::meta::Amount;
use venice_ai::models::CatalogueModel;
use venice_ai::types::ModelType;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (venice, _mock) = common::client_or_mock().await?;

    // One request. Every clone of the client shares the result.
    let catalogue = venice.models().catalogue().await?;
    println!("{} models, {} of them for text", catalogue.len(), catalogue.of_type(ModelType::Text).count());

    // A capability is `Some(true)`, `Some(false)`, or unknown.
    let able = catalogue.of_type(ModelType::Text).filter(|model| {
        model.is_private() == Some(true)
            && model.supports_vision() == Some(true)
            && model.supports_tools() == Some(true)
            && !model.is_offline()
            && !model.is_deprecated()
    });
    // A model with an unknown price is not a cheap one.
    let mut priced: Vec<_> = able.filter_map(|model| Some((price(model)?, model))).collect();
    priced.sort_by_key(|(price, _)| *price);
    for (price, model) in &priced {
        let (images, tokens) = (model.max_images().unwrap_or(1), model.context_tokens().unwrap_or_default());
        println!("{}: {price} USD, up to {images} images, {tokens} tokens", model.id());
    }
    match priced.first() {
        Some((_, model)) => println!("take {}", model.id()),
        None => println!("there is none today"),
    }

    // Names resolve to models, and similar ones are suggested.
    let name = std::env::args().nth(1).unwrap_or_else(|| "gpt-4o".to_owned());
    match venice.models().find(&*name).await {
        Ok(model) => println!("{name} is {}", model.id()),
        Err(error) => println!("{error}"),
    }
    if let Err(error) = venice.models().find("defualt").await {
        println!("did you mean {}?", error.did_you_mean().join(" or "));
    }

    for model in catalogue.iter().filter(|model| model.is_deprecated()) {
        let retirement = model.retirement().and_then(|retirement| retirement.replacement);
        println!("{} will be removed; use {}", model.id(), retirement.as_deref().unwrap_or("another one"));
    }
    Ok(())
}

/// The price of a million prompt and a million completion tokens, in USD. Amounts are exact decimals.
fn price(model: &CatalogueModel) -> Option<Amount> {
    let pricing = model.pricing()?;
    Some(pricing.input.as_ref()?.usd? + pricing.output.as_ref()?.usd?)
}
