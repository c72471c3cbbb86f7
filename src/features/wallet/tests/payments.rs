//! What is checked before a payment is signed, and what is signed.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::super::requirement::{Requirement, base_units};
use super::super::solana::{self, SolanaTransfer};
use super::super::unsigned::Unsigned;
use super::*;
use crate::runtime::error::X402Challenge;

const FEE_PAYER: &str = "BFK9TLC3edb13K6v4YyH3DwPb5DSUpkWvb7XnqCL9b4F";

#[tokio::test]
async fn transactions_of_solana_are_those_of_web3_js_byte_for_byte() {
    for vector in list(&vectors(), "solana") {
        let (wallet, expected) = (LocalWallet::from_base58(text(vector, "key")).unwrap(), &vector["transfer"]);
        let transfer = SolanaTransfer {
            fee_payer: solana::key(FEE_PAYER).unwrap(),
            owner: wallet.address().solana_bytes().unwrap(),
            recipient: Chain::Solana.known_recipient().solana_bytes().unwrap(),
            mint: Chain::Solana.usdc().solana_bytes().unwrap(),
            token_program: solana::key(text(expected, "token_program")).unwrap(),
            amount: text(expected, "amount").parse().unwrap(),
            decimals: 6,
            memo: text(expected, "memo").to_owned(),
            blockhash: solana::key(text(expected, "blockhash")).unwrap(),
        };
        let message = transfer.message().unwrap();
        assert_eq!(hex::encode(&message), text(expected, "message"));
        let signature: [u8; 64] = wallet.sign_transaction(&message).await.unwrap().try_into().unwrap();
        let transaction = SolanaTransfer::transaction(&message, &signature);
        assert_eq!(STANDARD.encode(transaction), text(expected, "transaction"));

        let reject = |change: fn(&mut SolanaTransfer), reason: &str| {
            let mut changed = transfer.clone();
            change(&mut changed);
            let error = changed.message().unwrap_err().to_string();
            assert!(error.contains(reason), "{reason}: {error}");
        };
        reject(|transfer| transfer.amount = 0, "payment of nothing");
        reject(|transfer| transfer.memo = "m".repeat(257), "longer than 256 bytes");
        reject(|transfer| transfer.fee_payer = transfer.owner, "fee payer");
        reject(|transfer| transfer.recipient = transfer.owner, "to the wallet itself");
    }
}

#[test]
fn amounts_are_exact_millionths_of_a_dollar() {
    for (amount, units) in [
        ("5", 5_000_000),
        ("10.00", 10_000_000),
        ("5.000001", 5_000_001),
        ("0.000001", 1),
        ("7.1234560000", 7_123_456),
        ("10000", 10_000_000_000),
    ] {
        assert_eq!(base_units(amount.parse().unwrap()).unwrap(), units, "{amount}");
    }
    for (amount, reason) in [
        ("0", "not positive"),
        ("-5", "not positive"),
        ("5.0000001", "6 decimal places"),
        ("10000.000001", "at most 10000"),
        ("99999999999999999999999999999999", "at most 10000"),
    ] {
        let error = base_units(amount.parse().unwrap()).unwrap_err();
        assert_eq!(error.kind(), WalletErrorKind::Amount);
        assert!(error.to_string().contains(reason), "{amount}: {error}");
    }
}

fn requirements() -> Value {
    serde_json::from_str(include_str!("../../../../tests/fixtures/replies/payment_requirements.json")).unwrap()
}

fn chosen(document: &Value, wallet: WalletAddress, policy: &TopUpPolicy) -> Result<Requirement, WalletError> {
    Requirement::choose(&X402Challenge::read(document).unwrap(), wallet, policy)
}

fn evm() -> LocalWallet {
    LocalWallet::from_hex(text(&list(&vectors(), "evm")[0], "key")).unwrap()
}

fn sol() -> LocalWallet {
    LocalWallet::from_base58(text(&list(&vectors(), "solana")[0], "key")).unwrap()
}

