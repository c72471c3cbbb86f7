//! What an encrypted chat sends, what it refuses to send, and what it returns.

use serde_json::{Value, json};
use venice_ai::attestation::AttestationLevel;
use venice_ai::e2ee::E2eeErrorKind;
use venice_ai::{CallOptions, ErrorKind, RetryPolicy};
use venice_ai_mock::Fault;

use super::{ATTESTATION, CHAT, MODEL, QUESTION, chat, mock, session};

#[tokio::test]
async fn messages_are_encrypted_for_the_attested_key_and_answers_decrypted() {
    let (mock, venice) = mock().await;
    let session = session(&mock, &venice).await;
    let chat = session.chat().system("Be brief.").user(QUESTION).temperature(0.2).max_completion_tokens(500);
    let reply = chat.send().await.unwrap();
    assert!(reply.text.contains(&QUESTION[..40]) && reply.id.starts_with("chatcmpl-"), "{}", reply.text);
    assert_eq!(reply.finish_reason.as_ref().map(|why| why.as_str()), Some("stop"));
    assert!(reply.usage.unwrap().total_tokens > 0 && reply.cost.is_some() && reply.reasoning.is_empty());
    assert_eq!(reply.meta.tee_provider(), Some("phala"));

    let request = &mock.requests_of(CHAT)[0];
    let sent: Value = request.json().unwrap();
    assert_eq!(sent["stream"], true);
    assert_eq!(sent["venice_parameters"], json!({"include_venice_system_prompt": false}));
    assert_eq!((&sent["temperature"], &sent["max_completion_tokens"]), (&json!(0.2), &json!(500)));
    let names: Vec<&String> = sent.as_object().unwrap().keys().collect();
    let all =
        ["max_completion_tokens", "messages", "model", "stream", "stream_options", "temperature", "venice_parameters"];
    assert!(names.len() == all.len() && all.iter().all(|name| sent.get(*name).is_some()), "{names:?}");
    for message in sent["messages"].as_array().unwrap() {
        let content = message["content"].as_str().unwrap();
        assert!(content.len() >= 186 && content.starts_with("04"), "{content}");
        assert!(content.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')), "{content}");
    }
    let model_key = request.header("x-venice-tee-model-pub-key").unwrap();
    assert_eq!(session.attestation().reply().public_key().as_deref(), Some(model_key));
    assert_eq!(request.header("x-venice-tee-signing-algo"), Some("ecdsa"));
    let read = request.decrypted().unwrap();
    assert_eq!(read["messages"][0], json!({"role": "system", "content": "Be brief."}));
    assert_eq!(read["messages"][1], json!({"role": "user", "content": QUESTION}));
}

#[tokio::test]
async fn each_request_has_its_own_reply_key_and_ciphertexts() {
    let (mock, venice) = mock().await;
    let chat = chat(&mock, &venice).await;
    for _ in 0..2 {
        chat.send().await.unwrap();
    }
    let requests = mock.requests_of(CHAT);
    let key = |n: usize| requests[n].header("x-venice-tee-client-pub-key").unwrap().to_owned();
    assert_ne!(key(0), key(1));
    assert_ne!(requests[0].body, requests[1].body);
    assert_eq!(requests[0].decrypted(), requests[1].decrypted());
    assert_eq!(mock.requests_of(ATTESTATION).len(), 1, "a session is attested once");
}

#[tokio::test]
async fn a_retry_sends_the_same_bytes() {
    let (mock, _) = mock().await;
    let venice = mock.client();
    let chat = chat(&mock, &venice).await;
    mock.fault(Fault::status(503).header("retry-after", "0").on(CHAT));
    assert!(chat.send().await.unwrap().text.contains("You said"));
    let requests = mock.requests_of(CHAT);
    assert_eq!(requests.len(), 2);
    assert_eq!((&requests[0].body, requests[0].headers.len()), (&requests[1].body, requests[1].headers.len()));
}

#[tokio::test]
async fn earlier_answers_are_sent_in_plaintext_only_by_name() {
    let (mock, venice) = mock().await;
    let chat = session(&mock, &venice).await.chat().user("First").assistant_in_plaintext("An answer").user("Second");
    chat.send().await.unwrap();
    let sent: Value = mock.requests_of(CHAT)[0].json().unwrap();
    assert_eq!(sent["messages"][1], json!({"role": "assistant", "content": "An answer"}));
    let read = mock.requests_of(CHAT)[0].decrypted().unwrap();
    assert_eq!([&read["messages"][0]["content"], &read["messages"][2]["content"]], ["First", "Second"]);
}

#[tokio::test]
async fn a_chat_without_an_encrypted_message_is_not_sent() {
    let (mock, venice) = mock().await;
    let session = session(&mock, &venice).await;
    for chat in [session.chat(), session.chat().assistant_in_plaintext("An answer")] {
        let error = chat.send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(error.e2ee_error().unwrap().kind(), E2eeErrorKind::Request);
    }
    assert_eq!(mock.requests_of(CHAT).len(), 0);
}

#[tokio::test]
async fn options_cannot_add_plaintext_or_replace_the_encryption_headers() {
    let (mock, venice) = mock().await;
    let chat = chat(&mock, &venice).await;
    let messages = json!([{"role": "user", "content": QUESTION}]);
    let tools = json!([{"type": "function", "function": {"name": "f"}}]);
    for (options, named) in [
        (CallOptions::new().with_extra_body("messages", messages), "`messages`"),
        (CallOptions::new().with_extra_body("tools", tools), "`tools`"),
        (CallOptions::new().with_extra_body("stop", "mole"), "`stop`"),
        (CallOptions::new().with_extra_body("stream", false), "`stream`"),
        (CallOptions::new().with_extra_body("model", "gondola-9b"), "`model`"),
        (CallOptions::new().with_extra_body("venice_parameters", json!({"enable_e2ee": false})), "`venice_parameters`"),
        (
            CallOptions::new().with_extra_body("venice_parameters", json!({"character_slug": "x"})),
            "`venice_parameters`",
        ),
        (CallOptions::new().with_header("x-venice-tee-client-pub-key", "04"), "`x-venice-tee-client-pub-key`"),
        (CallOptions::new().with_header("X-Venice-TEE-Model-Pub-Key", "04"), "`x-venice-tee-model-pub-key`"),
        (CallOptions::new().with_header("x-venice-tee-version", "2"), "`x-venice-tee-version`"),
    ] {
        for options in [options.clone(), options.with_validation(false)] {
            let error = chat.send().with_options(options).await.unwrap_err();
            assert_eq!(error.e2ee_error().unwrap().kind(), E2eeErrorKind::Request, "{error}");
            assert!(error.to_string().contains(named) && error.to_string().contains("nothing was sent"), "{error}");
            assert_eq!((error.attempts(), error.delivery()), (0, venice_ai::Delivery::NotSent));
        }
    }
    assert_eq!(mock.requests_of(CHAT).len(), 0);
}

#[tokio::test]
async fn default_headers_and_options_of_a_client_cannot_either() {
    let (mock, venice) = mock().await;
    let name = "x-venice-tee-signing-algo";
    let with_header =
        mock.client_builder().retry(RetryPolicy::disabled()).default_header(name, "ecdsa").build().unwrap();
    let error = chat(&mock, &with_header).await.send().await.unwrap_err();
    assert_eq!(error.e2ee_error().unwrap().kind(), E2eeErrorKind::Request, "{error}");
    let with_field = venice.with_options(CallOptions::new().with_extra_body("user", "me@example.com"));
    let error = with_field.e2ee(MODEL).accept_claimed_attestation().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidRequest, 0));
    assert_eq!(mock.requests_of(CHAT).len(), 0);
}

