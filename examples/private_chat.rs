//! An end-to-end encrypted chat: attest a model, talk to it, look at what left the process, and see a forged answer being rejected. On the
//! bundled mock, which speaks the protocol with real keys.
//!
//! ```text
//! cargo run --example private_chat -- "Is this mole worrying?"
//! ```

use std::io::Write as _;
use std::time::Duration;

use venice_ai_mock::{Fault, MockVenice};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockVenice::builder().sign_attestations(true).pause(Duration::from_millis(25)).start().await?;
    println!("Talking to the bundled mock at {}.", mock.base_url());
    let venice = mock.client();
    let question = std::env::args().nth(1).unwrap_or_else(|| "Is this mole worrying?".to_owned());

    // With the real API: `venice.e2ee("e2ee-…").await?`. The mock has a root certificate of its own in place of Intel's.
    let session = venice.e2ee("arsenale-coder").with_verifier(&mock.attestation_verifier()).await?;
    println!("The key of {} is attested: {}", session.model(), session.attestation().level());

    let chat = session.chat().system("You are a doctor. Be brief.").user(&question).temperature(0.2);
    let mut answer = chat.stream().await?;
    while let Some(delta) = answer.next().await {
        print!("{}", delta?.text);
        std::io::stdout().flush()?;
    }
    println!();

    let request = &mock.requests_of("createChatCompletion")[0];
    let (sent, read) = (String::from_utf8_lossy(&request.body), request.decrypted().unwrap_or_default());
    println!("The API got {} bytes, with the question in plaintext: {}", sent.len(), sent.contains(&question));
    println!("The model read {}", read["messages"][1]["content"]);

    // What happens when a part of the answer is not encrypted?
    mock.fault(Fault::plaintext_chunk());
    match chat.send().await {
        Ok(reply) => println!("Not noticed: {}", reply.text),
        Err(error) => println!("Rejected: {error}"),
    }
    Ok(mock.verify()?)
}
