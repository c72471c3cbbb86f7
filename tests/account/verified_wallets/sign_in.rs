//! Sign-ins: what the mock accepts, and the code of each refusal.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use venice_ai::types::ChatCompletionRequest;
use venice_ai::wallet::{LocalWallet, Wallet, WalletSigner};

use super::{Draft, at, chat, encoded, evm, get, nonce, read, solana, start};

const SIGN_IN: &str = "SIGN-IN-WITH-X";

/// The status and the code of a chat completion that a wallet with credit signs.
async fn outcome(header: &str) -> (u16, String) {
    let mock = start();
    for wallet in [evm(0), solana(0)] {
        mock.wallet(wallet.address()).set_balance(5);
    }
    let (status, body) = read(chat(&mock, Some((SIGN_IN, header))).await).await;
    (status, body["code"].as_str().unwrap_or_default().trim_start_matches("X402_SIGN_IN_").to_owned())
}

/// Every one is signed by its own wallet and refused for something else.
async fn assert_refused(wallet: &LocalWallet, drafts: Vec<(&str, Draft)>) {
    for (code, draft) in drafts {
        let text = draft.text();
        assert_eq!(outcome(&draft.signed(wallet).await).await, (401, code.to_owned()), "{text}");
    }
}

#[tokio::test]
async fn the_sign_ins_of_the_sdk_are_accepted() {
    for wallet in [evm(0), solana(0)] {
        let mock = start();
        mock.wallet(wallet.address()).set_balance(5);
        let wallet = Wallet::new(wallet);
        let venice = venice_ai::Client::builder().base_url(mock.base_url()).no_proxy().wallet(&wallet).build().unwrap();
        for _ in 0..3 {
            venice.chat().create(ChatCompletionRequest::new("default", ["Ciao"])).await.unwrap();
        }
        let balance = venice.x402().balance(wallet.address().to_string()).await.unwrap();
        assert!(balance.can_consume);
    }
}

#[tokio::test]
async fn messages_of_ethers_and_tweetnacl_are_verified() {
    let vectors = super::vectors();
    // Signed on 2026-01-01 and the days after it.
    for number in 0..4 {
        let vector = &vectors["evm"][number];
        let mock = start();
        mock.wallet(vector["address"].as_str().unwrap()).set_balance(5);
        let issued: venice_ai::Timestamp = vector["siwe"]["issued_at"].as_str().unwrap().into();
        let behind = std::time::SystemTime::now().duration_since(issued.to_system_time().unwrap()).unwrap();
        mock.shift_clock(1 - i64::try_from(behind.as_secs()).unwrap());
        let header = json!({
            "address": vector["address"], "message": vector["siwe"]["text"], "signature": vector["siwe"]["signature"], "chainId": 8453,
        });
        let header = encoded(&header);
        assert_eq!(chat(&mock, Some((SIGN_IN, &header))).await.status(), 200, "{number}");
        mock.shift_clock(0);
        assert_eq!(read(chat(&mock, Some((SIGN_IN, &header))).await).await.1["code"], "X402_SIGN_IN_EXPIRED");
    }
}

#[tokio::test]
async fn each_form_of_a_sign_in_is_accepted() {
    let (ours, theirs) = (evm(0), solana(0));
    let (draft, solana) = (|| Draft::new(&ours), || Draft::new(&theirs));
    let mut no_statement = draft();
    no_statement.statement = None;
    let mut site = draft();
    site.domain = "https://venice.ai:443/sign-in".to_owned();
    let mut headers = Vec::new();
    for draft in [
        draft(),
        draft().header("chainId", 8453),
        draft().header("chainId", "8453"),
        draft().header("chainId", "eip155:8453"),
        draft().header("type", "eip191"),
        draft().header("address", ours.address().to_string().to_lowercase()),
        draft().with("URI", "anything").with("Expiration Time", at(60)).with("Not Before", at(-60)),
        draft().with("Issued At", at(-290)),
        draft().with("Issued At", at(20)),
        no_statement,
        site,
    ] {
        headers.push((draft.text(), draft.signed(&ours).await));
    }
    for draft in [
        solana(),
        solana().with("Chain ID", "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"),
        solana().header("chainId", "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"),
        solana().header("chainId", "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"),
        solana().with("Expiration Time", at(60)),
    ] {
        headers.push((draft.text(), draft.signed(&theirs).await));
    }
    let draft = solana();
    let text = draft.text();
    let signature = theirs.sign_message(text.as_bytes()).await.unwrap();
    let base64 = STANDARD.encode(signature);
    headers.push((text, draft.header("signature", base64).signed(&theirs).await));
    for (text, header) in headers {
        assert_eq!(outcome(&header).await, (200, String::new()), "{text}");
    }
}

