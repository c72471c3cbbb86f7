//! Everything that leaves the process, searched for the plaintext.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use venice_ai::{ErrorKind, RetryPolicy};
use venice_ai_mock::{Answer, Fault};

use super::{CHAT, drained, mock, session};
use crate::support::spans::Recorder;

/// Words that are nowhere else.
const SECRETS: [&str; 4] = ["xylophonist", "quarantania", "zibaldone", "pomegranate"];

/// The forms in which a text could leave: as it is, in JSON and URLs, in hex, in base64 of each alignment, reversed.
fn forms(word: &str) -> Vec<Vec<u8>> {
    use base64::Engine as _;
    let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
    // Only the characters that do not depend on what is around the word.
    let base64 = |skip: usize| {
        let text = base64::engine::general_purpose::STANDARD.encode(format!("{}{word}", "?".repeat(skip)));
        text.as_bytes()[(skip * 8).div_ceil(6)..(skip + word.len()) * 8 / 6].to_vec()
    };
    let mut forms =
        vec![word.into(), word.to_uppercase().into_bytes(), hex.to_uppercase().into_bytes(), hex.into_bytes()];
    forms.extend((0..3).map(base64));
    forms.push(word.bytes().rev().collect());
    forms
}

fn assert_absent(place: &str, bytes: &[u8]) {
    for word in SECRETS {
        for form in forms(word) {
            assert!(form.len() > 6);
            let found = bytes.windows(form.len()).any(|window| window == form);
            assert!(!found, "{word} is in {place} as {:?}", String::from_utf8_lossy(&form));
        }
    }
}

#[tokio::test]
async fn the_plaintext_is_in_nothing_that_leaves_the_process() {
    let [system, user, answer, _] = SECRETS;
    let (mock, _) = mock().await;
    let (address, seen) = relay(mock.base_url()).await;
    let venice = mock.client_builder().base_url(address).retry(RetryPolicy::disabled()).build().unwrap();
    let recorder = Recorder::new();
    let _recording = tracing::subscriber::set_default(recorder.clone());
    let session = session(&mock, &venice).await;
    let chat = session.chat().system(format!("You are a {system}.")).user(format!("My {user} hurts."));
    // An ordinary exchange, one with retries and errors, and one that is renewed.
    let quiet = chat.send().await.unwrap();
    assert!(quiet.text.contains(user));
    mock.fault(Fault::stale_attestation());
    drained(&chat).await;
    // The API echoes what it got in its error texts.
    mock.answer(
        Answer::with(|request| {
            let echo = format!("cannot process {}", String::from_utf8_lossy(&request.body));
            Answer::json(&json!({"error": {"message": echo, "type": "invalid_request_error"}})).status(400)
        })
        .on(CHAT)
        .times(1),
    );
    let echoed = chat.send().await.unwrap_err();
    assert_eq!(echoed.kind(), ErrorKind::InvalidRequest);
    assert!(echoed.message().contains("cannot process"));
    let text = format!("the {answer}");
    mock.answer(
        Answer::with(move |request| {
            let delta = json!({"content": request.encrypt(&text)});
            Answer::events([json!({"id": "1", "object": "", "created": 0, "model": "arsenale-coder",
            "choices": [{"index": 0, "delta": delta, "finish_reason": "stop"}]})])
        })
        .on(CHAT)
        .times(1),
    );
    let reply = chat.send().await.unwrap();
    assert!(reply.text.contains(answer), "the caller gets it");
    let stream = chat.stream().await.unwrap();

    let bytes = seen.lock().unwrap().clone();
    assert!(bytes.len() > 20_000, "{} bytes", bytes.len());
    assert_absent("the connections", &bytes);
    let mut shown = String::new();
    write!(shown, "{chat:?} {session:?} {stream:?} {reply:?} {echoed:?} {echoed} {venice:?}").unwrap();
    assert_absent("what is printed", shown.as_bytes());
    let logged = recorder.dump();
    #[cfg(feature = "spans")]
    assert!(logged.contains("createChatCompletion"), "{logged}");
    assert_absent("the log", logged.as_bytes());
    assert!(echoed.body().is_some_and(|body| !body.is_empty()));
    assert_absent("the body of an error", echoed.body().unwrap());
}

/// A base URL whose connections are passed on to another one, and all of their bytes, in both directions.
async fn relay(base_url: &str) -> (String, Arc<Mutex<Vec<u8>>>) {
    let (address, path) = base_url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let (target, seen) = (address.to_owned(), Arc::new(Mutex::new(Vec::new())));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/{path}", listener.local_addr().unwrap());
    let all = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = TcpStream::connect(&target).await.unwrap().into_split();
            tokio::spawn(pass_on(from_client, to_server, Arc::clone(&all)));
            tokio::spawn(pass_on(from_server, to_client, Arc::clone(&all)));
        }
    });
    (url, seen)
}

async fn pass_on(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    seen: Arc<Mutex<Vec<u8>>>,
) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        seen.lock().unwrap().extend_from_slice(&bytes[..count]);
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
