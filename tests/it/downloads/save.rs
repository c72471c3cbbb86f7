//! Bodies that go to disk.

use venice_ai::http::Method;
use venice_ai::{Error, RawReply};

use crate::support::{Answer, Folder, Server, once};

async fn fetch(answer: Answer) -> Result<RawReply, Error> {
    once(&Server::answering([answer])).request_raw(Method::GET, "/x").await
}

#[tokio::test]
async fn a_body_becomes_a_file() {
    let folder = Folder::new();
    let contents: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 253) as u8).collect();
    let reply = fetch(Answer::new(200, &[("content-type", "image/png")], &contents)).await.unwrap();
    assert_eq!(reply.save(folder.join("a.png")).await.unwrap(), contents.len() as u64);
    assert!(std::fs::read(folder.join("a.png")).unwrap() == contents);
    assert_eq!(folder.names(), ["a.png"]);
}
