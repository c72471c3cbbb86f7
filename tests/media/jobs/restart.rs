//! A process ends before its job, and another one resumes it.

use venice_ai::jobs::JobHandle;

use super::{VIDEO, deleted, handle, paths, processing, queued, request, serving, venice, video};
use crate::support::{Folder, TestClock};

#[tokio::test]
async fn another_client_continues_with_what_was_stored() {
    let folder = Folder::new();
    let stored = folder.join("job.json");
    let server = serving([
        ("/video/queue", vec![queued()]),
        ("/video/retrieve", vec![processing(0, 60), processing(30, 60), video()]),
        ("/video/complete", vec![deleted()]),
    ]);
    {
        let venice = venice(&server, &TestClock::without_jitter());
        let path = stored.clone();
        let video = venice.video().generate(request()).on_queued(move |job| {
            std::fs::write(path, serde_json::to_vec(job).unwrap()).unwrap();
        });
        // It ends while it waits.
        let ended = tokio::time::timeout(crate::support::PATIENCE, async {
            let mut video = std::pin::pin!(video.into_future());
            let waker = std::task::Waker::noop();
            while server.count() < 2 {
                assert!(video.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            }
        });
        ended.await.unwrap();
    }
    let job: JobHandle = serde_json::from_slice(&std::fs::read(&stored).unwrap()).unwrap();
    assert_eq!(job, handle());
    let saved = venice(&server, &TestClock::without_jitter()).job(job).save(folder.join("video.mp4")).await.unwrap();
    assert_eq!((saved.bytes, saved.remote.is_deleted()), (VIDEO.len() as u64, true));
    let orders = paths(&server).iter().filter(|path| *path == "POST /video/queue").count();
    assert_eq!(orders, 1, "it was not ordered again");
}
