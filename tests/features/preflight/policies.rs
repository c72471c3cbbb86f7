//! Preflight policies.

use serde_json::json;
use venice_ai::preflight::{FindingAction, Severity};
use venice_ai::types::{ChatCompletionRequest, Tool};
use venice_ai::{Client, ErrorKind, Preflight, PreflightReport};

use super::{CHAT, client, model, sent, serving};
use crate::support::spans::Recorder;
use crate::support::{Answer, KEY, Server, builder};

const PROMPT: &str = "the secret of the lagoon";

/// A model without tools and logprobs, with reasoning and a fixed effort.
fn server() -> Server {
    let capabilities = json!({
        "supportsFunctionCalling": false, "supportsLogProbs": false, "supportsReasoning": true, "supportsReasoningEffort": false,
    });
    serving(vec![model("text", json!({"capabilities": capabilities, "traits": ["default"]}))], CHAT)
}

/// Sets tools, which are never dropped, and logprobs, which are.
fn request() -> ChatCompletionRequest {
    let tool = Tool::function("f", "", json!({"type": "object"}));
    ChatCompletionRequest::new("default", [PROMPT]).logprobs(true).tools([tool])
}

fn actions(report: &PreflightReport) -> Vec<(&str, FindingAction)> {
    report.findings().iter().map(|finding| (finding.rule, finding.action)).collect()
}

#[tokio::test]
async fn off_nothing_is_checked_and_nothing_is_fetched() {
    let server = server();
    let venice = builder(&server).build().unwrap();
    let reply = venice.chat().create(request()).with_meta().await.unwrap();
    assert!(reply.meta.preflight().is_none());
    assert_eq!(server.only().target, "/api/v1/chat/completions");
}

#[tokio::test]
async fn warned_of_it_is_sent_as_it_is() {
    let server = server();
    let venice = client(&server, Preflight::Warn);
    let reply = venice.chat().create(request()).with_meta().await.unwrap();
    let report = reply.meta.preflight().unwrap();
    assert_eq!(actions(report), [("tools", FindingAction::Reported), ("logprobs", FindingAction::Reported)]);
    assert_eq!((report.model(), report.is_clean()), (Some("m"), false));
    let body = &sent(&server)[0];
    assert_eq!((&body["logprobs"], body["tools"].as_array().map(Vec::len)), (&json!(true), Some(1)));
}

