//! Calls that a local wallet signs, over a socket.

mod auto_top_up;
mod bank;
mod challenge;
mod key;
mod top_up;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use venice_ai::types::{ChatCompletionRequest, CreateEmbeddingRequest};
use venice_ai::wallet::{Chain, LocalWallet, SignerError, Signing, Wallet, WalletAddress, WalletSigner};
use venice_ai::{Client, ClientBuilder, ErrorKind, Payer};
use venice_ai_mock::MockVenice;

use crate::support::server::Request;
use crate::support::{Answer, KEY, Server, TestClock, client, once};

const EVM_KEY: &str = "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";
const SOLANA_SEED: &str = "GMN7AVX1CihAK9LJpvd2mKb4jU1mqDfGVz7b7BPZJHuc";
const BALANCE: &str = r#"{"success":true,"data":{"walletAddress":"0x2c7536E3605D9C16a7a3D7b1898e529396a65c23","balanceUsd":4.23,
    "canConsume":true,"minimumTopUpUsd":5,"suggestedTopUpUsd":10}}"#;

const COMPLETION: &str = r#"{"id":"chatcmpl-1","object":"chat.completion","created":1767225600,"model":"gondola-9b","choices":[{"index":0,
    "finish_reason":"stop","message":{"role":"assistant","content":"Scattering."}}],"usage":{"prompt_tokens":5,"completion_tokens":2,
    "total_tokens":7}}"#;

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

fn signing_client(server: &Server) -> ClientBuilder {
    Client::builder().base_url(server.url("/api/v1")).wallet(&evm())
}

#[tokio::test]
async fn the_wallet_of_a_client_signs_what_takes_a_wallet_and_nothing_else() {
    let server = Server::start(|_, request| match &*request.target {
        target if target.contains("x402/balance") => Answer::json(200, BALANCE),
        target if target.contains("chat/completions") => Answer::json(200, COMPLETION),
        target if target.contains("api_keys") => Answer::json(200, r#"{"object":"list","data":[]}"#),
        _ => Answer::json(200, r#"{"object":"list","type":"text","data":[]}"#),
    });
    let request = || ChatCompletionRequest::new("default", ["Why is the sky blue?"]);
    let address = evm().address().to_string();

    // Without a key.
    let venice = signing_client(&server).build().unwrap();
    venice.x402().balance(&address).await.unwrap();
    venice.chat().create(request()).await.unwrap();
    let signed: Vec<Value> = server.requests().iter().map(sign_in).collect();
    assert!(signed.iter().all(|header| header["address"] == address));
    assert_ne!(signed[0]["message"], signed[1]["message"]);
    venice.models().list(venice_ai::types::ModelFilter::All).await.unwrap();
    assert_eq!(server.requests().last().unwrap().header("sign-in-with-x"), None, "a public list needs no wallet");
    let error = venice.api_keys().list().await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::MissingApiKey, 3));

    // With a key, as `payer` says.
    for (payer, wallet_pays) in [(Payer::Wallet, true), (Payer::ApiKey, false)] {
        let venice = signing_client(&server).api_key(KEY).payer(payer).build().unwrap();
        venice.chat().create(request()).await.unwrap();
        let sent = |name: &str| server.requests().last().unwrap().header(name).is_some();
        assert_eq!((sent("sign-in-with-x"), sent("authorization")), (wallet_pays, !wallet_pays), "{payer:?}");
        venice.x402().balance(&address).await.unwrap();
        assert!(sent("sign-in-with-x") && !sent("authorization"));
        venice.api_keys().list().await.unwrap();
        assert!(!sent("sign-in-with-x") && sent("authorization"));
        // A credential of the call goes first.
        venice.chat().create(request()).with_api_key(KEY).await.unwrap();
        assert!(!sent("sign-in-with-x") && sent("authorization"));
    }
}

