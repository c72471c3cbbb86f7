//! Every operation: who gets its content.

use serde_json::json;
use venice_ai::Upload;
use venice_ai::types::{
    CreateClonedVoiceRequest, CreateSpeechRequest, CreateTranscriptionRequest, EditImageRequest, MultiEditImageRequest,
    QueueVoiceChangerRequest, UpscaleImageRequest,
};

use super::*;

/// A file with the prompt.
fn file(name: &str) -> Upload {
    Upload::bytes(name, PROMPT.as_bytes().to_vec())
}

/// A body with the prompt for each operation whose content is for a model that does not comply.
fn for_models() -> Vec<(&'static str, Value, &'static str)> {
    let (private, foreign) = ("model_privacy model", "model_privacy modelId");
    vec![
        ("/chat/completions", chat("foreign", json!({})), private),
        ("/responses", json!({"model": "foreign", "input": PROMPT}), private),
        ("/image/generate", json!({"model": "foreign-painter", "prompt": PROMPT}), private),
        ("/images/generations", json!({"model": "foreign-painter", "prompt": PROMPT}), private),
        ("/images/generations", json!({"model": "nobody", "prompt": PROMPT}), "unknown_model model"),
        ("/image/edit", json!({"model": "foreign-brush", "prompt": PROMPT, "image": "aGk="}), private),
        ("/image/edit", json!({"modelId": "foreign-brush", "prompt": PROMPT, "image": "aGk="}), foreign),
        ("/image/edit", json!({"model": "brush", "modelId": "foreign-brush", "prompt": PROMPT}), foreign),
        ("/image/edit", json!({"prompt": PROMPT, "image": "aGk="}), "no_model model"),
        ("/image/multi-edit", json!({"modelId": "foreign-brush", "prompt": PROMPT, "images": ["aGk="]}), foreign),
        (
            "/image/multi-edit",
            json!({"model": "brush", "modelId": "brush", "prompt": PROMPT}),
            "unclassified_field model",
        ),
        ("/embeddings", json!({"model": "foreign-vector", "input": PROMPT}), private),
        ("/decisions", json!({"model": "foreign-judge", "state": PROMPT, "questions": {}}), private),
        ("/systemone", json!({"model": "foreign-judge", "state": PROMPT, "questions": {}}), private),
        ("/audio/speech", json!({"model": "foreign-voice", "input": PROMPT}), private),
        ("/audio/queue", json!({"model": "foreign-song", "prompt": PROMPT}), private),
        ("/audio/voice-changer/queue", json!({"model": "foreign-song", "audio_url": "https://a.example"}), private),
        ("/video/queue", json!({"model": "foreign-film", "prompt": PROMPT}), private),
        ("/video/quote", json!({"model": "foreign-film", "video_url": format!("data:,{PROMPT}")}), private),
    ]
}

#[tokio::test]
async fn a_model_that_does_not_comply_gets_nothing_in_any_operation() {
    for (path, body, expected) in for_models() {
        let server = server();
        let outcome = post(&client(&server, PRIVATE), path, &body).await;
        assert_eq!(refusal(&server, outcome), [expected], "{path} {body}");
    }
}

#[tokio::test]
async fn the_model_of_a_multipart_body_is_read() {
    let server = server();
    let venice = client(&server, PRIVATE);
    let (voices, audio) = (venice.audio(), "a.wav");
    let outcome = voices.transcribe(CreateTranscriptionRequest::new("foreign-ear", file(audio))).await;
    assert_eq!(refusal(&server, outcome), ["model_privacy model"]);
    let outcome = voices.clone_voice(CreateClonedVoiceRequest::new(file(audio)).model("foreign-voice")).await;
    assert_eq!(refusal(&server, outcome), ["model_privacy model"]);
    let outcome = voices.clone_voice(CreateClonedVoiceRequest::new(file(audio))).await;
    assert_eq!(refusal(&server, outcome), ["no_model model"]);
    let request = QueueVoiceChangerRequest::new("foreign-song").file(file(audio));
    assert_eq!(refusal(&server, venice.raw().queue_voice_changer(&request).await), ["model_privacy model"]);
    let edit = || EditImageRequest::new(file("a.png"), PROMPT);
    let outcome = venice.raw().edit_image(&edit().model("foreign-brush")).await;
    assert_eq!(refusal(&server, outcome), ["model_privacy model"]);
    let outcome = venice
        .raw()
        .edit_image(&edit().model("brush"))
        .with_extra_body("model", json!(["brush", "foreign-brush"]))
        .await;
    assert_eq!(refusal(&server, outcome), ["model_privacy model"], "a form may name two");
    let outcome = venice.raw().edit_image(&edit().model("brush")).with_extra_body("enhance_prompt", true).await;
    assert_eq!(refusal(&server, outcome), ["sends_on enhance_prompt"]);
    let request = MultiEditImageRequest::new(PROMPT, [file("a.png")]).model("foreign-brush");
    assert_eq!(refusal(&server, venice.raw().multi_edit_image(&request).await), ["model_privacy modelId"]);
}

