//! Path parameters: any text stays one path segment.

use venice_ai::types::{CharacterReviewsParams, JsonRpcRequest};
use venice_ai::{Client, ErrorKind};

use crate::support::{Answer, Server, once};

/// Texts that would reach another endpoint without encoding.
const HOSTILE: [&str; 12] = [
    "..\\..\\billing\\balance",
    "..\\characters\\x",
    "x\\..\\..\\..\\..\\admin",
    "\\\\evil.example\\x",
    "a/../../b",
    "%2e%2e/x",
    "%2E%2E",
    "..%5c..",
    "x?y=1#z",
    "https://evil.example/x",
    "a\r\nb\0\t",
    "...",
];

fn answering() -> (Server, Client) {
    let server = Server::answering([Answer::json(200, "{}")]);
    let client = once(&server);
    (server, client)
}

/// Asserts that the path of the last request is the segments before, an encoded one, and the segments after.
#[track_caller]
fn assert_one_segment(server: &Server, before: &str, text: &str, behind: &str) {
    let target = server.requests().pop().expect("nothing was sent").target;
    let inner = target.strip_prefix(before).and_then(|rest| rest.strip_suffix(behind));
    let inner = inner.unwrap_or_else(|| panic!("{text:?} went to {target}"));
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte);
    assert!(inner.bytes().all(unreserved) && inner != "." && inner != "..", "{text:?} went to {target}");
}

#[tokio::test]
async fn no_text_leaves_its_segment() {
    let (server, client) = answering();
    let ascii: Vec<String> = (0..=127_u8).map(|byte| format!("a{}b", char::from(byte))).collect();
    for text in HOSTILE.into_iter().chain(ascii.iter().map(String::as_str)) {
        // How the API handles such a text does not matter here.
        let _ = client.api_keys().retrieve(text).await;
        assert_one_segment(&server, "/api/v1/api_keys/", text, "");
    }
    assert_eq!(server.count(), HOSTILE.len() + 128);
}

#[tokio::test]
async fn no_text_leaves_its_segment_when_validation_is_off() {
    let (server, client) = answering();
    for text in HOSTILE {
        let _ = client.raw().get_api_key_by_id(text).with_validation(false).await;
        assert_one_segment(&server, "/api/v1/api_keys/", text, "");
        let _ = client.characters().retrieve(text).with_validation(false).await;
        assert_one_segment(&server, "/api/v1/characters/", text, "");
        let _ = client.raw().get_character_reviews(text, &CharacterReviewsParams::new()).with_validation(false).await;
        assert_one_segment(&server, "/api/v1/characters/", text, "/reviews");
        let call = client.raw().get_x402_balance(text, None).with_validation(false);
        let _ = call.with_header("sign-in-with-x", "signed").await;
        assert_one_segment(&server, "/api/v1/x402/balance/", text, "");
        let _ = client.crypto_rpc().call(text, JsonRpcRequest::new("eth_blockNumber")).with_validation(false).await;
        assert_one_segment(&server, "/api/v1/crypto/rpc/", text, "");
    }
}

#[tokio::test]
async fn a_text_that_makes_no_segment_is_always_rejected() {
    let (server, client) = answering();
    for text in ["", " ", ".", ".."] {
        for validate in [true, false] {
            let errors = [
                client.api_keys().retrieve(text).with_validation(validate).await.map(drop).unwrap_err(),
                client.characters().retrieve(text).with_validation(validate).await.map(drop).unwrap_err(),
                client.raw().get_x402_balance(text, None).with_validation(validate).await.map(drop).unwrap_err(),
            ];
            for error in errors {
                assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{text:?}: {error}");
            }
        }
    }
    assert_eq!(server.connections(), 0);
}
