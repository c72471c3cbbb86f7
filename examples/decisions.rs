//! Judges a message by typed questions, and acts on the probabilities.
//!
//! ```text
//! cargo run --example decisions                          # on the bundled mock
//! VENICE_API_KEY=… cargo run --example decisions
//! ```

mod common;

use venice_ai::types::{
    ChoiceQuestion, CreateDecisionRequest, DecisionQuestion, ModelFilter, NoulCriteria, NoulQuestion, ScoreQuestion,
};

const MESSAGE: &str =
    "My parcel has been stuck for three days. This is the third outage of your tracking page, and I am furious.";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (venice, _mock) = common::client_or_mock().await?;
    let models = venice.models().list(ModelFilter::Decision).await?;
    let model = models.first().ok_or("no decision model is offered")?;

    let urgency = NoulCriteria::new().yes("somebody waits for something today").no("it can wait for a week");
    let teams = [("billing", "Payments and refunds"), ("technical", "Bugs, or an outage"), ("post", "Parcels")];
    let questions: [(&str, DecisionQuestion); 3] = [
        ("is_urgent", NoulQuestion::new("Is this urgent?").criteria(urgency).into()),
        ("team", ChoiceQuestion::described("Who should answer this?", teams).into()),
        ("anger", ScoreQuestion::new("How annoyed is the customer?", ["calm", "annoyed", "furious"]).into()),
    ];
    let request = CreateDecisionRequest::new(model.id.clone(), MESSAGE, questions);
    let decision = venice.decisions().create(request).await?;

    // Probabilities, so the program chooses the threshold.
    let is_urgent = decision.noul("is_urgent").ok_or("the urgency was not judged")?;
    println!("urgent: {is_urgent:.2}{}", if is_urgent > 0.7 { ", answer today" } else { "" });
    let team = decision.choice("team").ok_or("no team was chosen")?;
    for (name, probability) in &team.probabilities {
        println!("{name}: {probability:.2}{}", if *name == team.choice { " <-" } else { "" });
    }
    let anger = decision.score("anger").ok_or("the anger was not rated")?;
    println!("anger: {:.2} of {}", anger.score, anger.legend.len() - 1);
    println!("{} tokens", decision.usage.input_tokens);
    Ok(())
}
