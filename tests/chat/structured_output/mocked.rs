//! Structured outputs of the mock, for any type.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use venice_ai::stream::ParseEvent;
use venice_ai::{Client, ErrorKind};
use venice_ai_mock::{Fault, MockVenice};

use super::{Island, request};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(dead_code)]
enum Event {
    Arrival {
        ship: String,
        #[serde(default)]
        late: bool,
    },
    Departure(Island),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Harbour {
    /// From one to five.
    #[schemars(range(min = 1, max = 5))]
    rating: u8,
    events: Vec<Event>,
    #[serde(flatten)]
    island: Island,
    state: State,
    remark: Option<Box<Remark>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
enum State {
    /// Nobody goes in.
    Closed,
    Open,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Remark(String);

async fn answered<T: JsonSchema + DeserializeOwned + 'static>(venice: &Client) {
    let parsed = venice.chat().parse::<T>(request()).await.unwrap();
    assert!(parsed.reply.cost.is_some());
    let streamed = venice.chat().parse_stream::<T>(request()).await.unwrap().collect().await.unwrap();
    assert_eq!(streamed.reply.text(), parsed.reply.text());
}

#[tokio::test]
async fn a_type_is_answered_with_a_value_of_it() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    answered::<Island>(&venice).await;
    answered::<Harbour>(&venice).await;
    answered::<Vec<Event>>(&venice).await;
    answered::<State>(&venice).await;
    answered::<Option<u32>>(&venice).await;
    answered::<Vec<Option<State>>>(&venice).await;
    answered::<Result<String, State>>(&venice).await;
}

#[tokio::test]
async fn a_limit_of_tokens_cuts_the_answer_and_reasoning_can_use_all_of_it() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let few = |tokens: u32| request().max_completion_tokens(tokens);
    let error = venice.chat().parse::<Harbour>(few(3)).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Truncated && error.answer_text() == Some(""), "{error}");
    let stream = venice.chat().parse_stream::<Harbour>(few(3)).await.unwrap();
    assert_eq!(stream.collect().await.unwrap_err().kind(), ErrorKind::Truncated);
}

#[tokio::test]
async fn a_stream_of_the_mock_grows_and_its_cut_is_noticed() {
    let mock = MockVenice::start().await.unwrap();
    let mut stream = mock.client().chat().parse_stream::<Island>(request()).await.unwrap();
    let mut parts = 0;
    while let Some(event) = stream.next().await {
        parts += usize::from(matches!(event.unwrap(), ParseEvent::Partial(_)));
    }
    assert!(parts > 5, "{parts}");
    mock.fault(Fault::cut(1500).on("createChatCompletion"));
    let stream = mock.client().chat().parse_stream::<Island>(request()).await.unwrap();
    assert_eq!(stream.collect().await.unwrap_err().kind(), ErrorKind::StreamInterrupted);
}
