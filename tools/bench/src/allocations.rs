//! `venice-ai-bench-allocations REPLY CONTENDER`: how many allocations a call makes.

use venice_ai_bench::{Failure, call};

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [reply, who] = &args[..] else { return Err("the arguments are a reply and a contender".into()) };
    let calling = call::Calling::new("current-thread", reply, who)?;
    calling.round(call::CALLS)?;
    let mut outcome = Ok(());
    let counted = allocation_counter::measure(|| outcome = calling.round(call::CALLS));
    println!("{}", counted.count_total as f64 / call::CALLS as f64);
    outcome
}
