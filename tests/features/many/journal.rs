//! Runs that resume another one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use venice_ai::ErrorKind;
use venice_ai::many::Journal;
use venice_ai::types::{ChatCompletionRequest, CreateSpeechRequest, CreateTranscriptionRequest};

use super::{
    all, answer, answering, assert_answered, client, collected, indexes, number, question, questions, refusal,
};
use crate::support::{Answer, Folder, KEY, Server};

/// The lines of a journal, without its header.
fn lines(path: &std::path::Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.ends_with('\n'));
    text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn what_is_answered_is_given_again_as_it_was_and_not_sent() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let server = answering();
    let (venice, _) = client(&server);
    let mut run = venice.many(questions(20), |venice, request| venice.chat().create(request).with_meta());
    run = run.with_journal(&path).with_input_order();
    let first = all(&mut run).await;
    assert_eq!((server.count(), run.progress().from_journal), (20, 0));
    drop(run);

    let mut run = venice.many(questions(30), |venice, request| venice.chat().create(request).with_meta());
    run = run.with_journal(&path).with_input_order();
    let second = all(&mut run).await;
    assert_eq!(server.count(), 30, "only the ten new ones");
    let progress = run.progress();
    assert_eq!((progress.from_journal, progress.done, progress.tokens, progress.cost_usd), (20, 30, 300, 15.into()));
    for (before, again) in first.iter().zip(&second) {
        assert!(again.from_journal && !before.from_journal);
        assert_eq!((before.index, &before.key), (again.index, &again.key));
        let (before, again) = (before.reply().unwrap(), again.reply().unwrap());
        assert_eq!(before.value, again.value, "with members that the crate does not know");
        assert!(!again.value.extra.is_empty());
        assert_eq!(before.meta.status(), again.meta.status());
        assert_eq!(before.meta.content_type_header(), again.meta.content_type_header());
        assert_eq!(before.meta.attempts(), again.meta.attempts());
    }
}

/// The disk is slow, and a line that is being written is completed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_run_waits_for_the_last_line_of_one_that_was_dropped() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let server = answering();
    let (venice, _) = client(&server);
    for asked in 1..40 {
        let mut run = venice.chat().many(questions(200)).with_journal(Journal::at(&path).resend_unknown(true));
        while run.progress().finished() < asked {
            run.next().await.unwrap().unwrap();
        }
    }
}

/// What is compared of a reply's headers.
trait ContentType {
    fn content_type_header(&self) -> Option<&str>;
}

impl ContentType for venice_ai::Meta {
    fn content_type_header(&self) -> Option<&str> {
        self.header("content-type")
    }
}

#[tokio::test]
async fn it_says_what_is_sent_before_it_is_and_holds_no_secret_and_no_prompt() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let sent_before = Arc::new(AtomicUsize::new(0));
    let server = {
        let (path, sent_before) = (path.clone(), sent_before.clone());
        Server::start(move |n, request| {
            let known = lines(&path).iter().filter(|line| line.get("sent").is_some()).count();
            assert!(known > n, "it is noted before it is sent");
            sent_before.fetch_max(known, Ordering::SeqCst);
            let cookie = [
                ("content-type", "application/json"),
                ("set-cookie", "session=4711"),
                ("x-echo", KEY),
                ("x-venice-host-name", KEY),
            ];
            Answer::new(200, &cookie, super::answer_body(number(request)).replace("answer", KEY))
        })
    };
    let (venice, _) = client(&server);
    all(&mut venice.chat().many(questions(10)).with_journal(&path)).await;
    assert_eq!(sent_before.load(Ordering::SeqCst), 10);
    let text = std::fs::read_to_string(&path).unwrap();
    for secret in [KEY, "4711", "set-cookie", "x-echo", "question", "Bearer"] {
        assert!(!text.contains(secret), "{secret} stands in the journal");
    }
    assert_eq!(lines(&path).len(), 20);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn equal_requests_are_distinguished_by_their_order() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let server = Server::start(|n, request| {
        let body = super::answer_body(number(request)).replace("answer", &format!("{n}th answer"));
        Answer::json(200, &body)
    });
    let (venice, _) = client(&server);
    let same = || [question(7), question(7), question(8), question(7)];
    let run =
        |requests: Vec<ChatCompletionRequest>| venice.chat().many(requests).with_journal(&path).with_concurrency(1);
    let first = all(&mut run(same().to_vec()).with_input_order()).await;
    assert_eq!(server.count(), 4);
    let second = all(&mut run(same().to_vec()).with_input_order()).await;
    assert_eq!(server.count(), 4);
    let texts = |outcomes: &[venice_ai::many::Outcome<venice_ai::types::ChatCompletion>]| -> Vec<String> {
        outcomes.iter().map(|outcome| outcome.reply().unwrap().text().into_owned()).collect()
    };
    assert_eq!(texts(&first), texts(&second));
    let mut keys: Vec<_> = first.iter().map(|outcome| outcome.key.clone().unwrap()).collect();
    assert!(keys[1].ends_with("#2") && keys[3].ends_with("#3"), "{keys:?}");
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 4);
    // One more of them is new.
    all(&mut run([same().to_vec(), vec![question(7)]].concat())).await;
    assert_eq!(server.count(), 5);
}

