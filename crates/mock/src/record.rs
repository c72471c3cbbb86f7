//! `Recorder`: writes each exchange of a test as a line of JSON into a folder that the environment names, for `cargo xtask coverage`.
//!
//! A run of a test program is a file, `PROGRAM.RUN.jsonl`. Its first line has the fingerprint of the sources and the arguments of the
//! program. A run replaces earlier ones; a program that runs each test in its own process appends to them.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use serde_json::{Value, json};

/// The variable that names the folder. Without it nothing is recorded.
const FOLDER: &str = "VENICE_WIRE_RECORD";
/// The variable with which nextest names a run, which has one process per test.
const RUN: &str = "NEXTEST_RUN_ID";

/// The current test: the test harness names its thread after it.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    test: Option<String>,
}

impl Recorder {
    /// For a server that is started by this thread.
    pub(crate) fn of_this_thread() -> Self {
        Self { test: thread::current().name().map(str::to_owned) }
    }

    /// Records a request and the status and media type of its reply. The operation is its method and the template of its path.
    pub(crate) fn record(
        &self,
        (method, path): (&str, &str),
        request_media: Option<&str>,
        status: u16,
        reply_media: Option<&str>,
    ) {
        write(&json!({
            "test": self.test,
            "method": method,
            "path": path,
            "request_content_type": request_media,
            "status": status,
            "reply_content_type": reply_media,
        }));
    }
}

/// A test that panics while its server is running has failed.
impl Drop for Recorder {
    fn drop(&mut self) {
        if thread::panicking() {
            write(&json!({"test": self.test, "failed": true}));
        }
    }
}

/// Writes a line once.
fn write(line: &Value) {
    static FILE: OnceLock<Option<File>> = OnceLock::new();
    static WRITTEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let Some(mut file) = FILE.get_or_init(|| open().ok().flatten()).as_ref() else { return };
    let line = line.to_string();
    if !WRITTEN.lock().unwrap_or_else(PoisonError::into_inner).insert(line.clone()) {
        return;
    }
    // One write to a file in append mode: lines of several threads do not mix. A lost line does not fail a test.
    let _ = file.write_all(format!("{line}\n").as_bytes());
}

fn open() -> io::Result<Option<File>> {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return Ok(None) };
    fs::create_dir_all(&folder)?;
    let program = program().unwrap_or_default();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let run = std::env::var(RUN).ok();
    let is_part = run.is_none() && arguments.iter().any(|argument| argument == "--exact");
    let name = format!("{program}.{}.jsonl", run.unwrap_or_else(|| std::process::id().to_string()));
    let path = folder.join(&name);
    let options = || OpenOptions::new().append(true).to_owned();
    let Ok(mut file) = options().create_new(true).open(&path) else { return options().open(&path).map(Some) };
    let tree = std::env::var_os("CARGO_MANIFEST_DIR").and_then(|root| fingerprint(Path::new(&root)).ok());
    file.write_all(format!("{}\n", json!({"tree": tree, "arguments": arguments, "is_part": is_part})).as_bytes())?;
    if !is_part {
        for entry in fs::read_dir(&folder)? {
            let other = entry?.file_name().to_string_lossy().into_owned();
            if other != name && other.strip_prefix(&program).is_some_and(|rest| rest.starts_with('.')) {
                let _ = fs::remove_file(folder.join(other));
            }
        }
    }
    Ok(Some(file))
}

/// The name of the test program: `account` of `account-0a1b2c3d4e5f6071`.
fn program() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    let stem = path.file_stem()?.to_str()?;
    let is_hash = |text: &str| text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some(stem.rsplit_once('-').filter(|(_, hash)| is_hash(hash)).map_or(stem, |(name, _)| name).to_owned())
}

/// The sources of the test programs.
const SOURCES: [&str; 7] = ["Cargo.lock", "Cargo.toml", "build.rs", "crates", "spec", "src", "tests"];
/// Files among them that are not sources.
const LEFT_OUT: [&str; 4] = ["api.txt", "coverage.toml", "history", "target"];

/// A hash of the sources of the workspace at `root`: their paths and their contents.
pub(crate) fn fingerprint(root: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    for name in SOURCES {
        collect(&root.join(name), &mut files)?;
    }
    files.sort();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    // FNV-1a over words instead of bytes: it only has to tell trees apart, and every test run waits for it.
    let mut add = |bytes: &[u8]| {
        for chunk in bytes.chunks(8) {
            let word = chunk.iter().rev().fold(chunk.len() as u64, |word, byte| word << 8 | u64::from(*byte));
            hash = (hash ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(29);
        }
    };
    for file in files {
        add(file.strip_prefix(root).unwrap_or(&file).to_string_lossy().as_bytes());
        add(&fs::read(&file)?);
    }
    Ok(format!("{hash:016x}"))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            if !LEFT_OUT.iter().any(|name| entry.file_name() == *name) {
                collect(&entry.path(), files)?;
            }
        }
    } else if path.is_file() {
        files.push(path.to_owned());
    }
    Ok(())
}
