//! API keys for wallets: the token, its signature, and what is staked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use venice_ai::types::{ApiKeyType, CreateWeb3ApiKeyRequest};
use venice_ai::wallet::{LocalWallet, WalletSigner};
use venice_ai::{Client, Error};
use venice_ai_mock::MockVenice;

use super::{evm, hex, start};

async fn created(mock: &MockVenice, wallet: &LocalWallet, address: &str, token: &str) -> Result<String, Error> {
    let signature = hex(&wallet.sign_message(token.as_bytes()).await.unwrap());
    with_signature(mock, address, &signature, token).await
}

async fn with_signature(mock: &MockVenice, address: &str, signature: &str, token: &str) -> Result<String, Error> {
    let request = CreateWeb3ApiKeyRequest::new(ApiKeyType::Inference, address, signature, token);
    let key = mock.client().api_keys().create_with_web3(request).with_validation(false).await?;
    Ok(key.api_key.expose().to_owned())
}

async fn token(mock: &MockVenice) -> String {
    mock.client().api_keys().web3_token().await.unwrap().expose().to_owned()
}

fn message(outcome: Result<String, Error>) -> String {
    outcome.unwrap_err().message().to_owned()
}

#[tokio::test]
async fn a_wallet_that_signed_the_token_and_staked_vvv_gets_a_key() {
    let (mock, wallet) = (start(), evm(0));
    let address = wallet.address().to_string();
    mock.wallet(&address).set_staked_vvv(100);
    let key = created(&mock, &wallet, &address, &token(&mock).await).await.unwrap();
    let venice = Client::builder().base_url(mock.base_url()).no_proxy().api_key(key).build().unwrap();
    let request = venice_ai::types::ChatCompletionRequest::new("default", ["Ciao"]);
    venice.chat().create(request).await.unwrap();
}

#[tokio::test]
async fn each_failure_has_its_sentence() {
    let (mock, wallet) = (start(), evm(0));
    let address = wallet.address().to_string();
    let given = token(&mock).await;
    assert_eq!(message(created(&mock, &wallet, &address, &given).await), "Wallet has no staked VVV on Base");
    mock.wallet(&address).set_staked_vvv("0.1".parse::<venice_ai::Amount>().unwrap());

    for wrong in ["0x12", "8qUL23aSj7mDWdoLMXGHFvnVCT9wd7jXcysiekroADEL", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"]
    {
        assert_eq!(message(created(&mock, &wallet, wrong, &given).await), "Invalid wallet address");
    }
    for wrong in ["a", "a.b.c", "e30.e30", "e30.e30.*"] {
        assert_eq!(message(created(&mock, &wallet, &address, wrong).await), "JWT is malformed", "{wrong}");
    }
    // Another expiry with the signature of the first, and no signature at all.
    let parts: Vec<&str> = given.split('.').collect();
    let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let later = URL_SAFE_NO_PAD.encode(claims.replacen("\"exp\":1", "\"exp\":9", 1));
    for wrong in [
        format!("{}.{later}.{}", parts[0], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{}", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), parts[1], parts[2]),
    ] {
        assert_eq!(message(created(&mock, &wallet, &address, &wrong).await), "JWT signature is invalid");
    }
    let of_another = token(&start()).await;
    assert_eq!(message(created(&mock, &wallet, &address, &of_another).await), "JWT claims are invalid");

    assert_eq!(message(created(&mock, &evm(1), &address, &given).await), "Wallet signature does not match");
    for wrong in ["0x12".to_owned(), format!("0x{}", "1".repeat(130))] {
        assert_eq!(message(with_signature(&mock, &address, &wrong, &given).await), "Wallet signature does not match");
    }
    mock.shift_clock(14 * 60);
    created(&mock, &wallet, &address, &given).await.unwrap();
    mock.shift_clock(16 * 60);
    assert_eq!(message(created(&mock, &wallet, &address, &given).await), "JWT has expired");
}
