//! Tests: every default answer fits its response schema.

use venice_ai::operations;

use super::*;
use crate::UnknownFields;
use crate::check;

#[test]
fn every_default_body_is_what_the_description_says() {
    let mut checked = 0;
    for operation in operations::ALL {
        let Some(body) = body(&mut State::new(), operation) else { continue };
        let schema = &success(operation).unwrap().1["content"][JSON]["schema"];
        let issues = check::value(schema, &body, UnknownFields::Refuse);
        assert!(issues.is_empty(), "{}: {:?}\n{body:#}", operation.id, issues.violations(operation.id));
        checked += 1;
    }
    let with_json =
        |operation: &&&Operation| success(operation).is_some_and(|found| found.1["content"].get(JSON).is_some());
    assert_eq!(checked, operations::ALL.iter().filter(with_json).count());
    assert!(checked > 40);
}

#[test]
fn tables_quote_what_would_break_them() {
    let body = serde_json::json!({"data": [{"a": "x,y", "b": 1.5, "c": null}, {"a": "say \"no\"", "b": {"d": 1}}]});
    assert_eq!(table(&body), "a,b,c\n\"x,y\",1.5,\n\"say \"\"no\"\"\",\"{\"\"d\"\":1}\",\n");
    assert_eq!(table(&serde_json::json!({})), "\n");
}
