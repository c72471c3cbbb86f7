//! Payments: what the mock credits, once, and the code of each refusal.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use k256::ecdsa::SigningKey;
use serde_json::{Value, json};
use sha3::{Digest as _, Keccak256};
use venice_ai::wallet::{Wallet, WalletSigner};
use venice_ai_mock::{Fault, MockVenice};

use super::{encoded, evm, hex, solana, start, vectors};

const USDC: &str = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
const PAY_TO: &str = "0x2670B922ef37C7Df47158725C0CC407b5382293F";

/// An authorization that a test can change field by field.
#[derive(Clone)]
pub struct Authorization {
    key: SigningKey,
    fields: Value,
    accepted: Value,
    /// What is signed in place of the fields.
    signed: Value,
}

fn bytes(text: &str) -> Vec<u8> {
    let digits = &text[2..];
    (0..digits.len()).step_by(2).map(|place| u8::from_str_radix(&digits[place..place + 2], 16).unwrap()).collect()
}

fn keccak(parts: &[Vec<u8>]) -> Vec<u8> {
    Keccak256::digest(parts.concat()).to_vec()
}

fn seconds(ahead: i64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    (i64::try_from(now).unwrap() + ahead).to_string()
}

impl Authorization {
    pub fn new(number: usize, units: u64) -> Self {
        let key = bytes(vectors()["evm"][number]["key"].as_str().unwrap());
        let mut nonce = [7; 32];
        nonce[24..].copy_from_slice(&u64::from_str_radix(&super::nonce(), 16).unwrap().to_be_bytes());
        let fields = json!({
            "from": evm(number).address().to_string(), "to": PAY_TO, "value": units.to_string(),
            "validAfter": "0", "validBefore": seconds(300), "nonce": hex(&nonce),
        });
        let accepted = json!({
            "scheme": "exact", "network": "eip155:8453", "amount": "5000000", "asset": USDC, "payTo": PAY_TO,
            "maxTimeoutSeconds": 300, "extra": {"name": "USD Coin", "version": "2"},
        });
        Self { key: SigningKey::from_slice(&key).unwrap(), fields, accepted, signed: json!({}) }
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.fields[name] = value.into();
        self
    }

    fn accepted(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.accepted[name] = value.into();
        self
    }

    /// Signs another value of a field than is sent.
    fn signs(mut self, name: &str, value: &str) -> Self {
        self.signed[name] = value.into();
        self
    }

    fn signature(&self) -> String {
        let text =
            |name: &str| self.signed[name].as_str().or_else(|| self.fields[name].as_str()).unwrap_or("0").to_owned();
        let word = |bytes: Vec<u8>| [vec![0; 32 - bytes.len().min(32)], bytes].concat();
        let number = |name: &str| word(text(name).parse::<u128>().unwrap_or_default().to_be_bytes().to_vec());
        let address = |text: String| word(if text.len() == 42 { bytes(&text) } else { vec![0; 20] });
        let hashed = |text: &str| keccak(&[text.as_bytes().to_vec()]);
        let domain = keccak(&[
            hashed("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
            hashed("USD Coin"),
            hashed("2"),
            word(vec![0x21, 0x05]),
            address(self.signed["asset"].as_str().unwrap_or(USDC).to_owned()),
        ]);
        let transfer = keccak(&[
            hashed(
                "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,\
                 bytes32 nonce)",
            ),
            address(text("from")),
            address(text("to")),
            number("value"),
            number("validAfter"),
            number("validBefore"),
            word(bytes(&format!("{:0<4}", text("nonce")))),
        ]);
        let hash = keccak(&[vec![0x19, 1], domain, transfer]);
        let (signature, recovery) = self.key.sign_prehash_recoverable(&hash);
        hex(&[signature.to_bytes().to_vec(), vec![27 + recovery.to_byte()]].concat())
    }

    fn document(&self) -> Value {
        let payload = json!({"signature": self.signature(), "authorization": self.fields});
        json!({"x402Version": 2, "payload": payload, "accepted": self.accepted})
    }

    pub fn header(&self) -> String {
        encoded(&self.document())
    }
}

/// Pays over plain HTTP: the status and the body.
async fn pay(mock: &MockVenice, name: &str, header: &str) -> (u16, Value) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let reply = client.post(format!("{}/x402/top-up", mock.base_url())).header(name, header).send().await.unwrap();
    super::read(reply).await
}

