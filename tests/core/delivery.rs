//! Whether a failed request was executed, and whether it is retried.

use std::time::Duration;

use venice_ai::http::Method;
use venice_ai::types::{ChatCompletionRequest, QueueVideoRequest};
use venice_ai::{Client, Delivery, Error, ErrorKind};

use crate::support::{Answer, Server, TestClock, builder, client, nobody};

const OWN: &str = r#"{"error": "The model is at capacity"}"#;

#[derive(Clone, Copy, Debug)]
enum Call {
    List,
    Chat,
    Order,
}

impl Call {
    async fn make(self, venice: &Client) -> Error {
        match self {
            Self::List => venice.api_keys().list().await.unwrap_err(),
            Self::Chat => venice.chat().create(ChatCompletionRequest::new("m", ["Hello"])).await.unwrap_err(),
            Self::Order => venice.video().queue(QueueVideoRequest::new("m").prompt("fog")).await.unwrap_err(),
        }
    }

    /// The delivery of a request with this reply, and how often it is sent.
    async fn told(self, answer: Answer) -> (Delivery, usize) {
        let server = Server::answering([answer]);
        let error = self.make(&client(&server, &TestClock::without_jitter())).await;
        assert_eq!(error.attempts() as usize, server.count(), "{error}");
        (error.delivery(), server.count())
    }
}

#[tokio::test]
async fn a_gateways_503_or_408_leaves_open_whether_a_paid_call_was_executed() {
    use Delivery::{Refused, Unknown};
    let own = |status| Answer::json(status, OWN);
    let gateway = |status| Answer::html(status, "<html><title>unavailable</title></html>");
    let json_of_a_gateway = Answer::json(503, r#"{"message": "no healthy upstream"}"#);
    for (call, answer, expected) in [
        (Call::Chat, gateway(503), (Unknown, 1)),
        (Call::Chat, gateway(408), (Unknown, 1)),
        (Call::Chat, json_of_a_gateway, (Unknown, 1)),
        (Call::Chat, Answer::new(503, &[], ""), (Unknown, 1)),
        (Call::Chat, own(503), (Refused, 3)),
        (Call::Chat, own(408), (Refused, 3)),
        (Call::Chat, own(429), (Refused, 3)),
        (Call::Chat, own(500), (Unknown, 1)),
        (Call::Chat, own(529), (Unknown, 1)),
        (Call::Order, gateway(503), (Unknown, 1)),
        (Call::Order, own(408), (Unknown, 1)),
        (Call::Order, own(503), (Refused, 3)),
        (Call::List, gateway(503), (Unknown, 3)),
        (Call::List, own(500), (Unknown, 3)),
    ] {
        assert_eq!(call.told(answer.clone()).await, expected, "{call:?} {answer:?}");
    }
}

#[tokio::test]
async fn what_was_not_sent_what_was_lost_and_what_was_answered_are_distinguished() {
    let server = Server::answering([Answer::silence()]);
    let venice = builder(&server).timeout(Duration::from_millis(200)).build().unwrap();
    assert_eq!(Call::Chat.make(&venice).await.delivery(), Delivery::Unknown);

    for (answer, expected) in [
        (Answer::nothing(), Delivery::Unknown),
        (Answer::json(200, "{"), Delivery::Answered),
        (Answer::json(400, r#"{"error": "wrong"}"#), Delivery::Refused),
        (Answer::redirect(307, "https://elsewhere.example/"), Delivery::Refused),
    ] {
        assert_eq!(Call::Chat.told(answer.clone()).await, (expected, 1), "{answer:?}");
    }

    let nobody = Client::builder().api_key("key").base_url(format!("http://{}", nobody())).no_proxy();
    let error = Call::Chat.make(&nobody.retry(venice_ai::RetryPolicy::disabled()).build().unwrap()).await;
    assert!(error.kind() == ErrorKind::Connect && error.delivery() == Delivery::NotSent, "{error}");
    let plain = Client::builder().base_url("http://127.0.0.1:1").no_proxy().build().unwrap();
    let refused = plain.request::<serde_json::Value>(Method::GET, "http://[");
    assert_eq!(refused.await.unwrap_err().delivery(), Delivery::NotSent);
}

#[test]
fn reads_inference_jobs_and_payments_have_classes_of_their_own() {
    use venice_ai::RetryClass::{Inference, Once, Payment, Safe};
    use venice_ai::operations::{CREATE_CHAT_COMPLETION, LIST_MODELS, QUEUE_VIDEO, TOP_UP_X402_BALANCE};
    let rows = [&LIST_MODELS, &CREATE_CHAT_COMPLETION, &QUEUE_VIDEO, &TOP_UP_X402_BALANCE];
    assert_eq!(rows.map(|row| row.retry), [Safe, Inference, Once, Payment]);
}