#[tokio::test]
async fn the_fields_of_a_message_are_accepted_in_place_of_its_text() {
    let wallet = evm(0);
    let (issued, expires) = (at(0), at(100));
    let draft = Draft::new(&wallet).with("Issued At", issued.clone()).with("Expiration Time", expires.clone());
    let (text, nonce) = (draft.text(), draft.fields[3].1.clone());
    let fields = json!({
        "domain": "api.venice.ai", "uri": "https://api.venice.ai", "nonce": nonce, "issuedAt": issued,
        "chainId": "eip155:8453", "statement": "Sign in to Venice AI", "expirationTime": expires,
    });
    let header = |left_out: &str| {
        let mut draft = draft.clone();
        for (name, value) in fields.as_object().unwrap().iter().filter(|(name, _)| *name != left_out) {
            draft = draft.header(name, value.clone());
        }
        draft
    };
    assert_eq!(outcome(&header("").signed_as(&wallet, &text).await).await, (200, String::new()));
    for (left_out, code) in [
        ("nonce", "MISSING_NONCE"),
        ("domain", "INVALID_PAYLOAD"),
        ("issuedAt", "INVALID_PAYLOAD"),
        ("chainId", "INVALID_CHAIN_ID"),
        ("statement", "INVALID_SIGNATURE"),
    ] {
        assert_eq!(outcome(&header(left_out).signed_as(&wallet, &text).await).await, (401, code.to_owned()));
    }
}

#[tokio::test]
async fn malformed_headers_and_messages_are_refused() {
    for header in ["", "%", "bnVsbA==", "e30="] {
        assert_eq!(outcome(header).await, (401, "INVALID_PAYLOAD".to_owned()), "{header}");
    }
    let wallet = evm(0);
    let draft = || Draft::new(&wallet);
    let mut other_account = draft();
    other_account.account = "Solana";
    let mut line = draft();
    line.statement = Some("Sign in to\nVenice AI");
    let mut order = draft();
    order.fields.swap(1, 2);
    let mut lower = draft();
    lower.address = lower.address.to_lowercase();
    assert_refused(
        &wallet,
        vec![
            ("INVALID_PAYLOAD", draft().header("type", "rsa")),
            ("INVALID_PAYLOAD", draft().header("timestamp", "now")),
            ("INVALID_PAYLOAD", draft().header("signature", 7)),
            ("PARSE_ERROR", draft().without("URI")),
            ("PARSE_ERROR", draft().with("Colour", "red")),
            ("PARSE_ERROR", draft().with("Issued At", format!("{}\n", at(0)))),
            ("PARSE_ERROR", draft().with("Nonce", "0123456789abcdef\r")),
            ("PARSE_ERROR", line),
            ("PARSE_ERROR", other_account),
            ("PARSE_ERROR", order),
            ("PARSE_ERROR", draft().header("type", "ed25519")),
            ("INVALID_MESSAGE", draft().with("Version", "2")),
            ("INVALID_MESSAGE", draft().without("Version")),
            ("INVALID_MESSAGE", draft().without("Issued At")),
            ("INVALID_MESSAGE", draft().with("Issued At", "yesterday")),
            ("INVALID_MESSAGE", draft().with("Expiration Time", "2026-02-30T00:00:00Z")),
            ("INVALID_MESSAGE", draft().with("Nonce", "short")),
            ("INVALID_MESSAGE", lower),
            ("MISSING_NONCE", draft().without("Nonce")),
        ],
    )
    .await;
}

