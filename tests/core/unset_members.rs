//! Unset fields are not sent: no default of the document, no null.

use serde_json::{Value, json};
use venice_ai::types::{
    BackgroundRemoveImageRequest, ChatCompletionRequest, ChatMessage, CompleteJobRequest, CreateApiKeyRequest,
    CreateEmbeddingRequest, CreateSpeechRequest, CreateWeb3ApiKeyRequest, EditImageRequest, GenerateImageRequest,
    QueueVideoRequest, ResponsesRequest, SimpleGenerateImageRequest, UpdateApiKeyRequest, VeniceParameters,
    WebSearchRequest,
};
use venice_ai::{ErrorKind, FileInput, Secret, types};

use crate::support::{Answer, Server, once};

fn sent(request: impl serde::Serialize) -> Value {
    serde_json::to_value(request).unwrap()
}

#[test]
fn a_new_request_is_its_required_fields_and_nothing_else() {
    let message = [ChatMessage::user("hi")];
    let requests = [
        (
            sent(CreateApiKeyRequest::new(types::ApiKeyType::Inference, "ci")),
            json!({"apiKeyType": "INFERENCE", "description": "ci"}),
        ),
        (sent(UpdateApiKeyRequest::new("k1")), json!({"id": "k1"})),
        (
            sent(CreateWeb3ApiKeyRequest::new(types::ApiKeyType::Admin, "0xa", Secret::from("s"), Secret::from("t"))),
            json!({"apiKeyType": "ADMIN", "address": "0xa", "signature": "s", "token": "t"}),
        ),
        (
            sent(ChatCompletionRequest::new("m", message)),
            json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]}),
        ),
        (sent(ResponsesRequest::new("m", "hi")), json!({"model": "m", "input": "hi"})),
        (sent(CreateEmbeddingRequest::new("m", "hi")), json!({"model": "m", "input": "hi"})),
        (sent(CreateSpeechRequest::new("m", "hi")), json!({"model": "m", "input": "hi"})),
        (sent(GenerateImageRequest::new("m", "a lantern")), json!({"model": "m", "prompt": "a lantern"})),
        (sent(SimpleGenerateImageRequest::new("m", "a lantern")), json!({"model": "m", "prompt": "a lantern"})),
        (
            sent(EditImageRequest::new(FileInput::text("https://e.org/a.png"), "lit")),
            json!({"image": "https://e.org/a.png", "prompt": "lit"}),
        ),
        (sent(QueueVideoRequest::new("m")), json!({"model": "m"})),
        (sent(CompleteJobRequest::new("m", "q")), json!({"model": "m", "queue_id": "q"})),
        (sent(WebSearchRequest::new("lanterns")), json!({"query": "lanterns"})),
        (sent(BackgroundRemoveImageRequest::new()), json!({})),
        (sent(VeniceParameters::new()), json!({})),
    ];
    for (is, expected) in requests {
        assert_eq!(is, expected);
    }
}

#[tokio::test]
async fn the_bytes_on_the_wire_hold_nothing_else_either() {
    let server = Server::answering([Answer::json(404, "{}")]);
    let call = once(&server).chat().create(ChatCompletionRequest::new("m", ["hi"]));
    assert_eq!(call.await.unwrap_err().kind(), ErrorKind::NotFound);
    let body = server.requests()[0].json();
    assert_eq!(body, json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]}));
}

#[tokio::test]
async fn an_unset_query_parameter_is_not_in_the_url() {
    let server = Server::answering([Answer::json(404, "{}")]);
    let _ = once(&server).raw().list_model_traits(None).await;
    assert_eq!(server.requests()[0].target, "/api/v1/models/traits");
}