#[test]
fn the_option_on_the_chain_of_the_wallet_is_chosen_in_both_spellings() {
    let policy = TopUpPolicy::default();
    for (wallet, place, names) in
        [(evm(), 0, ["base", "eip155:8453"]), (sol(), 1, ["solana", "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"])]
    {
        for name in names {
            let mut document = requirements();
            document["accepts"][place]["network"] = name.into();
            document["accepts"][place]["protocol"] = "x402".into();
            document["accepts"][place]["version"] = 1.into();
            let requirement = chosen(&document, wallet.address(), &policy).unwrap();
            assert_eq!(requirement.chain, wallet.address().chain());
            assert_eq!(requirement.recipient, requirement.chain.known_recipient());
            let mut expected = document["accepts"][place].clone();
            expected.as_object_mut().unwrap().retain(|name, _| name != "protocol" && name != "version");
            assert_eq!(requirement.accepted, expected, "it is sent back word for word");
        }
    }
}

#[test]
fn what_nobody_should_sign_is_rejected_with_the_reason() {
    use WalletErrorKind::{Address, Amount, Expiry, Network, Recipient, Token, Unsupported};
    type Change = fn(&mut Value);
    let on_base: [(Change, WalletErrorKind, &str); 22] = [
        (|option| option["network"] = "eip155:84532".into(), Network, "the API takes payments on"),
        (|option| option["network"] = "eip155:8543".into(), Network, "eip155:8543"),
        (|option| option["network"] = "Base".into(), Network, "Base"),
        (|option| option["network"] = Value::Null, Network, "solana"),
        (|option| option["scheme"] = "upto".into(), Unsupported, "upto"),
        (|option| option["scheme"] = Value::Null, Unsupported, "scheme"),
        (|option| option["asset"] = "0x036CbD53842c5426634e7929541eC2318f3dCF7e".into(), Token, "not USDC on Base"),
        (|option| option["asset"] = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v".into(), Token, "not USDC on Base"),
        (|option| option["asset"] = Value::Null, Address, "not the address"),
        (|option| option["extra"]["name"] = "USDC".into(), Token, "USDC"),
        (|option| option["extra"]["version"] = "1".into(), Token, "not USDC on Base"),
        (|option| option["extra"]["decimals"] = 18.into(), Token, "not USDC on Base"),
        (|option| option["payTo"] = "0x036CbD53842c5426634e7929541eC2318f3dCF7e".into(), Recipient, "allow_recipient"),
        (|option| option["payTo"] = "0x2670B922ef37C7Df47158725C0CC407b5382293f".into(), Address, "checksum"),
        (|option| option["payTo"] = Value::Null, Address, "not the address"),
        (|option| option["amount"] = "five".into(), Amount, "base units"),
        (|option| option["amount"] = "0".into(), Amount, "base units"),
        (|option| option["amount"] = "-5000000".into(), Amount, "base units"),
        (|option| option["amount"] = "+5000000".into(), Amount, "base units"),
        (|option| option["amount"] = Value::Null, Amount, "base units"),
        (|option| option["maxTimeoutSeconds"] = 601.into(), Expiry, "601s"),
        (|option| option["maxTimeoutSeconds"] = 0.into(), Expiry, "0ns"),
    ];
    let policy = TopUpPolicy::default();
    for (change, kind, reason) in on_base {
        let mut document = requirements();
        change(&mut document["accepts"][0]);
        let error = chosen(&document, evm().address(), &policy).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(reason), "{reason}: {error}");
    }
    let on_solana: [(Change, WalletErrorKind); 5] = [
        (|option| option["network"] = "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1".into(), Network),
        (|option| option["network"] = "solana-devnet".into(), Network),
        (|option| option["asset"] = "4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU".into(), Token),
        (|option| option["extra"] = json!({}), Unsupported),
        (|option| option["extra"]["feePayer"] = "0x2670B922ef37C7Df47158725C0CC407b5382293F".into(), Unsupported),
    ];
    for (change, kind) in on_solana {
        let mut document = requirements();
        change(&mut document["accepts"][1]);
        let error = chosen(&document, sol().address(), &policy).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
    for version in [json!(1), json!("2"), Value::Null] {
        let mut document = requirements();
        document["x402Version"] = version;
        assert_eq!(chosen(&document, evm().address(), &policy).unwrap_err().kind(), Unsupported);
    }
}

#[test]
fn a_recipient_and_a_chain_have_to_be_allowed() {
    let other: WalletAddress = "0x036CbD53842c5426634e7929541eC2318f3dCF7e".parse().unwrap();
    let mut document = requirements();
    document["accepts"][0]["payTo"] = other.to_string().to_lowercase().into();
    let policy = TopUpPolicy::default().allow_recipient(other);
    assert_eq!(chosen(&document, evm().address(), &policy).unwrap().recipient, other);
    let policy = TopUpPolicy::default().allow_recipient(evm().address());
    document["accepts"][0]["payTo"] = evm().address().to_string().into();
    let error = chosen(&document, evm().address(), &policy).unwrap_err();
    assert!(error.to_string().contains("to the wallet itself"), "{error}");

    let policy = TopUpPolicy::default().with_chains([Chain::Solana]);
    assert_eq!(chosen(&requirements(), evm().address(), &policy).unwrap_err().kind(), WalletErrorKind::Network);
    assert!(chosen(&requirements(), sol().address(), &policy).is_ok());
}

#[test]
fn a_second_option_is_taken_if_the_first_is_not_allowed() {
    let mut document = requirements();
    let mut first = document["accepts"][0].clone();
    first["asset"] = "0x036CbD53842c5426634e7929541eC2318f3dCF7e".into();
    document["accepts"].as_array_mut().unwrap().insert(0, first);
    assert!(chosen(&document, evm().address(), &TopUpPolicy::default()).is_ok());
}

#[test]
fn a_payment_expires_when_the_api_says_and_has_a_nonce_of_its_own() {
    let (wallet, policy) = (Wallet::new(evm()), TopUpPolicy::default());
    let requirement = chosen(&requirements(), wallet.address(), &policy).unwrap();
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(1_767_225_600_900);
    let mut nonces = std::collections::HashSet::new();
    for _ in 0..100 {
        let unsigned = Unsigned::new(&requirement, &wallet, 5_000_000, None, now).unwrap();
        let Unsigned::Base(transfer) = &unsigned else { panic!("it is on Base") };
        assert_eq!((transfer.valid_after, transfer.valid_before), (0, 1_767_225_900));
        assert_eq!((transfer.from, transfer.to), (wallet.address(), Chain::Base.known_recipient()));
        assert!(nonces.insert(transfer.nonce));
    }
    let wallet = Wallet::new(sol());
    let requirement = chosen(&requirements(), wallet.address(), &policy).unwrap();
    let blockhash = "DtBcSsbZZ8WbSFUbRXVhceGZFJzEmsUXLs8AYySyeEoA";
    let unsigned = Unsigned::new(&requirement, &wallet, 5_000_000, Some(blockhash), now).unwrap();
    assert_eq!(unsigned.expires(), Duration::from_millis(1_767_225_660_900));
    for blockhash in [None, Some(""), Some("0OIl"), Some("3yZe7d")] {
        assert!(Unsigned::new(&requirement, &wallet, 5_000_000, blockhash, now).is_err());
    }
}

#[test]
fn a_transfer_that_no_chain_would_execute_is_rejected() {
    let transfer = || TransferAuthorization {
        from: evm().address(),
        to: Chain::Base.known_recipient(),
        value: 5_000_000,
        valid_after: 0,
        valid_before: 1000,
        nonce: [7; 32],
        token_name: "USD Coin".to_owned(),
        token_version: "2".to_owned(),
        chain_id: 8453,
        token: Chain::Base.usdc(),
    };
    transfer().check(999).unwrap();
    type Change = fn(&mut TransferAuthorization);
    let changes: [(Change, WalletErrorKind); 5] = [
        (|transfer| transfer.value = 0, WalletErrorKind::Amount),
        (|transfer| transfer.valid_before = 999, WalletErrorKind::Expiry),
        (|transfer| transfer.valid_after = 1000, WalletErrorKind::Expiry),
        (|transfer| transfer.to = Chain::Solana.known_recipient(), WalletErrorKind::Network),
        (|transfer| transfer.token = Chain::Solana.usdc(), WalletErrorKind::Network),
    ];
    for (change, kind) in changes {
        let mut changed = transfer();
        change(&mut changed);
        assert_eq!(changed.check(999).unwrap_err().kind(), kind);
    }
}
