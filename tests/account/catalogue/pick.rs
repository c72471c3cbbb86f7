//! Models that are chosen by what they have to do, and by their prices.

use serde_json::{Value, json};
use venice_ai::models::Pick;
use venice_ai::types::{ChatCompletionRequest, ModelType, QuoteVideoRequest};
use venice_ai::{Amount, Client, Error, ErrorKind};

use super::{list, model};
use crate::support::{Answer, Server, amount, builder, replying};

fn chat(id: &str, usd: [f64; 2], spec: Value) -> Value {
    let mut all = json!({
        "privacy": "private",
        "availableContextTokens": 8_000,
        "pricing": {"input": {"usd": usd[0], "diem": usd[0]}, "output": {"usd": usd[1], "diem": usd[1]}},
        "capabilities": {"supportsFunctionCalling": true},
    });
    all.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
    model(id, "text", all)
}

fn models() -> Vec<Value> {
    vec![
        chat("dear", [2.0, 8.0], json!({"availableContextTokens": 200_000})),
        chat("default", [1.0, 4.0], json!({"traits": ["default"]})),
        chat("cheap-to-read", [0.1, 9.0], json!({})),
        chat("cheap", [0.5, 0.5], json!({"privacy": "anonymized", "capabilities": {"supportsVision": true}})),
        chat("unpriced", [0.0, 0.0], json!({"pricing": null})),
        chat("gone", [0.0, 0.0], json!({"offline": true})),
        chat("beta", [0.01, 0.01], json!({"beta": true})),
        chat(
            "old",
            [0.01, 0.01],
            json!({"deprecation": {"autoRemap": true, "date": "2027-01-01", "removesAt": "2027-01-01"}}),
        ),
        model("painter", "image", json!({"pricing": {"generation": {"usd": 0.02, "diem": 0.02}}})),
        model("sketcher", "image", json!({"pricing": {"generation": {"usd": 0.01, "diem": 0.01}}})),
        model("unknown", "text", json!({})),
    ]
}

async fn picked(pick: Pick) -> Result<(String, Option<Amount>), Error> {
    let (server, venice) = replying(&list(&models()));
    let model = venice.models().pick(pick).await?;
    assert_eq!(server.count(), 1, "one request for the list");
    Ok((model.id().to_owned(), model.price().and_then(|price| price.usd)))
}

#[tokio::test]
async fn the_model_with_the_trait_default_is_first_and_then_the_order_of_the_list() {
    assert_eq!(picked(Pick::chat()).await.unwrap().0, "default");
    assert_eq!(picked(Pick::chat().not("default")).await.unwrap().0, "dear");
    assert_eq!(picked(Pick::image()).await.unwrap().0, "painter");
    assert_eq!(picked(Pick::chat().largest_context()).await.unwrap().0, "dear");
}

#[tokio::test]
async fn the_cheapest_is_that_of_the_tokens() {
    let price = |id: &str, usd: &str| (id.to_owned(), amount(usd));
    assert_eq!(picked(Pick::chat().cheapest()).await.unwrap(), price("cheap", "0.002"));
    assert_eq!(picked(Pick::chat().private().cheapest()).await.unwrap(), price("default", "0.007"));
    let reading = Pick::chat().cheapest().tokens(100_000, 100);
    assert_eq!(picked(reading).await.unwrap(), price("cheap-to-read", "0.0109"));
    assert_eq!(picked(Pick::image().cheapest()).await.unwrap(), price("sketcher", "0.01"));
}