#[tokio::test]
async fn dropped_is_what_does_not_change_the_answer_and_nothing_else() {
    let server = server();
    let venice = client(&server, Preflight::Drop);
    let request = request().top_logprobs(3).reasoning_effort("high").temperature(0.25);
    let reply = venice.chat().create(request).with_extra_body("brand_new", json!({"a": 1})).with_meta().await.unwrap();
    let report = reply.meta.preflight().unwrap();
    let dropped = FindingAction::Dropped;
    let expected = [
        ("tools", FindingAction::Reported),
        ("logprobs", dropped),
        ("logprobs", dropped),
        ("reasoning_effort", dropped),
    ];
    assert_eq!(actions(report), expected);
    let body = &sent(&server)[0];
    for gone in ["logprobs", "top_logprobs", "reasoning_effort"] {
        assert!(body.get(gone).is_none(), "{gone}");
    }
    assert_eq!(
        (&body["temperature"], &body["brand_new"]["a"], &body["model"]),
        (&json!(0.25), &json!(1), &json!("default"))
    );
    assert_eq!(body["messages"][0]["content"], PROMPT);
    assert_eq!(body["tools"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn rejected_it_names_each_field_and_nothing_is_sent() {
    let server = server();
    let error = client(&server, Preflight::Refuse).chat().create(request()).await.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::InvalidRequest, None, 0));
    let fields: Vec<&str> = error.field_errors().iter().map(|wrong| wrong.field.as_str()).collect();
    assert_eq!(fields, ["tools", "logprobs"]);
    assert_eq!(
        error.to_string(),
        "createChatCompletion: `tools` needs a model that calls functions, and m does not; `logprobs` needs a model that returns \
         log probabilities, and m does not; nothing was sent"
    );
    assert_eq!(
        actions(error.preflight().unwrap()),
        [("tools", FindingAction::Refused), ("logprobs", FindingAction::Refused)]
    );
    assert!(sent(&server).is_empty());
}

#[tokio::test]
async fn a_call_has_a_policy_of_its_own() {
    let server = server();
    let venice = client(&server, Preflight::Refuse);
    let reply = venice.chat().create(request()).with_preflight(Preflight::Off).with_meta().await.unwrap();
    assert!(reply.meta.preflight().is_none());
    assert_eq!(server.count(), 1, "the list was not fetched");
    venice.chat().create(request()).with_preflight(Preflight::Warn).await.unwrap();
    assert!(venice.chat().create(request()).await.is_err());

    let off = builder(&server).build().unwrap();
    assert!(off.chat().create(request()).with_preflight(Preflight::Refuse).await.is_err());
    off.chat().create(request()).await.unwrap();
}

#[tokio::test]
async fn what_fits_is_sent_byte_for_byte_under_every_policy() {
    let bodies: Vec<_> = [Preflight::Off, Preflight::Warn, Preflight::Drop, Preflight::Refuse]
        .map(|policy| async move {
            let server = server();
            let request = ChatCompletionRequest::new("default", [PROMPT]).temperature(0.1).logprobs(false);
            client(&server, policy).chat().create(request).await.unwrap();
            server.requests().into_iter().find(|request| request.method == "POST").unwrap().body
        })
        .into();
    let mut all = Vec::new();
    for body in bodies {
        all.push(body.await);
    }
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test]
async fn on_and_cached_nothing_more_is_fetched() {
    let server = server();
    let venice = client(&server, Preflight::Warn);
    for _ in 0..3 {
        venice.clone().chat().create(request()).await.unwrap();
    }
    assert_eq!((server.count(), sent(&server).len()), (4, 3));
}

#[tokio::test]
async fn calls_that_name_no_model_are_not_checked() {
    let server = serving(vec![model("text", json!({}))], r#"{"data": []}"#);
    let venice = client(&server, Preflight::Refuse);
    let reply = venice.images().styles().with_meta().await.unwrap();
    assert!(reply.meta.preflight().is_none());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn fields_and_features_that_are_added_count() {
    let server = server();
    let venice = client(&server, Preflight::Refuse);
    let plain = || ChatCompletionRequest::new("default", [PROMPT]);
    let tools = json!([{"type": "function", "function": {"name": "f"}}]);
    let error = venice.chat().create(plain()).with_extra_body("tools", tools).await.unwrap_err();
    assert_eq!(error.field_errors()[0].field, "tools");
    venice.chat().create(plain()).await.unwrap();
}

#[tokio::test]
async fn a_stream_reports_it_too() {
    let sse = "data: {\"choices\": [{\"index\": 0, \"delta\": {\"content\": \"Left.\"}, \"finish_reason\": \"stop\"}]}\n\ndata: [DONE]\n\n";
    let answer = Answer::new(200, &[("content-type", "text/event-stream")], sse);
    let capabilities = json!({"supportsLogProbs": false});
    let server = serving(vec![model("text", json!({"capabilities": capabilities}))], answer);
    let venice = client(&server, Preflight::Drop);
    let mut stream = venice.chat().stream(ChatCompletionRequest::new("m", [PROMPT]).logprobs(true)).await.unwrap();
    let report = stream.meta().preflight().unwrap().clone();
    assert_eq!(actions(&report), [("logprobs", FindingAction::Dropped)]);
    assert!(stream.next().await.unwrap().is_ok());
    assert!(sent(&server)[0].get("logprobs").is_none());
}

#[tokio::test]
async fn a_failure_reports_what_was_found_before() {
    let capabilities = json!({"supportsFunctionCalling": false});
    let answer = Answer::json(400, r#"{"error": "no tools here"}"#);
    let server = serving(vec![model("text", json!({"capabilities": capabilities, "traits": ["default"]}))], answer);
    let error = client(&server, Preflight::Warn).chat().create(request()).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(400));
    assert_eq!(actions(error.preflight().unwrap()), [("tools", FindingAction::Reported)]);
}

#[tokio::test]
async fn each_finding_is_one_warning_without_the_prompt() {
    let server = server();
    let venice = client(&server, Preflight::Drop);
    let recorder = Recorder::new();
    let guard = tracing::subscriber::set_default(recorder.clone());
    venice.chat().create(request()).await.unwrap();
    drop(guard);
    let events = recorder.events.lock().unwrap().clone();
    let warnings: Vec<_> =
        events.iter().filter(|(level, _)| *level == tracing::Level::WARN).map(|event| &event.1).collect();
    let told: Vec<_> =
        warnings.iter().map(|fields| (&*fields["rule"], &*fields["field"], &*fields["action"])).collect();
    assert_eq!(told, [("tools", "tools", "reported"), ("logprobs", "logprobs", "dropped")]);
    assert!(warnings.iter().all(|fields| fields["operation"] == "createChatCompletion" && fields["model"] == "m"));
    let dump = recorder.dump();
    assert!(!dump.contains("lagoon") && !dump.contains(KEY), "{dump}");
}

#[tokio::test]
async fn notes_do_not_reject_a_request() {
    let deprecation = json!({"removesAt": "2999-01-01T00:00:00.000Z", "autoRemap": false, "date": ""});
    let server = serving(vec![model("text", json!({"deprecation": deprecation}))], CHAT);
    let call = client(&server, Preflight::Refuse).chat().create(ChatCompletionRequest::new("m", [PROMPT])).with_meta();
    let reply = call.await.unwrap();
    let report = reply.meta.preflight().unwrap();
    assert_eq!((report.findings()[0].severity, report.is_clean()), (Severity::Note, true));
}

#[tokio::test]
async fn a_request_that_is_wrong_anyway_fetches_nothing() {
    let server = server();
    let request = ChatCompletionRequest::new("default", [PROMPT]).temperature(9.0);
    assert!(client(&server, Preflight::Refuse).chat().create(request).await.is_err());
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_call_that_is_dropped_while_it_waits_for_the_catalogue_sends_nothing_more() {
    let server = Server::answering([Answer::silence()]);
    let call = client(&server, Preflight::Warn).chat().create(request()).into_future();
    assert!(tokio::time::timeout(std::time::Duration::from_millis(80), call).await.is_err());
    assert!(server.closed_by_client_within(crate::support::PATIENCE).await);
    assert_eq!(server.count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_calls_at_once_wait_for_one_list() {
    let server = server();
    let venice = client(&server, Preflight::Drop);
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let venice: Client = venice.clone();
            tokio::spawn(async move { venice.chat().create(request()).await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!((server.count(), sent(&server).len()), (51, 50));
}

#[cfg(feature = "blocking")]
#[test]
fn without_async_it_is_the_same() {
    let server = server();
    let venice = client(&server, Preflight::Refuse);
    let error = venice.chat().create(request()).send_blocking().unwrap_err();
    assert_eq!(error.field_errors()[0].field, "tools");
    let reply = venice.chat().create(request()).with_preflight(Preflight::Drop).with_meta().send_blocking().unwrap();
    assert_eq!(reply.meta.preflight().unwrap().findings().len(), 2);
}
