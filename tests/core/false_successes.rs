//! Errors with a success status, in every area.

use serde_json::{Value, json};
use venice_ai::jobs::{JobHandle, RemoteCopy};
use venice_ai::tools::ToolBox;
use venice_ai::types::{
    ApiKeyType, CreateApiKeyRequest, CreateEmbeddingRequest, CreateTranscriptionRequest,
    GetBillingUsageAnalyticsParams, GetBillingUsageHistoryParams, ListCharactersParams, ModelFilter, ModelType,
    QueueAudioRequest, QueueVideoRequest, SimpleGenerateImageRequest, UpdateApiKeyRequest,
};
use venice_ai::{Client, Error, ErrorKind, Upload};

use crate::support::chat::{ANSWER, TEXT, a_question, head};
use crate::support::{Answer, Folder, Server, once, replying};

async fn first<T: 'static>(mut pages: venice_ai::Pages<T>) -> Result<Option<T>, Error> {
    pages.next().await.transpose()
}

/// The errors of all calls with JSON replies, for this reply.
async fn errors(venice: &Client) -> Vec<(&'static str, Option<Error>)> {
    let mut outcomes = Vec::new();
    macro_rules! all { ($($call:expr),* $(,)?) => {$( outcomes.push((stringify!($call), $call.await.map(drop).map_err(Error::from).err())); )*} }
    let key = || CreateApiKeyRequest::new(ApiKeyType::Inference, "x");
    all![
        venice.chat().create(a_question()),
        venice.chat().run(a_question(), &ToolBox::new()),
        venice.chat().stream(a_question()).await.unwrap().collect(),
        venice.responses().create(venice_ai::types::ResponsesRequest::new("m", "x")),
        venice.responses().stream(venice_ai::types::ResponsesRequest::new("m", "x")).await.unwrap().collect(),
        venice.models().list(ModelFilter::All),
        venice.models().traits(ModelType::Text),
        venice.models().compatibility_mapping(ModelType::Text),
        venice.api_keys().list(),
        venice.api_keys().retrieve("1"),
        venice.api_keys().create(key()),
        venice.api_keys().update(UpdateApiKeyRequest::new("1")),
        venice.api_keys().delete("1"),
        venice.api_keys().rate_limits(),
        venice.api_keys().rate_limit_log(),
        venice.api_keys().web3_token(),
        venice.billing().balance(),
        venice.billing().usage_analytics(GetBillingUsageAnalyticsParams::new()),
        venice.billing().usage_history_page(GetBillingUsageHistoryParams::new()),
        first(venice.characters().list(ListCharactersParams::new())),
        first(venice.characters().reviews("a")),
        venice.characters().retrieve("a"),
        venice.augment().scrape("https://a.example/"),
        venice.augment().search("aaa"),
        venice.augment().parse_document(Upload::bytes("a.txt", "x")),
        venice
            .audio()
            .transcribe(CreateTranscriptionRequest::new("m", Upload::bytes("a.wav", &b"RIFF\x24\0\0\0WAVEfmt "[..]))),
        venice.audio().quote("m"),
        venice.audio().queue(QueueAudioRequest::new("m", "p")),
        venice.video().queue(QueueVideoRequest::new("m").prompt("p")),
        venice.video().complete(&JobHandle::video("m", "q")),
        venice.audio().complete(&JobHandle::audio("m", "q")),
        venice.job(JobHandle::video("m", "q")).discard(),
        venice.images().styles(),
        venice.images().generations(SimpleGenerateImageRequest::new("m", "p")),
        venice.embeddings().create(CreateEmbeddingRequest::new("m", ["a"])),
        venice.crypto_rpc().networks(),
        venice.tee().signature("m", "x"),
        venice.tee().attestation("m", [0; 32]),
        venice.request::<Value>(venice_ai::http::Method::GET, "/brand/new"),
    ];
    outcomes
}

#[tokio::test]
async fn an_error_document_is_an_error_everywhere() {
    for body in [
        json!({"error": "The lagoon is closed"}),
        json!({"error": {"message": "The lagoon is closed", "type": "api_error", "code": null}}),
        json!({"error_type": "x", "error_message": "The lagoon is closed"}),
        json!({"object": "error", "message": "The lagoon is closed"}),
        json!({"details": {"_errors": []}, "issues": [{"message": "The lagoon is closed", "path": []}]}),
    ] {
        let (_server, venice) = replying(body.to_string());
        for (call, error) in errors(&venice).await {
            let error = error.unwrap_or_else(|| panic!("{call} is a success: {body}"));
            assert_eq!(error.message(), "The lagoon is closed", "{call}");
            assert_eq!(error.status().unwrap().as_u16(), 200, "{call}");
            assert_eq!(error.body().unwrap(), body.to_string().as_bytes(), "{call}");
        }
    }
}

