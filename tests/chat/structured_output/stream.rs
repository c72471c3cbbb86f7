//! Streamed values that grow.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use venice_ai::chat::structured::Parsed;
use venice_ai::stream::{ParseEvent, ParsedStream, Partial};

use super::{Island, MURANO, delta, murano, request, saying, tail};
use crate::support::chat::{head, streamed};
use crate::support::{PATIENCE, Server, amount, once};

/// The answer in these pieces.
fn written<'p>(pieces: impl IntoIterator<Item = &'p str>) -> Server {
    let body: String = pieces.into_iter().map(|piece| delta(json!({"content": piece}))).collect();
    Server::answering([streamed([(body + &tail("stop")).as_bytes()])])
}

async fn open(server: &Server) -> ParsedStream<Island> {
    once(server).chat().parse_stream(request()).await.unwrap()
}

/// All items: the partial values, and the whole one.
async fn events(mut stream: ParsedStream<Island>) -> (Vec<Partial>, Parsed<Island>) {
    let mut partials = Vec::new();
    let mut whole = None;
    while let Some(event) = stream.next().await {
        assert!(whole.is_none(), "something comes behind the value");
        match event.unwrap() {
            ParseEvent::Partial(partial) => partials.push(partial),
            ParseEvent::Done(parsed) => whole = Some(*parsed),
            _ => unreachable!(),
        }
    }
    (partials, whole.unwrap())
}

async fn values(server: &Server) -> Vec<Value> {
    let (partials, parsed) = events(open(server).await).await;
    assert_eq!(parsed.value, murano());
    assert_eq!(parsed.reply.cost.unwrap().usd, amount("0.25"));
    partials.iter().map(|partial| partial.value().clone()).collect()
}

#[tokio::test]
async fn a_value_grows_and_there_is_an_event_for_each_piece_that_adds_to_it() {
    let pieces = [
        "{",
        "\n  ",
        "\"name\":",
        " \"Mu",
        "",
        "rano",
        "\", \"ar",
        "ea\": 1",
        "17.5",
        ", ",
        "\"bridges\": [{\"year\": 18",
        "66}]",
        "}\n",
    ];
    let expected = [
        json!({}),
        json!({"name": "Mu"}),
        json!({"name": "Murano"}),
        json!({"name": "Murano", "area": 117.5}),
        json!({"name": "Murano", "area": 117.5, "bridges": [{}]}),
        json!({"name": "Murano", "area": 117.5, "bridges": [{"year": 1866}]}),
    ];
    assert_eq!(values(&written(pieces)).await, expected);
}

#[tokio::test]
async fn pieces_may_be_cut_anywhere() {
    let last = serde_json::from_str::<Value>(MURANO).unwrap();
    for place in 0..MURANO.len() {
        let (start, end) = MURANO.split_at(place);
        assert_eq!(values(&written([start, end])).await.last(), Some(&last), "cut at {place}");
    }
}

#[tokio::test]
async fn thoughts_and_fences_are_left_out_on_the_way() {
    for before in ["<think>{\"name\": \"Burano\"}?</think>\n", "\u{feff}```json\n", "Burano? {\"name\": 1}</think>"] {
        let text = format!("{before}{MURANO}");
        let pieces: Vec<String> = text.chars().map(String::from).collect();
        let values = values(&written(pieces.iter().map(String::as_str))).await;
        assert_eq!(values[0], json!({}), "{before}");
        assert_eq!(values[2], json!({"name": "M"}), "{before}");
    }
}

#[tokio::test]
async fn an_answer_that_begins_with_prose_has_no_parts_and_a_value() {
    let text = format!("Here it is: {MURANO}");
    assert!(values(&written([&text[..30], &text[30..]])).await.is_empty());
}

