//! The shortest program: a question and its answer.
//!
//! ```text
//! cargo run --example hello
//! ```

mod common;

#[tokio::main]
async fn main() -> Result<(), venice_ai::Error> {
    // Your program: `let venice = venice_ai::Client::from_env()?;`
    let (venice, _mock) = common::client_or_mock().await?;

    println!("{}", venice.chat().create("Why is the sky blue?").await?);
    Ok(())
}