#[tokio::test]
async fn an_empty_object_is_an_error_everywhere_but_where_nothing_is_promised() {
    let (_server, venice) = replying("{}");
    for (call, error) in errors(&venice).await {
        assert_eq!(error.is_none(), call.contains("/brand/new"), "{call}");
    }
}

#[tokio::test]
async fn an_error_that_is_null_is_none() {
    let mut body: Value = serde_json::from_str(TEXT).unwrap();
    body["error"] = Value::Null;
    let (_server, venice) = replying(body.to_string());
    assert_eq!(venice.chat().create(a_question()).await.unwrap().text(), "High water is at 14:20.");
    let mut stream = venice.chat().stream(a_question()).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    assert!(stream.next().await.is_none() && stream.ended_cleanly());
}

#[tokio::test]
async fn a_reply_beside_its_error_is_an_error() {
    let mut body: Value = serde_json::from_str(TEXT).unwrap();
    body["error"] = json!({"message": "cut off", "code": "model_overloaded"});
    let (_server, venice) = replying(body.to_string());
    let error = venice.chat().create(a_question()).await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Overloaded, "cut off"));
    let error = venice.chat().stream(a_question()).await.unwrap().collect().await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Overloaded, "cut off"));
    let reply = json!({"id": "r", "status": "completed", "output": [], "error": {"code": "x", "message": "cut off"}});
    let (_server, venice) = replying(reply.to_string());
    let error = venice.responses().create(venice_ai::types::ResponsesRequest::new("m", "x")).await.unwrap_err();
    assert_eq!(error.message(), "cut off");
}

