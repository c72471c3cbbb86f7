//! Random queries beside the oracle.
//!
//! `PROPTEST_CASES=100000 cargo test -p venice-ai-codegen agreement` takes longer and finds more.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::{Query, both, oracle, words};

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// What queries are made of, and a few that stand near it.
const PIECES: &[&str] = &[
    "$",
    "@",
    ".",
    "..",
    "*",
    "[",
    "]",
    "(",
    ")",
    "?",
    "!",
    "=",
    "==",
    "!=",
    "<",
    "<=",
    ">",
    "&&",
    "||",
    "&",
    "|",
    ",",
    ":",
    "-",
    "-0",
    "0",
    "00",
    "1",
    "9007199254740992",
    "1e",
    "e5",
    ".5",
    "+",
    "'",
    "\"",
    "\\",
    "\\u",
    "\\uD83D",
    "\\uDE00",
    "\\u12",
    "a",
    "é",
    "_",
    "true",
    "null",
    "length",
    "count(",
    "match(",
    "value(@.a)",
    "search(@,'a')",
    "foo(",
    " ",
    "\n",
    "\u{a0}",
    "\0",
    "#",
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

/// What the oracle refuses and the RFC takes: blanks before `..`, and high surrogates in small letters.
fn is_missing_in_the_oracle(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let surrogate = |digit| lower.contains(&format!(r"\ud{digit}"));
    [" ..", "\t..", "\n..", "\r.."].iter().any(|blank| text.contains(blank))
        || ['8', '9', 'a', 'b'].into_iter().any(surrogate)
}

/// What the oracle takes and the RFC refuses: a value whose query has blanks beside its brackets.
fn is_lax_in_the_oracle(text: &str) -> bool {
    let blanks = [' ', '\t', '\n', '\r'];
    blanks.iter().any(|blank| text.contains(&format!("[{blank}")) || text.contains(&format!("{blank}]")))
}

/// Queries that match nothing would agree on everything.
#[test]
fn random_queries_match_often() {
    let mut runner = TestRunner::deterministic();
    let both = (words::query(), words::doc());
    let mut matching = 0;
    for _ in 0..400 {
        let (text, doc) = both.new_tree(&mut runner).unwrap().current();
        // That `$` matches says little.
        matching += usize::from(Query::parse(&text).unwrap().locate(&doc).iter().any(|location| !location.is_empty()));
    }
    assert!(matching > 80, "{matching} of 400 queries match");
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_query_matches_what_it_matches_with_the_oracle(text in words::query(), docs in proptest::collection::vec(words::doc(), 1..4)) {
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
    fn a_changed_query_is_refused_when_the_oracle_refuses_it(
        text in words::query(),
        changes in proptest::collection::vec((any::<Index>(), 0..6_u8, select(PIECES)), 1..4),
    ) {
        let text = changed(&text, &changes);
        match (Query::parse(&text), oracle(&text)) {
            (Ok(_), None) => prop_assert!(is_missing_in_the_oracle(&text), "the oracle refuses {:?}", text),
            (Err(error), Some(_)) => prop_assert!(is_lax_in_the_oracle(&text), "the oracle takes {:?}, {}", text, error),
            _ => {}
        }
    }

    #[test]
    fn any_text_is_a_query_or_refused(text in any::<String>(), pieces in proptest::collection::vec(select(PIECES), 0..30)) {
        let _ = Query::parse(&text);
        let _ = Query::parse(&format!("${text}"));
        let _ = Query::parse(&format!("$[?{text}"));
        let _ = Query::parse(&format!("$['{text}"));
        let pieces = pieces.concat();
        let _ = Query::parse(&pieces);
        let _ = Query::parse(&format!("${pieces}"));
        let _ = Query::parse(&format!("$[?@{pieces}]"));
    }
}
