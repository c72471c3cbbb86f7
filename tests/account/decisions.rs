//! Decisions: requests, replies, and rejected requests.

use serde_json::{Value, json};
use venice_ai::types::{
    ChoiceQuestion, CreateDecisionRequest, DecisionAnswer, DecisionContent, DecisionImage, DecisionQuestion,
    EncodedImage, EncodedImageType, NoulCriteria, NoulQuestion, ScoreQuestion,
};
use venice_ai::{ErrorKind, RetryClass, operations};
use venice_ai_mock::{Fault, MockVenice};

use crate::support::refused::{refused, refused_for};
use crate::support::{Answer, Server, TestClock, client, replying};

fn questions() -> [(&'static str, DecisionQuestion); 3] {
    let criteria = NoulCriteria::new().yes("within a day").no("can wait");
    [
        ("urgent", NoulQuestion::new("Is this urgent?").criteria(criteria).into()),
        ("team", ChoiceQuestion::described("Whose is it?", [("billing", "Payments"), ("tech", "Outages")]).into()),
        ("anger", ScoreQuestion::new("How annoyed?", ["calm", "annoyed", "furious"]).into()),
    ]
}

fn request() -> CreateDecisionRequest {
    CreateDecisionRequest::new("jev-latest", "My parcel has been stuck for three days", questions())
}

const REPLY: &str = r#"{"model":"jev-latest","answers":{
    "urgent":{"type":"noul","noul":0.92,"note":"new"},
    "team":{"type":"choice","choice":"tech","probabilities":{"billing":0.2,"tech":0.8},"confidence":0.7},
    "anger":{"type":"score","score":1.5,"legend":{"0":"calm","1":"annoyed","2":"furious"},
             "probabilities":{"0":0.1,"1":0.3,"2":0.6},"confidence":0.5},
    "mood":{"type":"melody","notes":[1,2]}},
    "usage":{"input_tokens":312,"output_tokens":48},"new":true}"#;

#[tokio::test]
async fn create_sends_the_questions_and_reads_the_answers() {
    let (server, venice) = replying(Answer::json(200, REPLY));
    let decision = venice.decisions().create(request()).await.unwrap();
    let sent = json!({
        "model": "jev-latest",
        "state": "My parcel has been stuck for three days",
        "questions": {
            "urgent": {"type": "noul", "instructions": "Is this urgent?",
                       "criteria": {"true": "within a day", "false": "can wait"}},
            "team": {"type": "choice", "instructions": "Whose is it?",
                     "criteria": {"billing": "Payments", "tech": "Outages"}},
            "anger": {"type": "score", "instructions": "How annoyed?", "criteria": ["calm", "annoyed", "furious"]},
        },
    });
    assert_eq!(server.only().posted("/decisions"), sent);
    assert_eq!(decision.noul("urgent"), Some(0.92));
    let team = decision.choice("team").unwrap();
    assert_eq!((&*team.choice, team.probabilities["tech"], team.confidence), ("tech", 0.8, 0.7));
    let anger = decision.score("anger").unwrap();
    assert_eq!((anger.score, &*anger.legend["2"], anger.probabilities["2"]), (1.5, "furious", 0.6));
    assert_eq!((decision.usage.input_tokens, decision.usage.output_tokens), (312, 48));
    assert_eq!((decision.noul("team"), decision.choice("missing")), (None, None));
}

#[tokio::test]
async fn answers_of_unknown_types_and_unknown_fields_are_kept() {
    let (_server, venice) = replying(Answer::json(200, REPLY));
    let decision = venice.decisions().create(request()).await.unwrap();
    assert_eq!(decision.answers["mood"], DecisionAnswer::Unknown(json!({"type": "melody", "notes": [1, 2]})));
    assert_eq!((decision.noul("mood"), decision.extra["new"].clone()), (None, json!(true)));
    let DecisionAnswer::Noul(urgent) = &decision.answers["urgent"] else { panic!("{decision:?}") };
    assert_eq!(urgent.extra["note"], "new");
}

#[tokio::test]
async fn the_alias_sends_the_same_request_to_its_own_path() {
    let (server, venice) = replying(Answer::json(200, REPLY));
    let decision = venice.decisions().system_one(request()).await.unwrap();
    assert_eq!(decision.noul("urgent"), Some(0.92));
    let of_create = {
        let (server, venice) = replying(Answer::json(200, REPLY));
        venice.decisions().create(request()).await.unwrap();
        server.only().json()
    };
    assert_eq!(server.only().posted("/systemone"), of_create);
}

#[tokio::test]
async fn states_may_be_data_and_options_may_go_without_a_meaning() {
    let (server, venice) = replying(Answer::json(200, REPLY));
    let state: Vec<Value> = vec![json!({"from": "customer", "text": "Where is it?"}), json!(3)];
    let question = ChoiceQuestion::among(vec![json!("Whose is it?")], ["billing", "tech"]);
    let image = EncodedImage::new(EncodedImageType::Png, "aGk=");
    let images: [DecisionImage; 2] = ["data:image/jpeg;base64,aGk=".into(), image.into()];
    let request = CreateDecisionRequest::new("m", state, [("team", question)]).images(images);
    venice.decisions().create(request).await.unwrap();
    let sent = json!({
        "model": "m",
        "state": [{"from": "customer", "text": "Where is it?"}, 3],
        "questions": {"team": {"type": "choice", "instructions": ["Whose is it?"],
                               "criteria": {"billing": null, "tech": null}}},
        "images": ["data:image/jpeg;base64,aGk=", {"content_type": "image/png", "base64": "aGk="}],
    });
    assert_eq!(server.only().posted("/decisions"), sent);
}

