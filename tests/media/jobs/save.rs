//! Saving the result of a job.

use venice_ai::{ErrorKind, RemoteCopy, SavedFile};

use super::{VIDEO, cut_video, deleted, handle, job, paths, processing, serving, venice, video};
use crate::support::{Answer, Folder, TestClock};

#[tokio::test]
async fn the_file_is_written_and_then_the_copy_on_the_server_is_deleted() {
    let folder = Folder::new();
    let path = folder.join("video.mp4");
    let (server, _, job) = job([processing(0, 9), video()]);
    let SavedFile { path: told, bytes, content_type, remote, .. } = job.save(&path).await.unwrap();
    assert_eq!((told, bytes, content_type.as_deref()), (path.clone(), VIDEO.len() as u64, Some("video/mp4")));
    assert_eq!((remote.is_deleted(), remote), (true, RemoteCopy::Deleted));
    assert_eq!(std::fs::read(&path).unwrap(), VIDEO);
    assert_eq!(paths(&server), ["POST /video/retrieve", "POST /video/retrieve", "POST /video/complete"]);
    assert_eq!(server.requests()[2].json(), serde_json::json!({"model": "laguna-video", "queue_id": "q-1"}));
    assert_eq!(folder.names(), ["video.mp4"]);
}

#[tokio::test]
async fn the_file_is_there_before_the_deletion_is_asked_for() {
    let folder = Folder::new();
    let path = folder.join("video.mp4");
    let expected = path.clone();
    let server = crate::support::Server::start(move |_, request| match request.target.ends_with("/complete") {
        true if std::fs::read(&expected).is_ok_and(|file| file == VIDEO) => deleted(),
        true => Answer::json(500, "{}"),
        false => video(),
    });
    let saved = venice(&server, &TestClock::without_jitter()).job(handle()).save(&path).await.unwrap();
    assert!(saved.remote.is_deleted());
}

#[tokio::test]
async fn the_copy_on_the_server_can_be_kept() {
    let folder = Folder::new();
    let (server, _, job) = job([video()]);
    let saved = job.with_cleanup(false).save(folder.join("video.mp4")).await.unwrap();
    assert_eq!(saved.remote, RemoteCopy::Kept);
    assert_eq!(paths(&server), ["POST /video/retrieve"]);
}

#[tokio::test]
async fn a_download_that_is_cut_is_begun_again() {
    let folder = Folder::new();
    let path = folder.join("video.mp4");
    let (server, clock, job) = job([cut_video(), cut_video(), video()]);
    let saved = job.save(&path).await.unwrap();
    assert_eq!((saved.bytes, std::fs::read(&path).unwrap().as_slice()), (VIDEO.len() as u64, VIDEO));
    let complete = "POST /video/complete";
    assert_eq!(paths(&server)[3..], [complete], "once, and at the end");
    assert_eq!(clock.pauses().len(), 2);
}

#[tokio::test]
async fn a_download_that_is_cut_time_after_time_leaves_job_and_folder_as_they_were() {
    let folder = Folder::new();
    let (server, _, job) = job([cut_video()]);
    let error = job.save(folder.join("video.mp4")).await.unwrap_err();
    assert_eq!((error.kind(), error.job()), (ErrorKind::Transport, Some(&handle())));
    assert!(folder.names().is_empty(), "{:?}", folder.names());
    assert_eq!(paths(&server), ["POST /video/retrieve"; 3]);

    let (server, _, job) = super::job([cut_video()]);
    let error = job.wait().await.unwrap().bytes().await.unwrap_err();
    assert_eq!((server.count(), error.job()), (3, Some(&handle())));
}

#[tokio::test]
async fn bytes_in_memory_are_fetched_again_too() {
    let (server, _, job) = job([cut_video(), video()]);
    assert_eq!(job.wait().await.unwrap().bytes().await.unwrap(), VIDEO);
    assert_eq!(paths(&server), ["POST /video/retrieve"; 2], "nothing is deleted, as nothing is on disk");
}

#[tokio::test]
async fn a_disk_that_fails_keeps_the_copy_on_the_server() {
    let folder = Folder::new();
    let nowhere = folder.join("no such folder").join("video.mp4");
    let (server, _, job) = job([video()]);
    let error = job.save(&nowhere).await.unwrap_err();
    assert_eq!((error.kind(), error.job()), (ErrorKind::Io, Some(&handle())));
    assert_eq!(error.operation(), Some("retrieveVideo"));
    assert_eq!(paths(&server), ["POST /video/retrieve"], "not asked for again, and not deleted");

    let taken = folder.join("taken");
    std::fs::create_dir(&taken).unwrap();
    let error = job.save(&taken).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(paths(&server).iter().all(|path| path != "POST /video/complete"));

    // The handle in the error is enough to resume the job.
    let again = error.job().unwrap().clone().attach(&venice(&server, &TestClock::without_jitter()));
    assert_eq!(again.save(folder.join("video.mp4")).await.unwrap().bytes, VIDEO.len() as u64);
}

#[tokio::test]
async fn an_empty_result_is_neither_saved_nor_deleted() {
    let folder = Folder::new();
    let (server, _, job) = job([Answer::new(200, &[("content-type", "video/mp4")], "")]);
    let error = job.save(folder.join("video.mp4")).await.unwrap_err();
    assert_eq!((error.kind(), error.job()), (ErrorKind::Decode, Some(&handle())));
    assert!(folder.names().is_empty());
    assert_eq!(paths(&server), ["POST /video/retrieve"]);
}

#[tokio::test]
async fn media_can_be_saved_without_deleting_anything() {
    let folder = Folder::new();
    let server = serving([("/video/retrieve", vec![video()])]);
    let job = venice(&server, &TestClock::without_jitter()).job(handle());
    let path = folder.join("video.mp4");
    let saved = job.wait().await.unwrap().save(&path).await.unwrap();
    assert_eq!((saved.bytes, saved.content_type.as_deref()), (VIDEO.len() as u64, Some("video/mp4")));
    assert_eq!((saved.path, saved.remote), (path.clone(), RemoteCopy::Kept));
    assert_eq!(std::fs::read(path).unwrap(), VIDEO);
    assert_eq!(server.count(), 1);
    let reply = job.wait().await.unwrap().into_raw();
    assert_eq!((reply.status().as_u16(), reply.bytes().await.unwrap().as_ref()), (200, VIDEO));
}