async fn refused(mock: &MockVenice, header: &str) -> String {
    let (status, body) = pay(mock, "PAYMENT-SIGNATURE", header).await;
    assert_eq!(status, 400, "{body}");
    body["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_payment_is_credited_to_the_wallet_that_signed_it() {
    let mock = start();
    let wallet = Wallet::new(evm(0));
    let address = wallet.address().to_string();
    let venice = mock.client();
    let price = venice.x402().payment_requirements().await.unwrap();
    assert_eq!(price.accepts[0].amount_usd().unwrap(), 5.into());
    let mut payment = Authorization::new(0, 12_340_000);
    payment.accepted = price.accepts[0].raw.clone();
    let done = venice.x402().top_up_with_payment(payment.header()).await.unwrap();
    assert_eq!(done.top_up.wallet_address, address);
    let receipt = done.receipt.unwrap();
    assert_eq!((receipt.success, receipt.network.as_deref()), (Some(true), Some("eip155:8453")));
    assert_eq!(receipt.payer.as_deref(), Some(&*address));
    assert_eq!(mock.wallet(&address).balance(), "12.34".parse().unwrap());
    let balance = venice.x402().balance(&address).with_wallet(&wallet).await.unwrap();
    assert_eq!(balance.balance_usd, "12.34".parse().ok());
    let payments = mock.payments();
    assert_eq!((payments.len(), payments[0].submissions, &payments[0].wallet), (1, 1, &address));
    assert_eq!(payments[0].amount, "12.34".parse().unwrap());
}

#[tokio::test]
async fn a_payment_is_credited_once_however_often_it_is_submitted() {
    let mock = start();
    let payment = Authorization::new(0, 5_000_000);
    let (_, first) = pay(&mock, "PAYMENT-SIGNATURE", &payment.header()).await;
    for name in ["X-402-Payment", "X-PAYMENT", "PAYMENT-SIGNATURE"] {
        let (status, again) = pay(&mock, name, &payment.header()).await;
        assert_eq!((status, &again["data"]), (200, &first["data"]));
    }
    // Even when its time is over.
    mock.shift_clock(3600);
    assert_eq!(pay(&mock, "PAYMENT-SIGNATURE", &payment.header()).await.0, 200);
    mock.shift_clock(0);
    let payments = mock.payments();
    assert_eq!((payments.len(), payments[0].submissions), (1, 5));
    assert_eq!(mock.wallet(evm(0).address()).balance(), 5.into());
    // Another payment with its nonce, from the same wallet; and one of another wallet, whose nonces are its own.
    let nonce = payment.fields["nonce"].as_str().unwrap();
    let other = Authorization::new(0, 6_000_000).with("nonce", nonce);
    assert_eq!(refused(&mock, &other.header()).await, "PAYMENT_VERIFICATION_FAILED");
    let other = Authorization::new(1, 6_000_000).with("nonce", nonce);
    assert_eq!(pay(&mock, "PAYMENT-SIGNATURE", &other.header()).await.0, 200);
    assert_eq!(mock.payments().len(), 2);
}

#[tokio::test]
async fn payments_of_ethers_and_solana_web3_are_verified() {
    let vectors = vectors();
    let mock = start();
    // The authorizations end on 2026-01-01.
    let end = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_767_225_600);
    let behind = std::time::SystemTime::now().duration_since(end).unwrap().as_secs();
    mock.shift_clock(-300 - i64::try_from(behind).unwrap());
    for (number, expected) in [(0, ""), (1, ""), (2, "AMOUNT_TOO_LOW"), (3, "AMOUNT_TOO_HIGH")] {
        let vector = &vectors["evm"][number]["transfer"];
        let mut payment = Authorization::new(number, 5_000_000).document();
        payment["payload"]["signature"] = vector["signature"].clone();
        for field in ["from", "to", "value", "validAfter", "validBefore", "nonce"] {
            payment["payload"]["authorization"][field] = vector[field].clone();
        }
        let (status, body) = pay(&mock, "PAYMENT-SIGNATURE", &encoded(&payment)).await;
        assert_eq!(body["error"].as_str().unwrap_or_default(), expected, "{number}: {body}");
        assert_eq!(status == 200, expected.is_empty());
    }
    assert_eq!(mock.wallet(evm(1).address()).balance(), 10_000.into());
    for (number, expected) in [(0, ""), (1, ""), (2, "AMOUNT_TOO_LOW"), (3, "PAYMENT_VERIFICATION_FAILED")] {
        let transaction = &vectors["solana"][number]["transfer"]["transaction"];
        let (_, body) = pay(&mock, "PAYMENT-SIGNATURE", &solana_payment(transaction.clone())).await;
        assert_eq!(body["error"].as_str().unwrap_or_default(), expected, "{number}: {body}");
    }
    assert_eq!(mock.wallet(solana(1).address()).balance(), 10_000.into());
    assert_eq!(mock.payments().len(), 4);
    // The same transaction again.
    let transaction = &vectors["solana"][1]["transfer"]["transaction"];
    let (status, body) = pay(&mock, "PAYMENT-SIGNATURE", &solana_payment(transaction.clone())).await;
    assert_eq!((status, &body["data"]["newBalance"]), (200, &json!(10_000.0)));
    assert_eq!((mock.payments().len(), mock.payments()[3].submissions), (4, 2));
}