#[tokio::test]
async fn names_of_the_caller_find_requests_again_in_any_order() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let server = answering();
    let (venice, _) = client(&server);
    let named = |numbers: Vec<usize>| {
        let run = venice.many(numbers, |venice, n| venice.chat().create(question(n)));
        run.with_keys(|n| format!("question-{n}")).with_journal(&path).with_input_order()
    };
    all(&mut named(vec![1, 2, 3])).await;
    let outcomes = all(&mut named(vec![3, 4, 1])).await;
    assert_eq!(server.count(), 4);
    assert_eq!(outcomes[0].reply().unwrap().text(), "answer 3");
    assert_eq!(outcomes[0].key.as_deref(), Some("question-3"));
    assert_eq!(outcomes.iter().map(|outcome| outcome.from_journal).collect::<Vec<_>>(), [true, false, true]);

    let outcomes = all(&mut named(vec![5, 5])).await;
    assert!(outcomes[0].result.is_ok());
    let error = outcomes[1].error().unwrap();
    assert!(error.is_invalid_request() && error.to_string().contains("\"question-5\""), "{error}");
    assert_eq!(server.count(), 5);
}

#[tokio::test]
async fn a_journal_of_another_run_is_rejected() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let server = answering();
    let (venice, _) = client(&server);
    let run = |first: usize| {
        let run = venice.many(0..3_usize, move |venice, n| venice.chat().create(question(first + n)));
        run.with_keys(|n| format!("line {n}")).with_journal(&path)
    };
    all(&mut run(0)).await;
    let before = std::fs::read(&path).unwrap();
    let (outcomes, stop) = collected(&mut run(100)).await;
    let stop = stop.unwrap();
    assert_eq!(stop.kind(), ErrorKind::Journal);
    for wanted in ["different request with the key \"line 0\"", "another run", "answers.jsonl"] {
        assert!(stop.to_string().contains(wanted), "{stop}");
    }
    assert!(outcomes.iter().all(|outcome| outcome.result.is_err()));
    assert_eq!((server.count(), std::fs::read(&path).unwrap()), (3, before));
}

#[cfg(file_lock)]
#[tokio::test]
async fn a_journal_that_is_in_use_is_rejected() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let server = answering();
    let (venice, _) = client(&server);
    let mut first = venice.chat().many(questions(10)).with_journal(&path).with_window(1).with_concurrency(1);
    first.next().await.unwrap().unwrap();
    let mut second = venice.chat().many(questions(10)).with_journal(&path);
    let (_, stop) = collected(&mut second).await;
    let stop = stop.unwrap();
    assert_eq!(stop.kind(), ErrorKind::Journal);
    assert!(stop.to_string().contains("in use by another run"), "{stop}");
    all(&mut first).await;
    drop(first);
    second.resume();
    assert_eq!(all(&mut second).await.len(), 10);
    assert_eq!(server.count(), 10);
}

