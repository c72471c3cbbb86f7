//! Memory and work of a reply.

use serde_json::Value;
use venice_ai::http::Method;
use venice_ai::{ErrorKind, Upload};

use crate::support::measured::assert_linear;
use crate::support::{Answer, Server, builder, once, replying};

const MIB: usize = 1024 * 1024;

/// A JSON text of so many bytes.
fn text(bytes: usize) -> String {
    format!("\"{}\"", "x".repeat(bytes - 2))
}

#[tokio::test]
async fn a_json_reply_may_have_32_mib_unless_said_otherwise() {
    let announced = Answer::head(200, &[("content-type", "application/json"), ("content-length", "33554433")]).hang();
    let (_server, venice) = replying(announced);
    let error = venice.request::<Value>(Method::GET, "/x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("33554432 bytes") && error.to_string().contains("max_reply_bytes"), "{error}");
}

#[tokio::test]
async fn the_limit_of_a_json_reply_is_set_for_the_client_and_for_a_call() {
    let server = Server::answering([Answer::json(200, &text(1000))]);
    let venice = builder(&server).max_reply_bytes(999).build().unwrap();
    let call = || venice.request::<Value>(Method::GET, "/x");
    let error = call().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Decode && error.to_string().contains("999 bytes"), "{error}");
    call().with_max_reply_bytes(1000).await.unwrap();
    let raw = || venice.request_raw(Method::GET, "/x");
    assert_eq!(raw().await.unwrap().json::<Value>().await.unwrap_err().kind(), ErrorKind::Decode);
    raw().with_max_reply_bytes(1000).await.unwrap().json::<Value>().await.unwrap();
    assert_eq!(raw().await.unwrap().bytes().await.unwrap().len(), 1000, "bytes are not JSON");
}

#[tokio::test]
async fn images_in_json_may_be_larger_than_other_json() {
    let body = format!("{{\"id\": \"i\", \"images\": [\"{}\"]}}", "AAAA".repeat(9 * MIB));
    let (_server, venice) = replying(Answer::json(200, &body));
    let request = venice_ai::types::GenerateImageRequest::new("z-image-turbo", "a canal");
    let images = venice.images().generate(request).await.unwrap();
    assert_eq!(images.len(), 1);
}

#[tokio::test]
async fn json_that_is_small_and_takes_much_memory_is_rejected() {
    let body = format!("{{\"data\":[{}{{}}]}}", "{},".repeat(MIB));
    let (_server, venice) = replying(Answer::json(200, &body));
    let call = || venice.request::<Value>(Method::GET, "/x");
    let error = call().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Decode && error.to_string().contains("memory"), "{error}");
    let raw = venice.request_raw(Method::GET, "/x").await.unwrap();
    assert!(raw.json::<Value>().await.unwrap_err().to_string().contains("memory"));
    let value = call().with_max_reply_bytes(128 * MIB).await.unwrap();
    assert_eq!(value["data"].as_array().unwrap().len(), MIB + 1);
}

/// A reply of white space in pieces of one byte, without a known kind.
#[test]
fn white_space_before_a_reply_is_looked_at_once() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_linear(4000, |pieces| {
        let blank = "1\r\n \r\n".repeat(pieces);
        let (_server, venice) =
            replying(Answer::head(200, &[("transfer-encoding", "chunked")]).send(blank).chunk("{}").chunk(""));
        let image = Upload::bytes("a.png", &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x06\0\0\0"[..]);
        let outcome = runtime.block_on(venice.images().remove_background(image).with_validation(false).into_future());
        assert!(outcome.unwrap_err().to_string().contains("not a file"));
    });
}

#[test]
fn an_upload_that_says_it_has_the_longest_length_is_an_error_and_no_panic() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = Server::answering([Answer::json(200, "{\"text\": \"\"}")]);
    let file = Upload::blocking_reader("a.wav", std::io::Cursor::new(b"RIFF")).length(u64::MAX);
    let request = venice_ai::types::CreateTranscriptionRequest::new("m", file);
    let call = once(&server).raw().create_transcription(&request).with_validation(false);
    let error = runtime.block_on(call.into_future()).unwrap_err();
    assert!(error.to_string().contains("ended after 4 of"), "{error}");
}

#[cfg(target_os = "linux")]
mod memory {
    use venice_ai::types::ChatCompletionRequest;

    use super::*;
    use crate::support::measured::{client_in_child, in_child, peak_kib};

    const SERVER: &str = "REPLY_LIMITS_URL";

    /// The client, in its own process.
    #[test]
    #[ignore = "the other tests of this module run it in a process of its own"]
    fn the_client() {
        let (runtime, venice) = client_in_child(SERVER);
        let before = peak_kib();
        let call = venice.chat().create(ChatCompletionRequest::new("default", ["Hello"]));
        let error = runtime.block_on(call.into_future()).unwrap_err();
        assert!(error.to_string().len() < 1000 && format!("{error:?}").len() < 40_000);
        assert!(error.field_errors().len() <= 64);
        let grown = peak_kib() - before;
        println!("{grown} KiB: {}", error.kind() as u32);
        assert!(grown < 64 * 1024, "{grown} KiB");
    }

    fn client_of(answer: Answer) {
        let server = Server::answering([answer]);
        in_child(module_path!(), "the_client", (SERVER, &server.url("/api/v1")));
    }

    #[test]
    fn an_error_body_with_a_long_name_and_many_messages_takes_little_memory() {
        let messages = "\"\",".repeat(20_000);
        let name = "k".repeat(40_000);
        client_of(Answer::json(
            400,
            &format!(r#"{{"error":"bad","details":{{"{name}":{{"_errors":[{messages}""]}}}}}}"#),
        ));
    }

    #[test]
    fn an_error_body_of_nested_long_names_takes_little_memory() {
        let name = "k".repeat(20_000);
        let depth = 30;
        let open = format!("{{\"{name}\":").repeat(depth);
        let messages = "\"\",".repeat(5_000);
        let close = "}".repeat(depth);
        client_of(Answer::json(400, &format!(r#"{{"details":{open}{{"_errors":[{messages}""]}}{close}}}"#)));
    }

    #[test]
    fn an_error_body_of_many_small_values_takes_little_memory() {
        let values = r#"{"":0},"#.repeat(140_000);
        client_of(Answer::json(402, &format!(r#"{{"x402Version":1,"error":"pay","accepts":[{values}{{}}]}}"#)));
    }

    #[test]
    fn a_reply_of_many_empty_choices_takes_little_memory() {
        let choices = "{},".repeat(2 * MIB);
        client_of(Answer::json(200, &format!(r#"{{"choices":[{choices}{{}}]}}"#)));
    }
}