#[tokio::test]
async fn beta_and_deprecated_models_are_chosen_if_they_are_allowed_and_offline_ones_never() {
    assert_eq!(picked(Pick::chat().allow_beta().cheapest()).await.unwrap().0, "beta");
    assert_eq!(picked(Pick::chat().allow_deprecated().cheapest()).await.unwrap().0, "old");
    let error = picked(Pick::chat().allow_beta().allow_deprecated().at_most("0")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn what_the_api_does_not_say_is_missing() {
    assert_eq!(picked(Pick::chat().vision()).await.unwrap().0, "cheap");
    for pick in [Pick::chat().tee(), Pick::chat().e2ee(), Pick::chat().reasoning(), Pick::chat().context(1_000_000)] {
        assert_eq!(picked(pick).await.unwrap_err().kind(), ErrorKind::NotFound);
    }
}

#[tokio::test]
async fn each_requirement_is_met_by_the_model_that_has_it() {
    type Requirement = (&'static str, fn(Pick) -> Pick);
    let requirements: [Requirement; 8] = [
        ("optimizedForCode", Pick::code),
        ("supportsFunctionCalling", Pick::tools),
        ("supportsResponseSchema", Pick::response_schema),
        ("supportsReasoning", Pick::reasoning),
        ("supportsVision", Pick::vision),
        ("supportsAudioInput", Pick::audio_input),
        ("supportsVideoInput", Pick::video_input),
        ("supportsWebSearch", Pick::web_search),
    ];
    let models =
        requirements.map(|(capability, _)| model(capability, "text", json!({"capabilities": {capability: true}})));
    let censored = model("most-censored", "text", json!({}));
    let uncensored = model("uncensored", "text", json!({"uncensored": true}));
    let list = list(&[&models[..], &[censored, uncensored]].concat()).to_string();
    let server = Server::start(move |_, _| Answer::json(200, &list));
    let venice = builder(&server).build().unwrap();
    for (capability, needs) in requirements {
        assert_eq!(venice.models().pick(needs(Pick::chat())).await.unwrap().id(), capability);
    }
    assert_eq!(venice.models().pick(Pick::chat().uncensored()).await.unwrap().id(), "uncensored");
}

#[tokio::test]
async fn the_price_of_other_models_is_that_of_what_they_make() {
    let usd = |usd: f64| json!({"usd": usd, "diem": usd});
    let models = [
        model("reader", "embedding", json!({"pricing": {"input": usd(0.5), "output": usd(9.0)}})),
        model("speaker", "tts", json!({"pricing": {"input": usd(2.0)}})),
        model("listener", "asr", json!({"pricing": {"per_audio_second": usd(0.01)}})),
    ];
    let list = list(&models).to_string();
    let server = Server::start(move |_, _| Answer::json(200, &list));
    let venice = builder(&server).build().unwrap();
    let expected = [
        (Pick::embedding().tokens(1_000_000, 1_000_000), "reader", "0.5"),
        (Pick::speech(), "speaker", "0.002"),
        (Pick::transcription(), "listener", "0.6"),
    ];
    for (pick, id, price) in expected {
        let picked = venice.models().pick(pick.cheapest()).await.unwrap();
        assert_eq!((picked.id(), picked.price().and_then(|price| price.usd)), (id, amount(price)));
    }
}

#[tokio::test]
async fn an_error_counts_why_no_model_fits() {
    let error = picked(Pick::chat().private().vision().at_most("1")).await.unwrap_err();
    let expected = "none of 9 text models fits: 1 offline, 1 about to be removed (`allow_deprecated`), 1 in beta (`allow_beta`), \
                    2 not private, 4 without vision";
    assert!(error.to_string().contains(expected), "{error}");
    assert_eq!(error.operation(), Some("listModels"));
    let error = picked(Pick::of_type(ModelType::Tts)).await.unwrap_err();
    assert!(error.to_string().contains("none of 0 tts models fits"), "{error}");
}

#[tokio::test]
async fn a_price_limit_leaves_out_what_is_dearer_or_unpriced() {
    assert_eq!(picked(Pick::chat().at_most("0.005")).await.unwrap().0, "cheap");
    let error = picked(Pick::chat().not("cheap").at_most("0.005")).await.unwrap_err();
    assert!(error.to_string().contains("2 without a known price"), "{error}");
    for wrong in ["-1", "much"] {
        let error = picked(Pick::chat().at_most(wrong)).await.unwrap_err();
        assert!(error.is_invalid_request(), "{error}");
    }
}

#[tokio::test]
async fn a_picked_model_is_the_model_of_a_request() {
    let (_, venice) = replying(&list(&models()));
    let model = venice.models().pick(Pick::chat().tools()).await.unwrap();
    assert_eq!(ChatCompletionRequest::new(&model, "Hello!").model, "default");
    assert_eq!(ChatCompletionRequest::new(model, "Hello!").model, "default");
}

#[cfg(feature = "privacy")]
#[tokio::test]
async fn the_privacy_policy_of_the_client_is_a_requirement() {
    use venice_ai::Privacy;

    let list = list(&models()).to_string();
    let server = Server::start(move |_, _| Answer::json(200, &list));
    let client = |level| builder(&server).privacy(level).build().unwrap();
    let cheapest = async |venice: Client| venice.models().pick(Pick::chat().cheapest()).await;
    assert_eq!(cheapest(client(Privacy::Any)).await.unwrap().id(), "cheap");
    assert_eq!(cheapest(client(Privacy::PrivateModels)).await.unwrap().id(), "default");
    let error = cheapest(client(Privacy::Tee)).await.unwrap_err();
    assert!(error.to_string().contains("not in a trusted execution environment"), "{error}");
}

/// A server with videos, whose quotes are by model.
fn studio(quote: impl Fn(&str) -> Answer + Send + Sync + 'static) -> (Server, Client) {
    let models: Vec<_> = ["slow", "fast", "short"].iter().map(|id| model(id, "video", json!({}))).collect();
    let list = list(&models).to_string();
    let server = Server::start(move |_, request| match request.method.as_str() {
        "GET" => Answer::json(200, &list),
        _ => quote(request.json()["model"].as_str().unwrap()),
    });
    let venice = builder(&server).build().unwrap();
    (server, venice)
}

#[tokio::test]
async fn videos_are_priced_by_quotes_and_a_model_that_cannot_make_it_is_left_out() {
    let (server, venice) = studio(|model| match model {
        "slow" => Answer::json(200, r#"{"quote": 0.5}"#),
        "fast" => Answer::json(200, r#"{"quote": 0.25}"#),
        _ => Answer::json(400, r#"{"error": "Duration 10s is not supported by this model"}"#),
    });
    let request = || QuoteVideoRequest::new("any").duration("10s");
    let video = venice.models().pick(Pick::video(request()).cheapest()).await.unwrap();
    assert_eq!((video.id(), video.price().unwrap().usd), ("fast", amount("0.25")));
    assert_eq!(server.count(), 4);
    let quotes = server.requests().split_off(1);
    assert!(quotes.iter().all(|quote| quote.json()["duration"] == "10s"));
    let error = venice.models().pick(Pick::video(request()).at_most("0.1")).await.unwrap_err();
    assert!(error.to_string().contains("1 without a known price"), "{error}");
}

#[tokio::test]
async fn a_quote_that_fails_for_another_reason_fails_the_pick() {
    let (_server, venice) = studio(|_| Answer::json(401, r#"{"error": "Authentication failed"}"#));
    let error = venice.models().pick(Pick::video("any").cheapest()).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Authentication, Some("quoteVideo")));
}
