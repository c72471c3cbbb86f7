//! One chat reply over loopback, by the SDK and by plain `reqwest` and `serde_json` into the same types.

use std::hint::black_box;
use std::time::Duration;

use tokio::runtime::Runtime;
use venice_ai::Client;
use venice_ai::types::{ChatCompletion, ChatCompletionRequest, ChatMessage};

use crate::processes::{self, Comparison};
use crate::server::Server;
use crate::{Failure, Flavor, replies};

/// The replies: a name, about so many bytes of answer, and the bytes of a write of the server's.
const REPLIES: [(&str, usize, usize); 3] =
    [("1 KB", 300, 1 << 20), ("100 KB", 97_000, 1 << 20), ("100 KB in pieces", 97_000, 16 * 1024)];

const FLAVORS: [&str; 2] = ["multi-thread", "current-thread"];

/// Calls of one round: enough that its own code is in the processor's caches for most of them.
pub const CALLS: usize = 300;
const WARM_UP: usize = 1;
const ROUNDS: usize = 5;
const PROCESSES: usize = 15;

const TIMEOUT: Duration = Duration::from_secs(600);
const KEY: &str = "a key of the length that keys have on this API 00000";

/// Who makes the calls.
enum Caller {
    ByHand(reqwest::Client),
    Venice(Client),
}

/// The contenders.
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

pub fn run() -> Result<(), Failure> {
    println!("## One call\n");
    println!(
        "A chat reply, against `reqwest` and `serde_json` into the same types. {CALLS} calls a round, {PROCESSES} processes each."
    );
    for (reply, ..) in REPLIES {
        let allocations = |who: Who| Ok(format!("{:.1}", allocations(reply, who.name())?));
        let allocations = Who::ALL.into_iter().map(allocations).collect::<Result<Vec<_>, Failure>>()?;
        for flavor in FLAVORS {
            let contender = |who: Who| (who.name(), vec!["call-once", flavor, reply, who.name()]);
            Comparison {
                title: format!("{reply}, {flavor}"),
                unit: "call",
                contenders: Who::ALL.map(contender).into(),
                processes: PROCESSES,
            }
            .print(&[("allocations", allocations.clone())])?;
        }
    }
    Ok(())
}

/// Allocations of one call, counted by the program that has an allocator for this.
fn allocations(reply: &str, who: &str) -> Result<f64, Failure> {
    let program = format!("venice-ai-bench-allocations{}", std::env::consts::EXE_SUFFIX);
    let program = std::env::current_exe()?.with_file_name(program);
    Ok(processes::output_of(&program, &[reply, who])?.trim().parse()?)
}

/// The figures of one contender, for the process that started this one.
pub fn once(flavor: &str, reply: &str, who: &str) -> Result<(), Failure> {
    let calling = Calling::new(flavor, reply, who)?;
    processes::measure(CALLS, WARM_UP, ROUNDS, || calling.round(CALLS))?.print();
    Ok(())
}

/// So many calls of one contender and nothing else, for a program that counts instructions or system calls.
pub fn only(flavor: &str, reply: &str, who: &str, calls: usize) -> Result<(), Failure> {
    Calling::new(flavor, reply, who)?.round(calls)
}

/// A server, and who calls it.
pub struct Calling {
    caller: Caller,
    runtime: Runtime,
    url: String,
    /// The length of the reply's text.
    expected: usize,
    _server: Server,
}

impl Calling {
    pub fn new(flavor: &str, reply: &str, who: &str) -> Result<Self, Failure> {
        let who = Who::ALL.into_iter().find(|known| known.name() == who).ok_or("there is no such contender")?;
        let (_, bytes, write_bytes) =
            REPLIES.into_iter().find(|known| known.0 == reply).ok_or("there is no such reply")?;
        let server = Server::start(&["call", &bytes.to_string(), &write_bytes.to_string()])?;
        let caller = match who {
            Who::Reqwest => Caller::ByHand(reqwest::Client::new()),
            Who::ReqwestWithTimeout => Caller::ByHand(reqwest::Client::builder().timeout(TIMEOUT).build()?),
            Who::Venice => {
                Caller::Venice(Client::builder().api_key(KEY).base_url(&server.base_url).timeout(TIMEOUT).build()?)
            }
        };
        Ok(Self {
            caller,
            runtime: Flavor::of(flavor)?.runtime()?,
            url: format!("{}/chat/completions", server.base_url),
            expected: replies::text(bytes).len(),
            _server: server,
        })
    }

    async fn call(&self) -> Result<ChatCompletion, Failure> {
        match &self.caller {
            Caller::ByHand(http) => by_hand(http, &self.url, request()).await,
            Caller::Venice(client) => Ok(client.chat().create(request()).await?),
        }
    }

    /// The work of one round. Every reply is checked.
    pub fn round(&self, calls: usize) -> Result<(), Failure> {
        self.runtime.block_on(async {
            for _ in 0..calls {
                let reply = black_box(self.call().await?);
                if reply.text().len() != self.expected {
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
