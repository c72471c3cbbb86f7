//! Where `serde_json_path` 0.7.2 departs from RFC 9535, and why. Each test fails when the oracle is mended.

use serde_json::{Value, json};

use super::{Query, both, located, oracle};

#[test]
fn queries_that_only_the_oracle_refuses() {
    let doc = json!({"a": 1, "😀": 2});
    for (text, expected) in [
        // `segments = *(S segment)`: blanks may stand before any segment.
        ("$ ..a", "$.a"),
        ("$\n\t..['a']", "$.a"),
        ("$[?@\r..a || $ ..a]", "$.a $['😀']"),
        // Letters in ABNF are of either case: `high-surrogate = "D" ("8"/"9"/"A"/"B") 2HEXDIG`.
        (r"$['\ud83d\ude00']", "$['😀']"),
        (r"$['\ud83D\uDE00']", "$['😀']"),
    ] {
        assert_eq!(located(text, &doc), expected, "{text}");
        assert!(oracle(text).is_none(), "the oracle has been mended: {text}");
    }
}

#[test]
fn queries_that_only_the_oracle_takes() {
    for text in [
        // `name-segment = ("[" name-selector "]") / …`: no blanks beside the brackets of a singular query.
        "$[?@[ 'a' ]==1]",
        "$[?@['a' ]==1]",
        "$[?@[ 0]==1]",
        "$[?1==$.a[\n0]]",
        "$[?length(@[ 0 ])==1]",
        "$[?match(@[ 0 ],'a')]",
    ] {
        assert!(Query::parse(text).is_err(), "{text}");
        assert!(oracle(text).is_some(), "the oracle has been mended: {text}");
    }
}

#[test]
fn queries_that_match_something_else_with_the_oracle() {
    let doc = json!({
        "all": [[1, 2], [0, 2]],
        "no": false, "yes": true, "one": [1], "two": [2], "float": [1.0],
        "large": 9_007_199_254_740_993_u64,
    });
    for (filter, holds) in [
        // An index of a singular query may be negative.
        ("@[-1] == 2", true),
        ("count(@[-1]) == 1", true),
        // `<=` and `>=` are true whenever `==` is.
        ("$.none <= $.none", true),
        ("$.none >= $.nothing", true),
        // What is neither number nor string has no order.
        ("$.yes > $.no", false),
        ("$.two >= $.one", false),
        ("$.all[0] > $.one", false),
        // Inside arrays too numbers are equal as numbers.
        ("$.one == $.float", true),
        // Integers that no double tells apart.
        ("$.large == 9007199254740992", false),
        // A pattern that is none.
        ("match('ab', 'a)(b')", false),
    ] {
        assert_holds(&doc, filter, holds);
    }
}

fn assert_holds(doc: &Value, filter: &str, holds: bool) {
    let text = format!("$.all[?{filter}]");
    let (ours, theirs) = both(&Query::parse(&text).unwrap(), &oracle(&text).unwrap(), doc);
    assert_eq!(ours.len(), if holds { 2 } else { 0 }, "{text}");
    assert_ne!(ours, theirs, "the oracle has been mended: {text}");
}
