//! `Change`: a change of a file; several files change together or not at all.
//!
//! Everything is written beside first; then files change places by renaming, which takes no time to speak of. A failure in between, and
//! one before, puts everything back. Who kills the process in that moment leaves the folder of the copies, and the next bump puts
//! them back before it does anything else.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::{failure::Failure, workspace};

/// The folder of copies; beside the files, so that a rename leads from there to them.
const FOLDER: &str = ".bump";
/// The list of the files in it; there from the moment in which all copies are complete to the one in which all changes are made.
const JOURNAL: &str = "journal";

/// A file and its new text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub path: PathBuf,
    /// `None`: the file is removed.
    pub text: Option<String>,
}

/// Called before each step; a test can let it fail.
type Fault<'f> = &'f dyn Fn(&str) -> io::Result<()>;

/// Makes all changes, or none; `folder` is `spec/`.
pub fn commit(folder: &Path, changes: &[Change]) -> Result<(), Failure> {
    commit_with(folder, changes, &|_| Ok(()))
}

/// Puts back what a commit that was killed had begun. Says whether there was anything to put back.
pub fn recover(folder: &Path) -> Result<bool, Failure> {
    let copies = folder.join(FOLDER);
    if !copies.exists() {
        return Ok(false);
    }
    let begun = copies.join(JOURNAL).exists();
    undo(&copies).map_err(|error| {
        Failure::new(
            format!("cannot put back what an interrupted bump has left in {}: {error}", workspace::shown(&copies)),
            "`git checkout` the files that it lists, and remove it",
        )
    })?;
    Ok(begun)
}

/// Refuses to look at a tree in which a commit was killed.
pub fn none_pending(folder: &Path) -> Result<(), Failure> {
    if !folder.join(FOLDER).join(JOURNAL).exists() {
        return Ok(());
    }
    Err(Failure::new(
        format!("a bump was interrupted while it changed the files of {}", workspace::shown(folder)),
        "a bump without --dry-run puts them back first",
    ))
}

fn commit_with(folder: &Path, changes: &[Change], fault: Fault<'_>) -> Result<(), Failure> {
    let copies = folder.join(FOLDER);
    let failed = |error: &dyn std::fmt::Display| {
        let message = format!("cannot change the files of {}: {error}", workspace::shown(folder));
        Failure::new(message, "check that the folder can be written to and has room; then run the same again")
    };
    // A folder that is there belongs to a bump that runs at this moment.
    fault("folder").and_then(|()| fs::create_dir(&copies)).map_err(|error| failed(&error))?;
    let mut made = Vec::new();
    let result = stage(&copies, changes, &mut made, fault).and_then(|()| swap(&copies, changes, fault));
    let Err(error) = result else {
        // Leftover copies do no harm.
        let _ = fs::remove_dir_all(&copies);
        return Ok(());
    };
    let undone = undo(&copies);
    made.iter().rev().for_each(|folder: &PathBuf| drop(fs::remove_dir(folder)));
    match undone {
        Ok(()) => Err(failed(&error)),
        Err(undoing) => Err(failed(&format!("{error}; and cannot put back what was changed: {undoing}"))),
    }
}

/// Writes what is to come and copies what is there. `made` takes the folders that were not there.
fn stage(copies: &Path, changes: &[Change], made: &mut Vec<PathBuf>, fault: Fault<'_>) -> io::Result<()> {
    let mut journal = String::new();
    for (index, change) in changes.iter().enumerate() {
        fault("stage")?;
        let [old, new] = ["old", "new"].map(|kind| copies.join(format!("{kind}.{index}")));
        let parent = change.path.parent().unwrap_or(copies);
        if !parent.exists() {
            fs::create_dir(parent)?;
            made.push(parent.to_owned());
        }
        if change.path.exists() {
            fs::copy(&change.path, &old)?;
        }
        if let Some(text) = &change.text {
            write(&new, text)?;
            if old.exists() {
                fs::set_permissions(&new, fs::metadata(&old)?.permissions())?;
            }
        }
        journal.push_str(&format!(
            "{}\n",
            fs::canonicalize(parent)?.join(change.path.file_name().unwrap_or_default()).display()
        ));
    }
    fault("journal")?;
    let draft = copies.join("draft");
    write(&draft, &journal)?;
    fs::rename(draft, copies.join(JOURNAL))
}

fn swap(copies: &Path, changes: &[Change], fault: Fault<'_>) -> io::Result<()> {
    for (index, change) in changes.iter().enumerate() {
        fault("swap")?;
        match change.text {
            Some(_) => fs::rename(copies.join(format!("new.{index}")), &change.path)?,
            None => fs::remove_file(&change.path)?,
        }
    }
    fault("end")?;
    fs::remove_file(copies.join(JOURNAL))
}

