//! `venice-soak`: many calls of all kinds for a long time, to servers that fail. Its memory must stay flat, every call must end, nothing
//! may be paid twice, and nothing may be left when the work stops.

mod accounts;
mod fast;
mod figures;
mod hostile;
mod random;
mod server;
mod work;

use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use lexopt::{Arg, ValueExt as _};
use serde_json::Value;
use tokio::task::JoinSet;
use venice_ai::Amount;

use crate::accounts::PRICE;
use crate::figures::{Figures, Series};
use crate::work::{Shared, Worker};

/// What stops a run.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

const USAGE: &str = "usage: cargo xtask soak [--minutes MINUTES] [--seed SEED]";
const WORKERS: u64 = 8;
/// The time between two lines of figures. A short run has fifty of them.
const INTERVAL: Duration = Duration::from_secs(10);
/// How long what ends in the background may take after the work.
const SETTLING: Duration = Duration::from_secs(30);

static PANICKED: AtomicBool = AtomicBool::new(false);

fn main() -> ExitCode {
    match run(lexopt::Parser::from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut args: lexopt::Parser) -> Result<(), Failure> {
    let (mut minutes, mut seed) = (30.0, None);
    let mut serves = false;
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Long("minutes") => minutes = args.value()?.parse()?,
            Arg::Long("seed") => seed = Some(args.value()?.parse()?),
            Arg::Value(word) if word == "serve" => serves = true,
            Arg::Long("help") => {
                println!("{USAGE}");
                return Ok(());
            }
            other => return Err(format!("{}\n{USAGE}", other.unexpected()).into()),
        }
    }
    let time = Duration::try_from_secs_f64(minutes * 60.0).map_err(|_| USAGE)?;
    let by_time = || std::time::UNIX_EPOCH.elapsed().map_or(0, |now| now.as_secs());
    let seed: u64 = seed.unwrap_or_else(by_time);
    if serves { server::run(seed) } else { soak(time, seed) }
}

fn soak(time: Duration, seed: u64) -> Result<(), Failure> {
    println!("seed {seed}, {time:?}, {WORKERS} workers");
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        PANICKED.store(true, Ordering::Relaxed);
        usual(info);
    }));
    let folder = std::env::temp_dir().join(format!("venice-soak-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let mut servers = Servers::start(seed)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let base = Figures::now(runtime.handle())?;
    println!("before: {base}");
    let shared = Arc::new(Shared::new(&servers.mock, &servers.hostile, &folder)?);
    let mut series = Series::default();
    let outcome = runtime.block_on(work(&shared, time, seed, &mut series));
    let budget = shared.budget.clone();
    let (calls, answered) = (shared.calls.load(Ordering::Relaxed), shared.answered.load(Ordering::Relaxed));
    drop(shared);
    let outcome = outcome.and_then(|()| settled(&runtime, base));
    let _ = std::fs::remove_dir_all(&folder);

    let (early, late) = series.medians();
    println!("{calls} calls; median memory: {early} bytes in the second fifth, {late} in the last one");
    let outcome = outcome.and_then(|()| {
        check(!PANICKED.load(Ordering::Relaxed), "something panicked: see above")?;
        check(series.is_flat(), "the memory grows")?;
        money(&budget.in_usd(), answered, &servers.accounts()?)
    });
    if outcome.is_err() {
        for (time, figures) in &series.0 {
            eprintln!("{:>6} s: {figures}", time.as_secs());
        }
        eprintln!("repeat it with --seed {seed}");
    }
    outcome
}

/// Runs the workers for so long, and records the figures.
async fn work(shared: &Arc<Shared>, time: Duration, seed: u64, series: &mut Series) -> Result<(), Failure> {
    let mut workers: JoinSet<Result<(), Failure>> = JoinSet::new();
    for number in 0..WORKERS {
        workers.spawn(Worker::new(Arc::clone(shared), seed, number).run());
    }
    let start = Instant::now();
    let mut next = tokio::time::interval(INTERVAL.min(time / 50));
    while start.elapsed() < time {
        tokio::select! {
            _ = next.tick() => {
                let figures = Figures::now(&tokio::runtime::Handle::current())?;
                println!("{:>6} s: {figures}, {} calls", start.elapsed().as_secs(), shared.calls.load(Ordering::Relaxed));
                series.0.push((start.elapsed(), figures));
            }
            // None ends before it is stopped, unless a rule is broken.
            Some(ended) = workers.join_next() => ended??,
        }
    }
    shared.stopped.store(true, Ordering::Relaxed);
    while let Some(ended) = workers.join_next().await {
        ended??;
    }
    Ok(())
}

/// Waits until the process has no more descriptors and tasks than before its first call.
fn settled(runtime: &tokio::runtime::Runtime, base: Figures) -> Result<(), Failure> {
    let start = Instant::now();
    loop {
        let now = Figures::now(runtime.handle())?;
        if (now.descriptors, now.tasks) == (base.descriptors, base.tasks) {
            println!("after {:?}: {now}", start.elapsed());
            return Ok(());
        }
        check(
            start.elapsed() < SETTLING,
            &format!("something is left {SETTLING:?} after the work: {now}, and before it {base}"),
        )?;
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What the server has charged against what the budget has counted.
fn money(counted: &venice_ai::cost::Spending, answered: u64, accounts: &Value) -> Result<(), Failure> {
    let price: Amount = PRICE.parse()?;
    let charged = accounts["charged"].as_u64().ok_or("the server did not report its accounts")?;
    let of = |count: u64| Amount::from(count).checked_mul(price).ok_or("an amount is too large");
    println!(
        "{answered} whole answers; the server charged {charged}, {} USD; the budget counted {} USD and {} USD uncertain",
        of(charged)?,
        counted.spent,
        counted.uncertain
    );
    check(
        accounts["excessive"].as_array().is_some_and(Vec::is_empty),
        &format!("charged too often: {}", accounts["excessive"]),
    )?;
    check(counted.reserved.is_zero(), &format!("{} USD are still reserved", counted.reserved))?;
    check(counted.spent >= of(answered)?, "the budget did not count every answer")?;
    check(counted.spent <= of(charged)?, "the budget counted more than was charged")?;
    let most = counted.spent.checked_add(counted.uncertain).ok_or("an amount is too large")?;
    check(of(charged)? <= most, "more was charged than the budget counted, with what is uncertain")
}

fn check(holds: bool, broken: &str) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(broken.into()) }
}

/// The process of the servers. It ends when this is dropped.
struct Servers {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    mock: String,
    hostile: String,
}

impl Servers {
    fn start(seed: u64) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["serve", "--seed", &seed.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped());
        // What is sent here is no test.
        let mut process = command.env_remove("VENICE_WIRE_RECORD").spawn()?;
        let (Some(input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err("the servers have no pipes".into());
        };
        let mut servers =
            Self { process, input, output: BufReader::new(output), mock: String::new(), hostile: String::new() };
        servers.mock = servers.line()?;
        servers.hostile = servers.line()?;
        Ok(servers)
    }

    fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }

    fn accounts(&mut self) -> Result<Value, Failure> {
        // The server may still be executing what was dropped.
        std::thread::sleep(Duration::from_secs(1));
        writeln!(self.input)?;
        Ok(serde_json::from_str(&self.line()?)?)
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
