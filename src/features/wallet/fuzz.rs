//! `wallet`: the fuzz target of what a 402 asks a wallet to sign or to pay, of ledgers and of addresses.

#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode, Url};

use super::challenge::SignInChallenge;
use super::requirement::Requirement;
use super::sign_in::SignInMessage;
use super::{LocalWallet, PaymentEvent, TopUpPolicy, Wallet, WalletAddress};
use crate::runtime::error::PaymentRequired;
use crate::runtime::media::base64;
use crate::runtime::meta::Meta;
use crate::runtime::operation::OperationRef;
use crate::runtime::transport::Scope;

/// One wallet of each chain.
static WALLETS: LazyLock<[Wallet; 2]> = LazyLock::new(|| {
    let wallets = [LocalWallet::from_evm_bytes(&[7; 32]), LocalWallet::from_solana_bytes(&[7; 32])];
    wallets.map(|wallet| Wallet::new(wallet.unwrap()))
});

/// Nothing is signed for another site, in another form or for another recipient than the API's; ledgers and addresses are the same when
/// they are written and read again.
pub fn wallet(data: &[u8]) {
    if let Some(event) = PaymentEvent::of_line(data) {
        assert_eq!(PaymentEvent::of_line(event.to_line().as_bytes()), Some(event));
    }
    if let Some(address) = std::str::from_utf8(data).ok().and_then(|text| text.trim().parse::<WalletAddress>().ok()) {
        assert_eq!(address.to_string().parse::<WalletAddress>().unwrap(), address);
    }
    let scope = Scope::new(OperationRef::ad_hoc(&Method::POST, "/fuzz"), None);
    let body = Bytes::copy_from_slice(data);
    let mut headers = HeaderMap::new();
    headers.insert("payment-required", HeaderValue::try_from(base64::encoded(data)).unwrap());
    for (headers, body) in
        [(HeaderMap::new(), body), (headers, Bytes::from_static(br#"{"x402Version":2,"accepts":[]}"#))]
    {
        let meta = Meta::new(StatusCode::PAYMENT_REQUIRED, headers, SystemTime::UNIX_EPOCH, 1);
        let error = scope.api_error(meta, body);
        SignInChallenge::of(&error).iter().for_each(assert_challenge);
        if let Some(PaymentRequired::Challenge(challenge)) = error.payment_required() {
            for wallet in &*WALLETS {
                let payer = wallet.address();
                let Ok(chosen) = Requirement::choose(challenge, payer, &TopUpPolicy::default()) else { continue };
                assert_eq!((chosen.chain, chosen.recipient), (payer.chain(), payer.chain().known_recipient()));
                assert!(chosen.minimum > 0 && chosen.time_limit <= Duration::from_secs(600));
            }
            challenge.accepts.iter().for_each(|option| _ = option.amount_usd());
        }
    }
}

fn assert_challenge(challenge: &SignInChallenge) {
    let url = Url::parse("https://api.venice.ai/api/v1/chat/completions").unwrap();
    // 2026-01-01T00:00:10Z.
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_610);
    for wallet in WALLETS.iter().filter(|wallet| wallet.accepts_challenge(challenge, &url, now)) {
        let fields = challenge.fields.clone();
        assert!(["api.venice.ai", "venice.ai"].iter().any(|own| own.eq_ignore_ascii_case(&fields.domain)));
        let times = usize::from(fields.expiration_time.is_some()) + usize::from(fields.not_before.is_some());
        let resources = if fields.resources.is_empty() { 0 } else { 1 + fields.resources.len() };
        let lines = 9 + usize::from(fields.statement.is_some()) + times + resources;
        let text = SignInMessage { address: wallet.address(), fields }.text();
        assert_eq!(text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).count(), lines, "{text}");
    }
}
