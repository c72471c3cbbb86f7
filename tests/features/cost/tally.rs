//! A tally counts usage by the model that answered.

use serde_json::json;
use venice_ai::cost::{Budget, Tally};
use venice_ai::types::{CreateEmbeddingRequest, GenerateImageRequest, JsonRpcRequest};
use venice_ai::{Client, RetryPolicy};

use super::{a_dollar, asking, calls, on_chain, shop};
use crate::support::server::Request;
use crate::support::{Answer, Server, amount, builder};

fn counted(server: &Server, tally: &Tally) -> Client {
    builder(server).retry(RetryPolicy::disabled()).tally(tally.clone()).build().unwrap()
}

/// An answer of the requested model, with a header that names it.
fn answering() -> Server {
    shop(|request: &Request| {
        let head = [("content-type", "application/json"), ("x-venice-model-id", "writer")];
        match request.target.trim_start_matches("/api/v1") {
            "/image/generate" => Answer::json(200, r#"{"id": "1", "images": ["AAAA"]}"#),
            "/embeddings" => Answer::json(
                200,
                r#"{"model": "reader", "data": [{"index": 0, "embedding": [1.0]}], "usage": {"prompt_tokens": 3, "total_tokens": 3}}"#,
            ),
            path if path.starts_with("/crypto/") => on_chain(),
            "/chat/completions" if request.json()["stream"] == true => Answer::new(
                200,
                &[("content-type", "text/event-stream"), ("x-venice-model-id", "writer")],
                "data: {\"model\": \"alias\", \"choices\": [{\"index\": 0, \"delta\": {\"content\": \"Hi\"}, \"finish_reason\": \"stop\"}]}\n\n\
                 data: {\"model\": \"alias\", \"choices\": [], \"usage\": {\"prompt_tokens\": 100, \"completion_tokens\": 7, \"prompt_tokens_details\": {\"cached_tokens\": 64}}, \"cost\": {\"usd\": 0, \"diem\": 0.25}}\n\ndata: [DONE]\n\n",
            ),
            _ => Answer::new(
                200,
                &head,
                r#"{"model": "alias", "choices": [{}], "usage": {"prompt_tokens": 10, "completion_tokens": 20}, "cost": {"usd": 0.1, "diem": 0}}"#,
            ),
        }
    })
}

#[cfg(all(feature = "collect", feature = "crypto-rpc"))]
#[tokio::test]
async fn calls_tokens_and_costs_count_under_the_model_that_answered() {
    let server = answering();
    let tally = Tally::new();
    let venice = counted(&server, &tally);
    for _ in 0..3 {
        venice.chat().create(asking("default")).await.unwrap();
    }
    venice.chat().stream(asking("default")).await.unwrap().collect().await.unwrap();
    venice.embeddings().create(CreateEmbeddingRequest::new("reader", "Hi")).await.unwrap();
    venice.images().generate(GenerateImageRequest::new("painter", "x")).await.unwrap();
    venice.crypto_rpc().call("ethereum-mainnet", JsonRpcRequest::new("eth_chainId")).await.unwrap();
    venice.models().list("text").await.unwrap();

    let snapshot = tally.snapshot();
    let names: Vec<&str> = snapshot.models.keys().map(String::as_str).collect();
    assert_eq!(names, ["cryptoRpcProxy", "painter", "reader", "writer"]);
    let writer = snapshot.models["writer"];
    assert_eq!((writer.calls, writer.prompt_tokens, writer.cached_tokens, writer.completion_tokens), (4, 130, 64, 67));
    assert_eq!((Some(writer.usd), Some(writer.diem), writer.unpriced), (amount("0.3"), amount("0.25"), 0));
    let reader = snapshot.models["reader"];
    assert_eq!((reader.calls, reader.prompt_tokens, reader.unpriced), (1, 3, 1));
    let rpc = snapshot.models["cryptoRpcProxy"];
    assert_eq!((rpc.credits, Some(rpc.usd)), (20, amount("0.000014")));
    assert_eq!(snapshot.models["painter"].unpriced, 1);
    let total = snapshot.total();
    assert_eq!((total.calls, Some(total.usd), total.unpriced), (7, amount("0.300014"), 2));
}

#[tokio::test]
async fn nothing_is_sent_for_a_tally_unless_it_wants_prices() {
    let server = answering();
    counted(&server, &Tally::new()).chat().create(asking("writer")).await.unwrap();
    assert_eq!(server.count(), 1);
    let tally = Tally::new().with_list_prices();
    let venice = counted(&server, &tally);
    venice.images().generate(GenerateImageRequest::new("painter", "x").variants(2)).await.unwrap();
    venice.embeddings().create(CreateEmbeddingRequest::new("reader", "Hi")).await.unwrap();
    let models = tally.snapshot().models;
    assert_eq!((Some(models["painter"].listed_usd), models["painter"].unpriced), (amount("0.5"), 0));
    assert_eq!(Some(models["reader"].listed_usd), amount("0.003"));
    assert_eq!((calls(&server), server.count()), (3, 4), "one list of models");
}

#[tokio::test]
async fn rejected_calls_are_not_counted_and_uncertain_ones_are() {
    let refusing = shop(|_| Answer::json(400, r#"{"error": "no"}"#));
    let tally = Tally::new();
    assert!(counted(&refusing, &tally).chat().create(asking("writer")).await.is_err());
    assert!(counted(&refusing, &tally).chat().create(asking("")).await.is_err());
    assert!(tally.snapshot().models.is_empty());

    let cutting = shop(|_| Answer::nothing());
    assert!(counted(&cutting, &tally).chat().create(asking("writer:enable_web_search=off")).await.is_err());
    drop(counted(&answering(), &tally).chat().stream(asking("writer")).await.unwrap());
    let writer = tally.snapshot().models["writer"];
    assert_eq!((writer.calls, writer.uncertain, writer.unpriced), (2, 2, 2));

    let budget = Budget::usd("0.5");
    let venice = builder(&refusing).budget(budget).tally(tally.clone()).build().unwrap();
    assert!(venice.chat().create(a_dollar()).await.unwrap_err().budget_exceeded().is_some());
    assert_eq!(tally.snapshot().total().calls, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_at_once_and_several_clients_add_up_exactly() {
    let server = answering();
    let tally = Tally::new();
    let clients = [counted(&server, &tally), counted(&server, &tally)];
    let tasks: Vec<_> = (0..200)
        .map(|n| {
            let venice = clients[n % 2].clone();
            tokio::spawn(async move { venice.chat().create(asking("writer")).await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let writer = tally.take().models["writer"];
    assert_eq!((writer.calls, writer.completion_tokens, Some(writer.usd)), (200, 4000, amount("20")));
    assert!(tally.snapshot().models.is_empty(), "it begins anew");
}

#[tokio::test]
async fn a_snapshot_prints_as_a_table_and_is_written_as_json() {
    let server = answering();
    let tally = Tally::new();
    let venice = counted(&server, &tally);
    venice.chat().create(asking("writer")).await.unwrap();
    venice.embeddings().create(CreateEmbeddingRequest::new("reader", "Hi")).await.unwrap();
    let snapshot = tally.snapshot();
    let expected = "\
model   calls  tokens in  tokens out  USD  DIEM  USD by list
reader      1          3           0    0     0            0
writer      1         10          20  0.1     0            0
all         2         13          20  0.1     0            0";
    assert_eq!(snapshot.to_string(), expected);
    let written = serde_json::to_value(&snapshot).unwrap();
    assert_eq!(
        written["writer"],
        json!({"calls": 1, "uncertain": 0, "unpriced": 0, "prompt_tokens": 10, "cached_tokens": 0, "completion_tokens": 20,
            "usd": 0.1, "diem": 0, "credits": 0, "listed_usd": 0})
    );
}

#[tokio::test]
async fn a_server_that_makes_up_names_does_not_fill_the_memory() {
    let names = std::sync::atomic::AtomicUsize::new(0);
    let server = shop(move |_| {
        let name = names.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Answer::json(200, &format!(r#"{{"model": "m{name}", "choices": [{{}}], "cost": {{"usd": 1}}}}"#))
    });
    let tally = Tally::new();
    let venice = counted(&server, &tally);
    for _ in 0..1005 {
        venice.chat().create(asking("writer")).await.unwrap();
    }
    let models = tally.snapshot().models;
    assert_eq!((models.len(), models["(others)"].calls), (1001, 5));
}

#[tokio::test]
async fn a_reply_without_a_name_counts_under_the_model_that_was_asked() {
    let server = shop(|_| Answer::json(200, r#"{"choices": [{}]}"#));
    let tally = Tally::new().with_list_prices();
    counted(&server, &tally).chat().create(asking("writer:enable_web_search=off")).await.unwrap();
    assert_eq!(tally.snapshot().models.keys().collect::<Vec<_>>(), ["writer"]);
}
