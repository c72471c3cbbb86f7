//! `Gap`: the known gaps, from `spec/coverage.toml`.
//!
//! `[[gap]]` is written by people, with a reason. `[[automatic]]` and `[[left_out]]` are written by `spec bump`: an operation that has what is
//! generated (a method, documentation from the document's facts, the wire test of the operation table), and one that cannot be generated.

use std::path::Path;

use venice_ai_codegen::Error;

use super::{Column, Covered, rows::Row};
use crate::{failure::Failure, workspace};

/// A gap that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The operation, by its id or as `GET /path`.
    pub operation: String,
    /// Media type of the request or of the success; without one, all of them.
    pub media: Option<String>,
    /// What is missing.
    pub columns: Vec<Column>,
    /// Whether a bump wrote it. It stays until nothing at all is missing.
    pub automatic: bool,
}

/// Reads the file; one that is not there lists nothing.
pub fn read(path: &Path) -> Result<Vec<Gap>, Failure> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    Ok(parse(&workspace::read(path)?).map_err(|error| error.in_file(workspace::shown(path)))?)
}

fn parse(text: &str) -> Result<Vec<Gap>, Error> {
    let table: toml::Table =
        text.parse().map_err(|error: toml::de::Error| Error::new("not valid TOML").found(error.message()))?;
    if let Some(other) = table.keys().find(|key| !["gap", "automatic", "left_out"].contains(&key.as_str())) {
        return Err(Error::new(format!("unknown member `{other}`")).help("gaps are written as [[gap]]"));
    }
    let entries = |kind: &str| table.get(kind).and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let mut gaps = Vec::new();
    for (index, entry) in entries("gap").iter().enumerate() {
        gaps.push(gap(entry).map_err(|error| error.at(format!("gap {}", index + 1)))?);
    }
    for (kind, columns) in [("automatic", &Column::ALL[1..]), ("left_out", &Column::ALL[..])] {
        for entry in entries(kind) {
            let operation = entry.get("operation").and_then(toml::Value::as_str);
            let operation = operation.ok_or_else(|| Error::new(format!("an entry of {kind} has no operation")))?;
            gaps.push(Gap { operation: operation.to_owned(), media: None, columns: columns.to_vec(), automatic: true });
        }
    }
    Ok(gaps)
}

/// The file after a bump: entries of operations that are gone are taken out, those of operations with gaps that are not listed put in.
pub fn updated(text: &str, rows: &[Covered]) -> Result<String, Error> {
    let known = |operation: &str| rows.iter().any(|covered| covered.row.operation == operation);
    let mut kept = String::new();
    let mut blocks: Vec<Vec<&str>> = vec![Vec::new()];
    for line in text.lines() {
        let ends = line.trim().is_empty() || line.starts_with('#');
        let begins = |line: &str| line.starts_with("[[");
        match blocks.last_mut() {
            Some(block) if !(begins(line) || ends && block.first().is_some_and(|head| begins(head))) => {
                block.push(line);
            }
            _ => blocks.push(vec![line]),
        }
    }
    for block in blocks {
        let operation = block.iter().find_map(|line| line.strip_prefix("operation = "));
        if operation.is_none_or(|operation| known(operation.trim().trim_matches('"'))) {
            block.iter().for_each(|line| kept.extend([line, "\n"]));
        }
    }
    let gaps = parse(&kept)?;
    let mut listed = std::collections::BTreeSet::new();
    for covered in rows {
        let mut open = covered.missing().filter(|column| !lists(&gaps, &covered.row, *column)).peekable();
        if open.peek().is_some() && listed.insert(&covered.row.operation) {
            let kind = if open.any(|column| column == Column::Generated) { "left_out" } else { "automatic" };
            kept.push_str(&format!("\n[[{kind}]]\noperation = {:?}\n", covered.row.operation));
        }
    }
    Ok(kept)
}

fn gap(entry: &toml::Value) -> Result<Gap, Error> {
    let text = |name: &str| entry.get(name).and_then(toml::Value::as_str).map(str::to_owned);
    let needed = |name: &str| {
        text(name).filter(|text| !text.is_empty()).ok_or_else(|| Error::new(format!("a gap has no {name}")))
    };
    let known = ["operation", "media", "columns", "reason"];
    if let Some(other) =
        entry.as_table().into_iter().flat_map(toml::Table::keys).find(|key| !known.contains(&key.as_str()))
    {
        return Err(Error::new(format!("a gap has an unknown member `{other}`"))
            .help(format!("members are {}", known.join(", "))));
    }
    needed("reason")?;
    let columns = entry.get("columns").and_then(toml::Value::as_array).filter(|columns| !columns.is_empty());
    let columns = columns.ok_or_else(|| Error::new("a gap has no columns"))?;
    let columns = columns.iter().map(|name| {
        let column = name.as_str().and_then(Column::named);
        column.ok_or_else(|| {
            Error::new("a gap has an unknown column")
                .found(name.as_str().unwrap_or("not a text"))
                .help(format!("columns are {}", Column::ALL.map(Column::name).join(", ")))
        })
    });
    Ok(Gap {
        operation: needed("operation")?,
        media: text("media"),
        columns: columns.collect::<Result<_, _>>()?,
        automatic: false,
    })
}

/// What the list and the rows disagree about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Gaps that are not listed.
    pub open: Vec<String>,
    /// Entries of the list that are no gaps, or no longer.
    pub stale: Vec<String>,
}

