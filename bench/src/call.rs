//! One chat reply over loopback, by the SDK and by plain `reqwest` and `serde_json` into the same types.

use std::hint::black_box;
use std::time::Duration;

use tokio::runtime::Runtime;
use venice_ai::Client;
use venice_ai::types::{ChatCompletion, ChatCompletionRequest, ChatMessage};

use crate::rounds::{self, Contender, Cost};
use crate::{Failure, processes, replies, runtime, server};

/// The replies: a name, and about so many bytes of answer.
const REPLIES: [(&str, usize); 2] = [("1 KB", 300), ("100 KB", 97_000)];

/// Calls of one contender in one round. Enough that its own code is in the processor's caches for most of them: two of the contenders
/// share theirs, and in short rounds the third one would pay for loading its own again and again.
const CALLS: usize = 400;
const WARM_UP: usize = 2;
const ROUNDS: usize = 15;
const PROCESSES: usize = 9;

const TIMEOUT: Duration = Duration::from_secs(600);
const KEY: &str = "a key of the length that keys have on this API 00000";

/// Who makes the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Reqwest,
    ReqwestWithTimeout,
    Venice,
}

impl Who {
    const ALL: [Self; 3] = [Self::Reqwest, Self::ReqwestWithTimeout, Self::Venice];

    fn name(self) -> &'static str {
        match self {
            Self::Reqwest => "reqwest",
            Self::ReqwestWithTimeout => "with a time-out",
            Self::Venice => "venice-ai",
        }
    }
}

/// What a call costs: microseconds of wall time and their ratio to the first contender's, the same of CPU time, allocations.
type Row = [f64; 5];

/// The figures of several processes, put together.
pub fn run() -> Result<(), Failure> {
    println!(
        "{:<24}{:>14}{:>8}  {:<15}{:>11}{:>8}  {:<15}{:>11}{:>7}",
        "", "wall/call", "ratio", "of processes", "CPU/call", "ratio", "of processes", "allocations", "more"
    );
    let measured: Vec<Vec<Row>> = processes::outcomes(&["call-once"], PROCESSES)?;
    let mut base = 0.0;
    for (place, (reply, who)) in rows().enumerate() {
        let column = |index: usize| rounds::spread(measured.iter().map(|rows| rows[place][index]));
        let [wall, wall_ratio, cpu, cpu_ratio, allocations] = [0, 1, 2, 3, 4].map(column);
        if who == Who::Reqwest {
            base = allocations.median;
        }
        println!(
            "{reply:<8}{:<16}{:>11.1} µs{:>8.3}  {:<15}{:>8.1} µs{:>8.3}  {:<15}{:>11.1}{:>+7.1}",
            who.name(),
            wall.median,
            wall_ratio.median,
            wall_ratio.range(),
            cpu.median,
            cpu_ratio.median,
            cpu_ratio.range(),
            allocations.median,
            allocations.median - base,
        );
    }
    Ok(())
}

/// The figures of this process, for the one that started it.
pub fn once() -> Result<(), Failure> {
    let mut rows = Vec::new();
    for (_, text_bytes) in REPLIES {
        rows.extend(compare(text_bytes)?);
    }
    println!("{}", serde_json::to_string(&rows)?);
    Ok(())
}

/// So many calls of one contender and nothing else, for a program that counts instructions.
pub fn only(reply: &str, who: &str, calls: usize) -> Result<(), Failure> {
    let who = Who::ALL.into_iter().find(|known| known.name() == who).ok_or("there is no such contender")?;
    let (_, text_bytes) = REPLIES.into_iter().find(|known| known.0 == reply).ok_or("there is no such reply")?;
    let calling = Calling::new(text_bytes)?;
    calling.round(who, calls)
}

fn rows() -> impl Iterator<Item = (&'static str, Who)> {
    REPLIES.into_iter().flat_map(|(reply, _)| Who::ALL.map(|who| (reply, who)))
}

