//! Comparisons by the rules of RFC 9535, 2.3.5.2.2.

use serde_json::json;

use super::assert_filters;

#[test]
fn comparisons_give_what_the_table_of_the_rfc_says() {
    let doc = json!({"obj": {"x": "y"}, "arr": [2, 3], "all": [0, 1]});
    assert_filters(
        &doc,
        &[
            ("$.absent1 == $.absent2", true),
            ("$.absent1 <= $.absent2", true),
            ("$.absent1 >= $.absent2", true),
            ("$.absent1 < $.absent2", false),
            ("$.absent == 'g'", false),
            ("$.absent1 != $.absent2", false),
            ("$.absent != 'g'", true),
            ("1 <= 2", true),
            ("1 > 2", false),
            ("13 == '13'", false),
            ("'a' <= 'b'", true),
            ("'a' > 'b'", false),
            ("$.obj == $.arr", false),
            ("$.obj != $.arr", true),
            ("$.obj == $.obj", true),
            ("$.obj != $.obj", false),
            ("$.arr == $.arr", true),
            ("$.arr != $.arr", false),
            ("$.obj == 17", false),
            ("$.obj != 17", true),
            ("$.obj <= $.arr", false),
            ("$.obj < $.arr", false),
            ("$.obj <= $.obj", true),
            ("$.arr <= $.arr", true),
            ("1 <= $.arr", false),
            ("1 >= $.arr", false),
            ("1 > $.arr", false),
            ("1 < $.arr", false),
            ("true <= true", true),
            ("true > true", false),
        ],
    );
}

#[test]
fn only_numbers_and_strings_have_an_order() {
    let doc = json!({"all": [0, 1], "f": false, "t": true, "one": [1], "two": [2], "obj": {"a": 1}, "more": {"a": 2}});
    assert_filters(
        &doc,
        &[
            ("$.t > $.f", false),
            ("$.t >= $.f", false),
            ("$.f < $.t", false),
            ("$.two > $.one", false),
            ("$.two >= $.one", false),
            ("$.more >= $.obj", false),
            ("null < null", false),
            ("null <= null", true),
            ("null >= null", true),
            ("'2' > 1", false),
            ("1 < '2'", false),
            ("null < 1", false),
            ("$.none < 1", false),
            ("$.none >= 1", false),
        ],
    );
}

#[test]
fn numbers_compare_as_numbers() {
    let doc = json!({"all": [0, 1], "one": 1, "float": 1.0, "large": 9_007_199_254_740_993_u64, "max": u64::MAX});
    assert_filters(
        &doc,
        &[
            ("1 == 1.0", true),
            ("$.one == $.float", true),
            ("1 == 1e0", true),
            ("100 == 1E+2", true),
            ("0.01 == 1e-2", true),
            ("-0 == 0", true),
            ("-0.0 == 0", true),
            ("0 <= -0", true),
            ("-1 < -0.5", true),
            ("1.5 > 1", true),
            ("10 > 9", true),
            ("$.large == 9007199254740992", false),
            ("$.large > 9007199254740992", true),
            ("$.max > 9223372036854775807", true),
            ("$.max > -1", true),
            ("$.max < 1e20", true),
        ],
    );
}

#[test]
fn strings_compare_by_scalar_values() {
    let doc = json!({"all": [0, 1], "last": "\u{ffff}", "beyond": "\u{10000}"});
    assert_filters(
        &doc,
        &[
            ("'' < 'a'", true),
            ("'a' < 'aa'", true),
            ("'Z' < 'a'", true),
            ("'é' > 'z'", true),
            (r"'\u00e9' == 'é'", true),
            // In UTF-16 it would be the other way round.
            ("$.last < $.beyond", true),
            (r"'\uffff' < '\ud800\udc00'", true),
        ],
    );
}

#[test]
fn arrays_and_objects_are_equal_by_what_they_hold() {
    let doc = json!({
        "all": [0, 1],
        "a": [1, {"x": [2]}],
        "a_float": [1.0, {"x": [2.0]}],
        "a_less": [1],
        "a_turned": [{"x": [2]}, 1],
        "o": {"x": 1, "y": null},
        "o_turned": {"y": null, "x": 1.0},
        "o_less": {"x": 1},
        "o_other": {"x": 1, "z": null},
        "empty": {},
        "list": [],
    });
    assert_filters(
        &doc,
        &[
            ("$.a == $.a_float", true),
            ("$.a == $.a_less", false),
            ("$.a_less == $.a", false),
            ("$.a == $.a_turned", false),
            ("$.o == $.o_turned", true),
            ("$.o >= $.o_turned", true),
            ("$.o == $.o_less", false),
            ("$.o_less == $.o", false),
            ("$.o == $.o_other", false),
            ("$.empty == $.list", false),
            ("$.empty == null", false),
            ("$.list == false", false),
            ("$.list == $['list']", true),
        ],
    );
}

#[test]
fn the_sides_of_a_comparison_are_values_of_either_query_or_literals() {
    let doc = json!({"want": 2, "all": [{"n": 2, "l": [1, 2]}, {"n": 2, "l": [0, 2]}]});
    assert_filters(
        &doc,
        &[
            ("@.n == $.want", true),
            ("$.want == @['n']", true),
            (r#"2 == @["n"]"#, true),
            ("@.l[1] == @.n", true),
            ("@.l[-1] == @.n", true),
            ("@.l[-3] == @.n", false),
            ("$['all'][0].n == @ .n", true),
            ("@ == @", true),
            ("true == false", false),
        ],
    );
}
