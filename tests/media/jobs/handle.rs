//! `JobHandle`, stored and read again.

use serde_json::json;
use venice_ai::jobs::{JobHandle, JobKind};

const URL: &str = "https://files.example.com/secret-4711";

#[test]
fn a_handle_survives_being_stored() {
    for handle in [
        JobHandle::video("laguna-video", "q-1"),
        JobHandle::audio("squero/music", "q-2"),
        JobHandle::video("laguna-video", "q-3").with_download_url(URL),
    ] {
        let stored = serde_json::to_string(&handle).unwrap();
        assert_eq!(serde_json::from_str::<JobHandle>(&stored).unwrap(), handle);
        let value = serde_json::to_value(&handle).unwrap();
        assert_eq!(serde_json::from_value::<JobHandle>(value).unwrap(), handle);
    }
}

#[test]
fn its_form_is_stable() {
    let handle = JobHandle::video("laguna-video", "q-1").with_download_url(URL);
    let expected = json!({"kind": "video", "model": "laguna-video", "queue_id": "q-1", "download_url": URL});
    assert_eq!(serde_json::to_value(&handle).unwrap(), expected);
    let audio = serde_json::to_value(JobHandle::audio("squero", "q")).unwrap();
    assert_eq!(audio, json!({"kind": "audio", "model": "squero", "queue_id": "q"}));
}

#[test]
fn what_a_newer_version_has_added_is_skipped() {
    let stored = json!({"version": 9, "kind": "audio", "model": "squero", "queue_id": "q-2", "download_url": null,
        "extra": {"deep": [1]}});
    let handle: JobHandle = serde_json::from_value(stored).unwrap();
    assert_eq!((handle.kind(), handle.model(), handle.queue_id()), (JobKind::Audio, "squero", "q-2"));
    assert!(handle.download_url().is_none());
}

#[test]
fn a_handle_that_leads_nowhere_is_found_when_it_is_read() {
    for (stored, problem) in [
        (json!({"model": "m", "queue_id": "q"}), "kind"),
        (json!({"kind": "image", "model": "m", "queue_id": "q"}), "kind"),
        (json!({"kind": "video", "queue_id": "q"}), "model"),
        (json!({"kind": "video", "model": "m"}), "queue_id"),
        (json!({"kind": "video", "model": "m", "queue_id": " "}), "queue_id"),
        (json!([]), "object"),
    ] {
        let error = serde_json::from_value::<JobHandle>(stored).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn the_address_of_the_file_is_not_shown() {
    let handle = JobHandle::video("laguna-video", "q-1").with_download_url(URL);
    assert!(!format!("{handle:?}").contains("4711"));
    assert_eq!(handle.download_url().unwrap().expose(), URL);
    let venice = venice_ai::Client::builder().api_key("key").base_url("http://127.0.0.1").build().unwrap();
    let job = handle.attach(&venice);
    assert!(!format!("{job:?} {:?}", job.progress()).contains("4711"));
    assert!(format!("{job:?}").contains("q-1"));
}

#[test]
fn an_empty_address_is_none() {
    assert!(JobHandle::video("m", "q").with_download_url(" ").download_url().is_none());
}
