//! The tool as a program: against the bundled mock, and against servers that changed something.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod undocumented;

use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use undocumented::undocumented;
use venice_ai::types::ModelType;
use venice_ai_mock::{Answer, Fault, MockVenice, UnknownFields};

/// What must not be in any output.
const PRIVATE: [&str; 3] = ["Meet me at the bridge", "sk-marker-4f9c2e71d0aa", "marker-of-a-name"];

/// A program to run, without anything of the caller's environment that it reads.
fn contract(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_venice-contract"));
    command.args(args).env_remove("VENICE_API_KEY").env_remove("VENICE_CONTRACT_KEY");
    command
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A server of another make: the mock, with one answer that is not as the document says.
fn changed(answer: Answer) -> MockVenice {
    let mock = MockVenice::builder().unknown_fields(UnknownFields::Refuse).start_blocking().unwrap();
    mock.answer(answer);
    mock
}

fn against(mock: &MockVenice, args: &[&str]) -> Output {
    let output = contract(&[&["--url", mock.base_url()], args].concat())
        .env("VENICE_CONTRACT_KEY", mock.api_key())
        .output()
        .unwrap();
    assert!(!said(&output).contains(mock.api_key()), "{}", said(&output));
    output
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("contract-{name}-{}", std::process::id()))
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(output)))
}

/// The body that the mock has for an operation, changed.
fn body(operation: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut body: Value = MockVenice::default_body(operation).unwrap();
    change(&mut body);
    body
}

#[test]
fn the_bundled_mock_keeps_the_contract_and_what_it_adds_is_known() {
    let output = contract(&["--format", "json"]).output().unwrap();
    let report = report(&output);
    assert_eq!(code(&output), 0, "{report:#}");
    let counts = &report["counts"];
    assert_eq!((&counts["requests"], &counts["new"]), (&counts["answered"], &json!(0)), "{report:#}");
    assert!(counts["operations"].as_u64().unwrap() >= 50, "{counts}");
    assert_eq!(report["gone"], json!([]), "tools/contract/mock.json has what the mock does not send any more");
    // No case sends what a bump added until it is reviewed and documented.
    let brought = undocumented();
    let unsent = report["unsent"].as_array().unwrap().iter().map(|line| line.as_str().unwrap());
    let unsent: Vec<&str> = unsent.filter(|line| !brought.contains(*line)).collect();
    assert_eq!(unsent, [""; 0], "give it to a maximal request in tools/contract/src/cases");
}

