//! State that processes share in Redis.

mod batch;
mod budget;
mod pace;
mod redis;
mod storm;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use venice_ai::types::{ChatCompletionRequest, VeniceParameters};
use venice_ai::{Client, ClientBuilder, RetryPolicy};

pub use self::redis::Redis;
use self::redis::signal;
use crate::support::server::Request;
use crate::support::{Answer, KEY, PATIENCE, Server};

/// Another process, which is this program with the task in its environment. Dropped, it is killed.
struct Worker(Child);

impl Worker {
    fn start(task: &str, redis: &Redis, server: &Server) -> Self {
        let module = module_path!().split_once("::").unwrap().1;
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args([&format!("{module}::a_worker"), "--exact", "--ignored", "--nocapture"]);
        command.env("SHARED_TASK", task).env("SHARED_REDIS", redis.address());
        command.env("SHARED_URL", server.url("/api/v1")).stdout(Stdio::piped());
        Self(command.spawn().unwrap())
    }

    /// Eight of them.
    fn eight(task: &str, redis: &Redis, server: &Server) -> Vec<Self> {
        (0..8).map(|_| Self::start(task, redis, server)).collect()
    }

    /// SIGKILL, or the closest equivalent.
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// What it reported, when it has ended well.
    fn reports(mut self) -> Vec<String> {
        let lines = BufReader::new(self.0.stdout.take().unwrap()).lines().map(Result::unwrap);
        // The first line of a test may follow libtest's own.
        let reports = lines.filter_map(|line| Some(line.split_once("report: ")?.1.to_owned())).collect();
        assert!(self.0.wait().unwrap().success());
        reports
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
#[ignore = "the other tests of this module run it in a process of its own"]
fn a_worker() {
    let variable = |name| std::env::var(name).unwrap();
    let (task, address, url) = (variable("SHARED_TASK"), variable("SHARED_REDIS"), variable("SHARED_URL"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let builder = Client::builder().api_key(KEY).base_url(url).no_proxy().retry(RetryPolicy::disabled());
    let state = venice_ai::shared::SharedState::redis(address).prefix("test").timeout(PATIENCE);
    runtime.block_on(work(&task, state, builder));
}

/// What workers do.
async fn work(task: &str, state: venice_ai::shared::SharedStateBuilder, builder: ClientBuilder) {
    match task {
        "spend" => budget::spend(state, builder).await,
        "ask" => budget::ask(state, builder).await,
        "batch" => batch::run(state, builder).await,
        "weather" => storm::weather(state, builder).await,
        "call" => pace::call(state, builder).await,
        "call once" => pace::call_once(state, builder).await,
        _ => panic!("no task {task}"),
    }
}

/// Waits for something.
#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A server with one model, whose requests cost a dollar per 100 `max_completion_tokens`, and scripted answers.
fn shop(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Server {
    let price = |usd: f64| json!({"usd": usd, "diem": usd});
    let pricing = json!({"input": price(0.0), "output": price(10_000.0)});
    let spec =
        json!({"name": "writer", "pricing": pricing, "availableContextTokens": 1000, "maxCompletionTokens": 500});
    let list = json!({"object": "list", "data": [{"id": "writer", "type": "text", "model_spec": spec}]}).to_string();
    Server::start(move |_, request| if is_list(request) { (&list).into() } else { answer(request) })
}

fn is_list(request: &Request) -> bool {
    request.method == "GET"
}

/// The number of requests, without lists of models.
fn calls(server: &Server) -> usize {
    server.requests().iter().filter(|request| !is_list(request)).count()
}

/// Costs a dollar at most.
fn a_dollar() -> ChatCompletionRequest {
    let bare = VeniceParameters::new().include_venice_system_prompt(false);
    ChatCompletionRequest::new("writer", ["Hello"]).venice_parameters(bare).max_completion_tokens(100)
}

/// An answer that cost this much.
fn costing(usd: &str) -> Answer {
    let message = json!({"role": "assistant", "content": "Hi"});
    let mut reply =
        json!({"id": "1", "model": "writer", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]});
    reply["usage"] = json!({"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30});
    reply["cost"] = json!({"usd": usd.parse::<f64>().unwrap(), "diem": 0});
    Answer::json(200, &Value::to_string(&reply))
}