#[tokio::test]
async fn what_is_not_the_format_is_refused() {
    let mock = start();
    let good = Authorization::new(0, 5_000_000);
    let document = good.document();
    let change = |path: &str, value: Value| {
        let mut changed = document.clone();
        *changed.pointer_mut(path).unwrap() = value;
        encoded(&changed)
    };
    for header in [
        "%".to_owned(),
        "e30=".to_owned(),
        change("/x402Version", json!(1)),
        change("/payload", json!("0x")),
        change("/accepted", json!(null)),
        change("/payload/authorization/value", json!(5_000_000)),
        change("/payload/authorization/validBefore", json!("soon")),
        change("/payload/authorization/nonce", json!("0x07")),
        change("/payload/signature", json!("0x07")),
        change("/payload/authorization", json!(null)),
        // The form of version 1.
        encoded(&json!({"x402Version": 1, "scheme": "exact", "network": "base", "payload": document["payload"]})),
    ] {
        assert_eq!(refused(&mock, &header).await, "INVALID_PAYMENT_FORMAT");
    }
    for (code, payment) in [
        ("UNSUPPORTED_SCHEME", good.clone().accepted("scheme", "upto")),
        ("UNSUPPORTED_NETWORK", good.clone().accepted("network", "eip155:84532")),
        ("UNSUPPORTED_NETWORK", good.clone().accepted("network", "base-sepolia")),
        ("UNSUPPORTED_TOKEN", good.clone().accepted("asset", PAY_TO)),
        ("INVALID_PAYMENT_RECIPIENT", good.clone().accepted("payTo", USDC)),
        ("INVALID_PAYMENT", good.clone().accepted("maxTimeoutSeconds", 600)),
        ("INVALID_PAYMENT", good.clone().accepted("protocol", "x402")),
        ("INVALID_PAYMENT", good.clone().accepted("extra", json!({"name": "USD Coin"}))),
        ("INVALID_AMOUNT", good.clone().accepted("amount", "6000000")),
        ("INVALID_AMOUNT", good.clone().accepted("amount", "five")),
    ] {
        assert_eq!(refused(&mock, &payment.header()).await, code, "{}", payment.accepted);
    }
    assert_eq!(mock.payments(), []);
    // The older name of the network, and addresses without a checksum.
    let accepted = good.accepted("network", "base").accepted("asset", USDC.to_lowercase());
    assert_eq!(pay(&mock, "PAYMENT-SIGNATURE", &accepted.header()).await.0, 200);
}

