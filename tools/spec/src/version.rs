//! Versions: of the API's document, and of this crate.

use venice_ai_codegen::Error;

use crate::diff::Class;

/// Checks that a document's version may become a file's name and the build metadata of a crate version.
///
/// It comes from outside: `../x` would leave the folder, and a line break would write into the changelog.
pub fn checked(version: &str) -> Result<(), Error> {
    let part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if version.len() <= 64 && version.split('.').all(part) {
        return Ok(());
    }
    let error = Error::new(format!(
        "the document's version {version:?} is none: `info.version` is to be letters, digits and `-` between dots"
    ));
    Err(error.help("see what the vendor serves; a version names files and becomes a part of the crate's version"))
}

/// Whether `new` is certainly not older than `old`: both are numbers between dots.
pub fn is_older(old: &str, new: &str) -> bool {
    match (numbers(old), numbers(new)) {
        (Some(old), Some(new)) => new < old,
        _ => new != old,
    }
}

fn numbers(version: &str) -> Option<Vec<u64>> {
    version.split('.').map(|part| part.parse().ok()).collect()
}

/// The crate version after `current` for changes as bad as `class`, with the document's version as build metadata.
///
/// Before 1.0.0 a breaking change raises the second number and every other change the third.
pub fn next(current: &str, class: Option<Class>, document: &str) -> Result<String, Error> {
    let release = current.split(['+', '-']).next().unwrap_or_default();
    let Some([major, minor, patch]) = numbers(release).and_then(|parts| <[u64; 3]>::try_from(parts).ok()) else {
        let error = Error::new(format!("the crate's version `{current}` has not three numbers"));
        return Err(error.help("see [workspace.package] in Cargo.toml"));
    };
    let (major, minor, patch) = match (class, major) {
        (Some(Class::Breaking), 0) => (0, minor + 1, 0),
        (_, 0) => (0, minor, patch + 1),
        (Some(Class::Breaking), _) => (major + 1, 0, 0),
        (Some(Class::Additive), _) => (major, minor + 1, 0),
        _ => (major, minor, patch + 1),
    };
    Ok(format!("{major}.{minor}.{patch}+{document}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_letters_digits_and_dots() {
        for good in ["20260821.193530", "7", "1.0.0-beta"] {
            assert!(checked(good).is_ok(), "{good}");
        }
        for bad in ["", "../x", "a/b", "1..2", "1\n2", "$(id)", "1+2", "é", &"1".repeat(65)] {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(is_older("20260821.193530", "20260821.93529") && !is_older("9.9", "10.1") && !is_older("7", "7"));
        assert!(is_older("7", "beta"), "what cannot be compared may be older");
    }

    #[test]
    fn the_worst_change_raises_the_version() {
        for (current, class, expected) in [
            ("0.1.0", Some(Class::Breaking), "0.2.0+7"),
            ("0.1.4", Some(Class::Behaviour), "0.1.5+7"),
            ("0.1.4", Some(Class::Additive), "0.1.5+7"),
            ("0.1.4+6", Some(Class::Cosmetic), "0.1.5+7"),
            ("0.1.4", None, "0.1.5+7"),
            ("1.2.3", Some(Class::Breaking), "2.0.0+7"),
            ("1.2.3", Some(Class::Additive), "1.3.0+7"),
            ("1.2.3", Some(Class::Behaviour), "1.2.4+7"),
        ] {
            assert_eq!(next(current, class, "7").unwrap_or_default(), expected, "{current}, {class:?}");
        }
        assert!(next("1.2", None, "7").is_err());
    }
}
