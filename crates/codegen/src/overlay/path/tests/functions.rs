//! The five functions of RFC 9535, 2.4.

use serde_json::json;

use super::assert_filters;

#[test]
fn length_is_that_of_strings_arrays_and_objects() {
    let doc = json!({"all": [0, 1], "text": "a😀é", "list": [1, 1, 1], "members": {"a": 1}, "number": 123, "no": null});
    assert_filters(
        &doc,
        &[
            ("length($.text) == 3", true),
            ("length($.list) == 3", true),
            ("length($.members) == 1", true),
            ("length('') == 0", true),
            ("length($.list) >= length($.members)", true),
            ("length(value($..a)) == $.none", true),
            ("length($.number) == $.none", true),
            ("length($.no) == $.none", true),
            ("length(true) == $.none", true),
            ("length($.none) == $.none", true),
            ("length($.number) < 4", false),
            ("length( $.text )==3", true),
        ],
    );
}

#[test]
fn count_is_the_number_of_nodes_with_what_is_there_twice() {
    let doc = json!({"all": [{"a": 1, "b": 2}, {"a": 3, "b": 4}]});
    assert_filters(
        &doc,
        &[
            ("count(@.*) == 2", true),
            ("count(@['a','a']) == 2", true),
            ("count(@.none) == 0", true),
            ("count(@.a) == 1", true),
            ("count($.all[-1]) == 1", true),
            ("count($..a) > 1", true),
            ("count(@) == 1", true),
            ("count($.all[?@.a > 1]) == 1", true),
        ],
    );
}

#[test]
fn value_is_that_of_a_single_node() {
    let doc = json!({"all": [{"c": {"color": "red"}, "d": [1, 2]}, {"c": {"color": "red"}, "d": [1, 2]}]});
    assert_filters(
        &doc,
        &[
            (r#"value(@..color) == "red""#, true),
            ("value(@.d[*]) == $.none", true),
            ("value(@.d[*]) == 1", false),
            ("value(@.none) == $.none", true),
            ("value(@.d[:1]) == 1", true),
            ("value(@.d[-1]) == 2", true),
            ("value(@..d) == @.d", true),
        ],
    );
}

#[test]
fn match_takes_the_whole_text_and_search_a_part() {
    let doc = json!({
        "all": [0, 1],
        "zone": "Europe/Berlin",
        "date": "1974-05-11",
        "pattern": "E.*n",
        "lines": ["\n", "\r", "\u{2028}"],
        "number": 1,
    });
    assert_filters(
        &doc,
        &[
            ("match($.zone, 'Europe/.*')", true),
            ("match($.date, '1974-05-..')", true),
            ("match($.zone, 'Europe')", false),
            ("match($.zone, 'Berlin')", false),
            ("search($.zone, 'Berlin')", true),
            ("search($.zone, '[XYZ]')", false),
            ("match($.zone, $.pattern)", true),
            ("match('ab', 'a|ab')", true),
            ("match('b', 'a|b|c')", true),
            ("match('ab', 'a|b')", false),
            ("match('', '')", true),
            ("search('x', '')", true),
            (r"match('😀', '.')", true),
            (r"match($.lines[0], '.')", false),
            (r"match($.lines[1], '.')", false),
            (r"match($.lines[2], '.')", true),
            (r"search('a\nb', 'a.b')", false),
            (r"match('a\n', 'a')", false),
            (r"match('a.b', 'a\\.b')", true),
            (r"match('axb', 'a\\.b')", false),
            ("!match($.zone, 'x')", true),
            ("! search($.zone, 'x') && search( $.zone , 'E' )", true),
        ],
    );
}

#[test]
fn a_pattern_that_cannot_be_read_matches_nothing() {
    let doc = json!({"all": [0, 1], "number": 1});
    assert_filters(
        &doc,
        &[
            ("match('(', '(')", false),
            ("search('a', '[')", false),
            ("search('a', '*')", false),
            // Not even when what stands around it would mend it.
            ("match('ab', 'a)(?:b')", false),
            ("match('a', $.number)", false),
            ("match($.number, '1')", false),
            ("search($.none, '')", false),
            ("search('', $.none)", false),
            ("!search('a', '[')", true),
        ],
    );
}
