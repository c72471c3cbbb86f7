//! Sends the requests, one after the other, and compares what comes back.

use std::collections::BTreeSet;
use std::time::Duration;

use venice_ai::{Client, RetryPolicy};
use venice_ai_mock::{MockVenice, UnknownFields};

use crate::cases::{Case, Limits, Scene, Size, Stop};
use crate::compare;
use crate::discretion::Discretion;
use crate::document::Document;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::finding::Finding;
use crate::options::{Options, Target};
use crate::recorder::Recorder;
use crate::report::{Baseline, Outcome, Outcomes, Report};
use crate::verdict::Verdict;

/// A request that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(300);

/// The cases of some operations, or all of them.
pub fn chosen(cases: Vec<Case>, only: &[String]) -> Result<Vec<Case>, Failure> {
    let known: BTreeSet<&str> = cases.iter().map(|case| case.operation).collect();
    if let Some(unknown) = only.iter().find(|name| !known.contains(name.as_str())) {
        return Err(Failure::new(format!("--only {unknown}: there is no request of that operation"), "see --list"));
    }
    Ok(cases.into_iter().filter(|case| only.is_empty() || only.iter().any(|name| name == case.operation)).collect())
}

/// Sends the cases and compares the replies.
pub async fn run(
    options: &Options,
    document: &Document,
    cases: Vec<Case>,
    baseline: Option<Baseline>,
) -> Result<Report, Failure> {
    let server = Server::of(&options.target)?;
    let recorder = Recorder::start(server.base.clone(), &options.target).await?;
    recorder.reach().await?;
    let scene = Scene::new(client(&recorder, &server)?, limits(options));
    let mut observer =
        Observer { document, secrets: vec![server.key], findings: Vec::new(), replies: 0, sent: BTreeSet::new() };
    let mut outcomes = Vec::new();
    for case in &cases {
        let result = match scene.admits(case.cost) {
            Ok(()) => {
                tokio::time::timeout(PATIENCE, (case.send)(scene.clone())).await.unwrap_or(Err(Stop::TookTooLong))
            }
            Err(reason) => Err(Stop::Skipped(reason)),
        };
        observer.see(recorder.take(), case);
        outcomes.push(observer.outcome(case, result));
    }
    scene.clean_up().await;
    // What cleaning up has asked is compared too.
    recorder.take().iter().for_each(|exchange| observer.compare(exchange));
    if !outcomes.iter().any(|outcome| [Outcomes::Answered, Outcomes::Refused].contains(&outcome.result)) {
        let why = outcomes.first().map_or("", |outcome| outcome.reason.as_str());
        let help =
            "check the address and the key; --live sends nothing that costs money or manages keys unless told to";
        return Err(Failure::new(format!("no request was answered; the first one: {why}"), help));
    }
    let unsent = observer.unsent(&cases);
    let replies = observer.replies;
    let mut report = Report::new(document.version(), server.name, observer.findings, outcomes, baseline);
    report.counts.replies = replies;
    report.unsent = unsent;
    Ok(report)
}

/// What is tested.
struct Server {
    name: &'static str,
    base: reqwest::Url,
    key: String,
    /// It runs as long as this lives.
    _mock: Option<MockVenice>,
}

impl Server {
    fn of(target: &Target) -> Result<Self, Failure> {
        let key = |name: &str| std::env::var(name).ok().map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
        match target {
            Target::Mock => {
                let strict = MockVenice::builder().pause(Duration::ZERO).unknown_fields(UnknownFields::Refuse);
                let failed = |error: String| Failure::new(error, "free a port");
                let mock = strict.start_blocking().map_err(|error| failed(error.to_string()))?;
                let base = mock.base_url().parse().map_err(|_| failed("the mock has no address".to_owned()))?;
                Ok(Self { name: "mock", base, key: mock.api_key().to_owned(), _mock: Some(mock) })
            }
            Target::Test(url) => {
                let key = key("VENICE_CONTRACT_KEY").unwrap_or_else(|| "venice-contract-made-up-key".to_owned());
                Ok(Self { name: "test", base: url.clone(), key, _mock: None })
            }
            Target::Live(url) => {
                let missing = || Failure::new("--live needs an API key, and VENICE_API_KEY is not set", "set it");
                Ok(Self {
                    name: "live",
                    base: url.clone(),
                    key: key("VENICE_API_KEY").ok_or_else(missing)?,
                    _mock: None,
                })
            }
        }
    }
}

