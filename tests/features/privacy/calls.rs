//! Policies of calls, and of clients that cannot be built.

use serde_json::json;
use venice_ai::types::ChatCompletionRequest;
use venice_ai::{CallOptions, Privacy};

use super::*;
use crate::support::spans::Recorder;

fn request(model: &str) -> ChatCompletionRequest {
    ChatCompletionRequest::new(model, [PROMPT])
}

#[tokio::test]
async fn a_call_may_tighten_the_policy() {
    let server = server();
    let (strict, none) = (client(&server, PRIVATE), builder(&server).build().unwrap());
    let outcome = strict.chat().create(request("own")).with_privacy(Privacy::Tee).await;
    assert_eq!(refusal(&server, outcome), ["model_privacy model"]);
    let outcome = none.chat().create(request("foreign")).with_privacy(PRIVATE).await;
    assert_eq!(refusal(&server, outcome), ["model_privacy model"]);
    let outcome = none.chat().stream(request("foreign")).with_privacy(PRIVATE).await;
    assert_eq!(refusal(&server, outcome), ["model_privacy model"]);
    strict.chat().create(request("enclave")).with_privacy(Privacy::Tee).await.unwrap();
    none.chat().create(request("foreign")).with_privacy(Privacy::Any).await.unwrap();
}

#[tokio::test]
async fn a_call_may_not_loosen_the_policy() {
    let server = server();
    let venice = client(&server, PrivacyPolicy::new(Privacy::Tee).allow("web_search"));
    let hour = std::time::Duration::from_secs(3600);
    for looser in [
        PrivacyPolicy::from(Privacy::Any),
        PrivacyPolicy::new(PRIVATE),
        PrivacyPolicy::new(Privacy::Tee).allow("enhance_prompt"),
        PrivacyPolicy::new(Privacy::Tee).max_catalogue_age(2 * hour),
    ] {
        let error = venice.chat().create(request("enclave")).with_privacy(looser).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains("may tighten the privacy policy and not loosen it"), "{error}");
    }
    // Neither may options that come later.
    let options = CallOptions::new().with_privacy(Privacy::Tee).with_privacy(PRIVATE);
    let error =
        builder(&server).build().unwrap().chat().create(request("enclave")).with_options(options).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert_nothing_left(&server);
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn what_the_client_allows_by_name_is_named_again_by_a_call() {
    let server = server();
    let venice = client(&server, PrivacyPolicy::new(PRIVATE).allow("web_search"));
    let call = || venice.chat().create(request("enclave")).with_extra_body("web_search", true);
    let outcome = call().with_privacy(Privacy::Tee).await;
    assert_eq!(refusal(&server, outcome), ["sends_on web_search"]);
    call().with_privacy(PrivacyPolicy::new(Privacy::Tee).allow("web_search")).await.unwrap();
    let reply = call().with_meta().await.unwrap();
    let report = reply.meta.privacy().unwrap();
    assert!(!report.is_refused() && report.findings()[0].is_allowed, "what was allowed is in the report: {report:?}");
}

#[tokio::test]
async fn end_to_end_lets_no_plaintext_pass() {
    let server = server();
    let venice = client(&server, Privacy::EndToEnd);
    for model in ["sealed", "own", "foreign"] {
        let outcome = venice.chat().create(request(model)).await;
        assert_eq!(refusal(&server, outcome), ["not_encrypted "]);
    }
    assert_eq!(server.count(), 0, "nothing is fetched either");
    let exception = PrivacyPolicy::new(Privacy::EndToEnd).allow("webSearch");
    let error = builder(&server).privacy(exception.clone()).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let error = venice.chat().create(request("sealed")).with_privacy(exception).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
}

#[tokio::test]
async fn a_report_says_what_would_happen_without_sending() {
    let server = server();
    let venice = client(&server, PRIVATE);
    let report = venice.chat().create(request("foreign")).privacy_report().await.unwrap();
    assert!(report.is_refused());
    let text = report.to_string();
    assert!(text.contains("createChatCompletion") && text.contains("foreign is anonymized"), "{text}");
    let report = venice.chat().stream(request("own")).privacy_report().await.unwrap();
    assert_eq!(report.to_string(), "the privacy policy (PrivateModels) allows createChatCompletion");
    let error = venice.chat().create(request("own").temperature(9.0)).privacy_report().await.unwrap_err();
    assert_eq!(error.field_errors()[0].field, "temperature");
    assert_nothing_left(&server);
}

#[test]
fn neither_logs_nor_reports_have_the_prompt() {
    let recorder = Recorder::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let error = tracing::subscriber::with_default(recorder.clone(), || {
        runtime.block_on(async {
            let server = server();
            let body = chat("foreign", json!({"web_search": true, "venice_parameters": {"character_slug": "nobody"}}));
            post(&client(&server, PRIVATE), "/chat/completions", &body).await.unwrap_err()
        })
    });
    let shown = format!("{error} {error:?} {:?} {}", error.privacy(), recorder.dump());
    assert!(shown.contains("web_search") && !shown.contains(PROMPT), "{shown}");
}
