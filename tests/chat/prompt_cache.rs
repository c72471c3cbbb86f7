//! The provider's prompt cache: marks in a request, and usage in a reply.

use serde_json::{Value, json};
use venice_ai::types::{
    AssistantMessage, AudioFormat, CacheControl, ChatCompletionRequest, ChatMessage, ContentPart, TextPart, Usage,
};
use venice_ai_mock::MockVenice;

use crate::chat_requests::sent;
use crate::support::refused::refused_for;
use crate::support::replying;

async fn messages(messages: impl IntoIterator<Item = ChatMessage>) -> Value {
    sent(ChatCompletionRequest::new("m", messages)).await["messages"].take()
}

#[tokio::test]
async fn every_kind_of_part_bears_a_mark() {
    let parts = [
        ContentPart::text("a").cached(),
        ContentPart::image_url("https://example.com/a.png").cached(),
        ContentPart::input_audio("AQID", AudioFormat::Pcm16).cache_control(CacheControl::new().ttl("1h")),
        ContentPart::file_url("a.pdf", "https://example.com/a.pdf").cached(),
    ];
    let arrived = messages([ChatMessage::user(parts)]).await;
    let marks: Vec<&Value> =
        arrived[0]["content"].as_array().unwrap().iter().map(|part| &part["cache_control"]).collect();
    let mark = json!({"type": "ephemeral"});
    assert_eq!(marks, [&mark, &mark, &json!({"type": "ephemeral", "ttl": "1h"}), &mark]);
    let video = messages([ChatMessage::user([ContentPart::video_url("https://example.com/a.mp4").cached()])]).await;
    assert_eq!(video[0]["content"][0]["cache_control"], mark);
    let unknown = ContentPart::Unknown(json!({"type": "hologram"}));
    assert_eq!(unknown.clone().cached(), unknown);
}

#[tokio::test]
async fn a_message_bears_its_mark_on_its_last_part() {
    let two = || vec![TextPart::new("a"), TextPart::new("b")];
    let arrived = messages([
        ChatMessage::system("Rules.").cached(),
        ChatMessage::developer(two()).cached(),
        ChatMessage::from(AssistantMessage::new().content("Noted.")).cache_control(CacheControl::new().ttl("5m")),
        ChatMessage::user("May I?").cached(),
    ])
    .await;
    let mark = json!({"type": "ephemeral"});
    let expected = json!([
        {"role": "system", "content": [{"type": "text", "text": "Rules.", "cache_control": mark}]},
        {"role": "developer", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b", "cache_control": mark}]},
        {"role": "assistant", "content": [{"type": "text", "text": "Noted.", "cache_control": {"type": "ephemeral", "ttl": "5m"}}]},
        {"role": "user", "content": [{"type": "text", "text": "May I?", "cache_control": mark}]},
    ]);
    assert_eq!(arrived, expected);
}

#[test]
fn what_has_no_part_for_a_mark_stays_as_it_is() {
    let unmarked = [
        ChatMessage::tool("call_1", "12:00"),
        ChatMessage::from(AssistantMessage::new()),
        ChatMessage::system(""),
        ChatMessage::user(Vec::<ContentPart>::new()),
        ChatMessage::Unknown(json!({"role": "critic"})),
    ];
    for message in unmarked {
        assert_eq!(message.clone().cached(), message);
    }
}

#[tokio::test]
async fn four_marks_are_taken_and_a_fifth_is_not() {
    let request = |count: usize| {
        let parts: Vec<ContentPart> = (0..count).map(|n| ContentPart::text(n.to_string()).cached()).collect();
        ChatCompletionRequest::new("m", [ChatMessage::system("Rules.").cached(), ChatMessage::user(parts)])
    };
    let (server, venice) = replying(crate::support::chat::ANSWER);
    venice.chat().create(request(3)).await.unwrap();
    let fields = ["messages[1].content[3].cache_control"];
    let error = refused_for(|venice| venice.chat().create(request(5)), "createChatCompletion", &fields).await;
    assert!(error.to_string().contains("at most 4 marks"), "{error}");
    refused_for(|venice| venice.chat().stream(request(4)), "createChatCompletion", &fields).await;
    // Models without such a limit.
    venice.chat().create(request(5)).with_validation(false).await.unwrap();
    assert_eq!(server.count(), 2);
}

#[test]
fn hits_and_writes_are_read_everywhere() {
    let cases = [
        (
            json!({"prompt_tokens": 2000, "prompt_tokens_details": {"cached_tokens": 500, "cache_creation_input_tokens": 1200}}),
            (500, 1200, Some(0.25)),
        ),
        (
            json!({"prompt_tokens": 2000, "cache_read_input_tokens": 1000, "cache_creation_input_tokens": 10}),
            (1000, 10, Some(0.5)),
        ),
        (
            json!({"prompt_tokens": 2000, "prompt_tokens_details": {"cache_read_input_tokens": 1000}}),
            (1000, 0, Some(0.5)),
        ),
        (json!({"prompt_tokens": 2000, "prompt_tokens_details": null}), (0, 0, Some(0.0))),
        (json!({"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 20}}), (20, 0, Some(1.0))),
        (json!({}), (0, 0, None)),
    ];
    for (usage, (hits, writes, rate)) in cases {
        let told: Usage = serde_json::from_value(usage.clone()).unwrap();
        assert_eq!(
            (told.cached_tokens(), told.cache_write_tokens(), told.cache_hit_rate()),
            (hits, writes, rate),
            "{usage}"
        );
    }
}

#[tokio::test]
async fn the_mock_keeps_what_is_marked() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let rules = "No parking on the quay. ".repeat(300);
    let ask = async |question: &str| {
        let messages = [ChatMessage::system(&*rules).cached(), ChatMessage::user(question)];
        venice.chat().create(ChatCompletionRequest::new("default", messages)).await.unwrap().usage.unwrap()
    };
    let (first, second) = (ask("May I?").await, ask("And at night?").await);
    assert!(first.cache_write_tokens() > 1000 && first.cached_tokens() == 0, "{first:?}");
    assert!(second.cached_tokens() == first.cache_write_tokens() && second.cache_write_tokens() == 0, "{second:?}");
    assert!(second.cache_hit_rate().unwrap() > 0.3, "{second:?}");
}