fn client(recorder: &Recorder, server: &Server) -> Result<Client, Failure> {
    let builder = Client::builder().base_url(recorder.base_url()).api_key(server.key.clone()).no_proxy();
    // A test server says what it means the first time.
    let builder = if server.name == "live" { builder } else { builder.retry(RetryPolicy::disabled()) };
    builder.build().map_err(|error| Failure::new(error.message(), "check the key"))
}

fn limits(options: &Options) -> Limits {
    match options.target {
        Target::Mock | Target::Test(_) => Limits::none(),
        Target::Live(_) => Limits::live(options.allow_paid.unwrap_or_default(), options.manage_keys),
    }
}

struct Observer<'d> {
    document: &'d Document,
    secrets: Vec<String>,
    findings: Vec<Finding>,
    replies: usize,
    /// Operations, and the members that maximal requests of them sent.
    sent: BTreeSet<(String, String)>,
}

impl Observer<'_> {
    fn see(&mut self, exchanges: Vec<Exchange>, case: &Case) {
        for exchange in exchanges {
            self.compare(&exchange);
            let asked = self.document.operation(&exchange.method, &exchange.path);
            if asked.is_some_and(|operation| operation.id == case.operation) && case.size != Size::Minimal {
                self.sent.extend(members(&exchange).into_iter().map(|name| (case.operation.to_owned(), name)));
            }
        }
    }

    fn compare(&mut self, exchange: &Exchange) {
        if let Some(operation) = self.document.operation(&exchange.method, &exchange.path) {
            self.replies += 1;
            let discretion = Discretion::new(exchange, operation.path, &self.secrets);
            self.findings.extend(compare::reply(self.document, operation, exchange, &discretion));
        }
    }

    fn outcome(&mut self, case: &Case, result: Result<(), Stop>) -> Outcome {
        let Verdict { result, reason, findings } = Verdict::of(case, result, self.document, &self.secrets);
        self.findings.extend(findings);
        Outcome { operation: case.operation, size: case.size.word(), result, reason }
    }

    /// The members and parameters of the document that no maximal request has sent, of the operations that were asked.
    fn unsent(&self, cases: &[Case]) -> Vec<String> {
        let tried = |id: &str| self.sent.iter().any(|(operation, _)| operation == id);
        let mut unsent = BTreeSet::new();
        for operation in self.document.operations().filter(|operation| tried(operation.id)) {
            let mut media = self.document.request_media(operation);
            media.push("");
            for (name, _) in media.iter().flat_map(|media| self.document.members(operation, media)) {
                let left_out =
                    cases.iter().any(|case| case.operation == operation.id && case.leaves_out.contains(&name));
                if !left_out && !self.sent.contains(&(operation.id.to_owned(), name.to_owned())) {
                    unsent.insert(format!("{}: {name}", operation.id));
                }
            }
        }
        unsent.into_iter().collect()
    }
}

/// The names of what a request has sent: of the members of its body, and in its query. The empty one says that it was sent at all.
fn members(exchange: &Exchange) -> BTreeSet<String> {
    let mut names = BTreeSet::from([String::new()]);
    names.extend(exchange.query.split('&').filter_map(|pair| pair.split('=').next()).map(str::to_owned));
    if let Ok(serde_json::Value::Object(members)) = serde_json::from_slice(&exchange.request) {
        names.extend(members.keys().cloned());
    }
    if exchange.request_media.as_deref() == Some("multipart/form-data") {
        let text = String::from_utf8_lossy(&exchange.request);
        let parts = text.split("form-data; name=\"").skip(1);
        names
            .extend(parts.filter_map(|part| part.split('"').next()).map(|name| name.trim_end_matches("[]").to_owned()));
    }
    names
}
