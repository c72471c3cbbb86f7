//! Texts that are no query.

use super::{Query, oracle};

/// Asserts that each text is refused, at which column, and that the oracle refuses it as well.
fn assert_refused(table: &[(&str, usize)]) {
    for (text, column) in table {
        let error = Query::parse(text).map(|_| "it is a query").unwrap_err();
        assert!(error.starts_with(&format!("at column {column}: expected ")), "{text:?} is refused {error}");
        assert!(oracle(text).is_none(), "the oracle takes {text:?}");
    }
}

#[test]
fn a_query_begins_with_the_document_and_ends_with_a_segment() {
    assert_refused(&[
        ("", 1),
        (" ", 1),
        ("a", 1),
        (".a", 1),
        ("@", 1),
        ("@.a", 1),
        (" $", 1),
        ("$ ", 2),
        ("$.a ", 4),
        ("$.a\n", 4),
        ("$$", 2),
        ("$a", 2),
        ("$.a-b", 4),
        ("$.a#", 4),
        ("$]", 2),
        ("$?@.a", 2),
        ("$.a.length()", 11),
    ]);
}

#[test]
fn a_dot_is_followed_by_a_name() {
    assert_refused(&[
        ("$.", 3),
        ("$..", 4),
        ("$...a", 4),
        ("$. a", 3),
        ("$.. a", 4),
        ("$.a.", 5),
        ("$.1", 3),
        ("$.-", 3),
        ("$.'a'", 3),
        ("$.[0]", 3),
        ("$.$", 3),
    ]);
}