#[tokio::test]
async fn other_domains_chains_and_wallets_are_refused() {
    let wallet = evm(0);
    let draft = || Draft::new(&wallet);
    let mut domain = draft();
    domain.domain = "outerface.example.com".to_owned();
    let mut wrong_checksum = draft();
    wrong_checksum.address = "0x52908400098527886E0F7030069857D2E4169eE7".to_owned();
    assert_refused(
        &wallet,
        vec![
            ("DOMAIN_MISMATCH", domain),
            ("ADDRESS_MISMATCH", draft().header("address", evm(1).address().to_string())),
            ("INVALID_WALLET", draft().header("address", "0x12")),
            ("INVALID_WALLET", draft().header("address", solana(0).address().to_string())),
            ("INVALID_WALLET", wrong_checksum),
            ("INVALID_CHAIN_ID", draft().header("chainId", "base")),
            ("INVALID_CHAIN_ID", draft().header("chainId", true)),
            ("INVALID_CHAIN_ID", draft().with("Chain ID", "x")),
            ("CHAIN_MISMATCH", draft().header("chainId", 1)),
            ("CHAIN_MISMATCH", draft().header("chainId", "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp")),
            ("CHAIN_MISMATCH", draft().without("Chain ID").header("chainId", 8453)),
            ("UNSUPPORTED_CHAIN", draft().without("Chain ID")),
            ("UNSUPPORTED_CHAIN", draft().with("Chain ID", "84532")),
        ],
    )
    .await;
    let theirs = solana(0);
    let cluster = "EtWTRABZaYq6iMfeYKouRu166VU2xqa1";
    assert_refused(
        &theirs,
        vec![
            ("UNSUPPORTED_CHAIN", Draft::new(&theirs).with("Chain ID", cluster)),
            ("CHAIN_MISMATCH", Draft::new(&theirs).with("Chain ID", "8453")),
            ("ADDRESS_MISMATCH", Draft::new(&theirs).header("address", solana(1).address().to_string())),
            ("INVALID_WALLET", Draft::new(&theirs).header("address", evm(1).address().to_string())),
        ],
    )
    .await;
}