/// Compares the rows with the list.
pub fn compare(rows: &[Covered], gaps: &[Gap]) -> Difference {
    let mut difference = Difference::default();
    for covered in rows {
        for column in covered.missing() {
            if !lists(gaps, &covered.row, column) {
                difference.open.push(format!("{}: not {}", covered.row, column.name()));
            }
        }
    }
    for gap in gaps {
        let concerned: Vec<&Covered> = rows.iter().filter(|covered| applies(gap, &covered.row)).collect();
        let media = gap.media.as_ref().map(|media| format!(" ({media})")).unwrap_or_default();
        if concerned.is_empty() {
            difference.stale.push(format!("{}{media}: no such row", gap.operation));
        }
        let is_closed = |column: &&Column| concerned.iter().all(|covered| covered.has(**column));
        let closed = gap.columns.iter().filter(|_| !concerned.is_empty()).filter(is_closed);
        if gap.automatic && closed.clone().count() < gap.columns.len() {
            continue;
        }
        difference.stale.extend(closed.map(|column| format!("{}{media}: is {}", gap.operation, column.name())));
    }
    difference
}

/// Whether the list says that a row lacks a column.
pub fn lists(gaps: &[Gap], row: &Row, column: Column) -> bool {
    gaps.iter().any(|gap| gap.columns.contains(&column) && applies(gap, row))
}

fn applies(gap: &Gap, row: &Row) -> bool {
    let media = gap.media.as_ref();
    gap.operation == row.operation
        && (media.is_none() || media == row.request.as_ref() || media == row.success.as_ref())
}

#[cfg(test)]
mod tests {
    use super::super::tests::covered;
    use super::*;

    fn gap(operation: &str, columns: &[Column]) -> Gap {
        Gap { operation: operation.into(), media: None, columns: columns.to_vec(), automatic: false }
    }

    #[test]
    fn a_gap_that_is_not_listed_is_open() {
        let rows = [covered("a", None, &Column::ALL), covered("b", None, &[Column::Generated, Column::Documented])];
        let difference = compare(&rows, &[]);
        assert_eq!(difference.open, ["b: not wrapped", "b: not exercised"]);
        assert!(difference.stale.is_empty());
        assert_eq!(compare(&rows, &[gap("b", &[Column::Wrapped, Column::Exercised])]), Difference::default());
    }

    #[test]
    fn an_entry_is_stale_when_its_gap_is_closed_or_its_operation_gone() {
        let rows = [covered("a", None, &Column::ALL)];
        let difference = compare(&rows, &[gap("a", &[Column::Wrapped]), gap("gone", &[Column::Wrapped])]);
        assert_eq!(difference.stale, ["a: is wrapped", "gone: no such row"]);
    }

    #[test]
    fn an_entry_may_be_for_one_media_type() {
        let rows = [covered("a", Some("image/png"), &[]), covered("a", Some("image/webp"), &Column::ALL)];
        let png = Gap { media: Some("image/png".into()), ..gap("a", &Column::ALL) };
        assert_eq!(compare(&rows, std::slice::from_ref(&png)), Difference::default());
        let webp = Gap { media: Some("image/webp".into()), ..png };
        let difference = compare(&rows, &[webp]);
        assert_eq!((difference.open.len(), difference.stale.len()), (4, 4));
    }

    #[test]
    fn an_entry_that_is_open_for_one_row_of_several_is_not_stale() {
        let rows = [covered("a", Some("image/png"), &[]), covered("a", Some("image/webp"), &Column::ALL)];
        assert_eq!(compare(&rows, &[gap("a", &Column::ALL)]), Difference::default());
    }

    #[test]
    fn what_a_bump_lists_is_a_gap_until_nothing_is_missing() {
        let rows = [covered("a", None, &[Column::Generated, Column::Wrapped]), covered("b", None, &[])];
        let text =
            "# Head.\n\n# Gone.\n[[gap]]\noperation = \"gone\"\ncolumns = [\"wrapped\"]\nreason = \"r\"\n\n# Rest.\n";
        let updated = super::updated(text, &rows).unwrap_or_default();
        assert_eq!(
            updated,
            "# Head.\n\n# Gone.\n\n# Rest.\n\n[[automatic]]\noperation = \"a\"\n\n[[left_out]]\noperation = \"b\"\n"
        );
        let gaps = parse(&updated).unwrap_or_default();
        assert_eq!(compare(&rows, &gaps), Difference::default(), "some of it is wrapped");
        assert_eq!(super::updated(&updated, &rows).unwrap_or_default(), updated);
        let done = compare(&[covered("a", None, &Column::ALL), covered("b", None, &[])], &gaps);
        assert_eq!(done.stale, ["a: is wrapped", "a: is documented", "a: is exercised"]);
    }

    #[test]
    fn the_file_says_operation_columns_and_reason() {
        let gaps = parse(
            "[[gap]]\noperation = \"createSpeech\"\ncolumns = [\"wrapped\", \"exercised\"]\nreason = \"not yet wrapped\"\n",
        );
        assert_eq!(gaps.unwrap_or_default(), [gap("createSpeech", &[Column::Wrapped, Column::Exercised])]);
        for (wrong, message) in [
            ("[[gap]]\noperation = \"a\"\ncolumns = [\"wrapped\"]\n", "no reason"),
            ("[[gap]]\noperation = \"a\"\ncolumns = []\nreason = \"x\"\n", "no columns"),
            ("[[gap]]\noperation = \"a\"\ncolumns = [\"warped\"]\nreason = \"x\"\n", "unknown column"),
            ("[[gap]]\ncolumns = [\"wrapped\"]\nreason = \"x\"\n", "no operation"),
            (
                "[[gap]]\noperation = \"a\"\ncolumns = [\"wrapped\"]\nreason = \"x\"\nmethod = \"get\"\n",
                "unknown member `method`",
            ),
            ("[[gaps]]\n", "unknown member `gaps`"),
            ("[[gap", "not valid TOML"),
        ] {
            let error = parse(wrong).map(|_| ()).map_err(|error| error.to_string()).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
    }
}
