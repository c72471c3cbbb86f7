//! Queries by examples of RFC 9535, and beside `serde_json_path`.

use std::panic::catch_unwind;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, json};
use serde_json_path::{JsonPath, PathElement};

use super::*;

/// The nodelist as normalised paths, a line of them.
fn located(query: &str, doc: &Value) -> String {
    let locations = Query::parse(query).unwrap_or_else(|error| panic!("{query} {error}")).locate(doc);
    let places: Vec<String> = locations.iter().map(|location| print(location, Place::Root)).collect();
    places.join(" ")
}

fn print(steps: &[Step], place: Place<'_>) -> String {
    match steps.split_first() {
        None => place.to_string(),
        Some((Step::Key(key), rest)) => print(rest, place.key(key)),
        Some((Step::Index(index), rest)) => print(rest, place.index(*index)),
    }
}

/// Asserts each query's nodelist, order and duplicates included.
fn assert_table(doc: &Value, table: &[(&str, &str)]) {
    for (query, expected) in table {
        assert_eq!(located(query, doc), *expected, "{query}");
    }
}

/// The oracle's query. It panics on some texts that end within an escape, which it means to refuse.
fn oracle(text: &str) -> Option<JsonPath> {
    catch_unwind(|| JsonPath::parse(text).ok()).unwrap_or_default()
}

/// Both nodelists as sets.
fn both(query: &Query, oracle: &JsonPath, doc: &Value) -> (Vec<Location>, Vec<Location>) {
    let step = |element: &PathElement<'_>| match element {
        PathElement::Name(name) => Step::Key((*name).to_owned()),
        PathElement::Index(index) => Step::Index(*index),
    };
    let matches = oracle.query_located(doc);
    let theirs = matches.locations().map(|path| path.iter().map(step).collect()).collect();
    (set(query.locate(doc)), set(theirs))
}

fn set(mut locations: Vec<Location>) -> Vec<Location> {
    locations.sort_unstable();
    locations.dedup();
    locations
}

#[test]
fn the_examples_of_the_rfc_give_what_it_says() {
    let store = json!({"store": {
        "book": [
            {"category": "reference", "author": "Nigel Rees"},
            {"category": "fiction", "author": "Evelyn Waugh"},
            {"category": "fiction", "author": "Herman Melville", "isbn": "0-553-21311-3"},
        ],
        "bicycle": {"color": "red"},
    }});
    let authors = "$.store.book[0].author $.store.book[1].author $.store.book[2].author";
    assert_table(
        &store,
        &[
            ("$", "$"),
            ("$.store.book[*].author", authors),
            ("$..author", authors),
            ("$.store.*", "$.store.book $.store.bicycle"),
            ("$..book[2].author", "$.store.book[2].author"),
            ("$..book[2].publisher", ""),
            ("$..book[0,1]", "$.store.book[0] $.store.book[1]"),
            ("$..book[?@.isbn]", "$.store.book[2]"),
            ("$..book[?@.category == 'fiction'].isbn", "$.store.book[2].isbn"),
            ("$.store.book[?@.category != 'fiction']", "$.store.book[0]"),
            ("$..book[?@.author=='Nigel Rees'||@.isbn]", "$.store.book[0] $.store.book[2]"),
            ("$.store['bicycle', 'book'][*]", "$.store.bicycle.color $.store.book[0] $.store.book[1] $.store.book[2]"),
            ("$.store[?@[0].category == 'reference']", "$.store.book"),
            ("$..[?@ == 'red']", "$.store.bicycle.color"),
        ],
    );
    assert_eq!(located("$..*", &store).split(' ').count(), 14);
}

