//! Which revisions `spec/history` keeps.
//!
//! Every one of them is generated and compiled in CI, so there are few: the first, from which this project began, and of each month the
//! last, the newest [`KEPT`] in all.

use std::fs;
use std::path::Path;

use crate::{failure::Failure, workspace};

/// How many documents the folder has at most.
const KEPT: usize = 12;

/// The files that go when the document of `version` comes.
pub fn superseded(folder: &Path, version: &str) -> Result<Vec<String>, Failure> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let unreadable =
        |error| Failure::new(format!("cannot read {}: {error}", workspace::shown(folder)), "check the path");
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".yaml").filter(|name| !name.starts_with('.')).map(str::to_owned));
    }
    Ok(gone(names, version).into_iter().map(|name| format!("{name}.yaml")).collect())
}

fn gone(mut names: Vec<String>, version: &str) -> Vec<String> {
    names.retain(|name| name != version);
    names.sort();
    if names.is_empty() {
        return names;
    }
    // The first one stays for good.
    names.remove(0);
    let (mut gone, stays): (Vec<String>, Vec<String>) =
        names.into_iter().partition(|name| month(name).is_some() && month(name) == month(version));
    // The first and the one that comes are not among them.
    gone.extend(stays.iter().take(stays.len().saturating_sub(KEPT - 2)).cloned());
    gone
}

/// The month of a version that begins with a day: `202608` of `20260821.193530`.
fn month(version: &str) -> Option<&str> {
    let day = version.split('.').next()?;
    (day.len() == 8 && day.bytes().all(|byte| byte.is_ascii_digit())).then(|| &day[..6])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_document_takes_the_place_of_those_of_its_month() {
        let known = names(&["20250713.224148", "20260717.1", "20260821.193530", "20260802.1"]);
        assert_eq!(gone(known.clone(), "20260822.1"), ["20260802.1", "20260821.193530"]);
        assert!(gone(known.clone(), "20260901.1").is_empty());
        assert!(gone(known, "20250714.1").is_empty(), "the first one stays");
        assert!(gone(names(&["1", "7"]), "8").is_empty(), "versions that are no days have no month");
        assert!(gone(Vec::new(), "8").is_empty());
    }

    #[test]
    fn the_oldest_but_the_first_goes_when_there_are_too_many() {
        let known: Vec<String> = (1..=12).map(|month| format!("2025{month:02}01.1")).collect();
        assert_eq!(gone(known.clone(), "20260101.1"), ["20250201.1"]);
        assert!(gone(known[..11].to_vec(), "20260101.1").is_empty());
        assert!(gone(known, "20251202.1") == ["20251201.1"]);
    }
}