#[tokio::test]
async fn a_run_of_many_does_not_keep_an_error_as_an_answer() {
    let folder = Folder::new();
    let path = folder.join("run.jsonl");
    let bodies = [r#"{"error": {"message": "please sign in"}}"#, "{}", r#"{"choices": []}"#];
    for body in bodies {
        let _ = std::fs::remove_file(&path);
        let server = Server::answering([Answer::json(200, body)]);
        let mut run = once(&server).chat().many([a_question()]).with_journal(&path);
        let outcome = run.next().await.unwrap().unwrap();
        assert!(outcome.result.is_err(), "{body}");
        assert_eq!((run.progress().done, run.progress().failed), (0, 1), "{body}");
        drop(run);
        // The next run sends it again if asked to.
        let server = Server::answering([Answer::json(200, ANSWER)]);
        let journal = venice_ai::many::Journal::at(&path).resend_failed(true).resend_unknown(true);
        let mut run = once(&server).chat().many([a_question()]).with_journal(journal);
        let outcome = run.next().await.unwrap().unwrap();
        assert_eq!(outcome.result.unwrap().text(), "At noon.", "{body}");
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_text_that_looks_like_an_error_is_a_text() {
    use venice_ai::types::{TextParserRequest, TextReplyFormat};

    let text = r#"{"error": "a line of the document"}"#;
    let server = Server::answering([Answer::new(200, &[("content-type", "text/plain; charset=utf-8")], text)]);
    let document = move || TextParserRequest::new(Upload::bytes("a.json", text)).response_format(TextReplyFormat::Text);
    let venice = once(&server);
    assert_eq!(venice.augment().parse_document(document()).await.unwrap().text, text);
    let mut run = venice.many([0], move |venice, _| venice.augment().parse_document(document()));
    assert_eq!(run.next().await.unwrap().unwrap().result.unwrap().text, text);
}

#[tokio::test]
async fn an_address_that_was_not_revoked_is_not_reported_as_deleted() {
    let job = |server: &Server| {
        let handle = JobHandle::video("m", "q").with_download_url(server.url("/video.mp4?sig=1"));
        once(server).job(handle)
    };
    for reply in
        [Answer::json(200, r#"{"error": "No such address"}"#), Answer::html(200, "<html><title>Sign in</title></html>")]
    {
        let error = job(&Server::answering([reply])).discard().await.unwrap_err();
        assert!(error.body().is_some(), "{error}");
    }
    for reply in [Answer::new(204, &[], ""), Answer::json(200, r#"{"success": true}"#), Answer::new(200, &[], "gone")] {
        assert_eq!(job(&Server::answering([reply])).discard().await.unwrap(), RemoteCopy::Deleted);
    }
}

#[tokio::test]
async fn a_byte_order_mark_before_json_is_read() {
    let (_server, venice) = replying(format!("\u{feff}{TEXT}"));
    assert_eq!(venice.chat().create(a_question()).await.unwrap().text(), "High water is at 14:20.");
    let reply = venice.chat().stream(a_question()).await.unwrap().collect().await.unwrap();
    assert_eq!(reply.text(), "High water is at 14:20.");
    let (_server, venice) = replying("\u{feff}{\"data\": []}");
    assert!(venice.models().list(ModelFilter::All).await.unwrap().is_empty());
    let server = Server::answering([Answer::json(400, "\u{feff}{\"error\": \"No\", \"code\": \"INVALID_MODEL\"}")]);
    let error = once(&server).models().list(ModelFilter::All).await.unwrap_err();
    assert_eq!((error.message(), error.code()), ("No", Some("INVALID_MODEL")));
}

#[tokio::test]
async fn numbers_that_are_too_large_cost_their_field_and_not_the_reply() {
    let usage = r#""usage": {"prompt_tokens": 18446744073709551615, "completion_tokens": 4, "total_tokens": 99999999999999999999999}"#;
    for (members, tokens) in [
        (usage.to_owned(), Some((0, 4, 0))),
        (r#""created": 1e30"#.to_owned(), None),
        (r#""created": 18446744073709551615"#.to_owned(), None),
        (r#""cost": {"usd": 1e400, "diem": 0.5}"#.to_owned(), None),
        (format!(r#""created": -1e999, "new": [1e400], {usage}"#), Some((0, 4, 0))),
    ] {
        let body =
            format!(r#"{{"choices": [{{"message": {{"content": "1e400"}}, "finish_reason": "stop"}}], {members}}}"#);
        let (_server, venice) = replying(body.as_str());
        let reply = venice.chat().create(a_question()).await.unwrap();
        assert_eq!((&*reply.text(), reply.created), ("1e400", 0), "{body}");
        let read = reply.usage.map(|usage| (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens));
        assert_eq!(read, tokens, "{body}");
        if let Some(cost) = reply.cost {
            assert_eq!((cost.usd, cost.diem.unwrap().to_string()), (None, "0.5".to_owned()));
        }
        let chunk = body.replace("message", "delta");
        let server = Server::answering([head().send(format!("data: {chunk}\n\ndata: [DONE]\n\n")).close()]);
        let reply = once(&server).chat().stream(a_question()).await.unwrap().collect().await.unwrap();
        assert_eq!(reply.text(), "1e400", "{body}");
    }
}

#[tokio::test]
async fn a_content_encoding_that_was_not_asked_for_is_named() {
    let coded: &[u8] = b"\x1b\x03\x00\xf8 not what it seems";
    for (status, media) in
        [(200, "application/json"), (200, "image/png"), (200, "text/event-stream"), (500, "text/html")]
    {
        let headers = [("content-type", media), ("content-encoding", "br")];
        let venice = || once(&Server::answering([Answer::new(status, &headers, coded)]));
        let errors = [
            venice().chat().create(a_question()).await.unwrap_err(),
            venice().chat().stream(a_question()).await.unwrap_err(),
            venice().images().upscale(Upload::bytes("a.png", vec![1])).with_validation(false).await.unwrap_err(),
        ];
        for error in errors {
            assert!(error.message().contains("content-encoding") && error.message().contains("br"), "{error}");
            assert_eq!(error.body().unwrap(), coded, "{error}");
        }
    }
}

#[tokio::test]
async fn a_402_that_asks_for_authentication_is_not_about_money() {
    for body in [
        r#"{"error": "Authentication required"}"#,
        r#"{"x402Version": 2, "error": "Authentication required", "accepts": [], "resource": {"url": "https://x"}}"#,
    ] {
        let server = Server::answering([Answer::json(402, body)]);
        let error = once(&server).chat().create(a_question()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication, "{body}");
        let (_server, venice) = replying(body);
        let error = venice.chat().create(a_question()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication, "{body}");
    }
    let server = Server::answering([Answer::json(402, r#"{"error": "Insufficient USD or Diem balance"}"#)]);
    let error = once(&server).chat().create(a_question()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InsufficientBalance);
}
