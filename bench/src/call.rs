//! One chat reply over loopback, by the SDK and by plain `reqwest` and `serde_json` into the same types.

use std::hint::black_box;
use std::time::Duration;

use tokio::runtime::Runtime;
use venice_ai::Client;
use venice_ai::types::{ChatCompletion, ChatCompletionRequest, ChatMessage};

use crate::rounds::{self, Contender, Cost};
use crate::{Failure, replies, runtime, server};

/// Calls of one contender in one round. Enough that its own code is in the processor's caches for most of them: two of the contenders
/// share theirs, and in short rounds the third one would pay for loading its own again and again.
const CALLS: usize = 400;
const WARM_UP: usize = 3;
const ROUNDS: usize = 101;

const TIMEOUT: Duration = Duration::from_secs(600);
const KEY: &str = "a key of the length that keys have on this API 00000";

pub fn run() -> Result<(), Failure> {
    println!(
        "{:<24}{:>14}{:>8}{:>14}{:>8}{:>13}{:>8}",
        "", "wall/call", "ratio", "CPU/call", "ratio", "allocations", "more"
    );
    compare("1 KB", 300)?;
    compare("100 KB", 97_000)
}

fn compare(name: &str, text_bytes: usize) -> Result<(), Failure> {
    let document = replies::completion(&replies::text(text_bytes));
    let expected: ChatCompletion = serde_json::from_value(document.clone())?;
    let base_url = server::start(replies::whole(&document))?;
    let runtime = runtime()?;

    let url = format!("{base_url}/chat/completions");
    let http = reqwest::Client::new();
    let careful_http = reqwest::Client::builder().timeout(TIMEOUT).build()?;
    let client = Client::builder().api_key(KEY).base_url(base_url).timeout(TIMEOUT).build()?;
    let (runtime, expected) = (&runtime, &expected);
    let plain = Calls { runtime, expected, call: async |request| by_hand(&http, &url, request).await };
    let careful = Calls { runtime, expected, call: async |request| by_hand(&careful_http, &url, request).await };
    let venice = Calls { runtime, expected, call: async |request| Ok(client.chat().create(request).await?) };
    plain.check()?;
    careful.check()?;
    venice.check()?;

    let mut contenders = [
        Contender::new("reqwest", || plain.round()),
        Contender::new("with a time-out", || careful.round()),
        Contender::new("venice-ai", || venice.round()),
    ];
    let costs = rounds::run(&mut contenders, WARM_UP, ROUNDS)?;
    let allocations = [plain.allocations()?, careful.allocations()?, venice.allocations()?];
    for (place, contender) in contenders.iter().enumerate() {
        let column = |what: fn(&Cost) -> Duration| {
            let median = rounds::median(&costs[place], what) / CALLS as u32;
            (median.as_secs_f64() * 1e6, rounds::ratio(&costs[place], &costs[0], what))
        };
        let ((wall, wall_ratio), (cpu, cpu_ratio)) = (column(|cost| cost.wall), column(|cost| cost.cpu));
        let (who, own, more) = (contender.name, allocations[place], allocations[place] - allocations[0]);
        println!(
            "{name:<8}{who:<16}{wall:>11.1} µs{wall_ratio:>8.3}{cpu:>11.1} µs{cpu_ratio:>8.3}{own:>13.1}{more:>+8.1}"
        );
    }
    Ok(())
}

/// By hand, as a program without an SDK would do it.
async fn by_hand(http: &reqwest::Client, url: &str, request: ChatCompletionRequest) -> Result<ChatCompletion, Failure> {
    let response = http.post(url).bearer_auth(KEY).json(&request).send().await?.error_for_status()?;
    Ok(serde_json::from_slice(&response.bytes().await?)?)
}

struct Calls<'a, C> {
    runtime: &'a Runtime,
    expected: &'a ChatCompletion,
    call: C,
}

impl<C: AsyncFn(ChatCompletionRequest) -> Result<ChatCompletion, Failure>> Calls<'_, C> {
    /// The whole reply is what the server sent.
    fn check(&self) -> Result<(), Failure> {
        let reply = self.runtime.block_on((self.call)(request()))?;
        if reply == *self.expected { Ok(()) } else { Err("the reply is not what was sent".into()) }
    }

    /// How many allocations a call makes: those for the request and on the connection too.
    fn allocations(&self) -> Result<f64, Failure> {
        let mut outcome = Ok(());
        let counted = allocation_counter::measure(|| outcome = self.round());
        outcome.map(|()| counted.count_total as f64 / CALLS as f64)
    }

    /// The work of one round.
    fn round(&self) -> Result<(), Failure> {
        self.runtime.block_on(async {
            for _ in 0..CALLS {
                let reply = black_box((self.call)(request()).await?);
                if reply.id != self.expected.id || reply.text().len() != self.expected.text().len() {
                    return Err("a reply is not what was sent".into());
                }
            }
            Ok(())
        })
    }
}

fn request() -> ChatCompletionRequest {
    let messages = [
        ChatMessage::system("You are a guide to the city. Answer in at most three sentences."),
        ChatMessage::user("How were the houses on the islands of the lagoon built?"),
    ];
    ChatCompletionRequest::new("bench-1", messages).temperature(0.2).max_completion_tokens(500)
}