#[cfg(feature = "middleware")]
#[tokio::test]
async fn middleware_cannot_change_the_encryption_headers() {
    use venice_ai::http::HeaderName;
    use venice_ai::middleware::{AttemptRequest, BoxError, Interceptor};

    /// Changes a header of the encryption, after everything else.
    struct Changing;

    impl Interceptor for Changing {
        async fn before_attempt(&self, attempt: &mut AttemptRequest) -> Result<(), BoxError> {
            if attempt.info().operation() == CHAT {
                let body = String::from_utf8_lossy(attempt.body().unwrap()).into_owned();
                assert!(!body.contains("mole"), "middleware sees ciphertext: {body}");
                let name = HeaderName::from_static("x-venice-tee-model-pub-key");
                assert!(attempt.remove_header(&name).is_err() && attempt.headers().contains_key(&name));
                attempt.set_header("x-venice-tee-model-pub-key", "04")?;
            }
            Ok(())
        }
    }

    let (mock, _) = mock().await;
    let venice = mock.client_builder().interceptor(Changing).build().unwrap();
    let error = chat(&mock, &venice).await.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Middleware, "{error}");
    assert!(error.to_string().contains("`x-venice-tee-model-pub-key`, a header of end-to-end encryption"), "{error}");
    assert_eq!(mock.requests_of(CHAT).len(), 0);
}