/// An operation, the change of its reply, and the expected report.
type Change = (&'static str, fn(&mut Value), Value);

#[test]
fn each_kind_of_drift_is_reported_once_and_not_when_the_baseline_has_it() {
    let changes: [Change; 5] = [
        (
            "getBillingBalance",
            |body| body["tide"] = PRIVATE[0].into(),
            json!(["unknown_member", 200, "$.tide", "", "string"]),
        ),
        (
            "listImageStyles",
            |body| drop(body.as_object_mut().unwrap().remove("object")),
            json!(["missing_member", 200, "$.object", "string", ""]),
        ),
        ("getApiKeys", |body| body["data"][0]["id"] = Value::Null, json!(["null", 200, "$.data[].id", "string", ""])),
        (
            "listCryptoRpcNetworks",
            |body| body["networks"][0] = json!({"name": PRIVATE[0]}),
            json!(["wrong_type", 200, "$.networks[]", "string", "object"]),
        ),
        (
            "listModels",
            |body| body["data"][0]["type"] = "telepathy".into(),
            json!(["new_enum_value", 200, "$.data[].type", format!("one of {}", ModelType::KNOWN.len()), "telepathy"]),
        ),
    ];
    let traits = body("listModelTraits", |_| ());
    let mock = changed(Answer::json(&traits).status(203).on("listModelTraits"));
    let html = format!("<p>{}</p>", PRIVATE[0]);
    mock.answer(Answer::bytes("text/html", html).on("getApiKeyRateLimits"));
    let mut expected = vec![
        ("listModelTraits", json!(["undeclared_status", 203, "$", "200 | 401 | 500", "203"])),
        ("getApiKeyRateLimits", json!(["undeclared_media_type", 200, "$", "application/json", "text/html"])),
    ];
    for (operation, change, finding) in changes {
        mock.answer(Answer::json(&body(operation, change)).on(operation));
        expected.push((operation, finding));
    }
    let only: Vec<&str> = expected.iter().flat_map(|(operation, _)| ["--only", operation]).collect();

    let output = against(&mock, &[&only[..], &["--format", "json"]].concat());
    let report = report(&output);
    let findings = report["findings"].as_array().unwrap();
    let of = |one: &Value| json!([one["kind"], one["status"], one["path"], one["expected"], one["found"]]);
    for (operation, expected) in &expected {
        let found = findings.iter().filter(|one| one["operation"] == *operation && of(one) == *expected);
        assert_eq!(found.filter(|one| one["new"] == true).count(), 1, "{operation}: {report:#}");
    }
    assert_eq!(code(&output), 1, "{report:#}");
    assert!(!said(&output).contains(PRIVATE[0]), "{report:#}");

    let baseline = file("drift.json");
    std::fs::write(&baseline, &output.stdout).unwrap();
    let path = baseline.to_str().unwrap();
    let again = against(&mock, &[&only[..], &["--baseline", path]].concat());
    let known = format!("{} as in the baseline:", findings.len());
    assert!(code(&again) == 0 && said(&again).contains(&known), "{}", said(&again));

    mock.answer(Answer::json(&body("getBillingBalance", |body| body["moon"] = 1.into())).on("getBillingBalance"));
    let more = against(&mock, &[&only[..], &["--baseline", path]].concat());
    std::fs::remove_file(&baseline).unwrap();
    assert!(
        code(&more) == 1 && said(&more).contains("\n1 new:\n  getBillingBalance 200 application/json $.moon"),
        "{}",
        said(&more)
    );
}

#[test]
fn drift_in_the_events_of_a_stream_is_reported() {
    let chunk = json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "tide": 1,
        "choices": [{"index": 0, "delta": {"content": "Meet me at the bridge"}, "finish_reason": "stop"}]});
    let whole = body("createChatCompletion", |_| ());
    let answer = Answer::with(move |request| {
        let asked: Value = request.json().unwrap();
        if asked["stream"] == true { Answer::events([&chunk]) } else { Answer::json(&whole) }
    });
    let output = against(&changed(answer.on("createChatCompletion")), &["--only", "createChatCompletion"]);
    let text = said(&output);
    assert_eq!(code(&output), 1, "{text}");
    assert!(
        text.contains("createChatCompletion 200 text/event-stream $.tide: unknown member number (2 times)"),
        "{text}"
    );
    assert!(!text.contains(PRIVATE[0]), "{text}");
}

