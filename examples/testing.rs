//! Tests of a program that uses the SDK: a scripted answer, a fault, the request that was sent.
//!
//! ```text
//! cargo run --example testing
//! cargo test --example testing
//! ```

use venice_ai::{Client, Error};

/// The function under test.
async fn summary(venice: &Client, text: &str) -> Result<String, Error> {
    Ok(venice.chat().create(format!("Summarize: {text}")).await?.into_text())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let mock = venice_ai_mock::MockVenice::start().await?;
    println!("{}", summary(&mock.client(), "Water rises in winter.").await?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use venice_ai::types::ChatCompletionRequest;
    use venice_ai::{ErrorKind, operations};
    use venice_ai_mock::{Answer, Fault, MockVenice};

    #[tokio::test]
    async fn a_summary_is_the_text_of_the_answer() -> Result<(), Error> {
        let mock = MockVenice::start().await?;
        mock.answer(Answer::chat("Water rises."));
        assert_eq!(summary(&mock.client(), "Water rises in winter.").await?, "Water rises.");
        mock.verify()
    }

    #[tokio::test]
    async fn the_text_is_sent() -> Result<(), Box<dyn std::error::Error>> {
        let mock = MockVenice::start().await?;
        summary(&mock.client(), "Water rises in winter.").await?;
        let sent: ChatCompletionRequest = mock.requests_of(operations::CREATE_CHAT_COMPLETION)[0].json()?;
        assert_eq!(sent, "Summarize: Water rises in winter.".into());
        Ok(())
    }

    #[tokio::test]
    async fn an_empty_account_is_reported() -> Result<(), Error> {
        let mock = MockVenice::start().await?;
        mock.fault(Fault::status(402).on(operations::CREATE_CHAT_COMPLETION));
        let error = summary(&mock.client(), "…").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InsufficientBalance);
        mock.verify()
    }
}
