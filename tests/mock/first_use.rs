//! The examples of a newcomer's first tasks, run as a reader runs them.

use venice_ai_mock::MockVenice;

use crate::examples::{example, printed, with_key};
use crate::support::{Answer as Reply, Folder, Server};

#[test]
fn the_answer_is_printed_whole_streamed_and_without_async() {
    assert!(printed(&mut example("hello")).contains("You said: “Why is the sky blue?”"));
    let text = printed(&mut example("blocking"));
    assert!(
        text.contains("5 text models\n")
            && text.contains("“Why is the sky blue?”")
            && text.contains("“Tell me a story.”"),
        "{text}"
    );
}

#[test]
fn a_conversation_continues_in_the_next_run() {
    let folder = Folder::new();
    let file = folder.as_ref().join("chat.json");
    let mock = MockVenice::start_blocking().unwrap();
    let run = |question: &str| printed(with_key("chat_history", &mock).arg(question).env("VENICE_CHAT_FILE", &file));
    assert!(run("What is an acqua alta?").contains("3 messages in "));
    assert!(run("How often?").contains("5 messages in "));
    let sent: venice_ai::types::ChatCompletionRequest = mock.requests()[1].json().unwrap();
    let roles = serde_json::to_value(&sent.messages).unwrap();
    let roles: Vec<&str> = roles.as_array().unwrap().iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    mock.verify().unwrap();
}

#[test]
fn another_server_is_asked_and_the_mock_answers_in_its_place() {
    // A port that nobody listens on.
    let text = printed(example("ollama").env("OLLAMA_URL", "http://127.0.0.1:9/v1"));
    assert!(text.starts_with("No server: ") && text.contains("“Tell me a story.”"), "{text}");

    // Ollama's routes, models and errors; it knows nothing of Venice.
    let server = Server::start(|_, request| {
        match request.target.split('?').next().unwrap() {
        "/v1/models" => Reply::json(200, r#"{"object":"list","data":[{"id":"llama3.2","object":"model","created":1,"owned_by":"library"}]}"#),
        "/v1/chat/completions" => Reply::new(200, &[("content-type", "text/event-stream")], [
            r#"{"id":"c","object":"chat.completion.chunk","created":1,"model":"llama3.2","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"Once."},"finish_reason":null}]}"#,
            r#"{"id":"c","object":"chat.completion.chunk","created":1,"model":"llama3.2","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"}]}"#,
            "[DONE]",
        ].map(|event| format!("data: {event}\n\n")).concat()),
        _ => Reply::json(404, r#"{"error":{"message":"not found","type":"api_error"}}"#),
    }
    });
    let text = printed(example("ollama").env("OLLAMA_URL", server.url("/v1")));
    assert_eq!(text, "1 models, such as llama3.2\nOnce.\n");
}

#[test]
fn the_settings_of_the_network_reach_the_server() {
    let text = printed(&mut example("own_http"));
    let mut lines = text.lines().rev();
    assert!(
        lines.next().unwrap().ends_with("None"),
        "an HTTP client of one's own has the headers of its builder: {text}"
    );
    let first = lines.next().unwrap();
    assert!(first.contains(" my-app/1.0") && first.ends_with("Some(\"it\")"), "{text}");
}

/// The tests in the example. Were they built for it, `cargo test` would not build the program that is run here.
#[allow(dead_code)]
#[path = "../../examples/testing.rs"]
mod testing;

#[test]
fn the_tested_function_is_run_by_its_example() {
    assert!(printed(&mut example("testing")).contains("“Summarize: Water rises in winter.”"));
}

#[test]
fn the_command_line_saves_an_image_and_a_video_within_a_limit() {
    let folder = Folder::new();
    let file = |name: &str| folder.as_ref().join(name).to_str().unwrap().to_owned();
    let text = printed(example("cli").args(["image", "Fog", "--out", &file("fog.webp")]));
    assert!(text.contains(" bytes in "), "{text}");
    printed(example("cli").args(["video", "Fog", "--out", &file("fog.mp4")]));
    assert_eq!(folder.names(), ["fog.mp4", "fog.webp"]);

    let refused =
        example("cli").args(["video", "Fog", "--out", &file("dear.mp4"), "--limit", "0.01"]).output().unwrap();
    let shown = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && shown.contains("PriceLimit"), "{shown}");
    assert_eq!(folder.names().len(), 2);
    let help = printed(example("cli").args(["video", "--help"]));
    assert!(help.contains("--limit <LIMIT>") && help.contains("in US dollars"), "{help}");
}