#[tokio::test]
async fn other_options_apply() {
    let (mock, venice) = mock().await;
    let chat = chat(&mock, &venice).await;
    chat.send().with_header("traceparent", "00-4bf9-00f0-01").with_api_key(mock.api_key()).await.unwrap();
    assert_eq!(mock.requests_of(CHAT)[0].header("traceparent"), Some("00-4bf9-00f0-01"));
    let error = chat.send().with_max_collected_bytes(20).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Decode && error.message().contains("max_collected_bytes"), "{error}");
}

#[cfg(all(feature = "budget", feature = "preflight"))]
#[tokio::test]
async fn preflight_and_budget_let_an_encrypted_chat_pass() {
    use venice_ai::cost::Budget;
    use venice_ai::preflight::Preflight;

    let (mock, _) = mock().await;
    let budget = Budget::usd("100");
    let venice = mock.client_builder().preflight(Preflight::Refuse).budget(budget.clone()).build().unwrap();
    let long = "high water ".repeat(90_000);
    let chat = session(&mock, &venice).await.chat().user(&long);
    let reply = chat.send().await.unwrap();
    assert!(long.len() > 900_000 && Some(budget.in_usd().spent) == reply.cost.unwrap().usd);
}

#[tokio::test]
async fn a_session_needs_a_verified_quote_unless_the_opposite_is_asked_for_by_name() {
    use venice_ai::attestation::AttestationVerifier;

    let (mock, venice) = mock().await;
    mock.fault(Fault::attestation_without_quote().times(usize::MAX));
    let error = venice.e2ee(MODEL).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Attestation, "{error}");
    // A verifier with lower demands is not enough.
    let lax = AttestationVerifier::new().minimum_level(AttestationLevel::Claimed);
    let error = venice.e2ee(MODEL).with_verifier(&lax).await.unwrap_err();
    assert_eq!(error.e2ee_error().unwrap().kind(), E2eeErrorKind::Level);
    assert!(error.to_string().contains("claimed") && error.to_string().contains("quote_verified"), "{error}");
    let session = venice.e2ee(MODEL).accept_claimed_attestation().await.unwrap();
    assert_eq!(session.attestation().level(), AttestationLevel::Claimed);
}

#[tokio::test]
async fn the_key_of_a_session_is_that_of_a_verified_quote() {
    use venice_ai_mock::MockVenice;

    let builder = MockVenice::builder().sign_attestations(true).pause(std::time::Duration::ZERO);
    let mock = builder.start().await.unwrap();
    let (venice, verifier) = (mock.client(), mock.attestation_verifier());
    let session = venice.e2ee(MODEL).with_verifier(&verifier).await.unwrap();
    assert!(session.attestation().level() >= AttestationLevel::QuoteVerified);
    let before = session.attestation().signing_address();
    // The new key after a stale attestation is verified, too.
    mock.fault(Fault::stale_attestation());
    assert!(session.chat().user(QUESTION).send().await.unwrap().text.contains("You said"));
    assert_ne!(session.attestation().signing_address(), before);
    assert!(session.attestation().level() >= AttestationLevel::QuoteVerified);
    mock.fault(Fault::stale_attestation());
    mock.fault(Fault::attestation_without_quote());
    let error = session.chat().user(QUESTION).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Attestation, "a renewal does not lower the level: {error}");
}

