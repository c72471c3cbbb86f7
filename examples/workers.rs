//! Several machines: three processes share one batch and one budget, in Redis.
//!
//! ```text
//! cargo run --example workers                           # on the bundled mock, with a redis-server of its own
//! REDIS_URL=redis://… cargo run --example workers       # with the Redis that is there
//! VENICE_API_KEY=… cargo run --example workers -- 9     # so many questions to the real API
//! ```

mod common;

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use venice_ai::cost::Budget;
use venice_ai::many::{Many, SharedBatch};
use venice_ai::shared::SharedState;
use venice_ai::types::{ChatCompletion, ChatCompletionRequest};
use venice_ai::{Client, ClientBuilder, Error};

#[tokio::main]
async fn main() -> Result<(), Error> {
    match std::env::var("WORKER") {
        Ok(name) => work(&name).await,
        Err(_) => start_workers().await,
    }
}

/// The same in each process.
fn state() -> Result<SharedState, Error> {
    let variable = |name| std::env::var(name).unwrap_or_default();
    SharedState::redis(variable("REDIS_URL")).prefix(variable("PREFIX")).build()
}

fn budget(state: &SharedState) -> Budget {
    Budget::usd("1").shared(state, "squares")
}

fn ask(venice: &Client, state: &SharedState, batch: SharedBatch) -> Many<ChatCompletionRequest, ChatCompletion> {
    let count: u32 = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(60);
    let requests = (1..=count).map(|n| {
        let question = format!("What is the square of {n}? Answer with the number alone.");
        ChatCompletionRequest::new("default", [question]).max_completion_tokens(200)
    });
    venice.chat().many(requests).shared(state, batch)
}

/// What each worker does: it sends what no other has sent, as long as the budget of all lasts.
async fn work(name: &str) -> Result<(), Error> {
    let state = state()?;
    let venice = ClientBuilder::from_env()?.budget(budget(&state)).shared_state(&state).build()?;
    let mut answers = ask(&venice, &state, SharedBatch::named("squares")).with_concurrency(4);
    let mut count = 0;
    while let Some(outcome) = answers.next().await {
        let outcome = outcome?;
        match outcome.result {
            Ok(_) => count += 1,
            Err(error) => println!("Question {}: {error}", outcome.index + 1),
        }
    }
    // Costs are written in the background.
    state.flush().await?;
    println!("Worker {name} asked {count} questions.");
    Ok(())
}

/// Starts three workers, and collects what they did.
async fn start_workers() -> Result<(), Error> {
    let (venice, mock) = common::client_or_mock().await?;
    let Some(redis) = Redis::find() else {
        println!("There is no Redis: install redis-server, or set REDIS_URL.");
        return Ok(());
    };
    let prefix = format!("venice-workers-{}", std::process::id());
    let program = std::env::current_exe().map_err(|error| Error::configuration(error.to_string()))?;
    let workers = ["A", "B", "C"].map(|name| {
        let mut command = Command::new(&program);
        command.args(std::env::args().skip(1)).env("WORKER", name);
        command.env("REDIS_URL", &redis.url).env("PREFIX", &prefix);
        if let Some(mock) = &mock {
            command.env("VENICE_API_KEY", mock.api_key()).env("VENICE_BASE_URL", mock.base_url());
            command.env("NO_PROXY", "127.0.0.1");
        }
        command.spawn()
    });
    for worker in workers {
        let status = worker.and_then(|mut worker| worker.wait());
        status.map_err(|error| Error::configuration(error.to_string()))?;
    }

    let state = SharedState::redis(&redis.url).prefix(prefix).build()?;
    // Nothing is sent: every outcome is in Redis.
    let everything = SharedBatch::named("squares").all_outcomes(true).kept_for(Duration::from_secs(60));
    let mut answers = ask(&venice, &state, everything).with_input_order();
    while let Some(outcome) = answers.next().await {
        outcome?;
    }
    println!("Together: {}", answers.progress());
    let budget = budget(&state);
    budget.refresh().await?;
    let usd = budget.in_usd();
    println!("Of {} USD {} are spent.", usd.limit.unwrap_or_default(), usd.spent);
    Ok(())
}

/// The Redis at `REDIS_URL`, or one that lives as long as this.
struct Redis {
    url: String,
    _server: Option<Server>,
}

struct Server(Child);

impl Redis {
    fn find() -> Option<Self> {
        if let Ok(url) = std::env::var("REDIS_URL") {
            return Some(Self { url, _server: None });
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).ok()?.port();
        let mut command = Command::new("redis-server");
        // A real one keeps its data: `--appendonly yes`.
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", ""]);
        let server = Server(command.stdout(Stdio::null()).spawn().ok()?);
        for _ in 0..1000 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(Self { url: format!("redis://127.0.0.1:{port}"), _server: Some(server) });
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        None
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