#[tokio::test]
async fn bad_requests_are_rejected_before_sending() {
    let with = |id: &'static str, question: DecisionQuestion| CreateDecisionRequest::new("m", "s", [(id, question)]);
    let noul = || DecisionQuestion::from(NoulQuestion::new("Why?"));
    let none: [(&str, DecisionQuestion); 0] = [];
    let odd = ChoiceQuestion::new("Whose?", serde_json::Map::from_iter([("a".to_owned(), json!(7))]));
    let png = |data: &str| vec![DecisionImage::from(data)];
    for (request, field) in [
        (CreateDecisionRequest::new("", "s", [("a", noul())]), "model"),
        (CreateDecisionRequest::new("m", "", [("a", noul())]), "state"),
        (CreateDecisionRequest::new("m", Vec::<Value>::new(), [("a", noul())]), "state"),
        (CreateDecisionRequest::new("m", "s", none.clone()), "questions"),
        (with("a", NoulQuestion::new("").into()), "questions.a.instructions"),
        (with("a", ChoiceQuestion::among("Whose?", Vec::<String>::new()).into()), "questions.a.criteria"),
        (with("a", odd.into()), "questions.a.criteria.a"),
        (with("a", ScoreQuestion::new("How?", ["only"]).into()), "questions.a.criteria"),
        (with("a", noul()).images(Vec::<DecisionImage>::new()), "images"),
        (with("a", noul()).images(png("https://example.com/a.png")), "images[0]"),
        (with("a", noul()).images(png("data:image/gif;base64,R0lG")), "images[0]"),
        (with("a", noul()).images([EncodedImage::new(EncodedImageType::Png, " ")]), "images[0].base64"),
    ] {
        refused(|venice| venice.decisions().create(request.clone()), "createDecision", field).await;
        refused(|venice| venice.decisions().system_one(request.clone()), "createDecisionSystemOne", field).await;
    }
    let both = CreateDecisionRequest::new(" ", "s", none);
    refused_for(|venice| venice.decisions().create(both), "createDecision", &["model", "questions"]).await;
}

#[tokio::test]
async fn a_decision_that_may_have_run_is_not_repeated() {
    assert_eq!(operations::CREATE_DECISION.retry, RetryClass::Inference);
    for (answer, sent) in [
        (Answer::json(500, r#"{"error":"Inference processing failed"}"#), 1),
        (Answer::nothing(), 1),
        (Answer::json(503, r#"{"error":"The model is at capacity. Please try again later."}"#), 3),
        (Answer::new(429, &[("retry-after", "1")], r#"{"error":"The model is currently overloaded"}"#), 3),
    ] {
        let server = Server::answering([answer.clone()]);
        client(&server, &TestClock::without_jitter()).decisions().create(request()).await.unwrap_err();
        assert_eq!(server.count(), sent, "{answer:?}");
    }
}

#[tokio::test]
async fn errors_of_keys_and_providers_have_their_kinds() {
    let private = r#"{"error":"This API key is set to 'Private only', but jev-latest is an Anonymous model. Use a private model."}"#;
    for (answer, kind) in [
        (
            Answer::json(400, r#"{"error":"questions.a.criteria: Too many tokens; state: Too long"}"#),
            ErrorKind::InvalidRequest,
        ),
        (Answer::json(403, private), ErrorKind::Permission),
        (
            Answer::json(404, r#"{"error":"Specified model not found: jev. Did you mean: jev-latest?"}"#),
            ErrorKind::NotFound,
        ),
    ] {
        let (_server, venice) = replying(answer);
        assert_eq!(venice.decisions().create(request()).await.unwrap_err().kind(), kind);
    }
    // A reply without answers is not a decision.
    let (_server, venice) =
        replying(Answer::json(200, r#"{"model":"m","usage":{"input_tokens":1,"output_tokens":1}}"#));
    assert_eq!(venice.decisions().create(request()).await.unwrap_err().kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn the_mock_judges_and_injects_faults() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let state: DecisionContent = "The outage of the tech team made me furious".into();
    let request = CreateDecisionRequest::new("doge-decider", state, questions());
    let decision = venice.decisions().create(request.clone()).await.unwrap();
    assert_eq!(decision.choice("team").unwrap().choice, "tech");
    let sum: f64 = decision.score("anger").unwrap().probabilities.values().sum();
    assert!((sum - 1.0).abs() < 0.01, "{decision:?}");
    assert!(decision.usage.input_tokens > 0);
    mock.fault(Fault::status(503).on("createDecisionSystemOne").times(1));
    venice.decisions().system_one(request).await.unwrap();
    assert_eq!(mock.requests_of("createDecisionSystemOne").len(), 2);
    mock.verify().unwrap();
}
