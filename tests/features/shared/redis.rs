//! `Redis`: a `redis-server` of a test, on a socket of its own.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use venice_ai::shared::{SharedState, SharedStateBuilder};

use crate::support::PATIENCE;

/// A server that keeps everything on disk. Dropped, it is gone.
pub struct Redis {
    folder: PathBuf,
    process: Option<Child>,
}

impl Redis {
    /// `None`, with a word about it, if there is no `redis-server`. CI on Linux has one.
    pub fn start() -> Option<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let found = Command::new("redis-server").arg("--version").stdout(Stdio::null()).status();
        if !found.is_ok_and(|status| status.success()) {
            let is_ci = std::env::var_os("CI").is_some() && cfg!(target_os = "linux");
            assert!(!is_ci, "CI must have redis-server");
            println!("skipped: redis-server is not installed");
            return None;
        }
        // The path of a socket is at most 100 bytes long.
        let name = format!("venice-redis-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let mut redis = Self { folder, process: None };
        redis.restart();
        Some(redis)
    }

    pub fn address(&self) -> String {
        format!("redis+unix://{}", self.folder.join("socket").display())
    }

    /// A state that is not in a hurry.
    pub fn state(&self) -> SharedStateBuilder {
        SharedState::redis(self.address()).prefix("test").timeout(PATIENCE)
    }

    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Starts it, with the data that it had.
    pub fn restart(&mut self) {
        self.kill();
        let socket = self.folder.join("socket");
        let _ = std::fs::remove_file(&socket);
        let mut command = Command::new("redis-server");
        command.args(["--port", "0", "--save", "", "--appendonly", "yes", "--appendfsync", "always"]);
        command.arg("--unixsocket").arg(&socket).arg("--dir").arg(&self.folder).stdout(Stdio::null());
        self.process = Some(command.spawn().unwrap());
        let begun = Instant::now();
        while !self.cli(&["PING"]).contains("PONG") {
            assert!(begun.elapsed() < PATIENCE, "redis-server does not start");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Starts it without the data that it had.
    pub fn restart_without_data(&mut self) {
        self.kill();
        std::fs::remove_dir_all(self.folder.join("appendonlydir")).unwrap();
        self.restart();
    }

    /// The output of a command.
    pub fn cli(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("redis-cli");
        let output = command.arg("-s").arg(self.folder.join("socket")).args(arguments).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// It answers nothing until [`resume`](Self::resume).
    pub fn pause(&self) {
        signal("-STOP", self.process.as_ref().unwrap());
    }

    pub fn resume(&self) {
        signal("-CONT", self.process.as_ref().unwrap());
    }
}

pub fn signal(signal: &str, process: &Child) {
    assert!(Command::new("kill").args([signal, &process.id().to_string()]).status().unwrap().success());
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
