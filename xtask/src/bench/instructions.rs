//! `cargo xtask bench instructions`: the instructions of a call, counted by valgrind. The count does not depend on the
//! load of the machine, so a change of one per cent is visible.

use std::process::Command;

use crate::failure::Failure;

const REPLIES: [&str; 2] = ["1 KB", "100 KB"];
const CONTENDERS: [&str; 3] = ["reqwest", "with a time-out", "venice-ai"];

/// The difference between these two is that of so many calls, without what a process does before its first one.
const FEW: u64 = 100;
const MANY: u64 = 600;

const VALGRIND: &str = "valgrind --tool=callgrind --callgrind-out-file=/dev/null";

/// Counts the calls of each contender. The server is another process, which is not counted.
pub fn run() -> Result<(), Failure> {
    if !Command::new("valgrind").arg("--version").output().is_ok_and(|output| output.status.success()) {
        return Err(Failure::new("there is no valgrind, which counts the instructions", "install it"));
    }
    println!("## Instructions of a call\n");
    println!("Counted by valgrind: the difference of {MANY} and {FEW} calls, in the client's process.\n");
    println!("| | | instructions a call | ratio |\n|---|---|---:|---:|");
    for reply in REPLIES {
        let mut base = None;
        for who in CONTENDERS {
            let many = executed(reply, who, MANY)?;
            let own = many.saturating_sub(executed(reply, who, FEW)?) as f64 / (MANY - FEW) as f64;
            let base = *base.get_or_insert(own);
            println!("| {reply} | {who} | {own:.0} | {:.3} |", own / base);
        }
    }
    Ok(())
}

/// What a process executes that makes so many calls.
fn executed(reply: &str, who: &str, calls: u64) -> Result<u64, Failure> {
    let runner = format!("target.'cfg(all())'.runner = '{VALGRIND}'");
    let output = super::loopback::cargo()
        .args([
            "run",
            "--release",
            "--quiet",
            "--config",
            &runner,
            "--",
            "call-only",
            "current-thread",
            reply,
            who,
            &calls.to_string(),
        ])
        .output()
        .map_err(|error| Failure::new(format!("cannot start cargo: {error}"), "is it on the PATH?"))?;
    let printed = String::from_utf8_lossy(&output.stderr);
    let counted = printed.lines().find_map(|line| line.split_once("Collected :")).map(|(_, count)| count.trim());
    match counted.and_then(|count| count.parse().ok()) {
        Some(count) if output.status.success() => Ok(count),
        _ => Err(Failure::new(format!("counting the calls of `{who}` failed"), printed.trim())),
    }
}
