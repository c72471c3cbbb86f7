//! `api`: compares the crate's public interface with the committed snapshots, or writes them.

use std::path::Path;

use lexopt::Arg;
use venice_ai_spec::Mode;
use venice_ai_surface::{Crate, differences, list};

use crate::spec::{road, source::Source};
use crate::{failure::Failure, workspace};

/// The snapshot of what is handwritten; that of what is generated is `spec/api.txt`.
const SNAPSHOT: &str = "api.txt";
/// How many differences are shown.
const SHOWN: usize = 40;

/// Runs the command with what is left of the command line.
pub fn run(mut args: lexopt::Parser) -> Result<(), Failure> {
    let mut check = false;
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Long("check") => check = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let path = workspace::path(SNAPSHOT);
    let text = handwritten(&workspace::path("src/lib.rs"))?;
    let before = workspace::read(&path).unwrap_or_default();
    let differences = differences(&before, &text);
    if check && before != text {
        let shown: String = differences.iter().take(SHOWN).map(|line| format!("\n    {line}")).collect();
        let more = differences.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!("\n    and {more} more") } else { String::new() };
        return Err(Failure::new(
            format!("{SNAPSHOT} does not have the public interface:{shown}{more}"),
            "cargo xtask api, and review the difference",
        ));
    }
    if before != text {
        workspace::replace(&path, &text)?;
    }
    println!("{SNAPSHOT}: {} lines, {} differences", text.lines().count(), differences.len());
    Ok(())
}

/// The public items of the crate that are not generated, one a line, sorted.
fn handwritten(root: &Path) -> Result<String, Failure> {
    let spec = workspace::path("spec");
    let document = workspace::path("spec/swagger.yaml");
    let document = Source { name: workspace::shown(&document), text: workspace::read(&document)? };
    let generated = road::run(&document, &spec, Mode::Strict)?.generated;
    let whole = Crate::read(root, &generated.code, false)?;
    let lines = list(&whole).into_iter().filter(|line| !line.generated);
    Ok(lines.map(|line| line.text + "\n").collect())
}
