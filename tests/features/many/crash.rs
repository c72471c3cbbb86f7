//! Runs whose process is killed.

use std::collections::HashMap;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use venice_ai::many::Journal;
use venice_ai::{Client, ErrorKind};

use super::{answer, number, questions};
use crate::support::{Answer, Folder, KEY, PATIENCE, Server};

const REQUESTS: usize = 300;

/// The run, in its own process.
#[test]
#[ignore = "the other tests of this module run it in a process of its own"]
fn the_process_that_is_killed() {
    let url = std::env::var("MANY_CRASH_URL").unwrap();
    let path = std::env::var("MANY_CRASH_JOURNAL").unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let venice = Client::builder().api_key(KEY).base_url(url).no_proxy().build().unwrap();
        let mut run = venice.chat().many(questions(REQUESTS)).with_journal(path);
        while let Some(outcome) = run.next().await {
            outcome.unwrap();
        }
    });
}

fn process(server: &Server, journal: &std::path::Path) -> Command {
    let module = module_path!().split_once("::").unwrap().1;
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([&format!("{module}::the_process_that_is_killed"), "--exact", "--ignored"]);
    command.env("MANY_CRASH_URL", server.url("/api/v1")).env("MANY_CRASH_JOURNAL", journal);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[tokio::test]
async fn a_process_that_is_killed_again_and_again_pays_nothing_twice() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let paid: Arc<Mutex<HashMap<usize, usize>>> = Arc::default();
    let server = {
        let paid = paid.clone();
        Server::start(move |_, request| {
            *paid.lock().unwrap().entry(number(request)).or_default() += 1;
            Answer::default().wait(Duration::from_millis(3)).then(answer(request))
        })
    };
    let mut kills = 0;
    for wanted in [1, 40, 41, 90, 150, 220] {
        let mut child = process(&server, &path).spawn().unwrap();
        let begun = Instant::now();
        while server.count() < wanted && child.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < PATIENCE, "the process does nothing");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        // SIGKILL, or the closest equivalent.
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    assert_eq!(kills, 6);

    let venice = crate::support::once(&server);
    let mut run = venice.chat().many(questions(REQUESTS)).with_journal(&path).with_input_order();
    let outcomes = super::all(&mut run).await;
    assert_eq!(super::indexes(&outcomes), (0..REQUESTS).collect::<Vec<_>>());
    let (answered, unknown): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(|outcome| outcome.result.is_ok());
    super::assert_answered(&answered);
    for outcome in &unknown {
        assert_eq!(outcome.error().unwrap().kind(), ErrorKind::OutcomeUnknown);
        assert!(outcome.may_be_paid);
    }
    assert!(unknown.len() <= 6 * 8, "no more than was on its way: {}", unknown.len());
    {
        let paid = paid.lock().unwrap();
        assert!(paid.values().all(|paid| *paid == 1), "{paid:?}");
        assert!(answered.iter().all(|outcome| paid.contains_key(&outcome.index)));
    }
    assert!(run.progress().from_journal >= 200, "{}", run.progress());
    drop(run);

    // Resending unknown outcomes returns all answers, at a possible cost.
    let mut run = venice.chat().many(questions(REQUESTS)).with_journal(Journal::at(&path).resend_unknown(true));
    let outcomes = super::all(&mut run).await;
    super::assert_answered(&outcomes);
    assert_eq!(outcomes.len(), REQUESTS);
}

#[cfg(file_lock)]
#[tokio::test]
async fn another_process_cannot_use_the_journal_meanwhile() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let server = Server::start(|_, request| Answer::default().wait(Duration::from_millis(50)).then(answer(request)));
    let mut child = process(&server, &path).spawn().unwrap();
    let begun = Instant::now();
    while server.count() == 0 {
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let venice = crate::support::once(&server);
    let mut run = venice.chat().many(questions(3)).with_journal(&path);
    let (_, stop) = super::collected(&mut run).await;
    assert!(stop.unwrap().to_string().contains("in use by another run"));
    child.kill().unwrap();
    child.wait().unwrap();
    run.resume();
    assert_eq!(super::all(&mut run).await.len(), 3);
}
