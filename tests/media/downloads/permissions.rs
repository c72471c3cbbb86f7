//! Permissions of saved files.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use super::fetch;
use crate::support::{Answer, Folder, Gate, PATIENCE};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[tokio::test]
async fn new_contents_do_not_run_as_the_owner_of_the_old_ones() {
    let folder = Folder::new();
    for (before, after) in [(0o4755, 0o755), (0o2750, 0o750), (0o1777, 0o777), (0o444, 0o444)] {
        let path = folder.file("tool", "before");
        fs::set_permissions(&path, Permissions::from_mode(before)).unwrap();
        fetch(Answer::new(200, &[], "after")).await.unwrap().save(&path).await.unwrap();
        assert_eq!((mode(&path), fs::read(&path).unwrap()), (after, b"after".to_vec()), "{before:o}");
        fs::remove_file(&path).unwrap();
    }
}

#[tokio::test]
async fn a_file_is_private_until_it_is_whole() {
    let folder = Folder::new();
    let private = folder.file("private.png", "before");
    fs::set_permissions(&private, Permissions::from_mode(0o600)).unwrap();
    let new = folder.join("new.png");
    let usual = mode(&folder.file("usual", ""));
    for (target, finished) in [(private, 0o600), (new, usual)] {
        let gate = Gate::default();
        let answer = Answer::head(200, &[("content-length", "8")]).send("half").until(&gate).send("half");
        let reply = fetch(answer).await.unwrap();
        let saving = tokio::spawn({
            let target = target.clone();
            async move { reply.save(target).await }
        });
        let private_part = async {
            loop {
                let part = folder.names().into_iter().find(|name| name.ends_with(".part"));
                // A temporary file shows the permissions of new files.
                if part
                    .is_some_and(|name| fs::metadata(folder.join(&name)).is_ok_and(|part| part.mode() & 0o777 == 0o600))
                {
                    break;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, private_part).await.expect("others may read what is being saved");
        gate.open();
        saving.await.unwrap().unwrap();
        assert_eq!(mode(&target), finished, "{target:?}");
    }
}
