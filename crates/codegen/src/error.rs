//! The error of all faults in a document, an overlay or a YAML file.
//!
//! It prints like a compiler's: what is wrong, where (file and JSON path, or line and column), what was found there, and what to do about
//! it. The caller who read the file adds its name with [`Error::in_file`], since nothing here does I/O.

use std::fmt;

/// How much of the found value an error shows before it is cut.
const FOUND_LIMIT: usize = 120;

/// What is wrong with a document, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(Box<Parts>);

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Parts {
    message: String,
    file: Option<String>,
    position: Option<(usize, usize)>,
    path: Option<String>,
    found: Option<String>,
    help: Option<String>,
}

impl Error {
    /// An error that says what is wrong, in lower case and without a full stop: `response has no description`.
    pub fn new(message: impl Into<String>) -> Self {
        Self(Box::new(Parts { message: message.into(), ..Parts::default() }))
    }

    /// Where in the document: a JSON path such as `$.paths['/models'].get`, which is what [`Place`](crate::document::Place) prints.
    #[must_use]
    pub fn at(mut self, path: impl fmt::Display) -> Self {
        self.0.path = Some(path.to_string());
        self
    }

    /// Where in the text: line and column, both counted from 1.
    #[must_use]
    pub fn at_line(mut self, line: usize, column: usize) -> Self {
        self.0.position = Some((line, column));
        self
    }

    /// Which file. Keeps a name that is already there, so the innermost caller wins.
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.0.file.get_or_insert(file.into());
        self
    }

    /// What was found there: a value (printed as JSON) or words; cut when it is long.
    #[must_use]
    pub fn found(mut self, found: impl fmt::Display) -> Self {
        self.0.found = Some(shorten(found.to_string()));
        self
    }

    /// What the reader can do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// What is wrong, without place or help.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The JSON path, if the error belongs to one.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.0.path.as_deref()
    }

    /// Line and column, counted from 1, if the text itself could not be read.
    #[must_use]
    pub fn line_and_column(&self) -> Option<(usize, usize)> {
        self.0.position
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = &self.0;
        write!(f, "error: {}", parts.message)?;
        let place: Vec<String> = [
            parts.file.clone(),
            parts.position.map(|(line, column)| format!("{line}:{column}")),
            parts.path.as_ref().map(|path| match (&parts.file, parts.position) {
                (None, None) => path.clone(),
                _ => format!(" {path}"),
            }),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !place.is_empty() {
            write!(f, "\n  --> {}", place.join(":"))?;
        }
        if let Some(found) = &parts.found {
            write!(f, "\n  = found: {found}")?;
        }
        if let Some(help) = &parts.help {
            write!(f, "\n  = help: {help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

fn shorten(text: String) -> String {
    if text.chars().nth(FOUND_LIMIT).is_none() {
        return text;
    }
    let mut cut: String = text.chars().take(FOUND_LIMIT).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_error_reads_like_a_compilers() {
        let error = Error::new("response has no description")
            .at("$.paths['/models'].get.responses['200']")
            .found(json!({"content": {}}))
            .help("add one")
            .in_file("spec/swagger.yaml");
        assert_eq!(
            error.to_string(),
            "error: response has no description\n  --> spec/swagger.yaml: $.paths['/models'].get.responses['200']\n  \
             = found: {\"content\":{}}\n  = help: add one"
        );
    }

    #[test]
    fn a_place_in_the_text_is_printed_as_editors_expect_it() {
        let error = Error::new("x").at_line(3, 7).in_file("a.yaml");
        assert_eq!(error.to_string(), "error: x\n  --> a.yaml:3:7");
    }

    #[test]
    fn without_a_file_the_path_stands_alone() {
        assert_eq!(Error::new("x").at("$.a").to_string(), "error: x\n  --> $.a");
    }

    #[test]
    fn the_innermost_file_name_is_kept() {
        let error = Error::new("x").in_file("inner").in_file("outer");
        assert_eq!(error.to_string(), "error: x\n  --> inner");
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        let error = Error::new("x").found("é".repeat(500));
        assert!(error.to_string().ends_with('…'));
        assert!(error.to_string().len() < 300);
    }
}
