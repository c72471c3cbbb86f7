//! Vectors made by `ethers`, `siwe`, `eth-account`, `@solana/web3.js` and `tweetnacl`: see tests/fixtures/wallet.

use serde_json::Value;

mod account;
mod challenge;
mod payments;

use super::sign_in::SignInMessage;
use super::*;
use crate::features::hex;
use crate::features::wallet::challenge::SignInFields;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/fixtures/wallet/vectors.json")).unwrap()
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().unwrap()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

fn prefixed(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

#[tokio::test]
async fn evm_wallets_sign_personal_messages_as_ethers_does() {
    for vector in list(&vectors(), "evm") {
        let wallet = LocalWallet::from_hex(text(vector, "key")).unwrap();
        assert_eq!(wallet.address().to_string(), text(vector, "address"));
        for message in list(vector, "personal") {
            let signature = wallet.sign_message(text(message, "message").as_bytes()).await.unwrap();
            assert_eq!(prefixed(&signature), text(message, "signature"));
        }
    }
}

#[tokio::test]
async fn sign_in_messages_are_those_of_siwe_byte_for_byte() {
    for vector in list(&vectors(), "evm") {
        let wallet = LocalWallet::from_hex(text(vector, "key")).unwrap();
        let siwe = &vector["siwe"];
        let optional = |name: &str| siwe[name].as_str().map(str::to_owned);
        let fields = SignInFields {
            domain: "api.venice.ai".to_owned(),
            statement: optional("statement"),
            uri: "https://api.venice.ai".to_owned(),
            version: "1".to_owned(),
            nonce: text(siwe, "nonce").to_owned(),
            issued_at: text(siwe, "issued_at").to_owned(),
            expiration_time: optional("expires"),
            not_before: optional("not_before"),
            resources: list(siwe, "resources").iter().map(|uri| uri.as_str().unwrap().to_owned()).collect(),
        };
        let message = SignInMessage { address: wallet.address(), fields };
        message.check().unwrap();
        assert_eq!(message.text(), text(siwe, "text"));
        let signature = wallet.sign_message(message.text().as_bytes()).await.unwrap();
        assert_eq!(prefixed(&signature), text(siwe, "signature"));
    }
}

#[tokio::test]
async fn transfers_are_hashed_and_signed_as_ethers_does() {
    for vector in list(&vectors(), "evm") {
        let (wallet, expected) = (LocalWallet::from_hex(text(vector, "key")).unwrap(), &vector["transfer"]);
        let transfer = TransferAuthorization {
            from: wallet.address(),
            to: text(expected, "to").parse().unwrap(),
            value: text(expected, "value").parse().unwrap(),
            valid_after: 0,
            valid_before: text(expected, "validBefore").parse().unwrap(),
            nonce: hex::decode_array(&text(expected, "nonce")[2..]).unwrap(),
            token_name: "USD Coin".to_owned(),
            token_version: "2".to_owned(),
            chain_id: 8453,
            token: "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913".parse().unwrap(),
        };
        assert_eq!(prefixed(&transfer.signing_hash()), text(expected, "hash"));
        let signature = wallet.sign_typed_data(&transfer).await.unwrap();
        assert_eq!(prefixed(&signature), text(expected, "signature"));
        // ethers writes addresses in lower case and the chain's id as a text.
        let ours = transfer.to_typed_data();
        let theirs = &expected["typed_data"];
        assert_eq!(ours["types"], theirs["types"]);
        assert_eq!(ours["primaryType"], theirs["primaryType"]);
        let lower = |value: &Value| value.to_string().to_lowercase();
        assert_eq!(lower(&ours["message"]), lower(&theirs["message"]));
        assert_eq!(lower(&ours["domain"]["verifyingContract"]), lower(&theirs["domain"]["verifyingContract"]));
    }
}

#[tokio::test]
async fn solana_wallets_sign_as_tweetnacl_does() {
    for vector in list(&vectors(), "solana") {
        for name in ["key", "seed", "json"] {
            let wallet = LocalWallet::from_text(text(vector, name)).unwrap();
            assert_eq!(wallet.address().to_string(), text(vector, "address"), "{name}");
        }
        let wallet = LocalWallet::from_base58(text(vector, "key")).unwrap();
        for message in list(vector, "messages") {
            let signature = wallet.sign_message(text(message, "message").as_bytes()).await.unwrap();
            assert_eq!(bs58::encode(signature).into_string(), text(message, "signature"));
        }
    }
}

#[test]
fn keystores_of_ethers_and_eth_account_open_with_their_password_only() {
    let of_eth_account: Vec<Value> =
        serde_json::from_str(include_str!("../../../../tests/fixtures/wallet/keystores.json")).unwrap();
    let vectors = vectors();
    let keystores = list(&vectors, "keystores").iter().chain(&of_eth_account);
    let mut opened = 0;
    for keystore in keystores {
        let (json, password) = (text(keystore, "json"), text(keystore, "password"));
        let wallet = LocalWallet::from_keystore(json, password).unwrap();
        assert_eq!(wallet.address(), LocalWallet::from_hex(text(keystore, "key")).unwrap().address());
        let error = LocalWallet::from_keystore(json, "another").unwrap_err();
        assert_eq!(error.kind(), WalletErrorKind::Password);
        opened += 1;
    }
    assert_eq!(opened, 3);
}

#[test]
fn keystores_that_cannot_be_opened_say_why() {
    let vectors = vectors();
    let keystore = &list(&vectors, "keystores")[0];
    let (json, password) = (text(keystore, "json"), text(keystore, "password"));
    type Change = fn(&mut Value);
    let changes: [(Change, &str); 9] = [
        (|file| file["version"] = 1.into(), "version is 1"),
        (|file| file["Crypto"]["cipher"] = "aes-256-gcm".into(), "aes-256-gcm"),
        (|file| file["Crypto"]["kdf"] = "argon2".into(), "argon2"),
        (|file| file["Crypto"]["kdfparams"]["n"] = 1000.into(), "power of two"),
        (|file| file["Crypto"]["kdfparams"]["n"] = (1_u64 << 30).into(), "MiB of memory"),
        (|file| file["Crypto"]["kdfparams"]["p"] = 0.into(), "`kdfparams.p` is missing or 0"),
        (|file| file["Crypto"]["kdfparams"]["dklen"] = 16.into(), "dklen"),
        (|file| file["Crypto"]["ciphertext"] = "00".into(), "ciphertext"),
        (|file| file["Crypto"]["kdfparams"]["salt"] = "zz".into(), "salt"),
    ];
    for (change, reason) in changes {
        let mut file: Value = serde_json::from_str(json).unwrap();
        change(&mut file);
        let error = LocalWallet::from_keystore(&file.to_string(), password).unwrap_err();
        assert_eq!(error.kind(), WalletErrorKind::Keystore);
        assert!(error.to_string().contains(reason), "{reason}: {error}");
    }
    let error = LocalWallet::from_keystore("{}", password).unwrap_err();
    assert_eq!(error.kind(), WalletErrorKind::Keystore);
}

#[test]
fn malformed_keys_are_rejected_and_not_shown() {
    let hex = "4f3edf983ac636a65a842ce7c78d9aa706d3b113bce9c46f30d7d21715b23b1";
    let zero = "0".repeat(64);
    let above = "f".repeat(64);
    for (key, reason) in [
        (format!("0x{hex}"), "this one has 63"),
        (format!("0x{hex}dd"), "this one has 65"),
        (format!("0x{hex}g"), "hexadecimal digits only"),
        (format!("0x{zero}"), "zero"),
        (above, "above the order"),
        ("3yZe7d".to_owned(), "64 or 32 bytes"),
        ("0OIl".to_owned(), "base58 digits only"),
        ("1".repeat(100), "has more"),
        (bs58::encode([7; 64]).into_string(), "do not belong together"),
        ("[1,2,3]".to_owned(), "this one has 3"),
        ("[1,2,256]".to_owned(), "from 0 to 255"),
        (format!("[{}]", vec!["1"; 65].join(",")), "has more"),
    ] {
        let error = LocalWallet::from_text(&key).unwrap_err();
        assert_eq!(error.kind(), WalletErrorKind::Key);
        let message = error.to_string();
        assert!(message.contains(reason) && !message.contains(&key), "{message}");
    }
}

#[test]
fn keys_are_not_printed() {
    let vectors = vectors();
    for (kind, name) in [("evm", "key"), ("solana", "key")] {
        let key = text(&list(&vectors, kind)[0], name);
        let wallet = LocalWallet::from_text(key).unwrap();
        let shown = format!("{wallet:?}");
        assert!(shown.contains("***") && !shown.contains(key.trim_start_matches("0x")), "{shown}");
        let shown = format!("{:?}", Wallet::new(wallet));
        assert!(shown.contains("api.venice.ai") && !shown.contains(key.trim_start_matches("0x")), "{shown}");
    }
}

#[tokio::test]
async fn a_wallet_of_one_chain_does_not_sign_payments_of_another() {
    let vectors = vectors();
    let evm = LocalWallet::from_hex(text(&list(&vectors, "evm")[0], "key")).unwrap();
    let error = evm.sign_transaction(b"message").await.unwrap_err();
    assert!(error.to_string().contains("does not sign a payment on Solana"), "{error}");
}

#[tokio::test]
async fn a_sign_in_that_the_api_would_refuse_is_not_signed() {
    let vectors = vectors();
    let wallet = || Wallet::new(LocalWallet::from_hex(text(&list(&vectors, "evm")[0], "key")).unwrap());
    let minutes = |minutes: u64| std::time::Duration::from_secs(60 * minutes);
    for (wallet, reason) in [
        (wallet().with_time_to_live(minutes(6)), "at most"),
        (wallet().with_time_to_live(minutes(0)), "more than 0"),
        (wallet().with_domain(""), "domain is empty"),
        (wallet().with_uri("https://api.venice.ai\nNonce: 1"), "URI has a line break"),
        (wallet().with_statement("Yes\r\n"), "statement has a line break"),
    ] {
        let error = wallet.sign_in().await.unwrap_err().to_string();
        assert!(error.contains(reason), "{reason}: {error}");
    }
}

#[test]
fn times_are_written_with_milliseconds() {
    use super::sign_in::iso8601;
    use std::time::Duration;
    for (millis, expected) in [
        (0, "1970-01-01T00:00:00.000Z"),
        (951_782_399_999, "2000-02-28T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (951_868_800_000, "2000-03-01T00:00:00.000Z"),
        (1_767_225_600_000, "2026-01-01T00:00:00.000Z"),
        (1_798_761_599_001, "2026-12-31T23:59:59.001Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ] {
        assert_eq!(iso8601(Duration::from_millis(millis)), expected);
    }
}
