//! Bodies saved to disk.

use std::time::Duration;

use venice_ai::http::Method;
use venice_ai::{ErrorKind, RemoteCopy};

use super::fetch;
use crate::support::{Answer, Folder, PATIENCE, Server, builder, once};

fn contents() -> Vec<u8> {
    (0..3_000_000_u32).map(|n| (n % 253) as u8).collect()
}

#[tokio::test]
async fn a_body_becomes_a_file() {
    let folder = Folder::new();
    let reply = fetch(Answer::new(200, &[("content-type", "image/png")], contents())).await.unwrap();
    let saved = reply.save(folder.join("a.png")).await.unwrap();
    assert_eq!((saved.path, saved.bytes), (folder.join("a.png"), 3_000_000));
    assert_eq!((saved.content_type.as_deref(), saved.remote), (Some("image/png"), RemoteCopy::NotStored));
    assert!(std::fs::read(folder.join("a.png")).unwrap() == contents());
    assert_eq!(folder.names(), ["a.png"]);
}

#[tokio::test]
async fn an_empty_body_becomes_an_empty_file() {
    let folder = Folder::new();
    let reply = fetch(Answer::new(200, &[], "")).await.unwrap();
    let saved = reply.save(folder.join("a.png")).await.unwrap();
    assert_eq!((saved.bytes, saved.content_type), (0, None));
    assert_eq!(std::fs::read(folder.join("a.png")).unwrap(), b"");
}

#[tokio::test]
async fn a_file_that_was_there_is_replaced_and_keeps_who_may_read_it() {
    let folder = Folder::new();
    let path = folder.file("a.png", "before");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    fetch(Answer::new(200, &[], "after")).await.unwrap().save(&path).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"after");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(folder.names(), ["a.png"]);
}

#[tokio::test]
async fn a_name_without_a_folder_is_in_the_current_one() {
    let name = format!("saved-by-a-test-{}.png", std::process::id());
    let saved = fetch(Answer::new(200, &[], "here")).await.unwrap().save(&name).await;
    let found = std::fs::read(&name);
    let _ = std::fs::remove_file(&name);
    assert_eq!((saved.unwrap().bytes, found.unwrap()), (4, b"here".to_vec()));
}

/// Two of eight megabytes, so that some of it is on disk.
fn cut() -> Answer {
    Answer::head(200, &[("content-length", "8000000")]).send(vec![1; 2_000_000])
}

#[tokio::test]
async fn a_download_that_is_cut_leaves_nothing() {
    let folder = Folder::new();
    let before = folder.file("old.png", "before");
    for path in [folder.join("new.png"), before] {
        let error = fetch(cut().close()).await.unwrap().save(&path).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Transport, Some("GET /x")));
        assert!(error.to_string().contains("2000000 bytes"), "{error}");
    }
    assert_eq!(folder.names(), ["old.png"]);
    assert_eq!(std::fs::read(folder.join("old.png")).unwrap(), b"before");
}

#[tokio::test]
async fn a_download_that_is_stalled_is_given_up_and_leaves_nothing() {
    let folder = Folder::new();
    let server = Server::answering([cut().hang()]);
    let client = builder(&server).stream_idle_timeout(Duration::from_millis(400)).build().unwrap();
    let reply = client.request_raw(Method::GET, "/x").await.unwrap();
    let error = reply.save(folder.join("a.png")).await.unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(folder.names(), [""; 0]);
    assert!(server.closed_by_client_within(PATIENCE).await);
}

#[tokio::test]
async fn a_download_that_is_dropped_in_the_middle_leaves_nothing() {
    let folder = Folder::new();
    let server = Server::answering([cut().hang()]);
    let reply = once(&server).request_raw(Method::GET, "/x").await.unwrap();
    let mut saving = Box::pin(reply.save(folder.join("a.png")));
    let written = async {
        // The part that has arrived is in a temporary file.
        while !folder.names().iter().any(|name| std::fs::metadata(folder.join(name)).is_ok_and(|file| file.len() > 0)) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        outcome = &mut saving => panic!("{outcome:?}"),
        () = written => {}
    }
    assert_eq!(folder.names().len(), 1);
    assert_ne!(folder.names(), ["a.png"]);
    drop(saving);
    assert_eq!(folder.names(), [""; 0]);
    assert!(server.closed_by_client_within(PATIENCE).await);
}

#[tokio::test]
async fn a_place_that_cannot_be_written_to_is_named() {
    let folder = Folder::new();
    for (path, said) in [
        (folder.join("missing/a.png"), "missing/a.png"),
        (folder.as_ref().to_owned(), "it is a folder"),
        (folder.join(".."), "it is a folder"),
        ("".into(), "it is a folder"),
    ] {
        let error = fetch(Answer::new(200, &[], "x")).await.unwrap().save(&path).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Io, Some("GET /x")));
        assert_eq!(error.status().unwrap(), 200, "the call itself was carried out");
        assert!(error.to_string().contains(said), "{error}");
        assert!(std::error::Error::source(&error).is_some_and(|source| source.is::<std::io::Error>()));
    }
    assert_eq!(folder.names(), [""; 0]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_pipe_is_not_replaced_by_a_file() {
    use std::os::unix::fs::FileTypeExt as _;
    let folder = Folder::new();
    let pipe = folder.join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let error = fetch(Answer::new(200, &[], "x")).await.unwrap().save(&pipe).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("a device or a pipe"), "{error}");
    assert!(std::fs::metadata(&pipe).unwrap().file_type().is_fifo());
    assert_eq!(folder.names(), ["pipe"]);

    #[cfg(feature = "jobs")]
    {
        let server = Server::answering([Answer::json(200, r#"{"model":"m","queue_id":"q"}"#)]);
        let video = venice_ai::types::QueueVideoRequest::new("m").prompt("Fog");
        let error = once(&server).video().generate_to(video, &pipe).await.unwrap_err();
        assert!(error.to_string().contains("nothing was queued"), "{error}");
        assert_eq!(server.count(), 0, "it is found before it costs anything");
    }
}
