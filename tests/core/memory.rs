//! Page faults of a process that receives long replies.

use std::process::Command;

use serde_json::{Value, json};
use venice_ai::Client;

use crate::support::chat::{TEXT, a_question};
use crate::support::{KEY, Server};

const CALLS: u64 = 200;
const BASE_URL: &str = "BASE_URL_OF_THE_CLIENT";

#[test]
fn replies_of_100_kb_reuse_their_memory() {
    let mut reply: Value = serde_json::from_str(TEXT).unwrap();
    reply["choices"][0]["message"]["content"] = json!("Built on piles,\n\"le acque\" below. ".repeat(3000));
    let server = Server::answering([(&reply).into()]);
    // A process of its own, since the other tests grow the heap. With one thread for tests the client is in the main thread, as in a
    // program.
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["memory::page_faults_of_a_client", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env(BASE_URL, server.url("/api/v1"))
        .output()
        .unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let faults = output.lines().find_map(|line| line.strip_prefix("page faults: ")).expect(&output);
    let faults: u64 = faults.parse().unwrap();
    // glibc on its own would take more than ten in each call.
    assert!(faults < CALLS, "{faults} page faults in {CALLS} calls");
}

#[tokio::test]
#[ignore = "the test above runs it in a process of its own"]
async fn page_faults_of_a_client() {
    let url = std::env::var(BASE_URL).expect("the test above sets it");
    let venice = Client::builder().api_key(KEY).base_url(url).build().unwrap();
    let mut before = 0;
    for call in 0..2 * CALLS {
        if call == CALLS {
            before = page_faults();
        }
        assert!(venice.chat().create(a_question()).await.unwrap().text().len() > 90_000);
    }
    println!("\npage faults: {}", page_faults() - before);
}

/// Those that needed no disk: the tenth field of `proc_pid_stat(5)`, whose second field is in parentheses.
fn page_faults() -> u64 {
    let line = std::fs::read_to_string("/proc/self/stat").unwrap();
    line.rsplit_once(')').unwrap().1.split_ascii_whitespace().nth(7).unwrap().parse().unwrap()
}
