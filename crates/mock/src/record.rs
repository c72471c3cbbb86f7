//! `record`: writes each exchange as a line of JSON into a folder that the environment names, for `cargo xtask coverage`.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::OnceLock;

/// The variable that names the folder. Without it nothing is noted.
const FOLDER: &str = "VENICE_WIRE_RECORD";

/// Notes a request and the status and media type that it was answered with.
pub(crate) fn record(method: &str, path: &str, request_media: Option<&str>, status: u16, reply_media: Option<&str>) {
    static FILE: OnceLock<Option<File>> = OnceLock::new();
    let Some(mut file) = FILE.get_or_init(open).as_ref() else { return };
    let line = serde_json::json!({
        "method": method,
        "path": path.split(['?', '#']).next(),
        "request_content_type": request_media,
        "status": status,
        "reply_content_type": reply_media,
    });
    // One write to a file that is only appended to: lines of several threads do not mix. A test does not fail for a lost line.
    let _ = file.write_all(format!("{line}\n").as_bytes());
}

/// Each process has a file of its own.
fn open() -> Option<File> {
    let folder = std::env::var_os(FOLDER)?;
    let path = Path::new(&folder).join(format!("{}.jsonl", std::process::id()));
    OpenOptions::new().create(true).append(true).open(path).ok()
}
