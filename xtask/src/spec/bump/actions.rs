//! The actions of an overlay as lines of its file.

use std::ops::Range;

use venice_ai_codegen::yaml;

use crate::failure::Failure;

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

/// The file without some of its actions, and the text of each that went.
///
/// What is left is read again and must be exactly the other actions.
pub fn without(text: &str, gone: &[usize]) -> Result<(String, Vec<String>), Failure> {
    let refused = |reason: &str| {
        Failure::new(
            format!("cannot take actions out of the file: {reason}"),
            "delete them by hand, as they are listed",
        )
    };
    let doc = yaml::parse(text)?;
    let actions = doc.get("actions").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
    let lines = lines(text, actions.len()).ok_or_else(|| refused("it is not a list at one indentation"))?;
    let taken: Vec<&Range<usize>> = gone.iter().filter_map(|index| lines.get(*index)).collect();
    let all: Vec<&str> = text.lines().collect();
    let kept = all.iter().enumerate().filter(|(number, _)| !taken.iter().any(|range| range.contains(number)));
    let kept: String = kept.map(|(_, line)| format!("{line}\n")).collect();
    let expected: Vec<_> = actions
        .iter()
        .enumerate()
        .filter(|(index, _)| !gone.contains(index))
        .map(|(_, action)| action.clone())
        .collect();
    let mut wanted = doc.clone();
    wanted["actions"] = expected.into();
    if yaml::parse(&kept).ok().as_ref() != Some(&wanted) {
        return Err(refused("its lines are not what they seem"));
    }
    let texts = taken.iter().map(|range| all[range.start..range.end].join("\n"));
    Ok((kept, texts.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn what_is_taken_out_is_given_back_and_the_rest_stays_as_it_is() {
        let (kept, gone) = without(TEXT, &[1]).unwrap_or_default();
        assert_eq!(kept, TEXT.replace("  - {target: $.b, remove: true}\n", ""));
        assert_eq!(gone, ["  - {target: $.b, remove: true}"]);
        let (kept, gone) = without(TEXT, &[0, 2]).unwrap_or_default();
        assert!(kept.ends_with("actions:\n  # ---- one\n\n  # ---- two\n  - {target: $.b, remove: true}\n"), "{kept}");
        assert!(gone.len() == 2 && gone[0].contains("- not an action"), "{gone:?}");
        assert!(without("actions: [{target: $.a, remove: true}]", &[0]).is_err());
    }
}
