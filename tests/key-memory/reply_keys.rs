//! Messages of encrypted chats, and the keys that decrypt their answers, are wiped before their memory is freed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod searching;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use k256::ecdh::diffie_hellman;
use k256::elliptic_curve::sec1::ToSec1Point;
use k256::{PublicKey, SecretKey};
use sha2::Sha256;

use self::searching::{found, kept, parts_of, search_for};

const QUESTION: &str = "Is this mole worrying? Only you may know it.";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn point(key: &SecretKey) -> Vec<u8> {
    key.public_key().to_sec1_point(false).as_bytes().to_vec()
}

/// A request: its first line, its headers, and its body.
fn request(stream: &mut BufReader<TcpStream>) -> (String, Vec<(String, String)>, Vec<u8>) {
    let mut line = || {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    };
    let first = line();
    let headers: Vec<_> =
        std::iter::from_fn(|| line().split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())))
            .collect();
    let length =
        headers.iter().find(|header| header.0 == "content-length").map_or(0, |header| header.1.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (first, headers, body)
}

/// Attests a key, then answers one chat with an encrypted chunk, whose keys are searched for from then on.
fn serve(listener: TcpListener) {
    let (stream, _) = listener.accept().unwrap();
    let mut stream = BufReader::new(stream);
    let key = SecretKey::from_slice(&[7; 32]).unwrap();
    loop {
        let (first, headers, body) = request(&mut stream);
        let (media, reply) = match first.split_once("nonce=") {
            Some((_, rest)) => {
                let nonce = rest.split(['&', ' ']).next().unwrap();
                let key = hex(&point(&key));
                (
                    "application/json",
                    format!(r#"{{"verified": true, "nonce": "{nonce}", "signing_public_key": "{key}"}}"#),
                )
            }
            None => {
                assert!(!body.windows(8).any(|window| window == &QUESTION.as_bytes()[..8]));
                let client = headers.iter().find(|header| header.0 == "x-venice-tee-client-pub-key").unwrap();
                ("text/event-stream", answer(&client.1))
            }
        };
        let length = reply.len();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {media}\r\ncontent-length: {length}\r\n\r\n");
        stream.get_mut().write_all(format!("{head}{reply}").as_bytes()).unwrap();
        if media == "text/event-stream" {
            return;
        }
    }
}

fn answer(client: &str) -> String {
    let bytes: Vec<u8> =
        (0..130).step_by(2).map(|place| u8::from_str_radix(&client[place..place + 2], 16).unwrap()).collect();
    let ephemeral = SecretKey::from_slice(&[9; 32]).unwrap();
    let client = PublicKey::from_sec1_bytes(&bytes).unwrap();
    let shared = diffie_hellman(ephemeral.to_nonzero_scalar(), client.as_affine());
    let mut derived = [0; 32];
    shared.extract::<Sha256>(None).expand(b"ecdsa_encryption", &mut derived).unwrap();
    let sealed = Aes256Gcm::new(&derived.into()).encrypt(&Nonce::from([1; 12]), &b"It is not."[..]).unwrap();
    let reversed: Vec<u8> = shared.raw_secret_bytes().iter().rev().copied().collect();
    search_for([&shared.raw_secret_bytes()[..], &reversed, &derived].into_iter().flat_map(parts_of).collect());
    let envelope = hex(&[&point(&ephemeral)[..], &[1; 12], &sealed].concat());
    let chunk = format!(
        r#"{{"id": "1", "object": "", "created": 0, "model": "m", "choices": [{{"index": 0, "delta": {{"content": "{envelope}"}}, "finish_reason": "stop"}}]}}"#
    );
    // The search finds them, and is not to find the test's own.
    std::mem::forget(reversed);
    drop(derived.to_vec());
    assert_eq!(found(), 1);
    format!("data: {chunk}\n\ndata: [DONE]\n\n")
}

#[test]
fn messages_and_reply_keys_are_wiped_before_their_memory_is_freed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/api/v1", listener.local_addr().unwrap());
    let question = kept(QUESTION.to_owned());
    search_for(parts_of(question.as_bytes()).into());
    drop(question.to_owned());
    assert_eq!(found(), 1, "the search finds the question");
    let server = std::thread::spawn(move || serve(listener));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let venice = venice_ai::Client::builder().api_key("vk-test").base_url(url).no_proxy().build().unwrap();
        let session = venice.e2ee("m").accept_claimed_attestation().await.unwrap();
        let chat = session.chat().user(question);
        assert_eq!(chat.clone().send().await.unwrap().text, "It is not.");
        drop((chat, session));
    });
    server.join().unwrap();
    assert_eq!(found(), 0);
}
