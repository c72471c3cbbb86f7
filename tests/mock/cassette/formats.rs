//! Cassettes of other programs, and files that are none.

use serde_json::{Value, json};
use venice_ai::ErrorKind;
use venice_ai::http::Method;
use venice_ai_mock::cassette::{Cassette, Player};

use super::{Studio, keeping_all, once};
use crate::support::Folder;

/// A cassette as VCR writes it: names of headers in capitals, a body that is a string, and one with an encoding.
fn by_hand() -> Value {
    json!({
        "http_interactions": [
            {
                "request": {
                    "uri": "https://api.venice.ai/api/v1/image/styles",
                    "body": "",
                    "method": "get",
                    "headers": {"Accept": ["application/json"], "Authorization": ["Bearer <KEY>"]}
                },
                "response": {
                    "body": "{\"object\": \"list\", \"data\": [\"Venetian\"]}",
                    "http_version": "1.1",
                    "status": {"code": 200, "message": "OK"},
                    "headers": {"Content-Type": ["application/json"], "Content-Length": ["41"]}
                },
                "recorded_at": "Tue, 01 Nov 2011 04:58:44 GMT"
            },
            {
                "request": {
                    "uri": "http://localhost:7777/foo",
                    "body": {"encoding": "UTF-8", "string": "{\"a\": 1}"},
                    "method": "post",
                    "headers": {"Content-Type": ["application/json"]}
                },
                "response": {
                    "body": {"encoding": "base64", "string": "eyJiIjog\nMn0="},
                    "http_version": null,
                    "status": {"code": 201, "message": "Created"},
                    "headers": {"Content-Type": ["application/json"]}
                },
                "recorded_at": "Tue, 01 Nov 2011 04:58:45 GMT"
            }
        ],
        "recorded_with": "VCR 2.0.0"
    })
}

fn written(folder: &Folder, text: &str) -> std::path::PathBuf {
    let file = folder.join("by-hand.json");
    std::fs::write(&file, text).unwrap();
    file
}

#[tokio::test]
async fn a_cassette_of_another_recorder_is_replayed() {
    let folder = Folder::new();
    let player = Player::open(written(&folder, &by_hand().to_string())).unwrap().start().await.unwrap();
    let venice = once(&player);
    assert_eq!(venice.raw().list_image_styles().await.unwrap().data, ["Venetian"]);
    let call = venice.request::<Value>(Method::POST, "/foo").with_json_body(&json!({"a": 1}));
    assert_eq!(call.await.unwrap(), json!({"b": 2}));
    player.verify().unwrap();
}

#[tokio::test]
async fn other_readers_of_the_format_read_ours() {
    let studio = Studio::new(keeping_all()).await;
    let request = venice_ai::types::ChatCompletionRequest::new("default", ["One boat?"]);
    studio.venice.chat().stream(request).await.unwrap().collect().await.unwrap();
    let read: vcr_cassette::Cassette = serde_json::from_str(&studio.saved()).unwrap();
    let http = &read.http_interactions[0];
    assert!(http.request.body.string.contains("One boat?"));
    assert!(http.response.body.string.starts_with("data: {") && http.response.status.code == 200);
    assert!(read.recorded_with.starts_with("venice-ai-mock "));
}

#[test]
fn a_file_that_is_no_cassette_is_an_error_that_names_it() {
    let folder = Folder::new();
    let missing = Cassette::read(folder.join("missing.json")).unwrap_err();
    assert!(missing.kind() == ErrorKind::Configuration && missing.to_string().contains("missing.json"), "{missing}");
    let mut bad_body = by_hand();
    bad_body["http_interactions"][1]["response"]["body"]["string"] = json!("***");
    let mut bad_pieces = by_hand();
    bad_pieces["http_interactions"][0]["response"]["venice_ai"] = json!({"pieces": [{"after_ms": 1, "bytes": 7}]});
    for (text, problem) in [
        ("{".to_owned(), "is not a cassette"),
        (json!({"http_interactions": []}).to_string(), "recorded_with"),
        (bad_body.to_string(), "the reply 1 is not base64"),
        (bad_pieces.to_string(), "the pieces of reply 0 have 7 bytes"),
    ] {
        let error = Cassette::read(written(&folder, &text)).unwrap_err();
        assert!(error.to_string().contains(problem), "{error}");
    }
}