#[test]
fn what_is_gone_since_the_baseline_is_reported_and_is_not_a_failure() {
    let baseline = file("gone.json");
    let finding = json!({"operation": "listImageStyles", "status": 200, "media": "application/json", "kind": "unknown_member",
        "path": "$.tide", "expected": "", "found": "string"});
    std::fs::write(&baseline, json!({"venice_contract": 1, "findings": [finding]}).to_string()).unwrap();
    let args = ["--only", "listImageStyles", "--baseline", baseline.to_str().unwrap()];
    let output = contract(&args).output().unwrap();
    std::fs::remove_file(&baseline).unwrap();
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert!(
        said(&output).contains("1 gone since the baseline:\n  listImageStyles 200 application/json $.tide"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_request_that_the_server_rejects_is_reported_with_its_fields() {
    let refusal = json!({"error": "Invalid request", "details": {"colour": {"_errors": ["Meet me at the bridge"]}}});
    let output = against(&changed(Answer::json(&refusal).status(400).on("webScrape")), &["--only", "webScrape"]);
    assert_eq!(code(&output), 1, "{}", said(&output));
    assert!(said(&output).contains("webScrape 400 request.colour: refused request"), "{}", said(&output));
    assert!(!said(&output).contains(PRIVATE[0]), "{}", said(&output));
}

#[test]
fn a_reply_that_the_sdk_cannot_read_is_reported() {
    let answer = Answer::json(&json!({"networks": [7]})).on("listCryptoRpcNetworks");
    let output = against(&changed(answer), &["--only", "listCryptoRpcNetworks"]);
    assert_eq!(code(&output), 1, "{}", said(&output));
    assert!(
        said(&output).contains("listCryptoRpcNetworks 200 $.networks: unreadable for the SDK"),
        "{}",
        said(&output)
    );
}

#[test]
fn neither_keys_nor_prompts_nor_values_are_in_any_report() {
    let made = body("createApiKey", |body| {
        body["data"]["apiKey"] = PRIVATE[1].into();
        body["data"]["description"] = PRIVATE[0].into();
        body["data"]["limitPeriod"] = PRIVATE[1].into();
        body["data"][PRIVATE[0]] = PRIVATE[2].into();
    });
    for format in ["text", "json"] {
        let mock = changed(Answer::json(&made).on("createApiKey"));
        let output = against(&mock, &["--only", "createApiKey", "--format", format]);
        let text = said(&output);
        assert_eq!(code(&output), 1, "{text}");
        assert!(text.contains("(a text of 21 characters)") && text.contains("(a text of 22 characters)"), "{text}");
        assert!(!PRIVATE.iter().any(|private| text.contains(private)), "{text}");
    }
    // What the requests say is not there either.
    let output = contract(&["--format", "json"]).output().unwrap();
    for sent in ["Say yes", "canal at night", "acqua alta", "0x5290", "barcarole", "lagoon", "k2V9xQ"] {
        assert!(!said(&output).contains(sent), "{sent}: {}", said(&output));
    }
}

#[test]
fn a_server_that_fails_leaves_the_run_incomplete() {
    for fault in [Fault::status(500), Fault::disconnect()] {
        let mock = MockVenice::start_blocking().unwrap();
        mock.fault(fault.on("listImageStyles").times(9));
        let output = against(&mock, &["--only", "listImageStyles", "--only", "getBillingBalance"]);
        assert_eq!(code(&output), 2, "{}", said(&output));
        assert!(said(&output).contains("1 failed:\n  listImageStyles (only): listImageStyles: "), "{}", said(&output));
    }
}

#[test]
fn a_key_that_may_nothing_is_an_error() {
    let mock = MockVenice::start_blocking().unwrap();
    let output = contract(&["--url", mock.base_url(), "--only", "getBillingBalance"]).output().unwrap();
    assert_eq!(code(&output), 3, "{}", said(&output));
    assert!(said(&output).contains("no request was answered") && said(&output).contains("401"), "{}", said(&output));
}

#[test]
fn live_sends_what_is_free_unless_it_may_do_more() {
    let live = |more: &[&str]| {
        let mock = MockVenice::start_blocking().unwrap();
        let args = [&["--live", "--url", mock.base_url(), "--format", "json"], more].concat();
        let output = contract(&args).env("VENICE_API_KEY", mock.api_key()).output().unwrap();
        (mock, report(&output))
    };
    let asked = |mock: &MockVenice, id: &str| mock.requests_of(id).len();

    let (mock, report) = live(&[]);
    let paid = ["createChatCompletion", "generateImage", "createSpeech", "queueVideo", "webSearch", "cryptoRpcProxy"];
    let keys = ["createApiKey", "updateApiKey", "deleteApiKey", "postApiKeyGenerateWeb3Key"];
    assert!(paid.iter().chain(&keys).all(|id| asked(&mock, id) == 0), "{report:#}");
    assert!(
        ["listModels", "getBillingBalance", "quoteVideo", "getApiKeys"].iter().all(|id| asked(&mock, id) > 0),
        "{report:#}"
    );
    assert_eq!(
        (&report["server"], report["counts"]["skipped"].as_u64() > Some(30)),
        (&json!("live"), true),
        "{report:#}"
    );

    let (mock, report) = live(&["--allow-paid", "0.05"]);
    assert!(asked(&mock, "createChatCompletion") > 0 && asked(&mock, "generateImage") == 0, "{report:#}");
    assert!(asked(&mock, "queueVideo") == 0 && keys.iter().all(|id| asked(&mock, id) == 0), "{report:#}");

    let (mock, report) = live(&["--manage-keys"]);
    assert!(asked(&mock, "createApiKey") > 0 && asked(&mock, "updateApiKey") > 0, "{report:#}");
    assert_eq!(asked(&mock, "createApiKey"), asked(&mock, "deleteApiKey"), "what was made is deleted");
    assert!(asked(&mock, "createChatCompletion") == 0 && asked(&mock, "postApiKeyGenerateWeb3Key") == 0, "{report:#}");
}

#[test]
fn bad_input_is_reported_before_anything_is_sent() {
    // It would wait for a connection, which never comes.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    silent.set_nonblocking(true).unwrap();
    let url = format!("http://{}/api/v1", silent.local_addr().unwrap());
    let (broken, old, missing) = (file("broken.json"), file("old.json"), file("missing.json"));
    std::fs::write(&broken, "Meet me at the bridge").unwrap();
    std::fs::write(&old, r#"{"venice_contract": 99, "findings": []}"#).unwrap();
    let path = |path: &PathBuf| path.to_str().unwrap().to_owned();
    for (args, problem) in [
        (vec!["--url", "lagoon"], "--url is no URL"),
        (vec!["--url", "ftp://example.com/"], "does not begin with http"),
        (vec!["--url", "https://me:secret-word@example.com/"], "has credentials"),
        (vec!["--url", "https://api.venice.ai/api/v1"], "which is what --live is for"),
        (vec!["--url", &url, "--baseline", &path(&missing)], "cannot read the baseline"),
        (vec!["--url", &url, "--baseline", &path(&broken)], "is no report of this tool (line 1, column 1)"),
        (vec!["--url", &url, "--baseline", &path(&old)], "has format 99"),
        (vec!["--url", &url, "--only", "makeRain"], "there is no request of that operation"),
        (vec!["--url", &url, "--spec", "/nowhere"], "cannot read /nowhere"),
        (vec!["--url", &url, "--format", "markdown"], "--format is `markdown`"),
        (vec!["--live"], "VENICE_API_KEY is not set"),
        (vec!["--allow-paid", "1"], "are for --live"),
        (vec!["--live", "--allow-paid", "-1"], "amount of US dollars"),
        (vec!["--fast"], "--fast"),
    ] {
        let output = contract(&args).output().unwrap();
        let text = said(&output);
        assert_eq!(code(&output), 3, "{args:?}: {text}");
        assert!(text.starts_with("error: ") && text.contains(problem) && text.contains("= help: "), "{args:?}: {text}");
        assert!(!text.contains(PRIVATE[0]) && !text.contains("secret-word"), "{text}");
    }
    let connected = silent.accept().map(|(mut stream, _)| stream.read(&mut [0; 9]).unwrap_or_default());
    assert!(connected.is_err(), "something was sent");
    [broken, old].iter().for_each(|file| std::fs::remove_file(file).unwrap());
}

#[test]
fn a_server_that_is_not_there_is_reported() {
    // Bound and not listening: no other program gets the port meanwhile.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let output = contract(&["--url", &format!("http://{}/v1", socket.local_addr().unwrap())]).output().unwrap();
    assert_eq!(code(&output), 3, "{}", said(&output));
    assert!(said(&output).contains("the server cannot be reached"), "{}", said(&output));
}

#[test]
fn a_report_can_be_written_to_a_file_and_a_bad_place_is_reported() {
    let out = file("out.json");
    let args = ["--only", "listImageStyles", "--format", "json", "--out", out.to_str().unwrap()];
    let output = contract(&args).output().unwrap();
    let text = std::fs::read_to_string(&out).unwrap();
    std::fs::remove_file(&out).unwrap();
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["venice_contract"], 1);
    let output = contract(&["--only", "listImageStyles", "--out", "/nowhere/report"]).output().unwrap();
    assert_eq!(code(&output), 3, "{}", said(&output));
    assert!(said(&output).contains("cannot write /nowhere/report"), "{}", said(&output));
}

/// A cassette with the styles that a mock has.
fn cassette(name: &str, mock: &MockVenice) -> PathBuf {
    let recorder = venice_ai_mock::cassette::Recorder::new(file(name));
    let venice = mock.client_builder().layer(recorder.clone()).build().unwrap();
    let _ = venice.raw().list_image_styles().send_blocking();
    recorder.save().unwrap();
    file(name)
}

#[test]
fn a_cassette_is_compared_without_a_server() {
    let mock = MockVenice::start_blocking().unwrap();
    let right = cassette("right.json", &mock);
    mock.answer(Answer::json(&body("listImageStyles", |body| body["surprise"] = json!(1))).on("listImageStyles"));
    let wrong = cassette("wrong.json", &mock);
    drop(mock);

    let output = contract(&["--cassette", right.to_str().unwrap()]).output().unwrap();
    assert_eq!(code(&output), 0, "{}", said(&output));
    assert!(said(&output).contains("1 recorded replies compared"), "{}", said(&output));
    let both = ["--cassette", right.to_str().unwrap(), "--cassette", wrong.to_str().unwrap(), "--format", "json"];
    let output = contract(&both).output().unwrap();
    assert_eq!(code(&output), 1, "{}", said(&output));
    let report = report(&output);
    assert_eq!((&report["server"], &report["counts"]["replies"]), (&json!("cassette"), &json!(2)));
    assert_eq!(report["findings"][0]["path"], "$.surprise", "{report}");

    for wrong in [&["--cassette", "missing.json"][..], &["--cassette", right.to_str().unwrap(), "--live"]] {
        let output = contract(wrong).output().unwrap();
        assert_eq!(code(&output), 3, "{}", said(&output));
        assert!(said(&output).contains("--cassette"), "{}", said(&output));
    }
}
