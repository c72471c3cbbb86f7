//! Characters: search, read reviews, and chat.
//!
//! ```text
//! cargo run --example characters                           # on the bundled mock
//! cargo run --example characters -- philosophy             # what to search for
//! VENICE_API_KEY=… cargo run --example characters          # on the real API; the chat costs a fraction of a cent
//! ```

mod common;

use venice_ai::Error;
use venice_ai::types::{CharacterSort, ChatCompletionRequest, ListCharactersParams, VeniceParameters};

/// Lists can be long. No more than this is fetched.
const ENOUGH: usize = 20;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (venice, _mock) = common::client_or_mock().await?;
    let words: Vec<String> = std::env::args().skip(1).collect();

    // Fetched page by page, on demand.
    let mut params = ListCharactersParams::new().sort_by(CharacterSort::HighestRating).is_adult(false).limit(10);
    if !words.is_empty() {
        params = params.search(words.join(" "));
    }
    let found = venice.characters().list(params).collect_up_to(ENOUGH).await?;
    println!("{} characters:", found.len());
    for character in &found {
        println!("  {:30} {:.1} of 5", character.name, character.stats.average_rating);
    }
    let Some(best) = found.first() else { return Ok(()) };

    println!("Reviews of {}:", best.name);
    let mut reviews = venice.characters().reviews(&best.slug);
    let mut stars = [0; 5];
    while let Some(review) = reviews.next().await {
        let review = review?;
        if let Some(count) = usize::try_from(review.rating - 1).ok().and_then(|rating| stars.get_mut(rating)) {
            *count += 1;
        }
    }
    println!("  from one star to five: {stars:?}");

    let request = ChatCompletionRequest::new(&best.model_id, ["Who are you, in one sentence?"])
        .venice_parameters(VeniceParameters::new().character_slug(&best.slug))
        .max_completion_tokens(100);
    println!("{} says: {}", best.name, venice.chat().create(request).await?.text().trim());
    Ok(())
}