#[tokio::test]
async fn failures_are_kept_as_well_and_sent_again_only_on_request() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let is_well = Arc::new(AtomicUsize::new(0));
    let server = {
        let is_well = is_well.clone();
        Server::start(move |_, request| match number(request) {
            _ if is_well.load(Ordering::SeqCst) > 0 => answer(request),
            1 => refusal(400, "Invalid request parameters"),
            2 => refusal(500, "Inference processing failed"),
            3 => Answer::nothing(),
            _ => answer(request),
        })
    };
    let (venice, _) = client(&server);
    let run = |journal: Journal| venice.chat().many(questions(5)).with_journal(journal).with_input_order();
    let first = all(&mut run(Journal::at(&path))).await;
    assert_eq!(server.count(), 5);
    is_well.store(1, Ordering::SeqCst);
    let second = all(&mut run(Journal::at(&path))).await;
    assert_eq!(server.count(), 5, "nothing is sent again");
    for (before, again) in first.iter().zip(&second) {
        assert_eq!((before.may_be_paid, again.from_journal), (again.may_be_paid, true));
        let shown = |outcome: &venice_ai::many::Outcome<_>| {
            outcome.error().map(|error| (error.kind(), error.to_string(), error.status()))
        };
        assert_eq!(shown(before), shown(again));
    }
    let third = all(&mut run(Journal::at(&path).resend_failed(true))).await;
    assert_eq!(server.count(), 6);
    assert!(third[1].result.is_ok() && third[2].may_be_paid && third[3].may_be_paid);
    let fourth = all(&mut run(Journal::at(&path).resend_unknown(true))).await;
    assert_eq!(server.count(), 8);
    assert_answered(&fourth);
    assert_answered(&all(&mut run(Journal::at(&path))).await);
    assert_eq!(server.count(), 8);
}

