//! Texts of random well-formed queries, and documents for them.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use serde_json::{Map, Value, json};

type Text = BoxedStrategy<String>;

/// Few names and values, so that queries often match. No float is an integer: the oracle takes 1 and 1.0 for different inside arrays.
pub(super) fn doc() -> BoxedStrategy<Value> {
    let leaf = select(vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(2),
        json!(-1),
        json!(0.5),
        json!(1.5),
        json!(""),
        json!("a"),
        json!("b"),
        json!("ab"),
        json!("é\n"),
        json!("😀"),
    ]);
    let names = select(vec!["a", "a", "a", "b", "b", "b", "c", "c", "c", "é", "a b", "'", "\\"]);
    let collection = move |inner: BoxedStrategy<Value>| {
        let members = vec((names.clone(), inner.clone()), 1..7).prop_map(|members| {
            let members = members.into_iter().map(|(name, value)| (name.to_owned(), value));
            Value::Object(members.collect::<Map<_, _>>())
        });
        prop_oneof![vec(inner, 0..5).prop_map(Value::Array), members].boxed()
    };
    let inner = leaf.prop_recursive(4, 40, 5, collection.clone());
    collection(inner.boxed())
}

/// An absolute query, with filters in filters.
pub(super) fn query() -> Text {
    (segment(3, true), segments(3, true)).prop_map(|(first, more)| format!("${first}{more}")).boxed()
}

fn one_of(words: &[&'static str]) -> Text {
    select(words.to_vec()).prop_map(str::to_owned).boxed()
}

/// Alternatives with their weights.
fn any_of(texts: Vec<(u32, Text)>) -> Text {
    Union::new_weighted(texts).boxed()
}

fn blank() -> Text {
    any_of(vec![(8, one_of(&[""])), (1, one_of(&[" ", "\t", "\n", "\r", "  "]))])
}

/// The parts with blanks between them.
fn spaced(parts: Vec<Text>) -> Text {
    let mut text = one_of(&[""]);
    for (index, part) in parts.into_iter().enumerate() {
        let gap = if index == 0 { one_of(&[""]) } else { blank() };
        text = (text, gap, part).prop_map(|(text, gap, part)| text + &gap + &part).boxed();
    }
    text
}

/// `depth` is how many levels of filters there may be. Without `negative`, no index by itself is: the oracle finds nothing there
/// when the query is singular.
fn segments(depth: u32, negative: bool) -> Text {
    vec(segment(depth, negative), 0..3).prop_map(|segments| segments.concat()).boxed()
}

fn segment(depth: u32, negative: bool) -> Text {
    let short = one_of(&["a", "b", "c", "é", "*", "*", "*"]);
    let child =
        any_of(vec![(3, short.clone().prop_map(|name| format!(".{name}")).boxed()), (4, brackets(depth, negative))]);
    let child = (blank(), child).prop_map(|(blank, child)| blank + &child);
    // The oracle does not take blanks before two dots.
    let descendant = any_of(vec![(2, short), (1, brackets(depth, negative))]).prop_map(|inner| format!("..{inner}"));
    prop_oneof![4 => child, 1 => descendant].boxed()
}

fn brackets(depth: u32, negative: bool) -> Text {
    let more = vec(spaced(vec![one_of(&[","]), selector(depth, true)]), 1..3).prop_map(|more| more.concat());
    let several = spaced(vec![one_of(&["["]), selector(depth, true), more.boxed(), one_of(&["]"])]);
    let single = spaced(vec![one_of(&["["]), selector(depth, negative), one_of(&["]"])]);
    any_of(vec![(3, single), (1, several)])
}

fn selector(depth: u32, negative: bool) -> Text {
    let bound = || any_of(vec![(1, one_of(&[""])), (2, one_of(&["0", "1", "2", "3", "7", "-1", "-2", "-4", "-9"]))]);
    let step = option::of(spaced(vec![
        one_of(&[":"]),
        any_of(vec![(1, one_of(&[""])), (3, one_of(&["1", "2", "0", "-1", "-2"]))]),
    ]));
    let step = step.prop_map(Option::unwrap_or_default).boxed();
    let mut all = vec![
        (4, name()),
        (4, one_of(&["*"])),
        (3, index(negative)),
        (2, spaced(vec![bound(), one_of(&[":"]), bound(), step])),
    ];
    if depth > 0 {
        all.push((4, spaced(vec![one_of(&["?"]), filter(depth - 1)])));
    }
    any_of(all)
}

fn name() -> Text {
    one_of(&[
        "'a'",
        "'a'",
        "\"b\"",
        "\"b\"",
        "'c'",
        "'a b'",
        r"'\u0061'",
        r"'\''",
        "\"'\"",
        r"'\\'",
        r#""\u00E9""#,
        "'none'",
        r"'\uD83D\uDE00'",
        r#"'"'"#,
        r#""\b\f\n\r\t\/""#,
    ])
}

fn index(negative: bool) -> Text {
    if negative { one_of(&["0", "1", "2", "-1", "-2", "9"]) } else { one_of(&["0", "1", "2", "9"]) }
}

fn filter(depth: u32) -> Text {
    let basic = basic(depth);
    let chain = |operator: &'static str| {
        let more = vec(spaced(vec![one_of(&[""]), one_of(&[operator]), basic.clone()]), 1..3);
        (basic.clone(), more).prop_map(|(first, more)| first + &more.concat()).boxed()
    };
    let mixed = spaced(vec![chain("&&"), one_of(&["||"]), chain("&&")]);
    any_of(vec![(5, basic.clone()), (1, chain("||")), (1, chain("&&")), (1, mixed)])
}

