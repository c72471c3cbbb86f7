//! `Key`: handlers of API keys.

pub(super) mod limits;

use serde_json::{Value, json};
use venice_ai::types::{ApiKeyType, LimitPeriod, ModelPrivacy};

use super::ADMIN_KEY;
use super::errors::error;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::state::State;
use super::time;

/// A stored key.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) id: String,
    pub(super) secret: String,
    pub(super) kind: String,
    description: String,
    /// `usd`, `diem` and `vcu`, each a number or null.
    limits: Value,
    period: String,
    privacy: String,
    /// The addresses and subnets that may use it; none: all.
    addresses: Vec<String>,
    created_at: String,
    pub(super) expires_at: Option<String>,
    pub(super) last_used_at: Option<String>,
}

impl Key {
    /// The key of the mock's own client.
    pub(super) fn of_the_mock(state: &mut State) -> Self {
        let body = json!({"apiKeyType": ApiKeyType::Admin.as_str(), "description": "the key of this mock"});
        Self { secret: ADMIN_KEY.to_owned(), ..Self::new(state, &body) }
    }

    /// A new key, from a validated body.
    pub(super) fn new(state: &mut State, body: &Value) -> Self {
        let kind = body["apiKeyType"].as_str().unwrap_or_default().to_owned();
        let mut key = Self {
            id: state.next_uuid(),
            secret: format!("mock-{}-{:016x}{:08x}", kind.to_lowercase(), state.next_id(), state.next_id() as u32),
            kind,
            description: String::new(),
            limits: json!({"usd": null, "diem": null, "vcu": null}),
            period: LimitPeriod::Epoch.as_str().to_owned(),
            privacy: ModelPrivacy::All.as_str().to_owned(),
            addresses: Vec::new(),
            created_at: time::iso(time::now()),
            expires_at: None,
            last_used_at: None,
        };
        key.change(body);
        key
    }

    /// Sets the fields of a validated body.
    fn change(&mut self, body: &Value) {
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        self.description = text("description").unwrap_or_else(|| self.description.clone());
        self.period = text("limitPeriod").unwrap_or_else(|| self.period.clone());
        self.privacy = text("modelPrivacy").unwrap_or_else(|| self.privacy.clone());
        for (currency, amount) in body["consumptionLimit"].as_object().into_iter().flatten() {
            self.limits[currency.as_str()] = amount.clone();
        }
        if let Some(addresses) = body["ipAllowlist"].as_array() {
            self.addresses = addresses.iter().filter_map(Value::as_str).map(subnet).collect();
        }
        if let Some(expiry) = body.get("expiresAt") {
            self.expires_at = expiry.as_str().filter(|text| !text.is_empty()).map(moment);
        }
    }

    /// `now` has the format of the expiry, so the two compare as text.
    pub(super) fn is_expired(&self, now: &str) -> bool {
        self.expires_at.as_deref().is_some_and(|expiry| expiry <= now)
    }

    /// The currency whose spending limit is zero, so that nothing may be spent.
    pub(super) fn used_up(&self) -> Option<&'static str> {
        let is_zero = |name: &str| self.limits[name].as_f64() == Some(0.0);
        [("usd", "USD"), ("diem", "DIEM")].into_iter().find(|(name, _)| is_zero(name)).map(|(_, currency)| currency)
    }

    /// The key as in lists.
    fn listed(&self) -> Value {
        let last_characters: String = self.secret.chars().skip(self.secret.chars().count().saturating_sub(6)).collect();
        let mut listed = json!({
            "id": self.id,
            "apiKeyType": self.kind,
            "description": self.description,
            "consumptionLimits": self.limits,
            "limitPeriod": self.period,
            "modelPrivacy": self.privacy,
            "ipAllowlist": self.addresses,
            "createdAt": self.created_at,
            "expiresAt": self.expires_at,
            "lastUsedAt": self.last_used_at,
            "last6Chars": last_characters,
            "usage": {"trailingSevenDays": {"usd": "0.0000", "diem": "0.0000", "vcu": "0.0000"}},
        });
        if self.limits.as_object().is_some_and(|limits| limits.values().any(Value::is_number)) {
            listed["currentPeriodUsage"] = json!({"usd": "0.0000", "diem": "0.0000"});
        }
        listed
    }

    /// The key as returned once, on creation.
    pub(super) fn created(&self) -> Value {
        json!({
            "apiKey": self.secret,
            "id": self.id,
            "apiKeyType": self.kind,
            "description": self.description,
            // The name has no `s` here.
            "consumptionLimit": self.limits,
            "limitPeriod": self.period,
            "modelPrivacy": self.privacy,
            "ipAllowlist": self.addresses,
            "expiresAt": self.expires_at,
        })
    }
}

/// An address or a subnet, as a subnet.
fn subnet(text: &str) -> String {
    match text {
        subnet if subnet.contains('/') => subnet.to_owned(),
        address if address.contains(':') => format!("{address}/128"),
        address => format!("{address}/32"),
    }
}

/// A date or a timestamp, as a timestamp with milliseconds.
fn moment(text: &str) -> String {
    match text.len() {
        10 => format!("{text}T00:00:00.000Z"),
        20 => format!("{}.000Z", text.trim_end_matches('Z')),
        _ => text.to_owned(),
    }
}

pub(super) fn list(state: &mut State, _: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let keys: Vec<Value> = state.keys.iter().map(Key::listed).collect();
    Ok(Reply::json(200, &json!({"object": "list", "data": keys})))
}

pub(super) fn retrieve(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let key = find(state, request.route.parameter())?;
    Ok(Reply::json(200, &json!({"data": key.listed()})))
}

pub(super) fn create(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let key = Key::new(state, &request.body);
    let reply = Reply::json(200, &json!({"success": true, "data": key.created()}));
    state.keys.push(key);
    Ok(reply)
}

pub(super) fn update(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let key = find(state, request.body["id"].as_str().unwrap_or_default())?;
    key.change(&request.body);
    Ok(Reply::json(200, &json!({"success": true, "data": key.listed()})))
}

pub(super) fn delete(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let id = find(state, request.route.query("id").unwrap_or_default())?.id.clone();
    state.keys.retain(|key| key.id != id);
    Ok(Reply::json(200, &json!({"success": true})))
}

fn find<'s>(state: &'s mut State, id: &str) -> Result<&'s mut Key, Reply> {
    state.keys.iter_mut().find(|key| key.id == id).ok_or_else(|| error(404, "API key not found"))
}