fn compare(text_bytes: usize) -> Result<Vec<Row>, Failure> {
    let calling = Calling::new(text_bytes)?;
    for who in Who::ALL {
        calling.check(who)?;
    }
    let calling = &calling;
    let mut contenders = Who::ALL.map(|who| Contender::new(who.name(), move || calling.round(who, CALLS)));
    let costs = rounds::run(&mut contenders, WARM_UP, ROUNDS)?;
    let rows = Who::ALL.into_iter().zip(&costs).map(|(who, own)| {
        let column = |what: fn(&Cost) -> Duration| {
            let median = rounds::median(own, what) / CALLS as u32;
            [median.as_secs_f64() * 1e6, rounds::ratio(own, &costs[0], what)]
        };
        let ([wall, wall_ratio], [cpu, cpu_ratio]) = (column(|cost| cost.wall), column(|cost| cost.cpu));
        Ok([wall, wall_ratio, cpu, cpu_ratio, calling.allocations(who)?])
    });
    rows.collect()
}

/// A server, and everyone who calls it.
struct Calling {
    runtime: Runtime,
    url: String,
    http: reqwest::Client,
    http_with_timeout: reqwest::Client,
    client: Client,
    expected: ChatCompletion,
}

impl Calling {
    fn new(text_bytes: usize) -> Result<Self, Failure> {
        let document = replies::completion(&replies::text(text_bytes));
        let base_url = server::start(replies::whole(&document))?;
        Ok(Self {
            runtime: runtime()?,
            url: format!("{base_url}/chat/completions"),
            http: reqwest::Client::new(),
            http_with_timeout: reqwest::Client::builder().timeout(TIMEOUT).build()?,
            client: Client::builder().api_key(KEY).base_url(base_url).timeout(TIMEOUT).build()?,
            expected: serde_json::from_value(document)?,
        })
    }

    async fn call(&self, who: Who) -> Result<ChatCompletion, Failure> {
        match who {
            Who::Reqwest => by_hand(&self.http, &self.url, request()).await,
            Who::ReqwestWithTimeout => by_hand(&self.http_with_timeout, &self.url, request()).await,
            Who::Venice => Ok(self.client.chat().create(request()).await?),
        }
    }

    /// The whole reply is what the server sent.
    fn check(&self, who: Who) -> Result<(), Failure> {
        let reply = self.runtime.block_on(self.call(who))?;
        if reply == self.expected { Ok(()) } else { Err("the reply is not what was sent".into()) }
    }

    /// How many allocations a call makes: those for the request and on the connection too.
    fn allocations(&self, who: Who) -> Result<f64, Failure> {
        let mut outcome = Ok(());
        let counted = allocation_counter::measure(|| outcome = self.round(who, CALLS));
        outcome.map(|()| counted.count_total as f64 / CALLS as f64)
    }

    /// The work of one round.
    fn round(&self, who: Who, calls: usize) -> Result<(), Failure> {
        self.runtime.block_on(async {
            for _ in 0..calls {
                let reply = black_box(self.call(who).await?);
                if reply.id != self.expected.id || reply.text().len() != self.expected.text().len() {
                    return Err("a reply is not what was sent".into());
                }
            }
            Ok(())
        })
    }
}

/// By hand, as a program without an SDK would do it.
async fn by_hand(http: &reqwest::Client, url: &str, request: ChatCompletionRequest) -> Result<ChatCompletion, Failure> {
    let response = http.post(url).bearer_auth(KEY).json(&request).send().await?.error_for_status()?;
    Ok(serde_json::from_slice(&response.bytes().await?)?)
}

fn request() -> ChatCompletionRequest {
    let messages = [
        ChatMessage::system("You are a guide to the city. Answer in at most three sentences."),
        ChatMessage::user("How were the houses on the islands of the lagoon built?"),
    ];
    ChatCompletionRequest::new("bench-1", messages).temperature(0.2).max_completion_tokens(500)
}
