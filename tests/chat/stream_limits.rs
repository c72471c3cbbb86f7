//! Memory and work of a stream, whatever the server sends.

use serde_json::{Value, json};
use venice_ai::ErrorKind;
use venice_ai::stream::{ChatAccumulator, ChatStream};
use venice_ai::types::{ChatCompletionChunk, ChatCompletionRequest, WebSearchCitation};

use crate::support::measured::assert_linear;
use crate::support::{Answer, Server, builder, once};

const END: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

fn head() -> Answer {
    Answer::head(200, &[("content-type", "text/event-stream")])
}

fn request() -> ChatCompletionRequest {
    ChatCompletionRequest::new("default", ["Hello"])
}

/// An event with this delta.
fn event(delta: &Value) -> String {
    format!("data: {}\n\n", json!({"choices": [{"index": 0, "delta": delta}]}))
}

/// The items of a stream of these events, read in this thread.
fn read<T>(events: &str, read: impl AsyncFnOnce(ChatStream) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = Server::answering([head().send(events).close()]);
    let call = once(&server).chat().stream(request()).with_max_event_bytes(64 * 1024 * 1024);
    runtime.block_on(async { read(call.await.unwrap()).await })
}

#[test]
fn white_space_before_an_answer_is_looked_at_once() {
    for read_it in [ChatStream::answer as fn(ChatStream) -> _, ChatStream::reasoning] {
        assert_linear(1000, |chunks| {
            let events =
                event(&json!({"content": " ".repeat(10)})).repeat(chunks) + &event(&json!({"content": "x"})) + END;
            let text = read(&events, async |stream| read_it(stream).collect().await.unwrap());
            assert!(text.is_empty() || text.len() == chunks * 10 + 1);
        });
    }
}

#[test]
fn an_answer_of_nothing_but_white_space_is_not_held_back() {
    let events = event(&json!({"content": " ".repeat(1000)})).repeat(100) + END;
    let first = read(&events, async |stream| stream.answer().next().await.unwrap().unwrap());
    assert!(first.len() < 6000, "{}", first.len());
}

#[test]
fn blocks_of_thought_in_one_event_are_looked_at_once() {
    assert_linear(10_000, |blocks| {
        let events = event(&json!({"content": "<think>a</think>".repeat(blocks)})) + END;
        let thoughts = read(&events, async |stream| stream.reasoning().collect().await.unwrap());
        assert_eq!(thoughts.len(), blocks);
    });
}

#[test]
fn placeholders_in_one_event_are_looked_at_once() {
    assert_linear(10_000, |count| {
        let text = "[Some reasoning content is encrypted]x".repeat(count);
        let events = event(&json!({"reasoning_content": text})) + END;
        let thoughts = read(&events, async |stream| stream.reasoning().collect().await.unwrap());
        assert_eq!(thoughts.len(), count);
    });
}

/// The delta of a tool call.
fn fragment(index: usize, id: Option<String>, arguments: &str) -> Value {
    json!({"index": index, "id": id, "function": {"name": "tide", "arguments": arguments}})
}

#[test]
fn each_fragment_of_a_tool_call_finds_its_call_at_once() {
    assert_linear(1500, |count| {
        let calls: Vec<Value> = (0..count).map(|n| fragment(n, Some(format!("call_{n}")), "{")).collect();
        let more: Vec<Value> = (0..count).map(|n| fragment(n, None, "}")).collect();
        let mut answer = ChatAccumulator::new();
        for calls in [calls, more] {
            let chunk = json!({"choices": [{"index": 0, "delta": {"tool_calls": calls}}]});
            answer.push(serde_json::from_value(chunk).unwrap()).unwrap();
        }
        let reply = answer.finish();
        assert_eq!(reply.tool_calls().len(), count);
        assert!(reply.tool_calls().iter().all(|call| call.function.arguments == "{}"));
    });
}

#[test]
fn each_choice_of_a_chunk_is_found_at_once() {
    assert_linear(10_000, |count| {
        let choices: Vec<Value> = (0..count).map(|index| json!({"index": index, "finish_reason": "stop"})).collect();
        let events = format!("data: {}\n\n", json!({"choices": choices})) + END;
        read(&events, async |mut stream| {
            while let Some(chunk) = stream.next().await {
                drop(chunk.unwrap())
            }
        });
    });
}

#[test]
fn a_title_of_tags_that_do_not_end_is_looked_at_once() {
    for tag in ["<a", "<a<!--"] {
        assert_linear(20_000, |count| {
            let page = json!({"url": "https://a.example", "title": tag.repeat(count)});
            let mut page: WebSearchCitation = serde_json::from_value(page).unwrap();
            assert_eq!(page.plain_title(), page.title);
            page.title.insert(0, '>');
            assert_eq!(page.plain_title(), page.title);
        });
    }
}

#[tokio::test]
async fn the_largest_event_is_set_for_the_client_and_for_a_call() {
    let events = event(&json!({"content": "x".repeat(2000)})) + END;
    let server = Server::answering([head().send(events).close()]);
    let venice = builder(&server).max_event_bytes(1000).build().unwrap();
    let error = venice.chat().stream(request()).await.unwrap().collect().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Decode && error.to_string().contains("1000 bytes"), "{error}");
    let stream = venice.chat().stream(request()).with_max_event_bytes(3000).await.unwrap();
    assert_eq!(stream.collect().await.unwrap().text().len(), 2000);
}