#[tokio::test]
async fn a_model_with_a_suffix_is_not_attested() {
    let (mock, venice) = mock().await;
    let error = venice.e2ee(format!("{MODEL}:enable_web_search=on")).await.unwrap_err();
    assert_eq!(error.e2ee_error().unwrap().kind(), E2eeErrorKind::Request, "{error}");
    assert_eq!(mock.requests().len(), 0);
}

#[tokio::test]
async fn the_plain_api_sends_no_encryption_headers() {
    let (mock, venice) = mock().await;
    let request = venice_ai::types::ChatCompletionRequest::new(MODEL, ["Hello"]);
    venice.chat().create(request).await.unwrap();
    assert!(mock.requests()[0].headers.keys().all(|name| !name.as_str().starts_with("x-venice-tee")));
}

#[tokio::test]
async fn the_mock_rejects_what_the_api_rejects() {
    let (mock, venice) = mock().await;
    chat(&mock, &venice).await.send().await.unwrap();
    let (sent, headers) = (mock.requests_of(CHAT)[0].clone(), mock.requests_of(CHAT)[0].headers.clone());
    let header = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
    let [client, model, algorithm] =
        ["client-pub-key", "model-pub-key", "signing-algo"].map(|name| format!("x-venice-tee-{name}"));
    let post = |body: Value, changed: &[(&str, &str)]| {
        let call = venice.request::<Value>(venice_ai::http::Method::POST, "/chat/completions").with_json_body(&body);
        let call =
            [&client, &model, &algorithm].into_iter().fold(call, |call, name| call.with_header(name, header(name)));
        changed.iter().fold(call, |call, (name, value)| call.with_header(*name, *value))
    };
    let body: Value = sent.json().unwrap();
    let with = |name: &str, value: Value| {
        let mut body = body.clone();
        body[name] = value;
        body
    };
    let content = |content: &str| with("messages", json!([{"role": "user", "content": content}]));
    let sealed = body["messages"][0]["content"].as_str().unwrap();
    for (call, text) in [
        (post(with("stream", false.into()), &[]), "E2EE requires streaming"),
        (post(content("Buongiorno"), &[]), "Encrypted field is not valid hex"),
        (post(content(&format!("{}0", &sealed[..sealed.len() - 2])), &[]), "Encrypted field is not valid hex"),
        (post(content(&format!("{}00", &sealed[..sealed.len() - 2])), &[]), "Failed to decrypt field"),
        (post(content(&"04".repeat(100)), &[]), "Invalid public key"),
        (
            post(with("tools", json!([{"type": "function", "function": {"name": "f"}}])), &[]),
            "Tools are not supported with E2EE",
        ),
        (post(body.clone(), &[(&client, "04")]), "Invalid E2EE headers: "),
        (post(body.clone(), &[(&algorithm, "ed25519")]), "Invalid E2EE headers: "),
        (post(with("model", "gondola-9b".into()), &[]), "trusted environment"),
    ] {
        let error = call.await.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(400), "{text}");
        assert!(error.message().contains(text), "{error}");
    }
}

#[test]
fn a_session_is_a_value_to_share() {
    fn is_shared<T: Clone + Send + Sync + 'static>() {}
    fn is_sent<T: Send + 'static>() {}
    is_shared::<venice_ai::e2ee::EncryptedSession>();
    is_shared::<venice_ai::e2ee::EncryptedChat>();
    is_sent::<venice_ai::e2ee::EncryptedStream>();
}
