//! The examples of RFC 9535, and what its selectors do at their edges.

use serde_json::{Value, json};

use super::assert_table;

/// Figure 1.
fn store() -> Value {
    json!({"store": {
        "book": [
            {"category": "reference", "author": "Nigel Rees", "title": "Sayings of the Century", "price": 8.95},
            {"category": "fiction", "author": "Evelyn Waugh", "title": "Sword of Honour", "price": 12.99},
            {"category": "fiction", "author": "Herman Melville", "title": "Moby Dick", "isbn": "0-553-21311-3", "price": 8.99},
            {"category": "fiction", "author": "J. R. R. Tolkien", "title": "The Lord of the Rings", "isbn": "0-395-19395-8", "price": 22.99},
        ],
        "bicycle": {"color": "red", "price": 399},
    }})
}

#[test]
fn the_store_gives_what_the_introduction_says() {
    let authors = "$.store.book[0].author $.store.book[1].author $.store.book[2].author $.store.book[3].author";
    let prices =
        "$.store.book[0].price $.store.book[1].price $.store.book[2].price $.store.book[3].price $.store.bicycle.price";
    assert_table(
        &store(),
        &[
            ("$.store.book[*].author", authors),
            ("$..author", authors),
            ("$.store.*", "$.store.book $.store.bicycle"),
            ("$.store..price", prices),
            ("$..book[2]", "$.store.book[2]"),
            ("$..book[2].author", "$.store.book[2].author"),
            ("$..book[2].publisher", ""),
            ("$..book[-1]", "$.store.book[3]"),
            ("$..book[0,1]", "$.store.book[0] $.store.book[1]"),
            ("$..book[:2]", "$.store.book[0] $.store.book[1]"),
            ("$..book[?@.isbn]", "$.store.book[2] $.store.book[3]"),
            ("$..book[?@.price<10]", "$.store.book[0] $.store.book[2]"),
            ("$.store.book[?@.price < 10].title", "$.store.book[0].title $.store.book[2].title"),
        ],
    );
    let all = super::located("$..*", &store());
    assert_eq!(all.split(' ').count(), 27);
    assert!(all.starts_with("$.store $.store.book $.store.bicycle $.store.book[0] $.store.book[1]"), "{all}");
}