#[tokio::test]
async fn an_event_may_have_four_mebibytes() {
    let large = |bytes: usize| event(&json!({"content": "x".repeat(bytes)})) + END;
    let server = Server::answering([head().send(large(4_100_000)).close(), head().send(large(4_300_000)).close()]);
    let collected = async || once(&server).chat().stream(request()).await.unwrap().collect().await;
    assert_eq!(collected().await.unwrap().text().len(), 4_100_000);
    assert_eq!(collected().await.unwrap_err().kind(), ErrorKind::Decode);
}

/// An endless stream, in pieces of a kilobyte.
fn endless() -> Server {
    let events = event(&json!({"content": "x".repeat(1000)})).repeat(64);
    Server::start(move |_, _| (0..512).fold(head(), |answer, _| answer.send(&events)).close())
}

#[tokio::test]
async fn what_is_collected_of_a_stream_has_a_limit() {
    const LIMIT: usize = 1024 * 1024;
    let server = endless();
    let venice = builder(&server).max_collected_bytes(LIMIT).build().unwrap();
    let stream = async || venice.chat().stream(request()).await.unwrap();
    let whole = stream().await.collect().await.map(drop);
    let text = stream().await.text().collect().await.map(drop);
    let answer = stream().await.answer().collect().await.map(drop);
    for outcome in [whole, text, answer] {
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, Some("createChatCompletion")));
        assert!(error.to_string().contains("max_collected_bytes"), "{error}");
    }
    let call = venice.chat().stream(request()).with_max_collected_bytes(4 * LIMIT).await.unwrap();
    let error = call.collect().await.unwrap_err();
    assert!(error.to_string().contains(&(4 * LIMIT).to_string()), "{error}");
}

#[tokio::test]
async fn what_is_held_back_for_citations_has_a_limit() {
    let marked = event(&json!({"content": "tides^1^"}));
    let more = event(&json!({"content": "x".repeat(1000)})).repeat(2000);
    let server = Server::answering([head().send(marked + &more).close()]);
    let venice = builder(&server).max_collected_bytes(1024 * 1024).build().unwrap();
    let mut text = venice.chat().stream(request()).await.unwrap().cited(venice_ai::chat::CitationStyle::Links);
    let error = loop {
        match text.next().await.unwrap() {
            Ok(piece) => assert!(piece.len() < 1000),
            Err(error) => break error,
        }
    };
    assert!(error.to_string().contains("max_collected_bytes"), "{error}");
    assert!(text.next().await.is_none());
}

#[test]
fn an_accumulator_has_a_limit_and_keeps_what_came() {
    let chunk = |value: Value| -> ChatCompletionChunk { serde_json::from_value(value).unwrap() };
    let text = || chunk(json!({"choices": [{"index": 0, "delta": {"content": "x".repeat(1000)}}]}));
    let mut answer = ChatAccumulator::new().with_max_bytes(10_000);
    let taken = (0..100).take_while(|_| answer.push(text()).is_ok()).count();
    assert!((5..10).contains(&taken), "{taken}");
    assert_eq!(answer.push(text()).unwrap_err().kind(), ErrorKind::Decode);
    assert_eq!(answer.finish().text().len(), (taken + 1) * 1000);

    // Each of these is small, and is kept as something larger.
    let choice = |n: usize| json!({"choices": [{"index": n}]});
    let call = |n: usize| json!({"choices": [{"index": 0, "delta": {"tool_calls": [{"id": n.to_string()}]}}]});
    let token = |_: usize| json!({"choices": [{"index": 0, "logprobs": {"content": [{}]}}]});
    let detail = |n: usize| json!({"choices": [{"index": 0, "delta": {"reasoning_details": [{"index": n}]}}]});
    let member = |n: usize| {
        let name = n.to_string();
        json!({name: 1, "choices": []})
    };
    let parameter = |n: usize| {
        let name = n.to_string();
        json!({"choices": [], "venice_parameters": {name: [[]]}})
    };
    let kinds: [&dyn Fn(usize) -> Value; 6] = [&choice, &call, &token, &detail, &member, &parameter];
    for kind in kinds {
        let mut answer = ChatAccumulator::new().with_max_bytes(100_000);
        let taken = (0..1000).take_while(|n| answer.push(chunk(kind(*n))).is_ok()).count();
        assert!(taken < 1000, "{}", kind(0));
    }
}

#[cfg(target_os = "linux")]
mod memory {

    use super::*;
    use crate::support::measured::{client_in_child, in_child, peak_kib};

    const SERVER: &str = "STREAM_LIMITS_URL";

    /// The client, in its own process.
    #[test]
    #[ignore = "the other tests of this module run it in a process of its own"]
    fn the_client() {
        let (runtime, venice) = client_in_child(SERVER);
        let before = peak_kib();
        let call = venice.chat().stream(request()).with_max_collected_bytes(8 * 1024 * 1024);
        let outcome = runtime.block_on(async { call.await.unwrap().collect().await });
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Decode);
        let grown = peak_kib() - before;
        assert!(grown < 64 * 1024, "{grown} KiB");
    }

    fn client_of(server: &Server) {
        in_child(module_path!(), "the_client", (SERVER, &server.url("/api/v1")));
    }

    #[test]
    fn an_event_of_many_empty_choices_takes_little_memory() {
        let choices = "{},".repeat(1024 * 1024);
        client_of(&Server::answering([head().send(format!("data: {{\"choices\":[{choices}{{}}]}}\n\n")).close()]));
    }

    #[test]
    fn an_event_that_says_error_and_has_many_values_takes_little_memory() {
        let values = "[],".repeat(1024 * 1024);
        client_of(&Server::answering([head().send(format!("data: {{\"error\":[{values}0]}}\n\n")).close()]));
    }

    #[test]
    fn a_stream_without_end_takes_as_much_memory_as_it_may() {
        client_of(&endless());
    }
}