#[tokio::test]
async fn a_model_that_complies_gets_a_multipart_body() {
    let server = serving(|_| r#"{"text": "At noon."}"#.into());
    let venice = client(&server, PRIVATE);
    let request = CreateTranscriptionRequest::new("ear", file("a.wav"));
    venice.audio().transcribe(request).with_validation(false).await.unwrap();
    assert!(sent(&server)[0].body.windows(PROMPT.len()).any(|part| part == PROMPT.as_bytes()));
}

#[tokio::test]
async fn what_is_sent_to_nobody_in_particular_needs_models_of_its_type() {
    let server = serving(|_| Answer::new(200, &[("content-type", "image/png")], "png"));
    let venice = client(&server, PRIVATE);
    let upscale = || venice.raw().upscale_image(&UpscaleImageRequest::new(file("a.png")));
    upscale().await.unwrap();
    let server = server_with_an_anonymized_upscaler();
    let venice = client(&server, PRIVATE);
    let outcome = venice.raw().upscale_image(&UpscaleImageRequest::new(file("a.png"))).await;
    assert_eq!(refusal(&server, outcome), ["model_privacy "]);
}

fn server_with_an_anonymized_upscaler() -> Server {
    let mut all = models();
    all.push(model("other", "upscale", json!({"privacy": "anonymized"})));
    let list = json!({"data": all}).to_string();
    Server::start(move |_, request| match request.target.ends_with("/models?type=all") {
        true => list.as_str().into(),
        false => "{}".into(),
    })
}

#[tokio::test]
async fn content_for_others_than_models_is_refused_unless_allowed_by_name() {
    let file = || file("a.txt");
    for (id, path, body) in [
        ("webSearch", "/augment/search", json!({"query": PROMPT})),
        ("webScrape", "/augment/scrape", json!({"url": "https://a.example/secret"})),
        ("cryptoRpcProxy", "/crypto/rpc/base-mainnet", json!({"jsonrpc": "2.0", "id": 1, "method": PROMPT})),
        ("backgroundRemoveImage", "/image/background-remove", json!({"image": "aGk="})),
        ("createTextParser", "/augment/text-parser", json!({"file": PROMPT})),
    ] {
        for level in [PRIVATE, Privacy::Tee, Privacy::EndToEnd] {
            let server = server();
            let outcome = post(&client(&server, level), path, &body).await;
            assert_eq!(refusal(&server, outcome), [format!("others {id}")], "{level:?}");
        }
        let server = server();
        post(&client(&server, PrivacyPolicy::new(PRIVATE).allow(id)), path, &body).await.unwrap();
        assert_eq!(sent(&server).len(), 1, "{id}");
    }
    let server = server();
    let outcome = client(&server, PRIVATE).augment().parse_document(file()).await;
    assert_eq!(refusal(&server, outcome), ["others createTextParser"]);
}

#[tokio::test]
async fn operations_without_content_pass_at_every_level() {
    let server = server();
    let venice = client(&server, Privacy::EndToEnd);
    let answered = |request: &Request| facts(request).is_some();
    for (method, path) in [
        (Method::GET, "/models?type=all"),
        (Method::GET, "/characters/same"),
        (Method::GET, "/api_keys"),
        (Method::GET, "/api_keys/rate_limits"),
        (Method::GET, "/billing/balance"),
        (Method::GET, "/tee/attestation?model=sealed"),
        (Method::DELETE, "/api_keys?id=1"),
        (Method::POST, "/audio/quote"),
        (Method::POST, "/video/retrieve"),
        (Method::POST, "/x402/top-up"),
    ] {
        let before = server.count();
        venice.request::<Value>(method, path).with_json_body(&json!({})).await.unwrap();
        assert_eq!(server.count(), before + 1, "{path}: nothing else is asked");
    }
    assert!(!server.requests().iter().all(answered));
}

#[tokio::test]
async fn operations_that_nobody_has_classified_are_refused_unless_allowed_by_name() {
    for (method, path, name) in [
        (Method::POST, "/brand/new", "POST /brand/new"),
        (Method::GET, "/brand/new?prompt=x", "GET /brand/new"),
        (Method::PUT, "/chat/completions", "PUT /chat/completions"),
        (Method::POST, "/chat/completions/", "POST /chat/completions/"),
        (Method::POST, "/Chat/Completions", "POST /Chat/Completions"),
    ] {
        let server = server();
        let call =
            |venice: &Client| venice.request::<Value>(method.clone(), path).with_json_body(&chat("own", json!({})));
        let outcome = call(&client(&server, PRIVATE)).await;
        assert_eq!(refusal(&server, outcome), [format!("unclassified_operation {name}")]);
        call(&client(&server, PrivacyPolicy::new(PRIVATE).allow(name))).await.unwrap();
    }
}

#[tokio::test]
async fn the_path_counts_as_it_is_in_the_url() {
    let server = server();
    let venice = client(&server, PRIVATE);
    for path in ["/models/../chat/completions", "/models/%2e%2e/chat/completions", "/models/../augment/search"] {
        let outcome = post(&venice, path, &chat("foreign", json!({"query": PROMPT}))).await;
        let rules = refusal(&server, outcome);
        assert!(
            ["model_privacy model", "others webSearch", "unclassified_field query"].contains(&rules[0].as_str()),
            "{path}: {rules:?}"
        );
    }
}

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused() {
    let server = server();
    let venice = client(&server, PRIVATE);
    for body in [json!([chat("own", json!({}))]), json!(PROMPT), Value::Null] {
        let outcome = post(&venice, "/chat/completions", &body).await;
        assert_eq!(refusal(&server, outcome), ["unreadable_body "], "{body}");
    }
    let outcome = venice.request::<Value>(Method::POST, "/chat/completions").await;
    assert_eq!(refusal(&server, outcome), ["unreadable_body "]);
}

#[tokio::test]
async fn raw_replies_that_may_name_a_model_are_refused() {
    let server = serving(|_| Answer::new(200, &[("content-type", "audio/mpeg")], "sound"));
    let venice = client(&server, PRIVATE);
    let raw = venice.request_raw(Method::POST, "/chat/completions").with_json_body(&chat("own", json!({})));
    assert_eq!(refusal(&server, raw.await), ["unchecked_reply "]);
    let speech = venice.raw().create_speech(&CreateSpeechRequest::new("voice", PROMPT)).await.unwrap();
    assert_eq!(speech.bytes().await.unwrap(), "sound");
}