#[tokio::test]
async fn parts_read_as_a_type_that_can_do_without_the_rest() {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Draft {
        name: String,
        area: Option<f64>,
    }
    let (partials, _) =
        events(open(&written(["{", "\"name\": \"Mu", "rano\", \"area\": 1.5, \"bridges\": null}"])).await).await;
    let drafts: Vec<Draft> = partials.iter().map(|partial| partial.as_type().unwrap()).collect();
    let names: Vec<_> = drafts.iter().map(|draft| (&*draft.name, draft.area)).collect();
    assert_eq!(names, [("", None), ("Mu", None), ("Murano", Some(1.5))]);
    // The field of the type is absent, then null: null has a default.
    let whole: Vec<_> = partials.iter().map(Partial::as_type::<Island>).collect();
    assert!(whole[0].is_none() && whole[2].as_ref().is_some_and(|island| island.bridges.is_empty()));
}

#[tokio::test]
async fn a_list_grows_without_what_is_around_it() {
    let pieces = ["{", "\"value\":", "[", "\"a", "b\",", "\"c\"]}"];
    let body: String = pieces.iter().map(|piece| delta(json!({"content": piece}))).collect();
    let server = Server::answering([streamed([(body + &tail("stop")).as_bytes()])]);
    let mut stream = once(&server).chat().parse_stream::<Vec<String>>(request()).await.unwrap();
    let mut seen = Vec::new();
    while let Some(event) = stream.next().await {
        match event.unwrap() {
            ParseEvent::Partial(partial) => {
                assert_eq!(json!(partial.as_type::<Vec<String>>().unwrap()), *partial.value());
                seen.push(partial.value().clone());
            }
            ParseEvent::Done(parsed) => assert_eq!(parsed.value, ["ab", "c"]),
            _ => unreachable!(),
        }
    }
    assert_eq!(seen, [json!([]), json!(["a"]), json!(["ab"]), json!(["ab", "c"])]);
}

#[tokio::test]
async fn only_the_first_choice_is_read() {
    let other = delta(json!({"content": "{\"name\": \"Burano\""})).replace("\"index\":0", "\"index\":1");
    let ended = tail("stop").replace("\"index\":0", "\"index\":1");
    let ended = ended.split("\n\n").next().unwrap();
    let body = format!("{other}{}{ended}\n\n{}", delta(json!({"content": MURANO})), tail("stop"));
    let server = Server::answering([streamed([body.as_bytes()])]);
    let (partials, parsed) = events(open(&server).await).await;
    assert_eq!((partials.len(), parsed.value, parsed.reply.choices.len()), (1, murano(), 2));
}

#[tokio::test]
async fn a_value_is_collected_without_its_parts() {
    let parsed = open(&written([&MURANO[..20], &MURANO[20..]])).await.collect().await.unwrap();
    assert_eq!((parsed.value, parsed.reply.text()), (murano(), MURANO.into()));
}

#[tokio::test]
async fn a_server_that_does_not_stream_gives_one_part_and_the_value() {
    let server = Server::answering([saying(MURANO)]);
    let stream = open(&server).await;
    assert_eq!(stream.meta().request_id(), Some("8f00-VCE"));
    let (partials, parsed) = events(stream).await;
    assert_eq!((partials.len(), parsed.value), (1, murano()));
}

#[tokio::test]
async fn a_part_comes_as_soon_as_it_is_written() {
    let first = delta(json!({"content": "{\"name\": \"Mu"}));
    let server = Server::answering([head().send(first).hang()]);
    let mut stream = open(&server).await;
    let event = tokio::time::timeout(PATIENCE, stream.next()).await.unwrap().unwrap().unwrap();
    assert!(matches!(event, ParseEvent::Partial(partial) if partial.value()["name"] == "Mu"));
    // A cancelled wait loses nothing, and dropping the stream closes the connection.
    tokio::time::timeout(Duration::from_millis(50), stream.next()).await.unwrap_err();
    assert!(!server.closed_by_client_within(Duration::from_millis(50)).await, "too early");
    drop(stream);
    assert!(server.closed_by_client_within(PATIENCE).await);
}

#[tokio::test]
async fn a_part_that_is_kept_does_not_change() {
    let (partials, _) =
        events(open(&written(["{\"name\": \"Mu", "rano\", \"area\": 117.5, \"bridges\": [{\"year\": 1866}]}"])).await)
            .await;
    assert_eq!(partials[0].value(), &json!({"name": "Mu"}));
    let shown = format!("{:?}", partials[0]);
    assert!(!shown.contains("Mu"), "{shown}");
}
