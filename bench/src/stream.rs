//! A long streamed answer over loopback, by the SDK, by `async-openai`, and by `reqwest` and `eventsource-stream`.

use std::time::Duration;

use async_openai::config::OpenAIConfig;
use async_openai::types::chat::{
    ChatCompletionRequestUserMessage, CreateChatCompletionRequest, CreateChatCompletionRequestArgs,
};
use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use tokio::runtime::Runtime;
use venice_ai::Client;
use venice_ai::types::{ChatCompletionChunk, ChatCompletionRequest};

use crate::rounds::{self, Contender, Cost};
use crate::{Failure, replies, runtime, server};

const CHUNKS: usize = 50_000;
const WARM_UP: usize = 1;
const ROUNDS: usize = 21;

const KEY: &str = "a key";
const MODEL: &str = "bench-1";
const PROMPT: &str = "Tell me everything about the lagoon.";

/// What a contender has read.
#[derive(Debug, Default, PartialEq)]
struct Read {
    chunks: usize,
    text: String,
    total_tokens: i64,
}

/// Where a stream is read. A wake-up of a task costs a runtime next to nothing; one of the future that `block_on` was called
/// with costs it system calls, and there may be one for each chunk.
#[derive(Clone, Copy)]
enum Place {
    Task,
    BlockOn,
}

impl Place {
    fn run<F>(self, runtime: &Runtime, read: F) -> Result<Read, Failure>
    where
        F: Future<Output = Result<Read, Failure>> + Send + 'static,
    {
        match self {
            Self::Task => runtime.block_on(async { tokio::spawn(read).await? }),
            Self::BlockOn => runtime.block_on(read),
        }
    }
}

pub fn run() -> Result<(), Failure> {
    let (reply, text) = replies::streamed(CHUNKS);
    println!("{CHUNKS} chunks of {} bytes", reply.len() / CHUNKS);
    let expected = Read { chunks: CHUNKS, text, total_tokens: CHUNKS as i64 + 61 };
    let base_url = server::start(reply)?;
    compare("in a task", Place::Task, &base_url, &expected)?;
    compare("in block_on", Place::BlockOn, &base_url, &expected)
}

fn compare(name: &str, place: Place, base_url: &str, expected: &Read) -> Result<(), Failure> {
    let runtime = runtime()?;
    let checked = |found: Result<Read, Failure>| match found? == *expected {
        true => Ok(()),
        false => Err(Failure::from("the answer is not what was sent")),
    };
    let client = Client::builder().api_key(KEY).base_url(base_url).build()?;
    let openai = async_openai::Client::with_config(OpenAIConfig::new().with_api_key(KEY).with_api_base(base_url));
    let http = reqwest::Client::new();
    let mut contenders = [
        Contender::new("venice-ai", || checked(place.run(&runtime, venice(client.clone())))),
        Contender::new("async-openai", || checked(place.run(&runtime, async_openai(openai.clone())))),
        Contender::new("eventsource-stream", || {
            checked(place.run(&runtime, by_hand(http.clone(), base_url.to_owned())))
        }),
    ];
    let costs = rounds::run(&mut contenders, WARM_UP, ROUNDS)?;

    println!("{name:<20}{:>14}{:>8}{:>14}{:>8}", "CPU/chunk", "ratio", "wall/chunk", "ratio");
    for (contender, own) in contenders.iter().zip(&costs) {
        let column = |what: fn(&Cost) -> Duration| {
            let median = rounds::median(own, what) / CHUNKS as u32;
            (median.as_nanos(), rounds::ratio(own, &costs[0], what))
        };
        let ((cpu, cpu_ratio), (wall, wall_ratio)) = (column(|cost| cost.cpu), column(|cost| cost.wall));
        println!("{:<20}{cpu:>11} ns{cpu_ratio:>8.2}{wall:>11} ns{wall_ratio:>8.2}", contender.name);
    }
    Ok(())
}

async fn venice(client: Client) -> Result<Read, Failure> {
    let mut stream = client.chat().stream(ChatCompletionRequest::new(MODEL, [PROMPT])).await?;
    let mut read = Read::default();
    while let Some(chunk) = stream.next().await {
        read.add(&chunk?);
    }
    Ok(read)
}

async fn by_hand(http: reqwest::Client, base_url: String) -> Result<Read, Failure> {
    let mut request = ChatCompletionRequest::new(MODEL, [PROMPT]);
    request.stream = Some(true);
    let url = format!("{base_url}/chat/completions");
    let response = http.post(url).bearer_auth(KEY).json(&request).send().await?.error_for_status()?;
    let mut events = response.bytes_stream().eventsource();
    let mut read = Read::default();
    while let Some(event) = events.next().await {
        let event = event?;
        // Not the end: like the others, it reads on so that the connection can be used again.
        if event.data != "[DONE]" {
            read.add(&serde_json::from_str(&event.data)?);
        }
    }
    Ok(read)
}

async fn async_openai(client: async_openai::Client<OpenAIConfig>) -> Result<Read, Failure> {
    let message = ChatCompletionRequestUserMessage::from(PROMPT).into();
    let request: CreateChatCompletionRequest =
        CreateChatCompletionRequestArgs::default().model(MODEL).messages([message]).build()?;
    let mut stream = client.chat().create_stream(request).await?;
    let mut read = Read::default();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        read.chunks += 1;
        for choice in &chunk.choices {
            read.text.push_str(choice.delta.content.as_deref().unwrap_or_default());
        }
        read.total_tokens += chunk.usage.map_or(0, |usage| i64::from(usage.total_tokens));
    }
    Ok(read)
}

impl Read {
    fn add(&mut self, chunk: &ChatCompletionChunk) {
        self.chunks += 1;
        for choice in &chunk.choices {
            self.text.push_str(choice.delta.content.as_deref().unwrap_or_default());
        }
        self.total_tokens += chunk.usage.as_ref().map_or(0, |usage| usage.total_tokens);
    }
}
