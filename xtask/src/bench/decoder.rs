//! `cargo xtask bench decoder`: the decoder of event streams alone, which is `cargo bench --bench sse`.

use crate::failure::Failure;
use crate::workspace;

pub fn run() -> Result<(), Failure> {
    println!("## Event decoder\n");
    println!("`SseDecoder` against `eventsource-stream`: the same bytes, in memory.\n");
    let mut command = workspace::cargo();
    command.args(["bench", "--quiet", "--bench", "sse"]).current_dir(workspace::path(""));
    workspace::succeed(&mut command)
}