#[test]
fn names_may_hold_anything_in_quotes() {
    assert_table(
        &json!({"o": {"j j": {"k.k": 3}}, "'": {"@": 2}, "\\": 4, "☺": 1, "_a1": 2, "": 3}),
        &[
            ("$.o['j j']['k.k']", "$.o['j j']['k.k']"),
            (r#"$["'"]["@"]"#, r"$['\'']['@']"),
            (r"$['\'']", r"$['\'']"),
            (r"$['\\']", r"$['\\']"),
            ("$.☺", "$['☺']"),
            ("$._a1", "$._a1"),
            ("$['']", "$['']"),
            ("$.gone", ""),
            ("$[0]", ""),
        ],
    );
}

#[test]
fn what_is_no_query_and_what_overlays_do_not_need_is_refused_with_its_column() {
    for (text, column) in [
        ("", 1),
        ("a", 1),
        (" $", 1),
        ("$ ", 2),
        ("$.a ", 4),
        ("$$", 2),
        ("$.", 3),
        ("$..", 4),
        ("$...a", 4),
        ("$. a", 3),
        ("$.1", 3),
        ("$.[0]", 3),
        ("$[", 3),
        ("$[]", 3),
        ("$['a'", 6),
        ("$['a' 'b']", 7),
        (r"$['\a']", 4),
        (r"$['\u0061']", 4),
        ("$['a", 5),
        ("$[01]", 3),
        ("$[-1]", 3),
        ("$[1:2]", 4),
        ("$[?1]", 4),
        ("$[?$.a]", 4),
        ("$[?@.a == 1]", 11),
        ("$[?@.a < 'b']", 8),
        ("$[?@.* == 'b']", 5),
        ("$[?@..a]", 5),
        ("$[?@['a','b']]", 5),
        ("$[?@.a && @.b]", 8),
        ("$[?(@.a)]", 4),
        ("$[?!@.a]", 4),
        ("$[?length(@.a)]", 4),
    ] {
        let error = Query::parse(text).map(|_| "it is a query").unwrap_err();
        assert!(error.starts_with(&format!("at column {column}: expected ")), "{text:?} is refused {error}");
    }
}

#[test]
fn the_targets_of_the_committed_overlay_match_what_they_match_with_the_oracle() {
    let read = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec").join(name);
        crate::yaml::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let doc = read("swagger.yaml");
    let (mut targets, mut matching) = (0, 0);
    for action in read("overlay.yaml")["actions"].as_array().unwrap() {
        let target = action["target"].as_str().unwrap();
        let query = Query::parse(target).unwrap_or_else(|error| panic!("{target} {error}"));
        let (ours, theirs) = both(&query, &oracle(target).unwrap(), &doc);
        assert_eq!(ours, theirs, "{target}");
        targets += 1;
        matching += usize::from(!ours.is_empty());
    }
    assert!(targets > 50 && matching > 50, "{matching} of {targets} targets match");
}

type Text = BoxedStrategy<String>;

/// Few names and values, so that queries often match.
fn doc() -> BoxedStrategy<Value> {
    let leaf =
        select(vec![json!(null), json!(true), json!(1), json!(""), json!("a"), json!("b"), json!("é\n"), json!("😀")]);
    let names = select(vec!["a", "a", "a", "b", "b", "b", "c", "c", "é", "a b", "'", "\\"]);
    let collection = move |inner: BoxedStrategy<Value>| {
        let members = prop::collection::vec((names.clone(), inner.clone()), 1..7).prop_map(|members| {
            let members = members.into_iter().map(|(name, value)| (name.to_owned(), value));
            Value::Object(members.collect::<Map<_, _>>())
        });
        prop_oneof![prop::collection::vec(inner, 0..5).prop_map(Value::Array), members].boxed()
    };
    let inner = leaf.prop_recursive(4, 40, 5, collection.clone());
    collection(inner.boxed())
}

fn one_of(words: &[&'static str]) -> Text {
    select(words.to_vec()).prop_map(str::to_owned).boxed()
}

fn joined(text: Text, between: &'static str, most: usize) -> Text {
    prop::collection::vec(text, 1..=most).prop_map(move |texts| texts.join(between)).boxed()
}

fn query() -> Text {
    let name = || one_of(&["'a'", "'a'", "\"b\"", "'b'", "'c'", "'a b'", r"'\''", r"'\\'", "'none'"]);
    let index = || one_of(&["0", "1", "2", "9"]);
    let short = || one_of(&[".a", ".b", ".c", ".é"]);
    let singular = prop_oneof![
        short(),
        name().prop_map(|name| format!("[{name}]")),
        index().prop_map(|index| format!("[{index}]"))
    ];
    let path = prop::collection::vec(singular, 0..3).prop_map(|segments| format!("@{}", segments.concat())).boxed();
    let compared = (path.clone(), one_of(&[" == ", "==", " != ", "!="]), one_of(&["'a'", "\"b\"", "''", "'😀'"]));
    let test = prop_oneof![path, compared.prop_map(|(path, operator, text)| path + &operator + &text)].boxed();
    let filter =
        prop_oneof![joined(test.clone(), " || ", 3), joined(test, "||", 2)].prop_map(|tests| format!("?{tests}"));
    let selector = prop_oneof![4 => name(), 3 => index(), 4 => one_of(&["*"]), 4 => filter].boxed();
    let brackets = prop_oneof![joined(selector.clone(), ",", 2), joined(selector, " , ", 2)]
        .prop_map(|inner| format!("[{inner}]"))
        .boxed();
    let after_dots =
        prop_oneof![one_of(&["..a", "..b", "..*"]), brackets.clone().prop_map(|inner| format!("..{inner}"))];
    let segment = prop_oneof![3 => short(), 2 => one_of(&[".*"]), 4 => brackets, 1 => after_dots];
    prop::collection::vec(segment, 1..5).prop_map(|segments| format!("${}", segments.concat())).boxed()
}

/// What queries are made of, and a few that stand near it.
const PIECES: &[&str] = &[
    "$", "@", ".", "..", "*", "[", "]", "(", ")", "?", "!", "=", "==", "!=", "<", "&&", "||", "|", ",", ":", "-", "0",
    "00", "1", "'", "\"", "\\", "\\u", "\\u12", "a", "é", "_", "true", "length(", " ", "\n", "\u{a0}", "\0", "#",
];

/// A text with a few places changed.
fn changed(text: &str, changes: &[(Index, u8, &str)]) -> String {
    let mut pieces: Vec<String> = text.chars().map(String::from).collect();
    for (at, kind, piece) in changes {
        let at = at.index(pieces.len() + 1);
        match kind {
            0 if at < pieces.len() => {
                pieces.remove(at);
            }
            1 if at < pieces.len() => (*piece).clone_into(&mut pieces[at]),
            2 if at + 1 < pieces.len() => pieces.swap(at, at + 1),
            3 => pieces.truncate(at),
            _ => pieces.insert(at, (*piece).to_owned()),
        }
    }
    pieces.concat()
}

/// Queries that match nothing would agree on everything.
#[test]
fn random_queries_match_often() {
    let mut runner = TestRunner::deterministic();
    let both = (query(), doc());
    let mut matching = 0;
    for _ in 0..400 {
        let (text, doc) = both.new_tree(&mut runner).unwrap().current();
        matching += usize::from(!Query::parse(&text).unwrap().locate(&doc).is_empty());
    }
    assert!(matching > 80, "{matching} of 400 queries match");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_query_matches_what_it_matches_with_the_oracle(text in query(), docs in prop::collection::vec(doc(), 1..4)) {
        let query = Query::parse(&text);
        prop_assert!(query.is_ok(), "{} {:?}", text, query);
        let other = oracle(&text);
        prop_assert!(other.is_some(), "the oracle refuses {}", text);
        for doc in docs {
            let (ours, theirs) = both(&query.clone().unwrap(), &other.clone().unwrap(), &doc);
            prop_assert_eq!(ours, theirs, "{} of {}", text, doc);
        }
    }

    #[test]
    fn a_changed_query_that_is_taken_is_one_of_the_oracle_and_matches_the_same(
        text in query(),
        changes in prop::collection::vec((any::<Index>(), 0..6_u8, select(PIECES)), 1..4),
        doc in doc(),
    ) {
        let text = changed(&text, &changes);
        if let Ok(query) = Query::parse(&text) {
            let other = oracle(&text);
            prop_assert!(other.is_some(), "the oracle refuses {:?}", text);
            let (ours, theirs) = both(&query, &other.unwrap(), &doc);
            prop_assert_eq!(ours, theirs, "{} of {}", text, doc);
        }
    }

    #[test]
    fn any_text_is_a_query_or_refused(text in any::<String>(), pieces in prop::collection::vec(select(PIECES), 0..30)) {
        let pieces = pieces.concat();
        for text in [text.clone(), format!("${text}"), format!("$[?{text}"), format!("$['{text}"), pieces.clone(), format!("${pieces}"), format!("$[?@{pieces}]")] {
            let _ = Query::parse(&text);
        }
    }
}
