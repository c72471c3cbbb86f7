//! A journal whose disk is temporarily full, and one that others may read.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use venice_ai::{Client, ErrorKind};

use super::{all, answering, assert_answered, client, collected, questions};
use crate::support::{Folder, KEY, Server};

const REQUESTS: usize = 40;

/// The run, in its own process, with a temporary file size limit.
#[test]
#[ignore = "another test of this module runs it in a process of its own"]
fn the_process_whose_disk_is_full() {
    let url = std::env::var("MANY_FULL_URL").unwrap();
    let path = std::env::var("MANY_FULL_JOURNAL").unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let venice = Client::builder().api_key(KEY).base_url(url).no_proxy().build().unwrap();
        let mut run = venice.chat().many(questions(REQUESTS)).with_journal(path);
        let mut outcomes = Vec::new();
        let most = |bytes: &str| {
            let process = std::process::id().to_string();
            let limit =
                Command::new("prlimit").args(["--pid", &process, &format!("--fsize={bytes}:unlimited")]).status();
            assert!(limit.unwrap().success());
        };
        most("3000");
        let (before, stop) = collected(&mut run).await;
        assert_eq!(stop.unwrap().kind(), ErrorKind::Journal);
        outcomes.extend(before);
        most("unlimited");
        run.resume();
        outcomes.extend(all(&mut run).await);
        outcomes.sort_by_key(|outcome| outcome.index);
        assert_eq!(outcomes.len(), REQUESTS);
        assert_answered(&outcomes);
    });
}

#[tokio::test]
async fn what_was_given_out_while_the_disk_was_full_is_noted_when_the_run_continues() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    let server = answering();
    let module = module_path!().split_once("::").unwrap().1;
    let program = std::env::current_exe().unwrap();
    // The file size limit raises a signal, unless it is ignored.
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]).arg(program);
    command.args([&format!("{module}::the_process_whose_disk_is_full"), "--exact", "--ignored", "--nocapture"]);
    command.env("MANY_FULL_URL", server.url("/api/v1")).env("MANY_FULL_JOURNAL", &path);
    let output = tokio::task::spawn_blocking(move || command.stdin(Stdio::null()).output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(server.count(), REQUESTS, "none twice");

    let idle = Server::answering(["not asked".into()]);
    let (venice, _) = client(&idle);
    let outcomes = all(&mut venice.chat().many(questions(REQUESTS)).with_journal(&path).with_input_order()).await;
    assert_answered(&outcomes);
    assert!(outcomes.iter().all(|outcome| outcome.from_journal));
    assert_eq!((outcomes.len(), idle.count()), (REQUESTS, 0));
}

#[tokio::test]
async fn a_symbolic_link_is_not_a_journal() {
    let folder = Folder::new();
    let (link, target) = (folder.join("answers.jsonl"), folder.join("elsewhere"));
    symlink(&target, &link).unwrap();
    let server = answering();
    let (venice, _) = client(&server);
    let (_, stop) = collected(&mut venice.chat().many(questions(3)).with_journal(&link)).await;
    let stop = stop.unwrap();
    assert_eq!((stop.kind(), server.count(), target.exists()), (ErrorKind::Journal, 0, false));
    assert!(stop.to_string().contains("symbolic link"), "{stop}");
}

#[tokio::test]
async fn others_lose_the_right_to_read_a_journal() {
    let folder = Folder::new();
    let path = folder.join("answers.jsonl");
    std::fs::write(&path, "").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
    let server = answering();
    let (venice, _) = client(&server);
    all(&mut venice.chat().many(questions(3)).with_journal(&path)).await;
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}
