//! `Content`: the fields of a request that name models and characters, and those that send the content on.

use serde_json::{Map, Value};

use super::{PrivacyPolicy, PrivacyReport};
use crate::api::generated::operations::HARMLESS;
use crate::runtime::operation::{Operation, SendsOn};
use crate::runtime::url::percent_decoded;

/// The object whose fields may be in the suffix of a model's id too.
const SUFFIX: &str = "venice_parameters";

/// A name in a request, and the field that it is in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) field: &'static str,
    pub(super) name: String,
}

/// What a request names. Fields that send the content on are in the report.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) models: Vec<Named>,
    pub(super) characters: Vec<Named>,
}

/// Reads the fields of a request.
pub(super) struct Reader<'a> {
    pub(super) operation: &'static Operation,
    pub(super) models: &'static [&'static str],
    pub(super) characters: &'static [&'static str],
    pub(super) policy: &'a PrivacyPolicy,
    /// Whether the body is a form, in which `null` is a file.
    pub(super) is_form: bool,
    pub(super) report: &'a mut PrivacyReport,
    content: Content,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        operation: &'static Operation,
        (models, characters): (&'static [&'static str], &'static [&'static str]),
        policy: &'a PrivacyPolicy,
        report: &'a mut PrivacyReport,
    ) -> Self {
        Self { operation, models, characters, policy, is_form: false, report, content: Content::default() }
    }

    pub(super) fn read(mut self, body: &Map<String, Value>) -> Content {
        self.object(body, "");
        // That of the operation: the fields of the body have another one in some programs (`preserve_order` of `serde_json`).
        let place = |named: &Named| self.models.iter().position(|field| *field == named.field);
        self.content.models.sort_by_key(place);
        let suffixes = self.content.models.iter().filter_map(|model| Some(model.name.split_once(':')?.1.to_owned()));
        for suffix in suffixes.collect::<Vec<_>>() {
            self.suffix(&suffix);
        }
        self.content
    }

    fn object(&mut self, object: &Map<String, Value>, parent: &str) {
        for (name, value) in object {
            if !value.is_null() || self.is_form {
                self.field(&format!("{parent}{name}"), name, value);
            }
        }
    }

    fn field(&mut self, path: &str, name: &str, value: &Value) {
        let (inside, items) = (format!("{path}."), format!("{path}[]."));
        if let Some(field) = self.models.iter().find(|field| **field == path) {
            self.names(field, value, |content| &mut content.models);
        } else if let Some(field) = self.characters.iter().find(|field| **field == path) {
            self.names(field, value, |content| &mut content.characters);
        } else if let Some(rule) = self.rule(path) {
            self.sends_on(rule, value);
        } else if self.models.iter().any(|field| field.starts_with(&items)) {
            for item in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
                match item {
                    Value::Object(item) => self.object(item, &items),
                    _ => self.unclassified(path),
                }
            }
        } else if self.operation.sends_on.iter().any(|rule| rule.field.starts_with(&items)) {
            // The other fields of an item say what it is, such as the schema of a tool.
            for item in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
                let rules = self.operation.sends_on.iter();
                for (rule, field) in rules.filter_map(|rule| Some((rule, rule.field.strip_prefix(&items)?))) {
                    self.sends_on(rule, item.get(field).unwrap_or(&Value::Null));
                }
            }
        } else if self.operation.sends_on.iter().any(|rule| rule.field.starts_with(&inside)) {
            match value {
                Value::Object(object) => self.object(object, &inside),
                _ => self.unclassified(path),
            }
        } else if !is_harmless(name) {
            self.unclassified(path);
        }
    }

    /// The names in a field; in a form it may be there several times.
    fn names(&mut self, field: &'static str, value: &Value, list: impl Fn(&mut Content) -> &mut Vec<Named>) {
        for value in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
            match value.as_str().map(str::trim) {
                // The API ignores it.
                Some("") => {}
                Some(name) => list(&mut self.content).push(Named { field, name: name.to_owned() }),
                None => self.report.refuse("unclassified_field", field, "is no name"),
            }
        }
    }

    /// The features in the suffix of a model's id: `enable_web_search=on&strip_thinking_response=true`.
    fn suffix(&mut self, suffix: &str) {
        for pair in suffix.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, "true"));
            let (name, value) = (percent_decoded(name), percent_decoded(value));
            self.field(&format!("{SUFFIX}.{name}"), &name, &Value::String(value));
        }
    }

    fn rule(&self, path: &str) -> Option<&'static SendsOn> {
        self.operation.sends_on.iter().find(|rule| rule.field == path)
    }

    fn sends_on(&mut self, rule: &'static SendsOn, value: &Value) {
        if is_on(value, rule.unless) {
            self.report.refuse_unless_allowed(self.policy, "sends_on", rule.field, rule.to);
        }
    }

    fn unclassified(&mut self, path: &str) {
        let problem = "it is not known whether the API then passes the content to a third party";
        self.report.refuse_unless_allowed(self.policy, "unclassified_field", path, problem);
    }
}

