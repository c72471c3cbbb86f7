//! Replies that say that another model answered.

use serde_json::json;
use venice_ai::types::{ChatCompletionRequest, CreateSpeechRequest, QueueVideoRequest};
use venice_ai::{Delivery, Error};

use super::*;

fn request(model: &str) -> ChatCompletionRequest {
    ChatCompletionRequest::new(model, [PROMPT])
}

/// The model that answered instead.
fn rejected<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Error {
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Privacy, Delivery::Answered), "{error}");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
    let rules: Vec<&str> = error.privacy().unwrap().refusals().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["other_model"]);
    assert!(!error.to_string().contains("nothing was sent"), "{error}");
    error
}

fn events(models: &[&str]) -> Answer {
    let mut answer = Answer::head(200, &[("content-type", "text/event-stream")]);
    for (n, model) in models.iter().enumerate() {
        let chunk = json!({
            "id": "c", "object": "chat.completion.chunk", "created": 1, "model": model,
            "choices": [{"index": 0, "delta": {"content": format!("part {n}")}, "finish_reason": null}],
        });
        answer = answer.send(format!("data: {chunk}\n\n"));
    }
    answer.send("data: [DONE]\n\n").close()
}

#[tokio::test]
async fn a_whole_reply_by_another_model_is_an_error_with_the_reply() {
    for other in ["foreign", "gpt-foreign", "upstream/other", "enclave"] {
        let server = serving(move |_| chat_by(other).into());
        let error = rejected(client(&server, PRIVATE).chat().create(request("own")).await);
        assert!(error.to_string().contains(&format!("{other:?} answered")), "{error}");
        assert_eq!(error.body().unwrap(), chat_by(other).as_bytes());
        assert_eq!(sent(&server).len(), 1, "it is not sent again");
    }
}

#[tokio::test]
async fn the_name_in_a_reply_is_resolved_like_that_of_a_request() {
    for (asked, answered) in [
        ("default", "own"),
        ("gpt-own", "own"),
        ("own", "default"),
        ("own:disable_thinking=true", "own"),
        ("own", "OWN"),
        ("gpt-own", "gpt-own"),
        ("own", "venice-own"),
        ("moved", "own"),
        ("moved", "moved"),
        ("leaving", "own"),
        ("own", ""),
    ] {
        let server = serving(move |_| chat_by(answered).into());
        let reply = client(&server, PRIVATE).chat().create(request(asked)).await;
        assert!(reply.is_ok(), "{asked} {answered}: {reply:?}");
    }
    let server = serving(|_| chat_by("enclave").into());
    let venice = client(&server, PRIVATE);
    let call = venice.chat().create(request("own")).with_extra_body("fallbacks", json!([{"model": "enclave"}]));
    call.await.unwrap();
}

#[tokio::test]
async fn a_header_that_names_another_model_is_an_error() {
    let header = |name: &'static str, media: &'static str, body: String| {
        serving(move |_| Answer::new(200, &[("content-type", media), ("x-venice-model-id", name)], &body))
    };
    let server = header("foreign", "application/json", chat_by("own"));
    rejected(client(&server, PRIVATE).chat().create(request("own")).await);
    let server = header("own", "application/json", chat_by("own"));
    client(&server, PRIVATE).chat().create(request("own")).await.unwrap();

    let speech = || CreateSpeechRequest::new("voice", PROMPT);
    let server = header("foreign-voice", "audio/mpeg", "sound".into());
    rejected(client(&server, PRIVATE).raw().create_speech(&speech()).await);
    let server = header("voice", "audio/mpeg", "sound".into());
    let file = client(&server, PRIVATE).raw().create_speech(&speech()).await.unwrap();
    assert_eq!(file.bytes().await.unwrap(), "sound");

    let server = header("foreign", "text/event-stream", "data: [DONE]\n\n".into());
    rejected(client(&server, PRIVATE).chat().stream(request("own")).await);
}

#[tokio::test]
async fn a_part_of_a_stream_by_another_model_ends_it_before_its_content_is_returned() {
    let server = serving(|_| events(&["own", "default", "foreign", "own"]));
    let mut stream = client(&server, PRIVATE).chat().stream(request("default")).await.unwrap();
    for n in 0..2 {
        let part = stream.next().await.unwrap().unwrap();
        assert_eq!(part.choices[0].delta.content.as_deref(), Some(&*format!("part {n}")));
    }
    let error = rejected(stream.next().await.unwrap());
    assert!(String::from_utf8_lossy(error.body().unwrap()).contains("part 2"));
    assert!(stream.next().await.is_none(), "it ends");
}

#[tokio::test]
async fn a_stream_that_is_answered_whole_is_checked_too() {
    let server = serving(|_| chat_by("foreign").into());
    let mut stream = client(&server, PRIVATE).chat().stream(request("own")).await.unwrap();
    rejected(stream.next().await.unwrap());
    let server = serving(|_| events(&["own", "own"]));
    let mut stream = client(&server, PRIVATE).chat().stream(request("own")).await.unwrap();
    let mut parts = 0;
    while let Some(part) = stream.next().await {
        part.unwrap();
        parts += 1;
    }
    assert_eq!(parts, 2);
}

#[tokio::test]
async fn a_job_that_another_model_gets_is_an_error() {
    let server = serving(|_| r#"{"model": "foreign-film", "queue_id": "q"}"#.into());
    let venice = client(&server, PRIVATE);
    rejected(venice.raw().queue_video(&QueueVideoRequest::new("film").prompt(PROMPT)).await);
}

#[cfg(feature = "unstable")]
#[tokio::test]
async fn events_of_responses_are_checked() {
    use venice_ai::types::ResponsesRequest;

    let event = |kind: &str, data: Value| {
        let mut data = data;
        data["type"] = kind.into();
        format!("event: {kind}\ndata: {data}\n\n")
    };
    let created =
        |model: &str| event("response.created", json!({"response": {"id": "r", "model": model, "output": []}}));
    let body = move |model: &str| {
        created("own") + &event("response.output_text.delta", json!({"delta": "At"})) + &created(model)
    };
    for (model, is_rejected) in [("own", false), ("foreign", true)] {
        let body = body(model);
        let server = serving(move |_| Answer::new(200, &[("content-type", "text/event-stream")], &body));
        let mut stream =
            client(&server, PRIVATE).responses().stream(ResponsesRequest::new("own", PROMPT)).await.unwrap();
        stream.next().await.unwrap().unwrap();
        stream.next().await.unwrap().unwrap();
        let last = stream.next().await.unwrap();
        match is_rejected {
            true => drop(rejected(last)),
            false => drop(last.unwrap()),
        }
    }
    let server =
        serving(|_| json!({"id": "r", "model": "foreign", "status": "completed", "output": []}).to_string().into());
    rejected(client(&server, PRIVATE).responses().create(ResponsesRequest::new("own", PROMPT)).await);
}