#[test]
fn a_name_selects_a_member() {
    assert_table(
        &json!({"o": {"j j": {"k.k": 3}}, "'": {"@": 2}, "☺": 1, "_a1": 2, "": 3}),
        &[
            ("$", "$"),
            ("$.o['j j']", "$.o['j j']"),
            ("$.o['j j']['k.k']", "$.o['j j']['k.k']"),
            (r#"$.o["j j"]["k.k"]"#, "$.o['j j']['k.k']"),
            (r#"$["'"]["@"]"#, r"$['\'']['@']"),
            ("$.☺", "$['☺']"),
            ("$._a1", "$._a1"),
            ("$['']", "$['']"),
            ("$.gone", ""),
            ("$[0]", ""),
            ("$.o.o", ""),
        ],
    );
}

#[test]
fn names_in_quotes_have_the_escapes_of_json() {
    let doc = json!({"\u{8}\u{c}\n\r\t": 0, "/\\": 1, "'": 2, "\"": 3, "😀": 4, "é": 5, "\u{7f}": 6, "K": 7});
    for (query, index) in [
        (r"$['\b\f\n\r\t']", 0),
        (r#"$["\b\f\n\r\t"]"#, 0),
        (r"$['\/\\']", 1),
        (r"$['/\\']", 1),
        (r"$['\'']", 2),
        (r#"$["'"]"#, 2),
        (r#"$["\""]"#, 3),
        (r#"$['"']"#, 3),
        (r"$['\uD83D\uDE00']", 4),
        (r"$['\ud83d\ude00']", 4),
        (r#"$["\uD83d\uDe00"]"#, 4),
        ("$['😀']", 4),
        (r"$['\u00e9']", 5),
        (r"$['\u00E9']", 5),
        ("$.é", 5),
        ("$['\u{7f}']", 6),
        (r"$['\u004B']", 7),
    ] {
        let found = super::Query::parse(query).unwrap_or_else(|error| panic!("{query} {error}")).locate(&doc);
        let name = doc.as_object().unwrap().keys().nth(index).unwrap();
        assert_eq!(found, [[super::Step::Key(name.clone())]], "{query}");
    }
}

#[test]
fn a_wildcard_selects_all_children() {
    assert_table(
        &json!({"o": {"j": 1, "k": 2}, "a": [5, 3]}),
        &[
            ("$[*]", "$.o $.a"),
            ("$.o[*]", "$.o.j $.o.k"),
            ("$.o[*, *]", "$.o.j $.o.k $.o.j $.o.k"),
            ("$.a[*]", "$.a[0] $.a[1]"),
            ("$.a.*", "$.a[0] $.a[1]"),
            ("$.a[0].*", ""),
        ],
    );
}

#[test]
fn an_index_counts_from_either_end() {
    assert_table(
        &json!(["a", "b"]),
        &[
            ("$[1]", "$[1]"),
            ("$[-2]", "$[0]"),
            ("$[-1]", "$[1]"),
            ("$[2]", ""),
            ("$[-3]", ""),
            ("$[9007199254740991]", ""),
            ("$[-9007199254740991]", ""),
            ("$.a", ""),
        ],
    );
}

#[test]
fn a_slice_steps_through_an_array() {
    assert_table(
        &json!(["a", "b", "c", "d", "e", "f", "g"]),
        &[
            ("$[1:3]", "$[1] $[2]"),
            ("$[5:]", "$[5] $[6]"),
            ("$[1:5:2]", "$[1] $[3]"),
            ("$[5:1:-2]", "$[5] $[3]"),
            ("$[::-1]", "$[6] $[5] $[4] $[3] $[2] $[1] $[0]"),
            ("$[:]", "$[0] $[1] $[2] $[3] $[4] $[5] $[6]"),
            ("$[::]", "$[0] $[1] $[2] $[3] $[4] $[5] $[6]"),
            ("$[-2:]", "$[5] $[6]"),
            ("$[:-5]", "$[0] $[1]"),
            ("$[-100:2]", "$[0] $[1]"),
            ("$[5:100]", "$[5] $[6]"),
            ("$[3:1]", ""),
            ("$[1:3:-1]", ""),
            ("$[1:3:0]", ""),
            ("$[100:4:-1]", "$[6] $[5]"),
            ("$[1:-100:-1]", "$[1] $[0]"),
            ("$[-1:-3:-1]", "$[6] $[5]"),
            ("$[1:0:-9007199254740991]", "$[1]"),
            ("$[::9007199254740991]", "$[0]"),
            ("$[ 1 : 5 : 2 ]", "$[1] $[3]"),
            ("$[1\t:\n5\r:2]", "$[1] $[3]"),
            ("$[: : 3 ]", "$[0] $[3] $[6]"),
        ],
    );
    assert_table(&json!([]), &[("$[:]", ""), ("$[::-1]", ""), ("$[-1:1:-1]", "")]);
    assert_table(&json!({"a": {"0": 1}}), &[("$.a[:]", ""), ("$.a[0]", "")]);
}

#[test]
fn a_filter_tests_each_child() {
    let doc = json!({
        "a": [3, 5, 1, 2, 4, 6, {"b": "j"}, {"b": "k"}, {"b": {}}, {"b": "kilo"}],
        "o": {"p": 1, "q": 2, "r": 3, "s": 5, "t": {"u": 6}},
        "e": "f",
    });
    let all = "$.a[0] $.a[1] $.a[2] $.a[3] $.a[4] $.a[5] $.a[6] $.a[7] $.a[8] $.a[9]";
    assert_table(
        &doc,
        &[
            ("$.a[?@.b == 'kilo']", "$.a[9]"),
            ("$.a[?(@.b == 'kilo')]", "$.a[9]"),
            ("$.a[?@>3.5]", "$.a[1] $.a[4] $.a[5]"),
            ("$.a[?@.b]", "$.a[6] $.a[7] $.a[8] $.a[9]"),
            ("$[?@.*]", "$.a $.o"),
            ("$[?@[?@.b]]", "$.a"),
            ("$.o[?@<3, ?@<3]", "$.o.p $.o.q $.o.p $.o.q"),
            (r#"$.a[?@<2 || @.b == "k"]"#, "$.a[2] $.a[7]"),
            (r#"$.a[?match(@.b, "[jk]")]"#, "$.a[6] $.a[7]"),
            (r#"$.a[?search(@.b, "[jk]")]"#, "$.a[6] $.a[7] $.a[9]"),
            ("$.o[?@>1 && @<4]", "$.o.q $.o.r"),
            ("$.o[?@.u || @.x]", "$.o.t"),
            ("$.a[?@.b == $.x]", "$.a[0] $.a[1] $.a[2] $.a[3] $.a[4] $.a[5]"),
            ("$.a[?@ == @]", all),
            ("$.a[?$.e]", all),
            ("$.a[?!$.e]", ""),
            ("$.e[?@]", ""),
        ],
    );
}

#[test]
fn not_binds_more_than_and_and_and_more_than_or() {
    let doc = json!({"all": [{"a": 1}, {"b": 1}, {"c": 1}, {"a": 1, "b": 1}]});
    assert_table(
        &doc,
        &[
            ("$.all[?@.c || @.a && @.b]", "$.all[2] $.all[3]"),
            ("$.all[?(@.c || @.a) && @.b]", "$.all[3]"),
            ("$.all[?!@.a && @.b]", "$.all[1]"),
            ("$.all[?!(@.a && @.b)]", "$.all[0] $.all[1] $.all[2]"),
            ("$.all[?!(!(@.a))]", "$.all[0] $.all[3]"),
            ("$.all[?! @.a || ! ( @.b )]", "$.all[0] $.all[1] $.all[2]"),
            ("$.all[?@.a&&!@.b||@.c]", "$.all[0] $.all[2]"),
            ("$.all[?((@.a))]", "$.all[0] $.all[3]"),
        ],
    );
}

#[test]
fn brackets_hold_several_selectors() {
    assert_table(
        &json!(["a", "b", "c", "d", "e", "f", "g"]),
        &[
            ("$[0,3]", "$[0] $[3]"),
            ("$[0:2,5]", "$[0] $[1] $[5]"),
            ("$[0,0]", "$[0] $[0]"),
            ("$[ 6 , 'a', 0 ,?@=='c', -1]", "$[6] $[0] $[2] $[6]"),
        ],
    );
}

#[test]
fn two_dots_select_in_all_that_is_inside() {
    let doc = json!({"o": {"j": 1, "k": 2}, "a": [5, 3, [{"j": 4}, {"k": 6}]]});
    let all = "$.o $.a $.o.j $.o.k $.a[0] $.a[1] $.a[2] $.a[2][0] $.a[2][1] $.a[2][0].j $.a[2][1].k";
    assert_table(
        &doc,
        &[
            ("$..j", "$.o.j $.a[2][0].j"),
            ("$..[0]", "$.a[0] $.a[2][0]"),
            ("$..[*]", all),
            ("$..*", all),
            ("$..o", "$.o"),
            ("$.o..[*, *]", "$.o.j $.o.k $.o.j $.o.k"),
            ("$.a..[0, 1]", "$.a[0] $.a[1] $.a[2][0] $.a[2][1]"),
            ("$..['j','k']", "$.o.j $.o.k $.a[2][0].j $.a[2][1].k"),
            ("$..[?@ == 6]", "$.a[2][1].k"),
            ("$.o..o", ""),
        ],
    );
    assert_table(&json!({"a": {"a": {"a": 1}}}), &[("$..a..a", "$.a.a $.a.a.a $.a.a.a"), ("$..a.a", "$.a.a $.a.a.a")]);
}

#[test]
fn null_is_a_value_like_any_other() {
    assert_table(
        &json!({"a": null, "b": [null], "c": [{}], "null": 1}),
        &[
            ("$.a", "$.a"),
            ("$.a[0]", ""),
            ("$.a.d", ""),
            ("$.b[0]", "$.b[0]"),
            ("$.b[*]", "$.b[0]"),
            ("$.b[?@]", "$.b[0]"),
            ("$.b[?@==null]", "$.b[0]"),
            ("$.c[?@.d==null]", ""),
            ("$.null", "$.null"),
        ],
    );
}

#[test]
fn blanks_may_stand_between_segments_and_around_operators() {
    let doc = json!({"a": [{"b": 1, "c": [1]}]});
    assert_table(
        &doc,
        &[
            ("$ .a", "$.a"),
            ("$\n.a\t[0]\r.b", "$.a[0].b"),
            ("$ ..b", "$.a[0].b"),
            ("$[ 'a' ]", "$.a"),
            ("$.a[? @.b == 1 ]", "$.a[0]"),
            ("$.a[?@ .b==1]", "$.a[0]"),
            ("$.a[?@\t.c\n[0]\r==\n1]", "$.a[0]"),
            ("$.a[?@[ 'b' ]]", "$.a[0]"),
            ("$.a[?count( @[ 'b' , 'c' ] ) == 2]", "$.a[0]"),
            ("$.a[?( @.b )&&( @.c )]", "$.a[0]"),
        ],
    );
}
