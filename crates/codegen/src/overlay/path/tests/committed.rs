//! The overlay of this repository.

use std::path::Path;

use serde_json::Value;

use super::{Query, both, oracle};

fn read(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec").join(name);
    crate::yaml::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_targets_of_the_committed_overlay_match_what_they_match_with_the_oracle() {
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
    assert!(targets > 100 && matching > 100, "{matching} of {targets} targets match");
}