#[tokio::test]
async fn a_client_with_two_credentials_does_not_choose_by_itself() {
    let plain = || Client::builder().base_url("http://127.0.0.1");
    let builder = || plain().wallet(&evm());
    let error = builder().api_key(KEY).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("payer(Payer::Wallet)"), "{error}");
    assert!(builder().payer(Payer::ApiKey).build().is_err());
    assert!(plain().api_key(KEY).payer(Payer::Wallet).build().is_err());
    assert!(builder().build().is_ok());
}

#[cfg(all(feature = "batch", feature = "embedding-batch"))]
#[tokio::test]
async fn every_kind_of_request_is_signed() {
    let mock = MockVenice::start().await.unwrap();
    let venice = Client::builder().base_url(mock.base_url()).wallet(&evm()).build().unwrap();
    let request = || ChatCompletionRequest::new("default", ["Why is the sky blue?"]);
    let mut stream = venice.chat().stream(request()).await.unwrap();
    while let Some(chunk) = stream.next().await {
        chunk.unwrap();
    }
    let texts: Vec<String> = (0..3).map(|n| format!("text {n}")).collect();
    venice.embeddings().batch(CreateEmbeddingRequest::new("altana-embedding", texts)).await.unwrap();
    let mut run = venice.chat().many([request(), request()]);
    while let Some(outcome) = run.next().await {
        outcome.unwrap().result.unwrap();
    }
    let paid = mock.requests();
    let paid: Vec<_> = paid.iter().filter(|sent| !sent.path.ends_with("models")).collect();
    assert_eq!(paid.len(), 4);
    for sent in paid {
        let header = |name: &str| sent.headers.contains_key(name);
        assert!(header("sign-in-with-x") && !header("authorization"), "{}", sent.path);
    }
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_corrected_by_the_servers() {
    const REFUSED: &str = r#"{"error":"Sign-in message issued in the future","code":"X402_SIGN_IN_FUTURE_TIMESTAMP"}"#;
    // The server is 10 minutes behind.
    let server_time = std::time::SystemTime::now() - std::time::Duration::from_secs(600);
    let date = httpdate::fmt_http_date(server_time);
    let server = Server::start(move |n, _| match n {
        0 => Answer::new(401, &[("date", &date), ("content-type", "application/json")], REFUSED),
        _ => Answer::json(200, COMPLETION),
    });
    let venice = signing_client(&server).build().unwrap();
    let request = || ChatCompletionRequest::new("default", ["Why is the sky blue?"]);
    venice.chat().create(request()).await.unwrap();
    venice.chat().create(request()).await.unwrap();
    let times: Vec<i64> = server.requests().iter().map(|sent| sign_in(sent)["timestamp"].as_i64().unwrap()).collect();
    assert_eq!(times.len(), 3, "the refused request is signed again once");
    for later in &times[1..] {
        let behind = times[0] - later;
        assert!((540_000..=660_000).contains(&behind), "{behind} ms");
    }
}

#[tokio::test]
async fn a_refusal_that_no_time_cures_is_reported_at_once() {
    for (code, date) in [("X402_SIGN_IN_FUTURE_TIMESTAMP", None), ("X402_SIGN_IN_INVALID_SIGNATURE", Some(600))] {
        let body = format!(r#"{{"error":"refused","code":"{code}"}}"#);
        let date = date.map(|behind| {
            httpdate::fmt_http_date(std::time::SystemTime::now() - std::time::Duration::from_secs(behind))
        });
        let server = Server::start(move |_, _| match &date {
            Some(date) => Answer::new(401, &[("date", date), ("content-type", "application/json")], &body),
            None => Answer::new(401, &[("content-type", "application/json")], &body),
        });
        let venice = signing_client(&server).build().unwrap();
        let request = ChatCompletionRequest::new("default", ["Why is the sky blue?"]);
        let error = venice.chat().create(request).await.unwrap_err();
        assert_eq!((error.kind(), server.count()), (ErrorKind::Authentication, 1), "{code}");
    }
}