#[tokio::test]
async fn signatures_of_another_wallet_or_text_are_refused() {
    let refused = (401, "INVALID_SIGNATURE".to_owned());
    for (wallet, other) in [(evm(0), evm(1)), (solana(0), solana(1))] {
        let header = Draft::new(&wallet).signed(&other).await;
        assert_eq!(outcome(&header).await, refused);
        let draft = Draft::new(&wallet);
        let text = draft.text();
        let header = draft.header("message", text.clone()).signed_as(&wallet, &format!("{text} ")).await;
        assert_eq!(outcome(&header).await, refused);
        for signature in ["0x", "0x12", "zz", &format!("0x{}", "0".repeat(130)), &format!("0x{}", "f".repeat(130))] {
            let header = Draft::new(&wallet).header("signature", signature).signed(&wallet).await;
            assert_eq!(outcome(&header).await, refused, "{signature}");
        }
    }
    // The same signature with a high `s`, which no contract accepts.
    let wallet = evm(0);
    let draft = Draft::new(&wallet);
    let signature = wallet.sign_message(draft.text().as_bytes()).await.unwrap();
    let order = [
        0xff_u8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xba, 0xae,
        0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
    ];
    let mut high = signature.clone();
    let mut borrow = 0_i16;
    for place in (0..32).rev() {
        let difference = i16::from(order[place]) - i16::from(signature[32 + place]) - borrow;
        borrow = i16::from(difference < 0);
        high[32 + place] = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    high[64] = 55 - signature[64];
    let header = draft.header("signature", super::hex(&high)).signed(&wallet).await;
    assert_eq!(outcome(&header).await, refused);
}

#[tokio::test]
async fn times_are_those_of_the_clock_of_the_mock() {
    let wallet = evm(0);
    let draft = || Draft::new(&wallet);
    let ms = |seconds: i64| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
        Value::from(i64::try_from(now).unwrap() + 1000 * seconds)
    };
    assert_refused(
        &wallet,
        vec![
            ("EXPIRED", draft().with("Issued At", at(-320))),
            ("EXPIRED", draft().with("Issued At", at(-60)).with("Expiration Time", at(-1))),
            ("FUTURE_TIMESTAMP", draft().with("Issued At", at(60))),
            ("NOT_BEFORE", draft().with("Not Before", at(60))),
            ("TIMESTAMP_MISMATCH", draft().header("timestamp", ms(60))),
            ("TIMESTAMP_MISMATCH", draft().header("timestamp", ms(-60))),
        ],
    )
    .await;
    assert_eq!(outcome(&draft().header("timestamp", ms(10)).signed(&wallet).await).await.0, 200);

    let mock = start();
    mock.shift_clock(-3600);
    let reply = chat(&mock, Some((SIGN_IN, &draft().signed(&wallet).await))).await;
    let date = httpdate::parse_http_date(reply.headers()["date"].to_str().unwrap()).unwrap();
    let behind = std::time::SystemTime::now().duration_since(date).unwrap().as_secs();
    assert!((3500..3700).contains(&behind), "{behind}");
    assert_eq!(read(reply).await.1["code"], "X402_SIGN_IN_FUTURE_TIMESTAMP");
    mock.shift_clock(3600);
    let (_, body) = read(chat(&mock, Some((SIGN_IN, &draft().signed(&wallet).await))).await).await;
    assert_eq!(body["code"], "X402_SIGN_IN_EXPIRED");
}

#[tokio::test]
async fn a_client_with_a_wrong_clock_is_let_in_after_one_refusal() {
    let mock = start();
    let wallet = Wallet::new(evm(0));
    mock.wallet(wallet.address()).set_balance(5);
    mock.shift_clock(-900);
    let venice = venice_ai::Client::builder().base_url(mock.base_url()).no_proxy().wallet(&wallet).build().unwrap();
    for _ in 0..2 {
        venice.chat().create(ChatCompletionRequest::new("default", ["Ciao"])).await.unwrap();
    }
    assert_eq!(mock.requests().len(), 3);
}

#[tokio::test]
async fn a_nonce_is_taken_once_by_each_wallet_and_for_a_time() {
    let mock = start();
    let (first, second) = (evm(0), evm(1));
    let shared = nonce();
    // The wallets have no credit: a nonce is spent even if the request then fails.
    let header = Draft::new(&first).with("Nonce", &shared).signed(&first).await;
    assert_eq!(chat(&mock, Some((SIGN_IN, &header))).await.status(), 402);
    let (status, body) = read(chat(&mock, Some((SIGN_IN, &header))).await).await;
    assert_eq!((status, &body["code"]), (401, &json!("X402_SIGN_IN_NONCE_REUSED")));
    let header = Draft::new(&second).with("Nonce", &shared).signed(&second).await;
    assert_eq!(chat(&mock, Some((SIGN_IN, &header))).await.status(), 402, "a nonce of another wallet");
    // A signature that is refused spends nothing.
    let other = nonce();
    let forged = Draft::new(&first).with("Nonce", &other).signed(&second).await;
    assert_eq!(chat(&mock, Some((SIGN_IN, &forged))).await.status(), 401);
    let header = Draft::new(&first).with("Nonce", &other).signed(&first).await;
    assert_eq!(chat(&mock, Some((SIGN_IN, &header))).await.status(), 402);
    // Five and a half minutes later it may be used again.
    mock.shift_clock(340);
    let header = Draft::new(&first).with("Nonce", &shared).with("Issued At", at(340)).signed(&first).await;
    assert_eq!(chat(&mock, Some((SIGN_IN, &header))).await.status(), 402);
}