fn is_harmless(name: &str) -> bool {
    HARMLESS.binary_search(&name).is_ok()
}

/// Whether a field has its effect, in JSON, in a form or in a suffix.
fn is_on(value: &Value, unless: &[&str]) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) | Value::Number(_) => true,
        Value::String(text) => !matches!(text.as_str(), "" | "false") && !unless.contains(&text.as_str()),
        Value::Array(list) => list.iter().any(|value| is_on(value, unless)),
        Value::Object(object) => !object.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::api::generated::operations;
    use crate::features::privacy::Privacy;
    use crate::runtime::operation::Carries;

    fn read(operation: &'static Operation, body: Value) -> (Vec<String>, Content) {
        let policy = PrivacyPolicy::new(Privacy::PrivateModels);
        let mut report = PrivacyReport::new("test", Privacy::PrivateModels);
        let Carries::Models { fields, characters, .. } = operation.carries else { panic!("{operation:?}") };
        let content =
            Reader::new(operation, (fields, characters), &policy, &mut report).read(body.as_object().unwrap());
        let findings = report.findings().iter().map(|found| format!("{} {}", found.rule, found.field)).collect();
        (findings, content)
    }

    fn chat(body: Value) -> Vec<String> {
        read(&operations::CREATE_CHAT_COMPLETION, body).0
    }

    #[test]
    fn names_of_models_and_characters_are_found_wherever_they_are() {
        let body = json!({
            "model": "a:character_slug=x%20y&strip_thinking_response=true", "fallbacks": [{"model": "b"}, {"model": " "}],
            "venice_parameters": {"character_slug": "z"}, "messages": [{"role": "user", "content": {"model": "no"}}],
        });
        let (findings, content) = read(&operations::CREATE_CHAT_COMPLETION, body);
        assert!(findings.is_empty(), "{findings:?}");
        let names = |list: &[Named]| list.iter().map(|named| named.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&content.models), ["a:character_slug=x%20y&strip_thinking_response=true", "b"]);
        assert_eq!(names(&content.characters), ["z", "x y"]);
    }

    #[test]
    fn what_sends_the_content_on_is_found_in_all_its_forms() {
        let search = "sends_on venice_parameters.enable_web_search";
        for (body, expected) in [
            (json!({"venice_parameters": {"enable_web_search": "on"}}), search),
            (json!({"venice_parameters": {"enable_web_search": true}}), search),
            (json!({"model": "a:enable_web_search=auto"}), search),
            (json!({"model": "a:enable%5Fweb%5Fsearch=o%6e"}), search),
            (json!({"venice_parameters": {"enable_x_search": true}}), "sends_on venice_parameters.enable_x_search"),
            (json!({"model": "a:enable_web_scraping=true"}), "sends_on venice_parameters.enable_web_scraping"),
            (json!({"web_search": true}), "sends_on web_search"),
            (json!({"tools": [{"type": "function"}, {"type": "x_search"}]}), "sends_on tools[].type"),
            (json!({"tools": {"type": "mcp"}}), "sends_on tools[].type"),
            (json!({"prompt_cache_retention": "24h"}), "sends_on prompt_cache_retention"),
            (json!({"model": "a:web"}), "unclassified_field venice_parameters.web"),
            (json!({"venice_parameters": {"brand_new": 1}}), "unclassified_field venice_parameters.brand_new"),
            (json!({"venice_parameters": "enable_web_search"}), "unclassified_field venice_parameters"),
            (json!({"brand_new": {"temperature": 1}}), "unclassified_field brand_new"),
            (json!({"fallbacks": ["b"]}), "unclassified_field fallbacks"),
            (json!({"fallbacks": [{"model": "b", "provider": "x"}]}), "unclassified_field fallbacks[].provider"),
            (json!({"model": {"id": "a"}}), "unclassified_field model"),
        ] {
            assert_eq!(chat(body.clone()), [expected], "{body}");
        }
        let off = json!({
            "model": "a:enable_web_search=off&enable_web_scraping=false", "web_search": false, "brand_new": null,
            "venice_parameters": {"enable_web_search": "off", "enable_web_scraping": false, "enable_x_search": null},
            "tools": [{"type": "function"}, {"name": "anthropic"}], "prompt_cache_retention": "default", "temperature": 0.5,
        });
        assert!(chat(off.clone()).is_empty(), "{:?}", chat(off));
    }
}
