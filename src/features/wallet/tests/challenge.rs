//! Challenges that a wallet signs, and those that it does not.

use std::time::{Duration, SystemTime};

use reqwest::Url;

use super::*;
use crate::features::wallet::challenge::{SignInChallenge, SignInFields};

/// 2026-01-01T00:00:10Z.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_610)
}

fn challenge() -> SignInChallenge {
    let fields = SignInFields {
        domain: "api.venice.ai".to_owned(),
        uri: "https://api.venice.ai/api/v1/chat/completions".to_owned(),
        version: "1".to_owned(),
        nonce: "0123456789abcdef".to_owned(),
        issued_at: "2026-01-01T00:00:00.000Z".to_owned(),
        expiration_time: Some("2026-01-01T00:05:00.000Z".to_owned()),
        not_before: None,
        statement: Some("Sign in to Venice AI".to_owned()),
        resources: Vec::new(),
    };
    SignInChallenge {
        fields,
        chains: vec!["eip155:8453".to_owned(), "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp".to_owned()],
    }
}

#[test]
fn a_challenge_of_another_site_time_or_chain_is_not_signed() {
    let wallet = Wallet::new(LocalWallet::from_hex(text(&list(&vectors(), "evm")[0], "key")).unwrap());
    let url = Url::parse("https://gateway.example:8443/api/v1/chat/completions").unwrap();
    type Change = fn(&mut SignInChallenge);
    let changes: [(Change, bool); 28] = [
        (|_| {}, true),
        (|c| c.fields.domain = "venice.ai".to_owned(), true),
        (|c| c.fields.domain = "API.venice.ai".to_owned(), true),
        (|c| c.fields.domain = "gateway.example".to_owned(), true),
        (|c| c.fields.domain = "gateway.example:8443".to_owned(), true),
        (|c| c.fields.domain = "evil.example".to_owned(), false),
        (|c| c.fields.domain = "api.venice.ai.evil.example".to_owned(), false),
        (|c| c.fields.domain = "evil-venice.ai".to_owned(), false),
        (|c| c.fields.domain = "https://api.venice.ai".to_owned(), false),
        (|c| c.fields.domain = "api.venice.ai\nevil.example".to_owned(), false),
        (|c| c.fields.domain = String::new(), false),
        (|c| c.fields.uri = "https://evil.example/".to_owned(), false),
        (|c| c.fields.uri = "https://api.venice.ai@evil.example/".to_owned(), false),
        (|c| c.fields.uri = "not a URL".to_owned(), false),
        (|c| c.fields.uri = "ftp://api.venice.ai/".to_owned(), false),
        (|c| c.fields.version = "2".to_owned(), false),
        (|c| c.fields.nonce = "short".to_owned(), false),
        (|c| c.fields.nonce = "0123456789abcdef\nURI: x".to_owned(), false),
        (|c| c.fields.statement = Some("yes\nURI: https://evil.example".to_owned()), false),
        (|c| c.fields.statement = Some("yes\u{2028}URI: https://evil.example".to_owned()), false),
        (|c| c.fields.resources = vec!["https://a.example\u{2029}Resources:".to_owned()], false),
        (|c| c.fields.issued_at = "2025-12-31T23:55:00.000Z".to_owned(), false),
        (|c| c.fields.issued_at = "2026-01-01T00:01:00.000Z".to_owned(), false),
        (|c| c.fields.issued_at = "now".to_owned(), false),
        (|c| c.fields.expiration_time = Some("2026-01-01T00:00:10.000Z".to_owned()), false),
        (|c| c.fields.not_before = Some("2026-01-01T01:00:00.000Z".to_owned()), false),
        (|c| c.chains = vec!["eip155:1".to_owned()], false),
        (|c| c.chains = vec!["8453".to_owned()], true),
    ];
    for (change, accepted) in changes {
        let mut challenge = challenge();
        change(&mut challenge);
        assert_eq!(wallet.accepts_challenge(&challenge, &url, now()), accepted, "{challenge:?}");
    }
    let never = wallet.clone().with_challenges(false);
    assert!(!never.accepts_challenge(&challenge(), &url, now()));
    let own = wallet.with_domain("wallet.example");
    let mut of_own = challenge();
    of_own.fields.domain = "wallet.example".to_owned();
    assert!(own.accepts_challenge(&of_own, &url, now()));
}
