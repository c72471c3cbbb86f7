//! Calls that a local wallet signs, over a socket.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use venice_ai::ErrorKind;
use venice_ai::types::ChatCompletionRequest;
use venice_ai::wallet::{Chain, LocalWallet, SignerError, Signing, Wallet, WalletAddress, WalletSigner};
use venice_ai_mock::MockVenice;

use crate::support::server::Request;
use crate::support::{Answer, Server, TestClock, client, once};

const EVM_KEY: &str = "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";
const SOLANA_SEED: &str = "GMN7AVX1CihAK9LJpvd2mKb4jU1mqDfGVz7b7BPZJHuc";
const BALANCE: &str = r#"{"success":true,"data":{"walletAddress":"0x2c7536E3605D9C16a7a3D7b1898e529396a65c23","balanceUsd":4.23,
    "canConsume":true,"minimumTopUpUsd":5,"suggestedTopUpUsd":10}}"#;

fn evm() -> Wallet {
    Wallet::new(LocalWallet::from_hex(EVM_KEY).unwrap())
}

/// What the header of a request says.
fn sign_in(request: &Request) -> Value {
    assert_eq!(request.header("authorization"), None);
    let header = request.header("sign-in-with-x").unwrap();
    serde_json::from_slice(&STANDARD.decode(header).unwrap()).unwrap()
}

#[tokio::test]
async fn a_wallet_signs_in_with_the_message_of_its_chain() {
    let server = Server::start(|_, _| Answer::json(200, BALANCE));
    let solana = Wallet::new(LocalWallet::from_base58(SOLANA_SEED).unwrap());
    for (wallet, chain) in [(evm(), Chain::Base), (solana, Chain::Solana)] {
        let address = wallet.address().to_string();
        assert_eq!(wallet.address().chain(), chain);
        once(&server).x402().balance(&address).with_wallet(&wallet).await.unwrap();
        let requests = server.requests();
        let header = sign_in(requests.last().unwrap());
        assert_eq!(header["address"], address);
        let message = header["message"].as_str().unwrap();
        let lines: Vec<&str> = message.lines().collect();
        let (account, reference) = match chain {
            Chain::Base => ("Ethereum", "8453"),
            _ => ("Solana", "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"),
        };
        assert_eq!(lines[0], format!("api.venice.ai wants you to sign in with your {account} account:"));
        assert_eq!(lines[1..6], [&*address, "", "Sign in to Venice AI", "", "URI: https://api.venice.ai"]);
        assert_eq!(lines[6..8], ["Version: 1".to_owned(), format!("Chain ID: {reference}")]);
        assert!(lines[8].strip_prefix("Nonce: ").is_some_and(|nonce| nonce.len() == 16), "{message}");
        assert!(lines[9].starts_with("Issued At: 20") && lines[9].ends_with('Z'), "{message}");
        assert!(lines[10].starts_with("Expiration Time: 20"), "{message}");
        assert_eq!((lines.len(), message.ends_with('\n')), (11, false));
        assert!(header["timestamp"].as_u64().is_some_and(|millis| millis > 1_700_000_000_000));
        match chain {
            Chain::Base => {
                assert_eq!((&header["chainId"], header.get("type")), (&8453.into(), None));
                assert!(header["signature"].as_str().is_some_and(|signature| signature.len() == 132));
            }
            _ => {
                assert_eq!(header["chainId"], "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp");
                assert_eq!(header["type"], "ed25519");
            }
        }
    }
}

#[tokio::test]
async fn each_attempt_has_a_nonce_of_its_own() {
    let busy = || Answer::json(429, r#"{"error":"Rate limit exceeded"}"#);
    let server = Server::answering([busy(), busy(), Answer::json(200, BALANCE)]);
    let venice = client(&server, &TestClock::without_jitter());
    let wallet = evm();
    venice.x402().balance(wallet.address().to_string()).with_wallet(&wallet).await.unwrap();
    let requests = server.requests();
    let mut nonces: Vec<String> = requests
        .iter()
        .map(|request| sign_in(request)["message"].as_str().unwrap().lines().nth(8).unwrap().to_owned())
        .collect();
    nonces.sort();
    nonces.dedup();
    assert_eq!((requests.len(), nonces.len()), (3, 3));
}

#[tokio::test]
async fn a_chat_is_paid_by_the_wallet_and_not_by_the_key() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let request = ChatCompletionRequest::new("default", ["Why is the sky blue?"]);
    let reply = venice.chat().create(request).with_wallet(&evm()).await.unwrap();
    assert!(!reply.text().is_empty());
    let requests = mock.requests();
    assert!(requests[0].headers.contains_key("sign-in-with-x") && !requests[0].headers.contains_key("authorization"));
}

/// A signer that refuses, as a user of a hardware wallet may.
struct Refusing;

impl WalletSigner for Refusing {
    fn address(&self) -> WalletAddress {
        WalletAddress::evm([7; 20])
    }

    fn sign_message<'a>(&'a self, _: &'a [u8]) -> Signing<'a> {
        Box::pin(async { Err(SignerError::from("the user pressed the other button")) })
    }
}

/// A signer that returns nonsense.
struct Short;

impl WalletSigner for Short {
    fn address(&self) -> WalletAddress {
        WalletAddress::solana([7; 32])
    }

    fn sign_message<'a>(&'a self, _: &'a [u8]) -> Signing<'a> {
        Box::pin(async { Ok(vec![1; 63]) })
    }
}

#[tokio::test]
async fn a_signer_that_fails_sends_nothing() {
    let wallets = [
        (Wallet::new(Refusing), "the user pressed the other button"),
        (Wallet::new(Short), "63 bytes"),
        (evm().with_statement("a\nb"), "line break"),
    ];
    for (wallet, reason) in wallets {
        let address = wallet.address().to_string();
        let server = Server::start(|_, _| Answer::json(200, BALANCE));
        let error = once(&server).x402().balance(&address).with_wallet(&wallet).await.unwrap_err();
        assert_eq!((error.kind(), server.connections()), (ErrorKind::Signing, 0));
        assert!(error.to_string().contains(reason), "{error}");
    }
}
