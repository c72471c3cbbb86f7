//! Structured outputs: an answer as a value of a type, complete and streamed.
//!
//! ```text
//! cargo run --example structured_output                       # on the bundled mock
//! VENICE_API_KEY=… cargo run --example structured_output -- Which bridges cross the Grand Canal?
//! ```

mod common;

use schemars::JsonSchema;
use serde::Deserialize;
use venice_ai::Error;
use venice_ai::stream::ParseEvent;
use venice_ai::types::{ChatCompletionRequest, ChatMessage};

/// A guide to the bridges of a city.
#[derive(Deserialize, JsonSchema)]
struct Guide {
    /// What the bridges have in common, in two or three sentences.
    introduction: String,
    bridges: Vec<Bridge>,
}

// The comments are sent: they describe the fields for the model.
#[derive(Deserialize, JsonSchema)]
struct Bridge {
    /// The name that the people of the city use.
    name: String,
    /// When it was finished, if that is known.
    year: Option<i32>,
    material: Material,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Material {
    Stone,
    Iron,
    Wood,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (venice, _mock) = common::client_or_mock().await?;

    let words: Vec<String> = std::env::args().skip(1).collect();
    let question = if words.is_empty() { "Which bridges cross the Grand Canal?".to_owned() } else { words.join(" ") };
    let messages = [ChatMessage::system("You know the bridges of Venice."), ChatMessage::user(question)];
    let request = ChatCompletionRequest::new("default", messages).max_completion_tokens(2_000);

    let parsed = venice.chat().parse::<Guide>(request.clone()).await?;
    println!("{}", parsed.value.introduction);
    for Bridge { name, year, material } in &parsed.value.bridges {
        println!("- {name} ({}, {material:?})", year.map_or("unknown".to_owned(), |year| year.to_string()));
    }
    if let Some(cost) = parsed.reply.cost() {
        println!("It cost {cost}.");
    }

    let mut guide = venice.chat().parse_stream::<Guide>(request).await?;
    while let Some(event) = guide.next().await {
        match event {
            Ok(ParseEvent::Partial(so_far)) => {
                let written = so_far.value()["introduction"].as_str().map_or(0, |text| text.chars().count());
                println!("{written} characters, {} bridges", so_far.value()["bridges"].as_array().map_or(0, Vec::len));
            }
            Ok(ParseEvent::Done(parsed)) => println!("All of it: {} bridges", parsed.value.bridges.len()),
            Ok(_) => {}
            // The answer exists and is charged, even if it does not match the type.
            Err(error) => {
                eprintln!("{error}\nThe model said: {:?}", error.answer_text());
                return Err(error);
            }
        }
    }
    Ok(())
}
