//! Doc comments: our own sentence, then the facts that the document gives (range, length, default).

use crate::model::Field;
use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

/// `#[doc]` attributes for a text of one or more lines.
pub fn doc(text: &str) -> TokenStream {
    let lines = text.trim_end().lines().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote! { #(#[doc = #lines])* }
}

/// The documentation of a member.
pub fn field(field: &Field) -> String {
    let mut text = field
        .doc
        .as_deref()
        .map_or_else(|| format!("`{}` on the wire.", field.wire), |text| text.trim_end().to_owned());
    let facts = facts(&field.schema, field.default.as_ref());
    if !facts.is_empty() {
        text.push_str("\n\n");
        text.push_str(&facts.join(" "));
    }
    text
}

/// What the document says about a value, in our words.
pub fn facts(schema: &Value, default: Option<&Value>) -> Vec<String> {
    let number = |key: &str| schema.get(key).filter(|value| value.is_number());
    let exclusive = |key: &str| schema.get(key) == Some(&Value::Bool(true));
    let mut facts = Vec::new();
    let low = number("minimum")
        .map(|low| if exclusive("exclusiveMinimum") { format!("above {low}") } else { format!("at least {low}") });
    let high = number("maximum")
        .map(|high| if exclusive("exclusiveMaximum") { format!("below {high}") } else { format!("at most {high}") });
    match (low, high) {
        (Some(low), Some(high)) => facts.push(format!("Range: {low}, {high}.")),
        (Some(only), None) | (None, Some(only)) => facts.push(format!("Range: {only}.")),
        (None, None) => {}
    }
    for (low, high, what) in [("minLength", "maxLength", "characters"), ("minItems", "maxItems", "items")] {
        match (number(low), number(high)) {
            (Some(low), Some(high)) => facts.push(format!("{low} to {high} {what}.")),
            (Some(low), None) => facts.push(format!("At least {low} {what}.")),
            (None, Some(high)) => facts.push(format!("At most {high} {what}.")),
            (None, None) => {}
        }
    }
    if let Some(default) = default.filter(|value| !value.is_null()) {
        facts.push(format!("The server takes `{default}` when it is not sent."));
    }
    facts
}
