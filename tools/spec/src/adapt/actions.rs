//! The actions of an overlay as lines of its file.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;
use venice_ai_codegen::{Error, yaml};

use super::written;
use crate::yaml_out;

/// The lines of each action, from 0, without the comments before it; `None` when the file is not written as a list at one indentation.
pub fn lines(text: &str, count: usize) -> Option<Vec<Range<usize>>> {
    let all: Vec<&str> = text.lines().collect();
    let head = all.iter().position(|line| line.trim_end() == "actions:")?;
    let indent = |line: &str| line.len() - line.trim_start().len();
    let is_blank = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    let first = (head + 1..all.len()).find(|line| !is_blank(all[*line]))?;
    let dash = indent(all[first]);
    let mut found: Vec<Range<usize>> = Vec::new();
    for (number, line) in all.iter().enumerate().skip(first) {
        if line.trim().is_empty() || (indent(line) <= dash && is_blank(line)) {
            continue;
        }
        if indent(line) == dash && line.trim_start().starts_with("- ") {
            found.push(number..number + 1);
        } else {
            found.last_mut()?.end = number + 1;
        }
    }
    (found.len() == count).then_some(found)
}

/// The target of each action.
pub fn targets(text: &str) -> Result<Vec<String>, Error> {
    let doc = yaml::parse(text)?;
    let actions = doc.get("actions").and_then(Value::as_array).into_iter().flatten();
    Ok(actions.map(|action| action["target"].as_str().unwrap_or_default().to_owned()).collect())
}

/// The file with some of its actions at other targets, each action once a target, or without those that have none; and the text of each of
/// these actions as it was.
///
/// Unaffected lines are unchanged. If that is impossible (an action defines an anchor that another one uses), the list of actions is
/// rewritten.
pub fn edited(text: &str, edits: &[(usize, Vec<String>)]) -> Result<(String, Vec<String>), Error> {
    let doc = yaml::parse(text)?;
    let actions = doc.get("actions").and_then(Value::as_array).cloned().unwrap_or_default();
    let moved = |index: usize, action: &Value| -> Vec<Value> {
        let Some((_, targets)) = edits.iter().find(|(edited, _)| *edited == index) else { return vec![action.clone()] };
        let at = |target: &String| {
            let mut action = action.clone();
            action["target"] = Value::from(target.as_str());
            action
        };
        targets.iter().map(at).collect()
    };
    let mut wanted = doc.clone();
    wanted["actions"] = actions.iter().enumerate().flat_map(|(index, action)| moved(index, action)).collect();
    let all: Vec<&str> = text.lines().collect();
    let lines = lines(text, actions.len()).unwrap_or_default();
    let own = |index: usize| lines.get(index).map(|range| all[range.start..range.end].join("\n"));
    let gone = edits.iter().map(|(index, _)| own(*index).unwrap_or_else(|| written(&actions[*index]))).collect();
    let mut kept = String::new();
    for (number, line) in all.iter().enumerate() {
        let inside = edits.iter().find(|(index, _)| lines.get(*index).is_some_and(|range| range.contains(&number)));
        match inside {
            None => kept.extend([line, "\n"]),
            Some((index, _)) if lines[*index].start == number => {
                kept.extend(moved(*index, &actions[*index]).iter().map(written));
            }
            Some(_) => {}
        }
    }
    if yaml::parse(&kept).ok().as_ref() == Some(&wanted) {
        return Ok((kept, gone));
    }
    let comments = all.iter().take_while(|line| line.starts_with('#')).map(|line| format!("{line}\n"));
    Ok((format!("{}{}", comments.collect::<String>(), yaml_out::write(&wanted)), gone))
}

/// The file with some of its references changed.
pub fn redirected(text: &str, moves: &BTreeMap<&str, String>) -> String {
    let mut text = text.to_owned();
    for (reference, now) in moves {
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || "/~_-.$%".contains(c));
        let parts: Vec<&str> = text.split(reference).collect();
        let mut changed = String::with_capacity(text.len());
        for (number, part) in parts.iter().enumerate() {
            if number > 0 {
                changed.push_str(if ends(part) { now } else { reference });
            }
            changed.push_str(part);
        }
        text = changed;
    }
    text
}

