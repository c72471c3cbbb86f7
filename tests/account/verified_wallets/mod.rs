//! The mock that verifies wallets: signatures, payments and credit.

mod by_sdk;
mod faults;
mod properties;
mod sign_in;
mod spending;
mod top_up;
mod web3;

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Response;
use serde_json::{Value, json};
use venice_ai::Timestamp;
use venice_ai::wallet::{LocalWallet, WalletSigner};
use venice_ai_mock::MockVenice;

/// Keys, signatures and payments that `ethers`, `@solana/web3.js` and `tweetnacl` made.
fn vectors() -> Value {
    serde_json::from_str(include_str!("../../fixtures/wallet/vectors.json")).unwrap()
}

fn evm(number: usize) -> LocalWallet {
    LocalWallet::from_text(vectors()["evm"][number]["key"].as_str().unwrap()).unwrap()
}

fn solana(number: usize) -> LocalWallet {
    LocalWallet::from_text(vectors()["solana"][number]["key"].as_str().unwrap()).unwrap()
}

fn start() -> MockVenice {
    MockVenice::builder().verify_wallets(true).pause(Duration::ZERO).start_blocking().unwrap()
}

/// The time in so many seconds, as a message has it.
fn at(seconds: i64) -> String {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let now = SystemTime::now();
    Timestamp::from(if seconds < 0 { now - distance } else { now + distance }).as_str().to_owned()
}

fn encoded(document: &Value) -> String {
    STANDARD.encode(document.to_string())
}

/// A sign-in that a test can change line by line.
#[derive(Clone)]
struct Draft {
    account: &'static str,
    domain: String,
    address: String,
    statement: Option<&'static str>,
    /// Name and value of each field, in their order.
    fields: Vec<(&'static str, String)>,
    /// What the header has beside the message and its signature.
    header: Value,
}

impl Draft {
    fn new(wallet: &LocalWallet) -> Self {
        let address = wallet.address().to_string();
        let is_evm = address.starts_with("0x");
        let chain = if is_evm { "8453" } else { "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp" };
        let mut header = json!({"address": address});
        if !is_evm {
            header["type"] = "ed25519".into();
        }
        Self {
            account: if is_evm { "Ethereum" } else { "Solana" },
            domain: "api.venice.ai".to_owned(),
            address,
            statement: Some("Sign in to Venice AI"),
            fields: vec![
                ("URI", "https://api.venice.ai".to_owned()),
                ("Version", "1".to_owned()),
                ("Chain ID", chain.to_owned()),
                ("Nonce", nonce()),
                ("Issued At", at(0)),
            ],
            header,
        }
    }

    /// Sets a field, or adds it at the end.
    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        match self.fields.iter_mut().find(|field| field.0 == name) {
            Some(field) => field.1 = value.into(),
            None => self.fields.push((name, value.into())),
        }
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.fields.retain(|field| field.0 != name);
        self
    }

    fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header[name] = value.into();
        self
    }

    fn text(&self) -> String {
        let Self { domain, account, address, .. } = self;
        let statement = self.statement.map_or_else(String::new, |statement| format!("{statement}\n"));
        let start = format!("{domain} wants you to sign in with your {account} account:\n{address}\n\n{statement}\n");
        let fields: Vec<String> = self.fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        start + &fields.join("\n")
    }

    async fn signed(self, wallet: &LocalWallet) -> String {
        let text = self.text();
        self.header("message", text.clone()).signed_as(wallet, &text).await
    }

    /// The header with a signature of a text, which need not be in it.
    async fn signed_as(mut self, wallet: &LocalWallet, text: &str) -> String {
        let signature = wallet.sign_message(text.as_bytes()).await.unwrap();
        let written = if self.account == "Solana" { bs58::encode(signature).into_string() } else { hex(&signature) };
        if self.header.get("signature").is_none() {
            self.header["signature"] = written.into();
        }
        encoded(&self.header)
    }
}

fn hex(bytes: &[u8]) -> String {
    format!("0x{}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn nonce() -> String {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    format!("{:016x}", NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
}

/// Sends a chat completion, with a header or without.
async fn chat(mock: &MockVenice, header: Option<(&str, &str)>) -> Response {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = client.post(format!("{}/chat/completions", mock.base_url()));
    request = request.json(&json!({"model": "gondola-9b", "messages": [{"role": "user", "content": "Ciao"}]}));
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    request.send().await.unwrap()
}

async fn get(mock: &MockVenice, path: &str, header: Option<(&str, &str)>) -> Response {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = client.get(format!("{}{path}", mock.base_url()));
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    request.send().await.unwrap()
}

async fn read(reply: Response) -> (u16, Value) {
    (reply.status().as_u16(), reply.json().await.unwrap())
}
