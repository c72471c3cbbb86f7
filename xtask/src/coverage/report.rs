//! The rows as a table, as Markdown and as JSON.

use serde_json::{Value, json};

use super::gaps::Difference;
use super::{Column, Covered};

/// How the report is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a terminal.
    Table,
    /// For programs.
    Json,
    /// For a page.
    Markdown,
}

impl Format {
    /// The format called `name`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "table" => Some(Self::Table),
            "json" => Some(Self::Json),
            "markdown" => Some(Self::Markdown),
            _ => None,
        }
    }
}

/// Prints the rows.
pub fn render(rows: &[Covered], difference: &Difference, format: Format) -> String {
    match format {
        Format::Json => format!("{:#}\n", as_json(rows, difference)),
        Format::Table => table(rows, "  ", ["yes", "-"]),
        Format::Markdown => table(rows, " | ", ["✓", "·"]),
    }
}

/// One object a row, the totals, and what the list of gaps does not say.
fn as_json(rows: &[Covered], difference: &Difference) -> Value {
    let row = |covered: &Covered| {
        let mut value = json!({
            "operation": covered.row.operation,
            "method": covered.row.method,
            "path": covered.row.path,
            "request": covered.row.request,
            "success": covered.row.success,
        });
        for column in Column::ALL {
            value[column.name()] = covered.has(column).into();
        }
        value
    };
    let mut totals = json!({"rows": rows.len()});
    for column in Column::ALL {
        totals[column.name()] = count(rows, column).into();
    }
    json!({"rows": rows.iter().map(row).collect::<Vec<_>>(), "totals": totals, "open": difference.open, "stale": difference.stale})
}

fn count(rows: &[Covered], column: Column) -> usize {
    rows.iter().filter(|covered| covered.has(column)).count()
}

fn table(rows: &[Covered], between: &str, [yes, no]: [&str; 2]) -> String {
    let head = ["operation", "request", "success"]
        .map(str::to_owned)
        .into_iter()
        .chain(Column::ALL.map(|column| column.name().to_owned()));
    let mut lines: Vec<Vec<String>> = vec![head.collect()];
    for covered in rows {
        let media = |name: &Option<String>| name.clone().unwrap_or_else(|| "-".to_owned());
        let mut line = vec![covered.row.operation.clone(), media(&covered.row.request), media(&covered.row.success)];
        line.extend(Column::ALL.map(|column| if covered.has(column) { yes } else { no }.to_owned()));
        lines.push(line);
    }
    let mut totals = vec![format!("{} rows", rows.len()), String::new(), String::new()];
    totals.extend(Column::ALL.map(|column| count(rows, column).to_string()));
    lines.push(totals);
    let width = |index: usize| {
        lines.iter().filter_map(|line| line.get(index)).map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..lines[0].len()).map(width).collect();
    let markdown = between.contains('|');
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        let line = cells.join(between);
        text.push_str(if markdown { format!("| {line} |") } else { line }.trim_end());
        text.push('\n');
        if markdown && number == 0 {
            let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            text.push_str(&format!("| {} |\n", rule.join(between)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::tests::covered;
    use super::*;

    #[test]
    fn json_has_a_row_each_with_all_columns_and_the_totals() {
        let rows = [covered("a", Some("image/png"), &[Column::Generated])];
        let difference = Difference { open: vec!["a: not wrapped".into()], stale: Vec::new() };
        let value: Value = serde_json::from_str(&render(&rows, &difference, Format::Json)).unwrap_or_default();
        let row = json!({
            "operation": "a", "method": "GET", "path": "/a", "request": null, "success": "image/png",
            "generated": true, "wrapped": false, "documented": false, "exercised": false,
        });
        let totals = json!({"rows": 1, "generated": 1, "wrapped": 0, "documented": 0, "exercised": 0});
        assert_eq!(value, json!({"rows": [row], "totals": totals, "open": ["a: not wrapped"], "stale": []}));
    }

    #[test]
    fn a_table_and_a_page_have_a_line_a_row() {
        let rows = [covered("a", None, &Column::ALL), covered("listWicks", Some("text/csv"), &[])];
        let table = render(&rows, &Difference::default(), Format::Table);
        assert_eq!(table.lines().count(), 4, "{table}");
        assert!(table.lines().nth(2).is_some_and(|line| line.starts_with("listWicks  -        text/csv")), "{table}");
        let page = render(&rows, &Difference::default(), Format::Markdown);
        assert!(
            page.lines().count() == 5 && page.lines().all(|line| line.starts_with("| ") && line.ends_with(" |")),
            "{page}"
        );
    }
}