#[tokio::test]
async fn an_authorization_that_the_chain_would_not_take_is_refused() {
    let mock = start();
    let good = || Authorization::new(0, 5_000_000);
    let other = evm(1).address().to_string();
    for (code, payment) in [
        ("PAYMENT_VERIFICATION_FAILED", good().with("from", &*other)),
        ("PAYMENT_VERIFICATION_FAILED", good().signs("value", "1")),
        ("PAYMENT_VERIFICATION_FAILED", good().signs("to", &other)),
        ("PAYMENT_VERIFICATION_FAILED", good().signs("validBefore", "9999999999")),
        ("PAYMENT_VERIFICATION_FAILED", good().signs("asset", &other)),
        ("PAYMENT_VERIFICATION_FAILED", good().with("validBefore", seconds(-1))),
        ("PAYMENT_VERIFICATION_FAILED", good().with("validBefore", seconds(3600))),
        ("PAYMENT_VERIFICATION_FAILED", good().with("validAfter", seconds(60))),
        ("INVALID_PAYMENT_RECIPIENT", good().with("to", &*other)),
        ("INVALID_PAYMENT_PAYER", good().with("from", "0x12")),
        ("INVALID_PAYMENT_PAYER", good().with("from", solana(0).address().to_string())),
        ("INVALID_AMOUNT", good().with("value", "0")),
        ("INVALID_AMOUNT", good().with("value", "-5000000")),
        ("INVALID_AMOUNT", good().with("value", "5.0")),
        ("AMOUNT_TOO_LOW", good().with("value", "4999999")),
        ("AMOUNT_TOO_HIGH", good().with("value", "10000000001")),
        (
            "AMOUNT_TOO_HIGH",
            good().with("value", "115792089237316195423570985008687907853269984665640564039457584007913129639935"),
        ),
    ] {
        assert_eq!(refused(&mock, &payment.header()).await, code, "{}", payment.fields);
    }
    assert_eq!(mock.payments(), []);
}

fn solana_payment(transaction: Value) -> String {
    let accepted = json!({
        "scheme": "exact", "network": "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", "amount": "5000000",
        "asset": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", "payTo": "8qUL23aSj7mDWdoLMXGHFvnVCT9wd7jXcysiekroADEL",
        "maxTimeoutSeconds": 300,
        "extra": {"name": "USD Coin", "version": "2", "feePayer": "BFK9TLC3edb13K6v4YyH3DwPb5DSUpkWvb7XnqCL9b4F"},
    });
    encoded(&json!({"x402Version": 2, "payload": {"transaction": transaction}, "accepted": accepted}))
}

/// Where something is in a transaction.
fn place_of(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).position(|window| window == wanted).unwrap()
}

fn key(text: &str) -> Vec<u8> {
    bs58::decode(text).into_vec().unwrap()
}

