//! Work and memory of the code under test, measured so that a busy machine does not change the result.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use venice_ai::Client;

/// The processor time of `work` in this thread: the minimum of three tries.
pub fn cpu_time(mut work: impl FnMut()) -> Duration {
    let tries = (0..3).map(|_| {
        let begun = used();
        work();
        used() - begun
    });
    tries.min().unwrap()
}

/// The processor time of this thread, or the wall time if that is not available.
fn used() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|told| told.split_whitespace().next()?.parse().ok());
    nanos.map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

/// Asserts that four times the size takes about four times the work. Quadratic work would take sixteen times as much.
pub fn assert_linear(size: usize, mut work: impl FnMut(usize)) {
    let (small, large) = (cpu_time(|| work(size)), cpu_time(|| work(4 * size)));
    // Short times cannot be measured well, and are fast enough.
    let bound = small * 9 + Duration::from_millis(20);
    assert!(large < bound, "{size}: {small:?}, four times as much: {large:?}");
}

/// Runs one test of this program, which is ignored otherwise, in a process of its own, with a variable set, so that the test can measure its memory. Panics if
/// the test fails.
pub fn in_child(module: &str, test: &str, variable: (&str, &str)) -> Output {
    let module = module.split_once("::").unwrap().1;
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([&format!("{module}::{test}"), "--exact", "--ignored", "--nocapture"]).env(variable.0, variable.1);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{:?}: {said}", output.status);
    output
}

/// In such a process: a runtime, and a client of the server whose base URL is in the variable.
pub fn client_in_child(variable: &str) -> (tokio::runtime::Runtime, Client) {
    let url = std::env::var(variable).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    (runtime, Client::builder().api_key(crate::KEY).base_url(url).no_proxy().build().unwrap())
}

/// The peak memory of this process, in KiB.
#[cfg(target_os = "linux")]
pub fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}
