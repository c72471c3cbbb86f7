//! `ids`, `check`: assigns ids to calls, and validates them.

use std::collections::{HashMap, HashSet};

use super::key;
use crate::api::generated::types::{JsonRpcId, JsonRpcRequest};
use crate::runtime::validation::{self, ValidationError};

/// The most calls of one request.
const MOST_CALLS: usize = 100;

/// The text by which ids are compared. Some nodes answer the id 7 with "7", so the two must be the same call.
#[inline]
pub(super) fn id_text(id: &JsonRpcId) -> Option<String> {
    match id {
        JsonRpcId::Integer(number) => Some(number.to_string()),
        JsonRpcId::Text(text) => Some(text.clone()),
        JsonRpcId::Unknown(_) => None,
    }
}

/// Assigns an id to every call without one, and returns all ids.
#[inline]
pub(super) fn ids(requests: &mut [JsonRpcRequest]) -> Vec<JsonRpcId> {
    let taken: HashSet<String> = requests.iter().filter_map(|request| id_text(request.id.as_ref()?)).collect();
    let mut free = (1..).filter(|number: &i64| !taken.contains(&number.to_string()));
    let mut id = |request: &mut JsonRpcRequest| {
        let next = || JsonRpcId::Integer(free.next().unwrap_or_default());
        request.id.get_or_insert_with(next).clone()
    };
    requests.iter_mut().map(&mut id).collect()
}

/// Checks one call.
#[inline]
pub(super) fn check(network: &str, requests: &[JsonRpcRequest], key: Option<&str>) -> Result<(), ValidationError> {
    let mut findings = around(network, key);
    findings.extend(requests.iter().flat_map(|request| of_call(request, String::new())));
    ValidationError::all(findings)
}

/// Checks several calls.
#[inline]
pub(super) fn check_batch(
    network: &str,
    requests: &[JsonRpcRequest],
    key: Option<&str>,
) -> Result<(), ValidationError> {
    let mut findings = around(network, key);
    let count = requests.len();
    if count == 0 {
        findings.push(ValidationError::new("requests", "has no calls"));
    } else if count > MOST_CALLS {
        let problem = format!("has {count} calls, at most {MOST_CALLS} are allowed in a batch");
        findings.push(ValidationError::new("requests", problem));
    }
    let mut seen = HashMap::new();
    for (index, request) in requests.iter().enumerate() {
        findings.extend(of_call(request, format!("[{index}].")));
        let Some(id) = request.id.as_ref().and_then(id_text) else { continue };
        if let Some(first) = seen.get(&id) {
            let problem = format!("is the same as that of [{first}]");
            findings.push(ValidationError::new(format!("[{index}].id"), problem));
        } else {
            seen.insert(id, index);
        }
    }
    ValidationError::all(findings)
}

/// Checks the network and the key.
#[inline]
fn around(network: &str, key: Option<&str>) -> Vec<ValidationError> {
    let mut findings = Vec::new();
    // An empty name is reported with the path.
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if !network.trim().is_empty() && !network.bytes().all(is_part) {
        let problem = format!("is {network:?}; networks have names like `ethereum-mainnet`");
        findings.push(ValidationError::new("network", problem));
    }
    if let Some(key) = key.filter(|key| !key::is_valid(key)) {
        let problem = format!("is {key:?}; a key has 1 to 255 letters, digits, `_` and `-`");
        findings.push(ValidationError::new("Idempotency-Key", problem));
    }
    findings
}

/// Checks a call; `place` prefixes the names of its fields.
#[inline]
fn of_call(request: &JsonRpcRequest, place: String) -> Vec<ValidationError> {
    let finding = |field: &str, problem: &str| ValidationError::new(format!("{place}{field}"), problem);
    let mut findings = Vec::new();
    if let Err(wrong) = validation::run(request) {
        findings.extend(wrong.fields().map(|(field, problem)| finding(field, problem)));
    }
    if request.params.as_ref().is_some_and(|params| !params.is_array() && !params.is_object()) {
        findings.push(finding("params", "is neither a list nor an object"));
    }
    if matches!(request.id, Some(JsonRpcId::Unknown(_))) {
        findings.push(finding("id", "is neither a whole number nor a text"));
    }
    findings
}