#[tokio::test]
async fn a_transaction_that_is_not_the_transfer_is_refused() {
    let vectors = vectors();
    let vector = &vectors["solana"][0]["transfer"];
    let original = STANDARD.decode(vector["transaction"].as_str().unwrap()).unwrap();
    let text = |name: &str| vector[name].as_str().unwrap();
    // Two signatures and their number are before the message.
    const MESSAGE: usize = 129;
    type Change<'c> = Box<dyn Fn(&mut Vec<u8>) + 'c>;
    let replace = |from: Vec<u8>, to: Vec<u8>| -> Change<'_> {
        Box::new(move |bytes| {
            let place = place_of(bytes, &from);
            bytes[place..place + to.len()].copy_from_slice(&to);
        })
    };
    let amount = |units: u64| [&[12], &units.to_le_bytes()[..], &[6]].concat();
    let units = text("amount").parse().unwrap();
    let stranger = vec![9; 32];
    let cases: Vec<(&str, Change<'_>)> = vec![
        ("INVALID_PAYMENT_FORMAT", Box::new(|bytes| bytes[MESSAGE] = 0x81)),
        ("INVALID_PAYMENT_FORMAT", Box::new(|bytes| bytes.push(0))),
        ("INVALID_PAYMENT_FORMAT", Box::new(|bytes| bytes.truncate(300))),
        ("INVALID_PAYMENT_FORMAT", Box::new(|bytes| *bytes.last_mut().unwrap() = 1)),
        ("INVALID_PAYMENT_FORMAT", Box::new(|bytes| bytes[MESSAGE + 4] = 0x7f)),
        ("PAYMENT_VERIFICATION_FAILED", Box::new(|bytes| bytes[MESSAGE + 1] = 1)),
        ("PAYMENT_VERIFICATION_FAILED", Box::new(|bytes| bytes[1] = 1)),
        ("PAYMENT_VERIFICATION_FAILED", Box::new(|bytes| bytes[MESSAGE + 2] = 2)),
        ("PAYMENT_VERIFICATION_FAILED", replace(key("BFK9TLC3edb13K6v4YyH3DwPb5DSUpkWvb7XnqCL9b4F"), stranger.clone())),
        ("PAYMENT_VERIFICATION_FAILED", replace(key("ComputeBudget111111111111111111111111111111"), stranger.clone())),
        ("PAYMENT_VERIFICATION_FAILED", replace(key("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr"), stranger.clone())),
        ("PAYMENT_VERIFICATION_FAILED", replace(key(text("token_program")), stranger.clone())),
        ("PAYMENT_VERIFICATION_FAILED", replace(vec![5, 2, 0x20, 0x4e], vec![5, 4])),
        ("PAYMENT_VERIFICATION_FAILED", replace(vec![9, 3, 1], vec![9, 2])),
        ("UNSUPPORTED_TOKEN", replace(key("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"), stranger.clone())),
        ("UNSUPPORTED_TOKEN", replace(amount(units), [&amount(units)[..9], &[9]].concat())),
        ("INVALID_PAYMENT_PAYER", replace(key(text("source")), stranger.clone())),
        ("INVALID_PAYMENT_RECIPIENT", replace(key(text("destination")), stranger.clone())),
        ("INVALID_AMOUNT", replace(amount(units), amount(0))),
        ("AMOUNT_TOO_HIGH", replace(amount(units), amount(10_000_000_001))),
    ];
    let (mock, wallet) = (start(), solana(0));
    for (number, (code, change)) in cases.iter().enumerate() {
        let mut bytes = original.clone();
        change(&mut bytes);
        // Signed again, so that the signature is valid.
        if bytes.len() > MESSAGE {
            let signature = wallet.sign_transaction(&bytes[MESSAGE..]).await.unwrap();
            bytes[65..MESSAGE].copy_from_slice(&signature);
        }
        let header = solana_payment(STANDARD.encode(&bytes).into());
        assert_eq!(refused(&mock, &header).await, *code, "case {number}");
    }
    // The signature of another wallet, and none.
    for signature in [solana(1).sign_transaction(&original[MESSAGE..]).await.unwrap(), vec![0; 64]] {
        let mut bytes = original.clone();
        bytes[65..MESSAGE].copy_from_slice(&signature);
        let header = solana_payment(STANDARD.encode(&bytes).into());
        assert_eq!(refused(&mock, &header).await, "PAYMENT_VERIFICATION_FAILED");
    }
    for transaction in [json!("%"), json!(""), json!(null), json!(7)] {
        assert_eq!(refused(&mock, &solana_payment(transaction)).await, "INVALID_PAYMENT_FORMAT");
    }
    assert_eq!(mock.payments(), []);
}

#[tokio::test]
async fn a_reply_can_be_lost_after_the_payment_was_credited() {
    let mock = start();
    let venice = mock.client();
    let payment = Authorization::new(0, 5_000_000);
    for fault in [
        Fault::disconnect(),
        Fault::disconnect().executed(),
        Fault::status(504),
        Fault::status(504).executed(),
        Fault::cut(0),
        Fault::cut(20),
    ] {
        mock.fault(fault.on("topUpX402Balance"));
        venice.x402().top_up_with_payment(payment.header()).await.unwrap();
    }
    // Each lost reply had a second request; those with faults that are not executed are no submissions.
    let payments = mock.payments();
    assert_eq!((payments.len(), payments[0].submissions), (1, 10));
    assert_eq!(mock.wallet(evm(0).address()).balance(), 5.into());
    mock.verify().unwrap();
}
