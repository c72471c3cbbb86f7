//! `Issues`: validation errors in the format of the API, a tree of messages and the list of zod issues.

use serde_json::{Value, json};

use super::reply::Reply;
use super::violation::Violation;

/// One finding.
#[derive(Clone, Debug)]
pub(super) struct Issue {
    code: &'static str,
    path: Vec<Step>,
    message: String,
    more: Value,
}

/// A step of a path.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Field(String),
    Item(usize),
}

impl Step {
    pub(super) fn is(&self, name: &str) -> bool {
        matches!(self, Self::Field(field) if field == name)
    }
}

/// All findings.
#[derive(Clone, Debug, Default)]
pub(super) struct Issues(Vec<Issue>);

impl Issue {
    /// `more` has the fields of the issue besides code, path and message.
    pub(super) fn new(code: &'static str, path: Vec<Step>, message: impl Into<String>, more: Value) -> Self {
        Self { code, path, message: message.into(), more }
    }

    fn to_json(&self) -> Value {
        let path = self.path.iter().map(|step| match step {
            Step::Field(name) => Value::from(name.as_str()),
            Step::Item(index) => Value::from(*index),
        });
        let mut issue = self.more.clone();
        issue["code"] = self.code.into();
        issue["path"] = path.collect();
        issue["message"] = self.message.as_str().into();
        issue
    }

    /// Adds the message to the tree.
    fn note(&self, details: &mut Value) {
        let mut place = details;
        for step in &self.path {
            let name = match step {
                Step::Field(name) => name.clone(),
                Step::Item(index) => index.to_string(),
            };
            place = &mut place[name];
            if place.is_null() {
                *place = json!({"_errors": []});
            }
        }
        if let Some(messages) = place["_errors"].as_array_mut() {
            messages.push(self.message.as_str().into());
        }
    }

    /// The paths of the issue's fields, each as `messages[3].content`.
    fn fields(&self) -> Vec<String> {
        let mut field = String::new();
        for step in &self.path {
            match step {
                Step::Field(name) if field.is_empty() => field.push_str(name),
                Step::Field(name) => field.extend([".", name]),
                Step::Item(index) => field.push_str(&format!("[{index}]")),
            }
        }
        match self.more["keys"].as_array() {
            Some(keys) => {
                let dot = if field.is_empty() { "" } else { "." };
                keys.iter().filter_map(Value::as_str).map(|key| format!("{field}{dot}{key}")).collect()
            }
            None => vec![field],
        }
    }
}

impl Issues {
    pub(super) fn add(&mut self, issue: Issue) {
        self.0.push(issue);
    }

    pub(super) fn extend(&mut self, others: impl IntoIterator<Item = Issue>) {
        self.0.extend(others);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The refusal.
    pub(super) fn refusal(&self) -> Reply {
        let mut details = json!({"_errors": []});
        for issue in &self.0 {
            issue.note(&mut details);
        }
        let issues: Vec<Value> = self.0.iter().map(Issue::to_json).collect();
        Reply::json(400, &json!({"error": "Invalid request parameters", "details": details, "issues": issues}))
    }

    /// The same for the test.
    pub(super) fn violations(&self, operation: &'static str) -> Vec<Violation> {
        let of = |issue: &Issue| -> Vec<Violation> {
            let fields = issue.fields().into_iter();
            fields.map(|field| Violation::new(Some(operation), field, issue.message.clone())).collect()
        };
        self.0.iter().flat_map(of).collect()
    }
}
