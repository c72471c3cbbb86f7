//! What the SDK signs and pays by itself, verified by the mock.

use venice_ai::types::{ApiKeyType, ChatCompletionRequest, CreateApiKeyRequest};
use venice_ai::wallet::{TopUpPolicy, Wallet, WalletErrorKind, WalletKeyRefusal};
use venice_ai::{Amount, Client, ErrorKind};

use super::{evm, solana, start};

fn usd(text: &str) -> Amount {
    text.parse().unwrap()
}

#[tokio::test]
async fn top_ups_of_both_chains_are_accepted() {
    let mock = start();
    let policy = TopUpPolicy::new("25").with_blockhash(|| async {
        Ok::<_, std::io::Error>("DtBcSsbZZ8WbSFUbRXVhceGZFJzEmsUXLs8AYySyeEoA".to_owned())
    });
    for wallet in [Wallet::new(evm(1)), Wallet::new(solana(1))] {
        let venice =
            Client::builder().base_url(mock.base_url()).wallet(&wallet).top_up_policy(&policy).build().unwrap();
        let done = venice.x402().top_up("12.34").await.unwrap();
        assert_eq!(done.top_up.new_balance, Some(usd("12.34")));
        assert_eq!(mock.wallet(wallet.address()).balance(), usd("12.34"));
    }
    assert_eq!(mock.payments().len(), 2);
}

#[tokio::test]
async fn an_automatic_top_up_pays_for_a_chat() {
    let mock = start();
    let (wallet, policy) = (Wallet::new(evm(2)), TopUpPolicy::new("5"));
    let venice = Client::builder().base_url(mock.base_url()).wallet(&wallet).auto_top_up("5", &policy).build().unwrap();
    let request = || ChatCompletionRequest::new("default", ["Why is the sky blue?"]);
    venice.chat().create(request()).await.unwrap();
    venice.chat().create(request()).await.unwrap();
    assert_eq!((mock.payments().len(), policy.payments().len()), (1, 1));
    // The same policy holds for top-ups by hand.
    let error = venice.x402().top_up("5.000001").await.unwrap_err();
    assert_eq!(error.wallet_error().map(|error| error.kind()), Some(WalletErrorKind::Limit));
    assert_eq!(mock.payments().len(), 1);
}

#[tokio::test]
async fn a_wallet_with_a_stake_gets_a_key() {
    let mock = start();
    let wallet = Wallet::new(evm(0));
    let request = || CreateApiKeyRequest::new(ApiKeyType::Inference, "agent");
    let venice = Client::builder().base_url(mock.base_url()).wallet(&wallet).build().unwrap();
    let error = venice.api_keys().create_for_wallet(request()).await.unwrap_err();
    assert_eq!((error.kind(), error.wallet_key_refusal()), (ErrorKind::Permission, Some(WalletKeyRefusal::NoStake)));
    mock.wallet(wallet.address()).set_staked_vvv(usd("1"));
    let created = venice.api_keys().create_for_wallet(request()).await.unwrap();
    assert!(!created.api_key.expose().is_empty());
}