#[test]
fn escapes_are_those_of_json() {
    assert_refused(&[
        (r"$['\a']", 5),
        (r"$['\']", 7),
        (r#"$['\"']"#, 5),
        (r#"$["\'"]"#, 5),
        (r"$['\u']", 6),
        (r"$['\u", 6),
        (r"$['\u12']", 8),
        (r"$['\u12G4']", 8),
        (r"$['\U0041']", 5),
        (r"$['\uD800']", 6),
        (r"$['\uDC00']", 6),
        (r"$['\uD800\uD800']", 6),
        (r"$['\uD800a']", 6),
        (r"$['\uD800\n']", 6),
        (r"$['\udc00\ud800']", 6),
        (r"$['\u+041']", 6),
        (r"$['\x41']", 5),
        ("$['\n']", 4),
        ("$['\0']", 4),
        ("$['\u{1f}']", 4),
        (r"$['\", 5),
    ]);
}

#[test]
fn functions_take_and_give_what_their_types_say() {
    assert_refused(&[
        ("$[?length(@)]", 13),
        ("$[?length(@.*)<3]", 11),
        ("$[?length()==1]", 11),
        ("$[?length(@.a,@.b)==1]", 14),
        ("$[?length(@.a==1)==1]", 14),
        ("$[?length(match(@.a,'a'))==1]", 11),
        ("$[?length((@.a))==1]", 11),
        ("$[?length(!@.a)==1]", 11),
        ("$[?!length(@.a)]", 5),
        ("$[?length (@.a)==1]", 10),
        ("$[?length]", 10),
        ("$[?length==1]", 10),
        ("$[?LENGTH(@.a)==1]", 4),
        ("$[?Length(@)==1]", 4),
        ("$[?length(@.a]", 14),
        ("$[?length(@.a", 14),
        ("$[?length@.a==1]", 10),
        ("$[?count(1)>2]", 10),
        ("$[?count('a')==1]", 10),
        ("$[?count(true)==1]", 10),
        ("$[?count(@.*)]", 14),
        ("$[?count(count(@.*))==1]", 10),
        ("$[?count(value(@.*))==1]", 10),
        ("$[?count()==1]", 10),
        ("$[?count(@.a,@.b)==1]", 13),
        ("$[?count(foo(@.*))==1]", 10),
        ("$[?count(@.a&&@.b)==1]", 13),
        ("$[?count((@.*))==1]", 10),
        ("$[?value(@.a)]", 14),
        ("$[?value(1)==1]", 10),
        ("$[?value(length(@))==1]", 10),
        ("$[?value()==1]", 10),
        ("$[?value(@.a,1)==1]", 13),
        ("$[?value(@..color)]", 19),
        ("$[?match(@.a,'b')==true]", 4),
        ("$[?true==match(@.a,'b')]", 10),
        ("$[?match(@.a)]", 13),
        ("$[?match()]", 10),
        ("$[?match(@.a,'b','c')]", 17),
        ("$[?match(@.*,'b')]", 10),
        ("$[?match(@.a,@.*)]", 14),
        ("$[?match(@.a 'b')]", 13),
        ("$[?match('a',match(@,'a'))]", 14),
        ("$[?search(@.a,'b')!=false]", 4),
        ("$[?search(@..a,'b')]", 11),
        ("$[?search(@.a,)]", 15),
        ("$[?search(,'a')]", 11),
        ("$[?search(@.a, @.b == 1)]", 19),
        ("$[?foo(@)]", 4),
        ("$[?foo(@)==1]", 4),
        ("$[?_a(@)]", 4),
        ("$[?lengths(@)==1]", 4),
        ("$[?@.length()==1]", 12),
    ]);
}

#[test]
fn literals_are_those_of_json() {
    assert_refused(&[
        ("$[?@.a==[1]]", 9),
        ("$[?@.a=={}]", 9),
        ("$[?@.a==True]", 9),
        ("$[?@.a==nul]", 9),
        ("$[?@.a==nulls]", 9),
        ("$[?@.a==.5]", 9),
        ("$[?@.a==1.]", 11),
        ("$[?@.a==1.e1]", 11),
        ("$[?@.a==1e]", 11),
        ("$[?@.a==1e+]", 12),
        ("$[?@.a==+1]", 9),
        ("$[?@.a==01]", 9),
        ("$[?@.a==-]", 10),
        ("$[?@.a==-01]", 10),
        ("$[?@.a==--1]", 10),
        ("$[?@.a==1e999]", 9),
        ("$[?@.a==0x1]", 10),
        ("$[?@.a==NaN]", 9),
        ("$[?@.a=='b]", 12),
        ("$[?@.a==b]", 9),
        ("$[?@.a==undefined]", 9),
    ]);
}

#[test]
fn only_singular_queries_are_compared() {
    assert_refused(&[
        ("$[?@.*==1]", 4),
        ("$[?@..a==1]", 4),
        ("$[?@[*]==1]", 4),
        ("$[?@[0:1]==1]", 4),
        ("$[?@['a','b']==1]", 4),
        ("$[?@[?@.a]==1]", 4),
        ("$[?1==@.*]", 7),
        ("$[?$..a<$.b]", 4),
    ]);
}

#[test]
fn a_filter_is_a_logical_expression() {
    assert_refused(&[
        ("$[?]", 4),
        ("$[? ]", 5),
        ("$[?@", 5),
        ("$[?@.a", 7),
        ("$[?@.]", 6),
        ("$[?@..]", 7),
        ("$[?.a]", 4),
        ("$[?a]", 4),
        ("$[?()]", 5),
        ("$[?(@.a]", 8),
        ("$[?@.a)]", 7),
        ("$[?!]", 5),
        ("$[?!!@.a]", 5),
        ("$[?!@.a==1]", 8),
        ("$[?!1]", 5),
        ("$[?!true]", 5),
        ("$[?(@.a)==1]", 9),
        ("$[?1==(@.a)]", 7),
        ("$[?@.a==]", 9),
        ("$[?==1]", 4),
        ("$[?@.a=1]", 7),
        ("$[?@.a===1]", 9),
        ("$[?@.a<>1]", 8),
        ("$[?@.a=>1]", 7),
        ("$[?@.a= =1]", 7),
        ("$[?@.a==1==1]", 10),
        ("$[?@.a<1<2]", 9),
        ("$[?@.a&&]", 9),
        ("$[?&&@.a]", 4),
        ("$[?@.a&@.b]", 7),
        ("$[?@.a||]", 9),
        ("$[?@.a|@.b]", 7),
        ("$[?@.a and @.b]", 8),
        ("$[?@.a & & @.b]", 8),
        ("$[?@.a @.b]", 8),
        ("$[?1]", 5),
        ("$[?true]", 8),
        ("$[?'a']", 7),
        ("$[?null]", 8),
        ("$[?@.a && true]", 15),
        ("$[?@.a in [1]]", 8),
        ("$[?@.a=~/b/]", 7),
        ("$[?(@.a==1]]", 11),
    ]);
}

#[test]
fn integers_are_exact_and_have_one_form() {
    assert_refused(&[
        ("$[(@.length-1)]", 3),
        ("$[01]", 3),
        ("$[-01]", 4),
        ("$[00]", 3),
        ("$[-0]", 3),
        ("$[-]", 4),
        ("$[- 1]", 4),
        ("$[+1]", 3),
        ("$[1.0]", 4),
        ("$[1e2]", 4),
        ("$[0x1]", 4),
        ("$[9007199254740992]", 3),
        ("$[-9007199254740992]", 3),
        ("$[99999999999999999999]", 3),
        ("$[1:01]", 5),
        ("$[-0:]", 3),
        ("$[:-0]", 4),
        ("$[::-0]", 5),
        ("$[1:2:3:4]", 8),
        ("$[1:2:9007199254740992]", 7),
        ("$[:9007199254740992]", 4),
        ("$[a:]", 3),
        ("$[1: :a]", 7),
        ("$[1;2]", 4),
    ]);
}

#[test]
fn brackets_hold_selectors_with_commas_between_them() {
    assert_refused(&[
        ("$[", 3),
        ("$[]", 3),
        ("$[ ]", 4),
        ("$[0", 4),
        ("$[0]]", 5),
        ("$[,]", 3),
        ("$[0,]", 5),
        ("$[,0]", 3),
        ("$[0 1]", 5),
        ("$[a]", 3),
        ("$[.]", 3),
        ("$[$]", 3),
        ("$['a'", 6),
        ("$['a", 5),
        (r#"$['a"]"#, 7),
        (r#"$["a']"#, 7),
        ("$..[]", 5),
        ("$..['a'", 8),
        ("$[**]", 4),
        ("$[@.a]", 3),
    ]);
}

#[test]
fn an_error_says_where_what_was_expected() {
    for (text, error) in [
        ("paths", "at column 1: expected `$`, the document"),
        ("$.é.1", "at column 5: expected a name or `*` after the dot"),
        ("$..", "at column 4: expected a name, `*` or `[` after the two dots"),
        ("$.x-y", "at column 4: expected `.`, `..`, `[` or the end of the query"),
        ("$['😀'", "at column 6: expected `,` or `]`"),
        ("$[?@.a = 1]", "at column 8: expected an operator, `,` or `]`"),
        ("$[?@.* == 1]", "at column 4: expected a query of names and indices alone, which has one value"),
        ("$[?length(@)]", "at column 13: expected a comparison operator after the value"),
        ("$[01]", "at column 3: expected a number without leading zeros"),
    ] {
        assert_eq!(Query::parse(text).map(|_| ()), Err(error.to_owned()), "{text}");
    }
}

/// The oracle is left out: it reads what is nested again at each level.
#[test]
fn nesting_has_a_bound() {
    for (start, middle, end) in [("(", "@", ")"), ("@[?", "@", "]"), ("!(", "@", ")"), ("length(", "@", ")")] {
        let nested = |depth: usize| match start {
            "length(" => format!("$[?{}{middle}{} == 1]", start.repeat(depth), end.repeat(depth)),
            _ => format!("$[?{}{middle}{}]", start.repeat(depth), end.repeat(depth)),
        };
        let query = Query::parse(&nested(63)).unwrap_or_else(|error| panic!("{start} {error}"));
        query.locate(&serde_json::json!([[[]], {"a": {"b": 1}}]));
        for depth in [64, 100_000] {
            let error = Query::parse(&nested(depth)).map(|_| "it is a query").unwrap_err();
            assert!(
                error.ends_with("expected no more than 64 levels of filters, parentheses and functions"),
                "{error}"
            );
        }
    }
}

#[test]
fn length_and_what_stands_side_by_side_have_none() {
    let doc = serde_json::json!({"a": {"a": {}}});
    assert_eq!(Query::parse(&format!("${}", ".a".repeat(100_000))).unwrap().locate(&doc), Vec::<Vec<_>>::new());
    assert_eq!(Query::parse(&format!("$[?@.a{}]", " && @.a".repeat(100_000))).unwrap().locate(&doc).len(), 1);
    assert_eq!(Query::parse(&format!("$['a'{}]", ",0".repeat(100_000))).unwrap().locate(&doc).len(), 1);
    for filter in ["(@.a) && ", "length(@) == 1 && ", "!match(@.a, '') && ", "@[?@.b] || "] {
        let text = format!("$[?{}@.a]", filter.repeat(200));
        assert_eq!(Query::parse(&text).map(|query| query.locate(&doc).len()), Ok(1), "{filter}");
    }
    assert_eq!(Query::parse(&format!("$[{}?@.a]", "?@.b, ".repeat(200))).unwrap().locate(&doc).len(), 1);
}