fn basic(depth: u32) -> Text {
    let not = || any_of(vec![(2, one_of(&[""])), (1, spaced(vec![one_of(&["!"]), one_of(&[""])]))]);
    let exists = (not(), one_of(&["@", "@", "$"]), segments(depth, true));
    let exists = exists.prop_map(|(not, start, segments)| not + &start + &segments).boxed();
    let matches = (not(), one_of(&["match", "search"]), call(vec![value(depth), pattern()]));
    let matches = matches.prop_map(|(not, name, call)| not + &name + &call).boxed();
    let mut all = vec![(3, exists), (4, comparison(depth)), (1, matches)];
    if depth > 0 {
        let inner = spaced(vec![one_of(&["("]), filter(depth - 1), one_of(&[")"])]);
        all.push((2, (not(), inner).prop_map(|(not, inner)| not + &inner).boxed()));
    }
    any_of(all)
}

/// One side of `<` and its like is a literal with an order: the oracle orders what has none.
fn comparison(depth: u32) -> Text {
    let ordered = one_of(&["0", "1", "1.5", "-0", "1e0", "10E-1", "'a'", "\"b\"", "''", "'é'", "-0.5", "2"]);
    let order = || one_of(&["<", "<=", ">", ">="]);
    any_of(vec![
        (3, spaced(vec![value(depth), one_of(&["==", "!="]), value(depth)])),
        (1, spaced(vec![value(depth), order(), ordered.clone()])),
        (1, spaced(vec![ordered, order(), value(depth)])),
    ])
}

fn value(depth: u32) -> Text {
    let literal = one_of(&["0", "1", "1.0", "-1", "0.5", "15e-1", "'a'", "\"ab\"", "true", "false", "null", "'😀'"]);
    let mut all = vec![(2, literal), (4, singular())];
    if depth > 0 {
        let nodes =
            || (one_of(&["@", "$"]), segments(depth - 1, false)).prop_map(|(start, segments)| start + &segments);
        let of_nodes = (one_of(&["count", "value"]), call(vec![nodes().boxed()]));
        all.push((1, of_nodes.prop_map(|(name, call)| name + &call).boxed()));
        all.push((1, call(vec![value(depth - 1)]).prop_map(|call| format!("length{call}")).boxed()));
    }
    any_of(all)
}

/// The oracle takes blanks beside these brackets, where the grammar has none.
fn singular() -> Text {
    let inner = any_of(vec![(1, name()), (1, index(false))]);
    let long = (blank(), inner).prop_map(|(blank, inner)| format!("{blank}[{inner}]"));
    let short = (blank(), one_of(&["a", "b", "c"])).prop_map(|(blank, name)| format!("{blank}.{name}"));
    let segments = vec(prop_oneof![long, short], 0..3).prop_map(|segments| segments.concat());
    (one_of(&["@", "@", "$"]), segments).prop_map(|(start, segments)| start + &segments).boxed()
}

fn pattern() -> Text {
    one_of(&[
        "'a'", "'.'", "'.*'", "'a|b'", "'[ab]+'", "''", "'('", r"'a\\b'", "\"[^a]\"", "'b{1,2}'", "1", "@.a", "$.b",
    ])
}

fn call(arguments: Vec<Text>) -> Text {
    let mut parts = vec![one_of(&["("])];
    for (index, argument) in arguments.into_iter().enumerate() {
        if index > 0 {
            parts.push(one_of(&[","]));
        }
        parts.push(argument);
    }
    parts.push(one_of(&[")"]));
    spaced(parts)
}
