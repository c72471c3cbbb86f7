//! The allowed hosts of a `download_url` and of its deletion.

use venice_ai::jobs::{JobHandle, RemoteCopy};
use venice_ai::{Client, ErrorKind, RetryPolicy};

use super::{VIDEO, handle, serving, status, video};
use crate::support::{Answer, Folder, KEY, Server, once, own_http_client};

/// A client whose API is `api.example`, and which resolves `files.example` too.
fn of_a_public_api(api: &Server, files: &Server) -> Client {
    let own = own_http_client!()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .resolve("api.example", api.address())
        .resolve("files.example", files.address())
        .build()
        .unwrap();
    let base = format!("http://api.example:{}/api/v1", api.address().port());
    let builder = Client::builder().api_key(KEY).base_url(base).allow_insecure_http(true);
    builder.retry(RetryPolicy::disabled()).http_client(own).build().unwrap()
}

fn completed() -> Server {
    serving([("/video/retrieve", vec![status("COMPLETED")])])
}

fn at(address: String) -> JobHandle {
    handle().with_download_url(address)
}

#[tokio::test]
async fn an_address_in_the_private_network_is_rejected_before_anything_is_sent() {
    let (api, files) = (completed(), Server::answering([video()]));
    let venice = of_a_public_api(&api, &files);
    let port = files.address().port();
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254"] {
        let job = at(format!("http://{host}:{port}/secret-4711"));
        let errors = [
            venice.job(job.clone()).wait().await.map(drop).unwrap_err(),
            venice.job(job).discard().await.map(drop).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{host}: {error}");
            assert!(error.message().contains("private network") && error.job().is_some(), "{error}");
            assert!(!format!("{error} {error:?}").contains("4711"), "{error:?}");
        }
    }
    assert_eq!(files.connections(), 0);
    let media = venice.job(at(format!("http://files.example:{port}/video"))).wait().await.unwrap();
    assert_eq!(media.bytes().await.unwrap(), VIDEO);
}

#[tokio::test]
async fn a_redirect_into_the_private_network_is_not_followed() {
    let (api, storage) = (completed(), Server::answering([video()]));
    let files = Server::answering([Answer::redirect(302, &storage.url("/secret-4711"))]);
    let venice = of_a_public_api(&api, &files);
    let job = at(format!("http://files.example:{}/video", files.address().port()));
    let error = venice.job(job).wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert!(error.message().contains("private network") && !error.message().contains("4711"), "{error}");
    assert_eq!((files.count(), storage.connections()), (1, 0));
}

#[tokio::test]
async fn files_of_an_encrypted_api_are_encrypted_and_need_no_user() {
    let files = Server::answering([video()]);
    let venice = Client::builder().api_key(KEY).base_url("https://api.example/api/v1").no_proxy().build();
    #[cfg(any(feature = "rustls", feature = "rustls-ring", feature = "native-tls"))]
    for (address, problem) in [
        (files.url("/secret-4711"), "is not https"),
        ("http://files.example/secret-4711".to_owned(), "is not https"),
        ("https://me:secret-4711@files.example/".to_owned(), "a user name or a password"),
        (files.url("/secret-4711").replace("http:", "https:"), "private network"),
    ] {
        let error = venice.as_ref().unwrap().job(at(address)).discard().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.message().contains(problem), "{error}");
        assert!(!format!("{error} {error:?}").contains("4711"), "{error:?}");
    }
    drop(venice);
    assert_eq!(files.connections(), 0);
}

#[tokio::test]
async fn a_deletion_is_not_sent_on_to_another_host() {
    let storage = Server::answering([Answer::new(204, &[], "")]);
    for code in [307, 308] {
        let files = Server::answering([video(), Answer::redirect(code, &storage.url("/x"))]);
        let folder = Folder::new();
        let job = once(&completed()).job(at(files.url("/video")));
        let saved = job.save(folder.join("video.mp4")).await.unwrap();
        let RemoteCopy::MayRemain { reason } = saved.remote else { panic!("{:?}", saved.remote) };
        assert!(reason.contains("is another host"), "{reason}");
        assert_eq!((files.count(), storage.connections()), (2, 0));
    }
}

#[tokio::test]
async fn a_host_that_did_not_serve_the_file_is_not_asked_to_delete_it() {
    let storage = Server::answering([video()]);
    let files = Server::answering([Answer::redirect(302, &storage.url("/bucket/video"))]);
    let folder = Folder::new();
    let job = once(&completed()).job(at(files.url("/video")));
    let saved = job.save(folder.join("video.mp4")).await.unwrap();
    let RemoteCopy::MayRemain { reason } = saved.remote else { panic!("{:?}", saved.remote) };
    assert!(reason.contains("another host") && reason.contains("discard()"), "{reason}");
    for server in [files, storage] {
        assert_eq!(server.only().method, "GET");
    }
}
