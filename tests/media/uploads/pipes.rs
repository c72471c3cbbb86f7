//! Paths of pipes and devices, which are not opened.

use std::path::{Path, PathBuf};
use std::process::Command;

use venice_ai::{ErrorKind, Upload};

use super::request_of;
use crate::support::{Answer, Folder, PATIENCE, Server, once};

/// A pipe without a writer.
fn pipe(folder: &Folder) -> PathBuf {
    let path = folder.join("pipe.wav");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

/// Sends the file at the path on its own runtime, and ends that runtime.
fn sent_from(path: &Path, server: &Server) -> venice_ai::Error {
    let (done, outcome) = std::sync::mpsc::channel();
    let (client, path) = (once(server), path.to_owned());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let request = request_of(Upload::path(path));
        let error = runtime.block_on(async { client.raw().create_text_parser(&request).await.unwrap_err() });
        drop(runtime);
        done.send(error).unwrap();
    });
    outcome.recv_timeout(PATIENCE).expect("the runtime does not end")
}

#[test]
fn a_pipe_is_rejected_and_the_program_can_end() {
    let (folder, server) = (Folder::new(), Server::answering([Answer::json(200, "{}")]));
    let path = pipe(&folder);
    let link = folder.join("link.wav");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    for path in [&*path, &*link, Path::new("/dev/null")] {
        let error = sent_from(path, &server);
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Io, Some("createTextParser")));
        assert!(error.to_string().contains("`Upload::reader`"), "{error}");
        assert_eq!(error.field_errors()[0].field, "file");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_pipe_that_the_caller_opened_is_sent() {
    let (folder, server) = (Folder::new(), Server::answering([Answer::json(200, r#"{"text":"x"}"#)]));
    let path = pipe(&folder);
    let from = path.clone();
    let writing = std::thread::spawn(move || std::fs::write(from, b"RIFFxxxxWAVE").unwrap());
    let reader = tokio::task::spawn_blocking(|| std::fs::File::open(path).unwrap()).await.unwrap();
    let request = request_of(Upload::blocking_reader("pipe.wav", reader));
    once(&server).raw().create_text_parser(&request).await.unwrap();
    writing.join().unwrap();
    assert!(super::parts(&server.only()).iter().any(|part| part.1 == b"RIFFxxxxWAVE"));
}