/// Puts every file back as its copy is; where there is no copy, there was no file.
fn undo(copies: &Path) -> io::Result<()> {
    if let Ok(journal) = fs::read_to_string(copies.join(JOURNAL)) {
        for (index, path) in journal.lines().map(Path::new).enumerate() {
            let old = copies.join(format!("old.{index}"));
            if old.exists() {
                // A copy, so that an undoing that is interrupted can be done again.
                let again = copies.join(format!("again.{index}"));
                fs::copy(&old, &again)?;
                fs::rename(again, path)?;
            } else if path.is_file() {
                fs::remove_file(path)?;
            }
        }
        fs::remove_file(copies.join(JOURNAL))?;
    }
    if copies.exists() { fs::remove_dir_all(copies) } else { Ok(()) }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::cell::Cell;
    use std::collections::BTreeMap;

    use super::*;

    struct Tree(PathBuf);

    impl Tree {
        fn new(test: &str) -> Self {
            let tree = Self(std::env::temp_dir().join(format!("bump-{test}-{}", std::process::id())));
            let _ = fs::remove_dir_all(&tree.0);
            fs::create_dir_all(tree.0.join("spec/history")).unwrap();
            for (name, text) in [("spec/a", "old a"), ("CHANGELOG.md", "old log"), ("spec/history/1", "one")] {
                fs::write(tree.0.join(name), text).unwrap();
            }
            tree
        }

        fn changes(&self) -> Vec<Change> {
            let change =
                |name: &str, text: Option<&str>| Change { path: self.0.join(name), text: text.map(str::to_owned) };
            vec![
                change("spec/a", Some("new a")),
                change("spec/b", Some("new b")),
                change("CHANGELOG.md", Some("new log")),
                change("spec/history/1", None),
                change("spec/fresh/2", Some("two")),
            ]
        }

        fn spec(&self) -> PathBuf {
            self.0.join("spec")
        }

        /// Every path, and what the files hold.
        fn all(&self) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
            fn walk(folder: &Path, found: &mut BTreeMap<PathBuf, Option<Vec<u8>>>) {
                for entry in fs::read_dir(folder).unwrap() {
                    let path = entry.unwrap().path();
                    found.insert(path.clone(), path.is_file().then(|| fs::read(&path).unwrap()));
                    if path.is_dir() {
                        walk(&path, found);
                    }
                }
            }
            let mut found = BTreeMap::new();
            walk(&self.0, &mut found);
            found
        }
    }

    impl Drop for Tree {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn all_changes_are_made_and_nothing_else_stays() {
        let tree = Tree::new("all");
        commit(&tree.spec(), &tree.changes()).unwrap();
        let all = tree.all();
        let files: Vec<(String, String)> = all
            .iter()
            .filter_map(|(path, bytes)| {
                let name = path.strip_prefix(&tree.0).unwrap().display().to_string();
                Some((name, String::from_utf8(bytes.clone()?).unwrap()))
            })
            .collect();
        let expected = [("CHANGELOG.md", "new log"), ("spec/a", "new a"), ("spec/b", "new b"), ("spec/fresh/2", "two")];
        assert_eq!(files, expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
    }

    #[test]
    fn a_failure_at_any_step_leaves_every_byte_as_it_was() {
        let tree = Tree::new("fault");
        let before = tree.all();
        let mut steps = 0;
        loop {
            let left = Cell::new(steps);
            let fault = |_: &str| match left.get() {
                0 => Err(io::Error::other("injected")),
                more => {
                    left.set(more - 1);
                    Ok(())
                }
            };
            match commit_with(&tree.spec(), &tree.changes(), &fault) {
                Ok(()) => break,
                Err(failure) => assert!(failure.to_string().contains("injected"), "{failure}"),
            }
            assert_eq!(tree.all(), before, "after {steps} steps");
            steps += 1;
        }
        assert_eq!(steps, 13, "a folder, five files twice, the journal, the end");
        assert_ne!(tree.all(), before);
    }

    #[test]
    fn a_file_that_cannot_be_replaced_stops_everything() {
        let tree = Tree::new("obstacle");
        fs::create_dir_all(tree.0.join("spec/b/full")).unwrap();
        let before = tree.all();
        assert!(commit(&tree.spec(), &tree.changes()).is_err());
        assert_eq!(tree.all(), before);
    }

    #[test]
    fn what_was_killed_in_between_is_put_back_by_the_next_one() {
        let tree = Tree::new("killed");
        let before = tree.all();
        assert!(!recover(&tree.spec()).unwrap());
        for steps in 0..=5 {
            let copies = tree.spec().join(FOLDER);
            fs::create_dir(&copies).unwrap();
            stage(&copies, &tree.changes(), &mut Vec::new(), &|_| Ok(())).unwrap();
            let left = Cell::new(steps);
            let fault = |_: &str| {
                left.set(left.get() - 1);
                if left.get() < 0 { Err(io::Error::other("killed")) } else { Ok(()) }
            };
            let _ = swap(&copies, &tree.changes(), &fault);
            assert!(recover(&tree.spec()).unwrap());
            fs::remove_dir(tree.spec().join("fresh")).unwrap();
            assert_eq!(tree.all(), before, "after {steps} files");
        }
        fs::create_dir(tree.spec().join(FOLDER)).unwrap();
        assert!(!recover(&tree.spec()).unwrap(), "nothing had been changed");
        assert_eq!(tree.all(), before);
    }
}
