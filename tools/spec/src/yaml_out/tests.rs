use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

use super::write;
use venice_ai_codegen::yaml;

/// What the resolvers of YAML 1.1 readers (the types of the 1.1 specification, and what PyYAML makes of them) take for something
/// other than a string.
fn is_typed_in_1_1(text: &str) -> bool {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        let patterns = [
            r"y|Y|n|N|yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF",
            r"~|null|Null|NULL|",
            r"=|<<",
            r"[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+",
            r"[-+]?([0-9][0-9_]*)?\.[0-9._]*([eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*",
            r"[-+]?[0-9][0-9_]*([eE][-+]?[0-9]+)?",
            r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
            r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*",
        ];
        Regex::new(&format!("^({})$", patterns.join("|"))).unwrap()
    });
    PATTERN.is_match(text)
}

/// Strings that some reader takes for something else, or that end in the wrong place when they are not quoted.
const NASTY: &[&str] = &[
    "",
    " ",
    "off",
    "On",
    "YES",
    "no",
    "y",
    "N",
    "true",
    "False",
    "null",
    "NULL",
    "~",
    "=",
    "<<",
    "16:9",
    "1:30:15.5",
    "190:20:30",
    "0",
    "-1",
    "+1",
    "1_000",
    "0b11",
    "017",
    "0o17",
    "0x1F",
    "1.0",
    "1.",
    ".5",
    "1e3",
    "1e+3",
    "1.0e+3",
    "-.inf",
    ".NaN",
    "2030-01-02",
    "2030-01-02T03:04:05Z",
    "a: b",
    "a:",
    ":a",
    ": ",
    "a #b",
    "#a",
    "- a",
    "-",
    "--- a",
    "---",
    "...",
    "? a",
    "?",
    "!a",
    "&a",
    "*a",
    "@a",
    "`a",
    "%a",
    "|",
    ">",
    "'a'",
    "\"a\"",
    "[a]",
    "{a}",
    "a, b",
    ",",
    "a]",
    "\\d+",
    "a\nb",
    "a\n",
    "\ta",
    "a\t",
    " a",
    "a ",
    "a  b",
    "é",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{feff}",
    "\u{200b}",
    "\u{0}",
    "\u{7f}",
    "\u{1b}",
    "\u{e000}",
    "\u{ffff}",
    "😀",
    "\u{10ffff}",
    "\r\n",
    "_1",
    "1a",
    "0.0.0",
    "$ref",
    "/a/{b}",
    "x",
    "'",
    "''",
    "it's",
    "\\",
    "a\\\"b'",
    "e",
    "E1",
    "0e0",
    "infinity",
    "nan",
    "a:b",
    "http://a",
    "\u{fffd}",
    "日本",
    "key: [",
    "# -*-",
];

fn scalar_text(value: &Value) -> String {
    write(value).trim_end_matches('\n').to_owned()
}

fn is_quoted(text: &str) -> bool {
    text.len() > 1
        && ((text.starts_with('"') && text.ends_with('"')) || (text.starts_with('\'') && text.ends_with('\'')))
}

#[test]
fn strings_that_a_reader_may_take_for_something_else_are_quoted() {
    for text in NASTY {
        let written = scalar_text(&json!(text));
        assert!(!is_typed_in_1_1(&written), "{text:?} is written as {written}");
        assert_eq!(yaml::parse(&written).unwrap(), json!(text), "{text:?} is written as {written}");
        let looks_typed = is_typed_in_1_1(text) || !yaml::parse(text).is_ok_and(|value| value == json!(text));
        assert!(!looks_typed || is_quoted(&written), "{text:?} is written as {written}");
        assert!(
            !written.contains('\n') && written.chars().all(|c| !c.is_control()),
            "{text:?} is written as {written}"
        );
    }
}