/// The file with one more action.
pub fn appended(text: &str, action: &Value) -> String {
    format!("{}\n{}", text.trim_end(), written(action))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const TEXT: &str = "\
overlay: 1.0.0
actions:
  # ---- one
  - target: $.a
    update:
      text: |-
        - not an action

        # not a comment

  # ---- two
  - {target: $.b, remove: true}
  - target: $.c
    # why
    remove: true
";

    #[test]
    fn an_action_is_all_its_lines() {
        assert_eq!(lines(TEXT, 3), Some(vec![3..9, 11..12, 12..15]));
        assert_eq!(lines(TEXT, 2), None);
        assert_eq!(lines("actions: [{target: $.a, remove: true}]", 1), None);
    }

    fn without(text: &str, gone: &[usize]) -> (String, Vec<String>) {
        edited(text, &gone.iter().map(|index| (*index, Vec::new())).collect::<Vec<_>>()).unwrap_or_default()
    }

    #[test]
    fn what_is_taken_out_is_given_back_and_the_rest_stays_as_it_is() {
        let (kept, gone) = without(TEXT, &[1]);
        assert_eq!(kept, TEXT.replace("  - {target: $.b, remove: true}\n", ""));
        assert_eq!(gone, ["  - {target: $.b, remove: true}"]);
        let (kept, gone) = without(TEXT, &[0, 2]);
        assert!(kept.ends_with("actions:\n  # ---- one\n\n  # ---- two\n  - {target: $.b, remove: true}\n"), "{kept}");
        assert!(gone.len() == 2 && gone[0].contains("- not an action"), "{gone:?}");
    }

    #[test]
    fn an_action_goes_to_other_targets_at_its_place_in_the_file() {
        let targets = vec!["$.d".to_owned(), "$.paths['/e'].get".to_owned()];
        let (kept, _) = edited(TEXT, &[(1, targets)]).unwrap_or_default();
        let expected = "  - target: \"$.d\"\n    remove: true\n  - target: \"$.paths['/e'].get\"\n    remove: true\n";
        assert_eq!(kept, TEXT.replace("  - {target: $.b, remove: true}\n", expected));
    }

    #[test]
    fn a_file_whose_lines_depend_on_each_other_is_written_anew() {
        let text = "# Why.\noverlay: 1.0.0\nactions:\n  - target: $.a\n    update: &x {k: 1}\n  - target: $.b\n    update: *x\n";
        let (kept, gone) = without(text, &[0]);
        assert_eq!(gone.len(), 1);
        assert!(kept.starts_with("# Why.\noverlay: "), "{kept}");
        let actions = &yaml::parse(&kept).unwrap_or_default()["actions"];
        assert_eq!(*actions, json!([{"target": "$.b", "update": {"k": 1}}]));
        let kept = without("actions: [{target: $.a, remove: true}, {target: $.b, remove: true}]", &[0]).0;
        assert_eq!(yaml::parse(&kept).unwrap_or_default()["actions"], json!([{"target": "$.b", "remove": true}]));
    }

    #[test]
    fn references_are_changed_where_they_are_whole() {
        let text = "a: {$ref: '#/a/b'}\nb: {$ref: \"#/a/b/c\"}\nc: \"#/a/b\"\n";
        let moves = BTreeMap::from([("#/a/b", "#/d".to_owned())]);
        assert_eq!(redirected(text, &moves), "a: {$ref: '#/d'}\nb: {$ref: \"#/a/b/c\"}\nc: \"#/d\"\n");
    }

    #[test]
    fn an_action_is_appended_behind_the_last_one() {
        let kept = appended(TEXT, &json!({"target": "$.d", "remove": true}));
        let actions = yaml::parse(&kept).unwrap_or_default()["actions"].as_array().map(Vec::len);
        assert_eq!(actions, Some(4), "{kept}");
    }
}
