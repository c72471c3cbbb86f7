//! The `x-` words: `spec/README.md` defines all that the generator knows, and the overlay uses no others.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use venice_ai_codegen::{Value, yaml};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn is_word(text: &str) -> bool {
    let rest = text.strip_prefix("x-").unwrap_or_default();
    !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The word of each row, with the row; `x-a`, `x-b` in a first cell are two.
fn rows(section: &str) -> BTreeMap<String, &str> {
    let rows = section.lines().filter(|line| line.starts_with("| `x-"));
    let words = |row: &str| row.split('|').nth(1).unwrap_or_default().split('`').map(str::to_owned).collect::<Vec<_>>();
    rows.flat_map(|row| words(row).into_iter().filter(|word| is_word(word)).map(move |word| (word, row))).collect()
}

/// The strings in a source file that are words, without its tests.
fn quoted(source: &str) -> BTreeSet<String> {
    let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    code.split('"').filter(|text| is_word(text)).map(str::to_owned).collect()
}

fn known_to_the_generator(folder: &Path) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            words.extend(known_to_the_generator(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            words.extend(quoted(&read(&path)));
        }
    }
    words
}

/// The words that are used in a part of the overlay. Below `x-headers` are headers.
fn used(value: &Value, words: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                if is_word(key) {
                    words.insert(key.clone());
                }
                if key != "x-headers" {
                    used(value, words);
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| used(value, words)),
        _ => {}
    }
}

#[test]
fn the_readme_defines_every_word_with_an_example() {
    let readme = read(&root().join("spec/README.md"));
    let (overlay, between) = readme.split_once("### Words between passes").unwrap();
    let (overlay, between) = (rows(overlay), rows(between));
    for (word, row) in &overlay {
        let example = row.trim_end_matches(['|', ' ']).rsplit('|').next().unwrap();
        assert!(example.contains(&format!("`{word}: ")), "{word} has no example: {row}");
    }
    let defined: BTreeSet<String> = overlay.keys().chain(between.keys()).cloned().collect();
    let known = known_to_the_generator(&root().join("crates/codegen/src"));
    assert!(known.len() > 30, "{known:?}");
    assert_eq!(known, defined, "left: known to the generator, right: defined in spec/README.md");

    let mut words = BTreeSet::new();
    used(&yaml::parse(&read(&root().join("spec/overlay.yaml"))).unwrap(), &mut words);
    let unknown: Vec<&String> = words.iter().filter(|word| !overlay.contains_key(*word)).collect();
    assert!(words.len() > 20 && unknown.is_empty(), "the overlay uses words that nobody reads: {unknown:?}");
}

#[test]
fn words_are_found_in_code_and_not_in_comments_or_tests() {
    let source = "// \"x-comment\"\nconst A: &str = \"x-a1\"; f(\"x-b-c\", \"an x-d\", \"x-\");\n#[cfg(test)]\nmod tests { \"x-test\" }";
    assert_eq!(quoted(source).into_iter().collect::<Vec<_>>(), ["x-a1", "x-b-c"]);
    assert_eq!(rows("| `x-a`, `x-b` | c |\n| `y` |\nx-c").into_keys().collect::<Vec<_>>(), ["x-a", "x-b"]);
}