#[test]
fn no_short_string_is_taken_for_something_else() {
    let alphabet = [
        "", "a", "e", "y", "n", "o", "f", "0", "1", "9", "x", "_", "-", "+", ".", ":", "~", "=", "<", " ", "/", "#",
        "T",
    ];
    for a in alphabet {
        for b in alphabet {
            for c in alphabet {
                let text = format!("{a}{b}{c}");
                let written = scalar_text(&json!(text));
                assert_eq!(yaml::parse(&written).unwrap(), json!(text), "{text:?} is written as {written}");
                if !is_quoted(&written) {
                    assert!(!is_typed_in_1_1(&written), "{text:?} is written plain");
                }
            }
        }
    }
}

#[test]
fn keys_are_quoted_like_values() {
    let doc = json!({"on": 1, "200": 2, "a b": 3, "": 4, "16:9": 5, "/a/{b}": 6, "$ref": 7, "null": 8});
    let text = "\"on\": 1\n\"200\": 2\na b: 3\n\"\": 4\n\"16:9\": 5\n/a/{b}: 6\n$ref: 7\n\"null\": 8\n";
    assert_eq!(write(&doc), text);
    assert_eq!(yaml::parse(text).unwrap(), doc);
}

#[test]
fn a_key_that_is_too_long_for_its_line_is_read_back() {
    let mut inner = serde_json::Map::new();
    inner.insert("k".repeat(2000), json!({"a": [1]}));
    inner.insert("\u{1}".repeat(300), json!(2));
    let doc = json!({"outer": inner});
    assert!(write(&doc).contains("? "));
    assert_eq!(yaml::parse(&write(&doc)).unwrap(), doc);
}

#[test]
fn numbers_are_the_same_numbers_for_every_reader() {
    let float_1_1 = Regex::new(r"^[-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?$").unwrap();
    let floats = [
        0.0,
        -0.0,
        1.0,
        0.1,
        -2.5,
        1e3,
        1e15,
        1e16,
        1e22,
        1e300,
        1.5e-7,
        5e-324,
        f64::MAX,
        f64::MIN,
        0.001,
        123456.789,
        1e-5,
    ];
    for value in floats {
        let written = scalar_text(&json!(value));
        assert!(float_1_1.is_match(&written), "{value} is written as {written}");
        let read = yaml::parse(&written).unwrap();
        assert!(read.is_f64(), "{value} is written as {written}");
        assert_eq!(read.as_f64().unwrap().to_bits(), value.to_bits(), "{value} is written as {written}");
    }
    for value in [json!(0), json!(-1), json!(i64::MIN), json!(u64::MAX), json!(10)] {
        let written = scalar_text(&value);
        assert_eq!(written, value.to_string());
        assert_eq!(yaml::parse(&written).unwrap(), value);
    }
}

#[test]
fn collections_are_written_in_block_style() {
    let doc =
        json!({"a": [], "b": {}, "c": [1, [2, [3]], {"d": null, "e": [{"f": true}]}, {}], "g": {"h": {"i": "j"}}});
    let text = "a: []\nb: {}\nc:\n  - 1\n  - - 2\n    - - 3\n  - d: null\n    e:\n      - f: true\n  - {}\ng:\n  h:\n    i: j\n";
    assert_eq!(write(&doc), text);
    assert_eq!(yaml::parse(text).unwrap(), doc);
    assert_eq!(write(&json!([])), "[]\n");
}

/// Trees of every shape with nasty keys and values, from a fixed seed.
#[test]
fn any_tree_is_read_back_as_it_was_written() {
    fn tree(random: &mut impl FnMut(usize) -> usize, depth: usize) -> Value {
        match random(if depth == 0 { 5 } else { 9 }) {
            0 => Value::Null,
            1 => json!(random(2) == 1),
            2 => json!(random(5000)),
            3 => json!(random(5000) as f64 / 64.0),
            4 => json!(NASTY[random(NASTY.len())]),
            5 | 6 => (0..random(4)).map(|_| tree(random, depth - 1)).collect(),
            _ => Value::Object(
                (0..random(4)).map(|_| (NASTY[random(NASTY.len())].to_owned(), tree(random, depth - 1))).collect(),
            ),
        }
    }
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) as usize % below
    };
    for _ in 0..2000 {
        let doc = tree(&mut random, 6);
        let text = write(&doc);
        assert_eq!(yaml::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}")), doc, "{text}");
    }
}