#[tokio::test]
async fn kinds_of_errors_are_stored_by_name_and_read_from_older_journals() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let server = Server::answering([Answer::nothing()]);
    let (venice, _) = client(&server);
    let run = || venice.chat().many(questions(1)).with_journal(&path).with_input_order();
    assert_eq!(all(&mut run()).await[0].error().unwrap().kind(), ErrorKind::Transport);
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.contains(r#""kind":"transport""#), "{written}");
    for (name, kind) in [
        ("StreamInterrupted", ErrorKind::StreamInterrupted),
        ("BlockingInAsync", ErrorKind::BlockingInAsync),
        ("schema_mismatch", ErrorKind::SchemaMismatch),
        ("a_kind_of_a_later_version", ErrorKind::Transport),
    ] {
        std::fs::write(&path, written.replace(r#""kind":"transport""#, &format!(r#""kind":"{name}""#))).unwrap();
        assert_eq!(all(&mut run()).await[0].error().unwrap().kind(), kind, "{name}");
    }
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn what_was_in_flight_when_a_run_ended_is_not_sent_again_unless_asked() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let server = Server::start(|n, request| if n < 3 { Answer::silence() } else { answer(request) });
    let (venice, _) = client(&server);
    let run = |journal: Journal| {
        venice.chat().many(questions(6)).with_journal(journal).with_input_order().with_concurrency(3)
    };
    let mut first = run(Journal::at(&path));
    server.until_asked(3, async || first.next().await).await;
    drop(first);

    let outcomes = all(&mut run(Journal::at(&path))).await;
    assert_eq!(server.count(), 6);
    for outcome in &outcomes[..3] {
        let error = outcome.error().unwrap();
        assert_eq!((error.kind(), outcome.may_be_paid), (ErrorKind::OutcomeUnknown, true));
        assert!(error.to_string().contains("may have been paid"), "{error}");
    }
    assert_answered(&outcomes[3..]);
    let outcomes = all(&mut run(Journal::at(&path).resend_unknown(true))).await;
    assert_eq!(server.count(), 9);
    assert_answered(&outcomes);
}

#[tokio::test]
async fn what_was_rejected_for_now_is_sent_by_the_next_run() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let server = Server::start(
        |n, request| if n < 6 { refusal(402, "Insufficient USD or Diem balance") } else { answer(request) },
    );
    let (venice, _) = client(&server);
    let run = || venice.chat().many(questions(20)).with_journal(&path).with_concurrency(2);
    let mut stops = 0;
    let outcomes = loop {
        let (outcomes, stop) = collected(&mut run()).await;
        match stop {
            Some(stop) => assert!(stop.kind() == ErrorKind::InsufficientBalance),
            None => break outcomes,
        }
        stops += 1;
    };
    assert!((3..=6).contains(&stops));
    assert_eq!((indexes(&outcomes).len(), server.count()), (20, 26));
    assert_answered(&outcomes);
}

#[tokio::test]
async fn a_reply_that_cannot_be_read_is_kept_and_not_paid_for_again() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let server = Server::start(|_, _| Answer::json(200, "{\"choices\": 7}"));
    let (venice, _) = client(&server);
    for from_journal in [false, true] {
        let outcomes = all(&mut venice.chat().many(questions(1)).with_journal(&path)).await;
        assert_eq!(outcomes[0].from_journal, from_journal);
        let error = outcomes[0].error().unwrap();
        assert!(error.kind() == ErrorKind::Decode && error.body().is_some(), "{error}");
    }
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn files_are_kept_too() {
    let folder = Folder::new();
    let path = folder.join("speeches.jsonl");
    let mock = venice_ai_mock::MockVenice::start().await.unwrap();
    let venice = mock.client();
    let mut found = Vec::new();
    for _ in 0..2 {
        let mut run =
            venice.many(["one", "two"], |venice, text| venice.audio().speech(CreateSpeechRequest::new("m", text)));
        run = run.with_journal(&path).with_input_order();
        for outcome in all(&mut run).await {
            let reply = outcome.result.unwrap();
            let media = reply.content_type();
            found.push((media, reply.bytes().await.unwrap()));
        }
    }
    assert_eq!(found[..2], found[2..]);
    assert!(found[0].1.len() > 100 && found[0].0.as_deref() == Some("audio/mpeg"));
    assert_eq!(mock.requests_of("createSpeech").len(), 2);
}

#[tokio::test]
async fn what_cannot_be_kept_is_said_before_anything_is_sent() {
    let folder = Folder::new();
    let server = answering();
    let (venice, _) = client(&server);
    let mut streams = venice.many(questions(1), |venice, request| venice.chat().stream(request));
    streams = streams.with_journal(folder.join("a.jsonl"));
    let error = all(&mut streams).await.remove(0).result.err().unwrap();
    assert!(error.is_invalid_request() && error.to_string().contains("a stream cannot be recorded"), "{error}");

    let transcribed = |venice: &venice_ai::Client, bytes: &'static str| {
        venice.audio().transcribe(CreateTranscriptionRequest::new("m", venice_ai::Upload::bytes("a.wav", bytes)))
    };
    let mut files = venice.many(["RIFF"], transcribed).with_journal(folder.join("b.jsonl"));
    let error = all(&mut files).await.remove(0).result.err().unwrap();
    assert!(error.is_invalid_request() && error.to_string().contains("with_keys"), "{error}");
    assert_eq!(server.connections(), 0);

    // With a key it can.
    let server = Server::start(|_, _| Answer::json(200, r#"{"text": "hello"}"#));
    let (venice, _) = client(&server);
    for _ in 0..2 {
        let run = venice.many(["RIFF"], transcribed).with_keys(|bytes| (*bytes).to_owned());
        let mut run = run.with_journal(folder.join("c.jsonl"));
        assert_eq!(all(&mut run).await.remove(0).result.unwrap().text, "hello");
    }
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn without_fsync_the_same_is_in_it() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let server = answering();
    let (venice, _) = client(&server);
    for _ in 0..2 {
        let mut run = venice.chat().many(questions(50)).with_journal(Journal::at(&path).fsync(false));
        assert_answered(&all(&mut run).await);
    }
    assert_eq!((server.count(), lines(&path).len()), (50, 100));
}
