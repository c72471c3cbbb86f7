//! Without async: a list, an answer and a stream in a plain `main`.
//!
//! ```text
//! cargo run --example blocking
//! ```

mod common;

use std::io::Write as _;

use venice_ai::blocking;
use venice_ai::types::ModelFilter;

fn main() -> Result<(), venice_ai::Error> {
    let (venice, _mock) = common::client_or_mock_blocking()?;

    let models = venice.models().list(ModelFilter::Text).send_blocking()?;
    println!("{} text models", models.len());

    println!("{}", venice.chat().create("Why is the sky blue?").send_blocking()?);

    let story = venice.chat().stream("Tell me a story.").send_blocking()?;
    for piece in blocking::iter(story.text()) {
        print!("{}", piece?);
        std::io::stdout().flush().ok();
    }
    println!();
    Ok(())
}
