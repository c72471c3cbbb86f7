//! Streamed answers over loopback, a long one and many at once, by the SDK, by `async-openai`, and by `reqwest` and `eventsource-stream`.

use async_openai::config::OpenAIConfig;
use async_openai::types::chat::{
    ChatCompletionRequestUserMessage, CreateChatCompletionRequest, CreateChatCompletionRequestArgs,
};
use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use venice_ai::Client;
use venice_ai::types::{ChatCompletionChunk, ChatCompletionRequest};

use crate::processes::{self, Comparison};
use crate::server::Server;
use crate::{Failure, Flavor, replies};

const CHUNKS: usize = 50_000;
const WARM_UP: usize = 1;
const ROUNDS: usize = 3;
const PROCESSES: usize = 5;

/// Streams at once, and the chunks of each of them.
const AT_ONCE: usize = 1000;
const CHUNKS_OF_EACH: usize = 100;

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
    println!("## One stream\n");
    println!("{CHUNKS} chunks of {} bytes, {PROCESSES} processes each.", bytes / CHUNKS);
    for (writes, write_bytes) in WRITES {
        for place in PLACES {
            compare(format!("{writes}, {place}"), |who| vec!["stream-once", place, who, write_bytes])?;
        }
    }
    Ok(())
}

/// A thousand streams at once, in tasks of a plain `#[tokio::main]`.
pub fn run_many() -> Result<(), Failure> {
    println!("## {AT_ONCE} streams at once\n");
    println!("Each in a task, on a connection, with {CHUNKS_OF_EACH} chunks, {PROCESSES} processes each.");
    compare("one event a write, multi-thread".to_owned(), |who| vec!["streams-once", who])
}

fn compare<'a>(title: String, args: impl Fn(&'a str) -> Vec<&'a str>) -> Result<(), Failure> {
    let contenders = CONTENDERS.map(|who| (who, args(who))).into();
    Comparison { title, unit: "chunk", contenders, processes: PROCESSES }.print(&[])
}

/// The figures of one contender, for the process that started this one.
pub fn once(place: &str, who: &str, write_bytes: &str) -> Result<(), Failure> {
    let reading = Reading::new(place, who, CHUNKS, write_bytes)?;
    processes::measure(CHUNKS, WARM_UP, ROUNDS, || reading.round())?.print();
    Ok(())
}

/// The figures of one contender that reads many streams at once, for the process that started this one.
pub fn many_once(who: &str) -> Result<(), Failure> {
    let reading = Reading::new("multi-thread", who, CHUNKS_OF_EACH, "1")?;
    processes::measure(AT_ONCE * CHUNKS_OF_EACH, WARM_UP, ROUNDS, || reading.many(AT_ONCE))?.print();
    Ok(())
}

/// One stream and nothing else, for a program that counts instructions or system calls.
pub fn only(place: &str, who: &str, write_bytes: &str) -> Result<(), Failure> {
    Reading::new(place, who, CHUNKS, write_bytes)?.round()
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
    fn new(place: &str, who: &str, chunks: usize, write_bytes: &str) -> Result<Self, Failure> {
        let server = Server::start(&["stream", &chunks.to_string(), write_bytes])?;
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
        let text = replies::streamed_text(chunks);
        let expected = Read { chunks, text, total_tokens: chunks as i64 + 61 };
        Ok(Self { who, runtime: Flavor::of(flavor)?.runtime()?, in_a_task, expected, server })
    }

    fn round(&self) -> Result<(), Failure> {
        let read = self.who.clone().read(self.server.base_url.clone());
        let found = match self.in_a_task {
            true => self.runtime.block_on(async { tokio::spawn(read).await? }),
            false => self.runtime.block_on(read),
        };
        self.check(&found?)
    }

    /// So many streams at once, each in a task.
    fn many(&self, streams: usize) -> Result<(), Failure> {
        self.runtime.block_on(async {
            let read = || tokio::spawn(self.who.clone().read(self.server.base_url.clone()));
            let tasks: Vec<_> = (0..streams).map(|_| read()).collect();
            for task in tasks {
                self.check(&task.await??)?;
            }
            Ok(())
        })
    }

    fn check(&self, found: &Read) -> Result<(), Failure> {
        if *found == self.expected { Ok(()) } else { Err("the answer is not what was sent".into()) }
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