#[tokio::test]
async fn a_wallet_sees_its_own_balance_alone() {
    let mock = start();
    let (first, second) = (evm(0), evm(1));
    for (what, path) in [("balance", "balance"), ("transactions", "transactions")] {
        let path = format!("/x402/{path}/{}", first.address());
        let header = Draft::new(&second).signed(&second).await;
        let (status, body) = read(get(&mock, &path, Some((SIGN_IN, &header))).await).await;
        assert_eq!(
            (status, &body),
            (403, &json!({"error": format!("You can only access {what} for your own wallet")}))
        );
        let (status, body) = read(get(&mock, &path, Some((SIGN_IN, "e30="))).await).await;
        assert_eq!((status, &body), (401, &json!({"error": "Invalid Sign-in-with-x signature"})));
        let (status, body) = read(get(&mock, &path, None).await).await;
        assert_eq!((status, &body["accepts"], &body["x402Version"]), (402, &json!([]), &json!(2)));
        // The older name of the header, and the address in lower case.
        let header = Draft::new(&first).signed(&first).await;
        let reply = get(&mock, &path.to_lowercase(), Some(("X-Sign-In-With-X", &header))).await;
        assert_eq!(reply.status(), 200);
    }
}

#[tokio::test]
async fn a_request_without_credentials_is_told_how_to_pay_and_sign_in() {
    let mock = start();
    let reply = chat(&mock, None).await;
    let header = reply.headers()["payment-required"].to_str().unwrap().to_owned();
    let (status, body) = read(reply).await;
    assert_eq!((status, &body["x402Version"]), (402, &json!(2)));
    let accepts = body["accepts"].as_array().unwrap();
    assert_eq!((&accepts[0]["amount"], &accepts[1]["network"]), (&json!("10000000"), &json!("solana")));
    assert_eq!(body["authOptions"]["x402Wallet"]["header"], "SIGN-IN-WITH-X");
    let bytes = STANDARD.decode(header).unwrap();
    let header: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!((&header["accepts"], header.get("authOptions")), (&body["accepts"], None));

    // What the challenge asks for is accepted.
    let info = &body["extensions"]["sign-in-with-x"]["info"];
    let text = |name: &str| info[name].as_str().unwrap().to_owned();
    let wallet = evm(0);
    let mut draft = Draft::new(&wallet).with("URI", text("uri")).with("Nonce", text("nonce"));
    draft.domain = text("domain");
    draft = draft.with("Issued At", text("issuedAt")).with("Expiration Time", text("expirationTime"));
    let reply = chat(&mock, Some((SIGN_IN, &draft.signed(&wallet).await))).await;
    assert_eq!(read(reply).await.1["code"], "PAYMENT_REQUIRED");

    // Operations that only an API key may call answer so as well; with a signature alone they do not.
    assert_eq!(get(&mock, "/api_keys", None).await.status(), 402);
    let header = Draft::new(&wallet).signed(&wallet).await;
    assert_eq!(get(&mock, "/api_keys", Some((SIGN_IN, &header))).await.status(), 401);
    assert_eq!(get(&mock, "/models", None).await.status(), 200);
}

#[tokio::test]
async fn a_text_that_is_no_address_is_reported_by_the_next_request() {
    let mock = start();
    mock.wallet("0x12").set_balance(5);
    assert!(mock.verify().unwrap_err().to_string().contains("\"0x12\" is not the address of a wallet"));
    assert_eq!(get(&mock, "/models", None).await.status(), 400);
}

#[tokio::test]
async fn a_payment_is_taken_by_top_ups_only() {
    for name in ["PAYMENT-SIGNATURE", "X-402-Payment", "X-PAYMENT"] {
        let (status, body) = read(chat(&start(), Some((name, "e30="))).await).await;
        assert_eq!((status, &body["code"]), (400, &json!("PAYMENT_HEADER_NOT_ACCEPTED")), "{name}");
    }
}
