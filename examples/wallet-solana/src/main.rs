//! A key pair of `solana-keypair`, which is that of `solana-sdk`, signs in and pays, on the bundled mock, which verifies both and moves no
//! money.
//!
//! ```text
//! cargo run --manifest-path examples/wallet-solana/Cargo.toml
//! ```

use std::sync::Arc;

use solana_keypair::Keypair;
use solana_signer::Signer;
use venice_ai::Client;
use venice_ai::types::ChatCompletionRequest;
use venice_ai::wallet::{FnSigner, TopUpPolicy, Wallet, WalletAddress};
use venice_ai_mock::MockVenice;

/// Any signer of `solana-sdk`: a key pair, a hardware wallet.
fn signer<S: Signer + Send + Sync + 'static>(signer: S) -> FnSigner {
    let address = WalletAddress::solana(signer.pubkey().to_bytes());
    let signer = Arc::new(signer);
    let payments = Arc::clone(&signer);
    FnSigner::new(address, move |message| {
        let signature = signer.try_sign_message(&message).map(<[u8; 64]>::from);
        async move { signature }
    })
    .transaction(move |message| {
        let signature = payments.try_sign_message(&message).map(<[u8; 64]>::from);
        async move { signature }
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockVenice::builder().verify_wallets(true).start().await?;
    let wallet = Wallet::new(signer(Keypair::new()));
    // A real one comes from a node of Solana. Without it, the API's own crypto RPC is asked, which a wallet without credit cannot.
    let policy = TopUpPolicy::new("10")
        .with_blockhash(|| async { Ok::<_, std::io::Error>("EkSnNWid2cvwEVnVx9aBqawnmiCNiDgp3gUdkDPTKN1N".to_owned()) });
    let venice = Client::builder().base_url(mock.base_url()).no_proxy().wallet(&wallet).top_up_policy(&policy).build()?;

    let done = venice.x402().top_up("5").await?;
    println!("{} has {} USD of credit", wallet.address(), done.top_up.new_balance.unwrap_or_default());
    let request = ChatCompletionRequest::new("default", ["Why is the sky blue?"]);
    println!("{}", venice.chat().create(request).await?.text());
    Ok(mock.verify()?)
}
