//! A signer of `alloy` signs in and pays, on the bundled mock, which verifies both and moves no money.
//!
//! ```text
//! cargo run --manifest-path examples/wallet-alloy/Cargo.toml
//! ```

use alloy_signer::Signer;
use alloy_signer_local::PrivateKeySigner;
use venice_ai::Client;
use venice_ai::types::ChatCompletionRequest;
use venice_ai::wallet::{FnSigner, Wallet, WalletAddress};
use venice_ai_mock::MockVenice;

/// Any signer of `alloy` that signs hashes: a key in memory, a key service.
fn signer<S: Signer + Clone + Send + Sync + 'static>(signer: S) -> FnSigner {
    let address = WalletAddress::evm(signer.address().into_array());
    let payments = signer.clone();
    FnSigner::new(address, move |message| {
        let signer = signer.clone();
        async move { signer.sign_message(&message).await.map(|signature| signature.as_bytes()) }
    })
    .typed_data(move |transfer| {
        let signer = payments.clone();
        async move { signer.sign_hash(&transfer.signing_hash().into()).await.map(|signature| signature.as_bytes()) }
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockVenice::builder().verify_wallets(true).start().await?;
    let wallet = Wallet::new(signer(PrivateKeySigner::random()));
    let venice = Client::builder().base_url(mock.base_url()).no_proxy().wallet(&wallet).build()?;

    let done = venice.x402().top_up("5").await?;
    println!("{} has {} USD of credit", wallet.address(), done.top_up.new_balance.unwrap_or_default());
    let request = ChatCompletionRequest::new("default", ["Why is the sky blue?"]);
    println!("{}", venice.chat().create(request).await?.text());
    Ok(mock.verify()?)
}
