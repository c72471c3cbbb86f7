//! A long streamed answer over loopback, by the SDK, by `async-openai`, and by `reqwest` and `eventsource-stream`.

use async_openai::config::OpenAIConfig;
use async_openai::types::chat::{
    ChatCompletionRequestUserMessage, CreateChatCompletionRequest, CreateChatCompletionRequestArgs,
};
use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use venice_ai::Client;
use venice_ai::types::{ChatCompletionChunk, ChatCompletionRequest};

use crate::processes::{self, median, ratio};
use crate::server::Server;
use crate::{Failure, Flavor, replies};

const CHUNKS: usize = 50_000;
const WARM_UP: usize = 1;
const ROUNDS: usize = 3;
const PROCESSES: usize = 5;

const KEY: &str = "a key";
const MODEL: &str = "bench-1";
const PROMPT: &str = "Tell me everything about the lagoon.";

/// Bytes of a write of the server's: one event, and many.
const WRITES: [(&str, &str); 3] =
    [("one event a write", "1"), ("16 KiB a write", "16384"), ("256 KiB a write", "262144")];

/// Where a stream is read, in each flavour of the runtime: in the future of `main`, or in a task.
const PLACES: [&str; 4] = ["multi-thread", "current-thread", "multi-thread task", "current-thread task"];

const CONTENDERS: [&str; 3] = ["async-openai", "venice-ai", "eventsource-stream"];

pub fn run() -> Result<(), Failure> {
    let bytes: usize = replies::streamed(CHUNKS, 1).iter().map(Vec::len).sum();
    println!("{CHUNKS} chunks of {} bytes", bytes / CHUNKS);
    for (writes, write_bytes) in WRITES {
        println!(
            "\n{writes:<21}{:<20}{:>12}{:>7}  {:<13}{:>12}{:>7}  {:<13}{:>8}{:>7}",
            "", "CPU/chunk", "ratio", "of processes", "wall/chunk", "ratio", "of processes", "faults", "ratio"
        );
        for place in PLACES {
            let contenders = CONTENDERS.map(|who| vec!["stream-once", place, who, write_bytes]);
            let figures = processes::compare(&contenders, PROCESSES)?;
            for (who, own) in CONTENDERS.iter().zip(&figures) {
                let base = &figures[0];
                let (cpu, wall) = (ratio(own, base, |own| own.cpu), ratio(own, base, |own| own.wall));
                println!(
                    "{place:<21}{who:<20}{:>9.0} ns{:>7.2}  {:<13}{:>9.0} ns{:>7.2}  {:<13}{:>8}{:>7.2}",
                    median(own, |own| own.cpu),
                    cpu.median,
                    cpu.range(),
                    median(own, |own| own.wall),
                    wall.median,
                    wall.range(),
                    median(own, |own| own.faults),
                    ratio(own, base, |own| own.faults).median,
                );
            }
        }
    }
    Ok(())
}

/// The figures of one contender, for the process that started this one.
pub fn once(place: &str, who: &str, write_bytes: &str) -> Result<(), Failure> {
    let reading = Reading::new(place, who, write_bytes)?;
    processes::measure(CHUNKS, WARM_UP, ROUNDS, || reading.round())?.print();
    Ok(())
}

/// One stream and nothing else, for a program that counts instructions or system calls.
pub fn only(place: &str, who: &str, write_bytes: &str) -> Result<(), Failure> {
    Reading::new(place, who, write_bytes)?.round()
}

/// What a contender has read.
#[derive(Debug, Default, PartialEq)]
struct Read {
    chunks: usize,
    text: String,
    total_tokens: i64,
}

/// A server, and who reads from it.
struct Reading {
    who: Contender,
    runtime: tokio::runtime::Runtime,
    in_a_task: bool,
    expected: Read,
    server: Server,
}

#[derive(Clone)]
enum Contender {
    Venice(Client),
    AsyncOpenai(async_openai::Client<OpenAIConfig>),
    ByHand(reqwest::Client),
}

impl Reading {
    fn new(place: &str, who: &str, write_bytes: &str) -> Result<Self, Failure> {
        let server = Server::start(&["stream", &CHUNKS.to_string(), write_bytes])?;
        let url = &server.base_url;
        let who = match who {
            "venice-ai" => Contender::Venice(Client::builder().api_key(KEY).base_url(url).build()?),
            "async-openai" => {
                let config = OpenAIConfig::new().with_api_key(KEY).with_api_base(url);
                Contender::AsyncOpenai(async_openai::Client::with_config(config))
            }
            "eventsource-stream" => Contender::ByHand(reqwest::Client::new()),
            _ => return Err("there is no such contender".into()),
        };
        let (flavor, in_a_task) = match place.strip_suffix(" task") {
            Some(flavor) => (flavor, true),
            None => (place, false),
        };
        let text = replies::streamed_text(CHUNKS);
        let expected = Read { chunks: CHUNKS, text, total_tokens: CHUNKS as i64 + 61 };
        Ok(Self { who, runtime: Flavor::of(flavor)?.runtime()?, in_a_task, expected, server })
    }

    fn round(&self) -> Result<(), Failure> {
        let read = self.who.clone().read(self.server.base_url.clone());
        let found = match self.in_a_task {
            true => self.runtime.block_on(async { tokio::spawn(read).await? }),
            false => self.runtime.block_on(read),
        };
        if found? == self.expected { Ok(()) } else { Err("the answer is not what was sent".into()) }
    }
}

impl Contender {
    async fn read(self, base_url: String) -> Result<Read, Failure> {
        match self {
            Self::Venice(client) => venice(client).await,
            Self::AsyncOpenai(client) => async_openai(client).await,
            Self::ByHand(http) => by_hand(http, base_url).await,
        }
    }
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
        self.total_tokens += chunk.usage.as_ref().map_or(0, |usage| i64::from(usage.total_tokens));
    }
}
