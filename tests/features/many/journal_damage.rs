//! Journals damaged by a crash, a full disk or an editor.

use std::path::Path;

use venice_ai::{Error, ErrorKind};

use super::{all, answering, assert_answered, client, collected, questions};
use crate::support::{Folder, Server};

/// The bytes of a journal with this many answers, recorded one after the other.
async fn journal(path: &Path, count: usize) -> Vec<u8> {
    let server = answering();
    let (venice, _) = client(&server);
    all(&mut venice.chat().many(questions(count)).with_concurrency(1).with_journal(path)).await;
    std::fs::read(path).unwrap()
}

/// How often three questions are sent with this journal, and its content afterwards.
async fn sent_with(path: &Path, bytes: &[u8]) -> (Server, Option<Error>) {
    std::fs::write(path, bytes).unwrap();
    let server = answering();
    let (venice, _) = client(&server);
    let (outcomes, stop) =
        collected(&mut venice.chat().many(questions(3)).with_concurrency(1).with_journal(path)).await;
    if stop.is_none() {
        assert_eq!(outcomes.len(), 3);
    }
    (server, stop)
}

#[tokio::test]
async fn a_last_line_that_was_cut_anywhere_is_mended() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let whole = journal(&path, 3).await;
    let starts: Vec<usize> = std::iter::once(0)
        .chain(whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1))
        .collect();
    assert_eq!(starts.len(), 8, "a beginning and six lines");
    for (line, range) in starts.windows(2).enumerate() {
        let (start, end) = (range[0], range[1]);
        for cut in [start, start + 1, (start + end) / 2, end - 2, end - 1] {
            let (server, stop) = sent_with(&path, &whole[..cut]).await;
            assert!(stop.is_none(), "cut at {cut} in line {line}: {stop:?}");
            // Lines 1, 3 and 5 are sent requests, 2, 4 and 6 their outcomes.
            let lines = if cut == end - 1 && line > 0 { line + 1 } else { line };
            let known = lines.saturating_sub(1).div_ceil(2);
            assert_eq!(server.count(), 3 - known, "cut at {cut} in line {line}");
            // A repaired journal can be used.
            let mended = std::fs::read(&path).unwrap();
            let (server, stop) = sent_with(&path, &mended).await;
            assert!(stop.is_none() && server.count() == 0, "{stop:?}");
        }
    }
}

#[tokio::test]
async fn blocks_that_were_never_filled_are_cut_off() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let whole = journal(&path, 3).await;
    for tail in [&[0; 4096][..], b"{\"done\":\"ab\0\0\0\0"] {
        let (server, stop) = sent_with(&path, &[&whole, tail].concat()).await;
        assert!(stop.is_none(), "{stop:?}");
        assert_eq!((server.count(), std::fs::read(&path).unwrap() == whole), (0, true));
    }
}

#[tokio::test]
async fn any_other_damage_is_named_with_its_line_and_nothing_is_sent() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let whole = journal(&path, 3).await;
    let text = String::from_utf8(whole).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let with = |line: usize, instead: &str| {
        let mut lines = lines.clone();
        lines[line - 1] = instead;
        lines.join("\n") + "\n"
    };
    let doubled = |line: usize| {
        let mut lines = lines.clone();
        lines.insert(line, lines[line - 1]);
        lines.join("\n") + "\n"
    };
    let half = &lines[2][..lines[2].len() / 2];
    let cases = [
        (with(3, half), "line 3: it is not a JSON object"),
        (with(4, ""), "line 4: it is not a JSON object"),
        (with(4, "[1]"), "line 4: it is not a JSON object"),
        (with(5, "{}"), "line 5: its content is unknown"),
        (with(4, r#"{"sent":"a"}"#), "line 4: the sent request is not identified"),
        (with(2, r#"{"sent":"a","request":"b"}"#), "line 3: an outcome of a request that was not sent"),
        (doubled(3), "line 4: a second outcome of one request"),
        (doubled(1), "line 2: a second header"),
        (with(4, lines[1]), "line 4: a request was sent again after its reply"),
        (with(1, r#"{"journal":"venice-ai many","version":2}"#), "version 2"),
        (with(1, lines[1]), "line 1: it is not a journal"),
        (with(3, "{\"done\":\"\u{0}\"}"), "line 3: it is not a JSON object"),
    ];
    for (damaged, wanted) in cases {
        let (server, stop) = sent_with(&path, damaged.as_bytes()).await;
        let stop = stop.unwrap_or_else(|| panic!("not noticed: {wanted}"));
        assert_eq!(stop.kind(), ErrorKind::Journal);
        assert!(stop.to_string().contains(wanted) && stop.to_string().contains("answers.jsonl"), "{wanted}: {stop}");
        assert_eq!(server.connections(), 0);
        assert_eq!(std::fs::read(&path).unwrap(), damaged.as_bytes(), "it is left as it is");
    }
}

#[tokio::test]
async fn an_outcome_whose_reply_is_damaged_stops_the_run_too() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let text = String::from_utf8(journal(&path, 3).await).unwrap();
    let (server, stop) = sent_with(&path, text.replacen("\"status\":200", "\"status\":\"?\"", 1).as_bytes()).await;
    let stop = stop.unwrap();
    assert_eq!((stop.kind(), server.count()), (ErrorKind::Journal, 0), "{stop}");
}

#[tokio::test]
async fn files_that_are_no_journals_are_left_alone() {
    let folder = Folder::new();
    for contents in ["my diary", "{\"a\": 1}\n", "\n", "id,question\n1,why\n"] {
        let path = folder.file("other", contents);
        let (server, stop) = sent_with(&path, contents.as_bytes()).await;
        assert_eq!(stop.unwrap().kind(), ErrorKind::Journal);
        assert_eq!((server.connections(), std::fs::read_to_string(&path).unwrap()), (0, contents.to_owned()));
    }
    for path in [folder.as_ref().to_owned(), folder.join("missing/answers.jsonl")] {
        let server = answering();
        let (venice, _) = client(&server);
        let (_, stop) = collected(&mut venice.chat().many(questions(3)).with_journal(&path)).await;
        let stop = stop.unwrap();
        assert!(stop.kind() == ErrorKind::Journal && std::error::Error::source(&stop).is_some(), "{stop}");
        assert_eq!(server.connections(), 0);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_journal_that_cannot_be_written_stops_the_run_before_anything_is_sent() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    journal(&path, 1).await;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
    if std::fs::OpenOptions::new().write(true).open(&path).is_ok() {
        return; // This user may write everything.
    }
    let server = answering();
    let (venice, _) = client(&server);
    let (_, stop) = collected(&mut venice.chat().many(questions(3)).with_journal(&path)).await;
    assert_eq!((stop.unwrap().kind(), server.connections()), (ErrorKind::Journal, 0));
    let _ = assert_answered;
}
