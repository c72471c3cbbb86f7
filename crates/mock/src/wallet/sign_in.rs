//! `SignIn`: a verified signature of the header `SIGN-IN-WITH-X` (EIP-4361, and the same text for Solana).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::super::time;
use super::crypto::{Address, base58, hex, recover, verify};
use super::{BASE, SOLANA};
use crate::evm::personal_hash;

/// How old a signature may be.
const MAX_AGE: Duration = Duration::from_secs(5 * 60);
/// How far ahead its time may be, and how far `timestamp` may be from the time in the message.
const MAX_AHEAD: Duration = Duration::from_secs(30);

const DOMAINS: [&str; 2] = ["api.venice.ai", "venice.ai"];

/// A wallet proved that a request is its own.
#[derive(Debug)]
pub(super) struct SignIn {
    pub(super) address: Address,
    pub(super) nonce: String,
}

/// Why a signature is refused: the end of its code, and a sentence.
pub(super) type Refusal = (&'static str, &'static str);

/// The header with a signature, checked against a clock.
pub(super) fn verified(header: &str, now: Duration) -> Result<SignIn, Refusal> {
    let payload = super::decoded(header).ok_or(("INVALID_PAYLOAD", "The header is not base64 of a JSON object"))?;
    let text = |name: &str| payload[name].as_str();
    let (Some(address), Some(signature)) = (text("address"), text("signature")) else {
        return Err(("INVALID_PAYLOAD", "The header has no address or no signature"));
    };
    let account = match payload["type"].as_str() {
        None if payload["type"].is_null() => "Ethereum",
        Some("eip191" | "eip1271") => "Ethereum",
        Some("ed25519") => "Solana",
        _ => return Err(("INVALID_PAYLOAD", "The type of the signature is unknown")),
    };
    let signed = match text("message") {
        Some(message) => message.to_owned(),
        None => rebuilt(&payload, account)?,
    };
    let message = Message::parse(&signed, account).ok_or(("PARSE_ERROR", "The message is not a sign-in message"))?;
    message.check_chain(&payload["chainId"])?;
    let address = message.check_address(address)?;
    message.check_content()?;
    message.check_times(&payload["timestamp"], now)?;
    let is_right = match address {
        Address::Evm(_) => {
            let recovered = hex(signature).and_then(|bytes| recover(&personal_hash(signed.as_bytes()), &bytes));
            recovered == Some(address)
        }
        Address::Solana(key) => {
            let base64 = || STANDARD.decode(signature).ok()?.try_into().ok();
            base58(signature).or_else(base64).is_some_and(|bytes| verify(&key, signed.as_bytes(), &bytes))
        }
    };
    if !is_right {
        return Err(("INVALID_SIGNATURE", "The signature is not that of the wallet"));
    }
    Ok(SignIn { address, nonce: message.nonce.unwrap_or_default().to_owned() })
}

/// The text of a message that was sent as its fields.
fn rebuilt(payload: &Value, account: &str) -> Result<String, Refusal> {
    let text = |name: &str| payload[name].as_str();
    let fields = [text("domain"), text("address"), text("uri"), text("issuedAt")];
    let [Some(domain), Some(address), Some(uri), Some(issued_at)] = fields else {
        return Err(("INVALID_PAYLOAD", "The header has no message, and not all of its fields"));
    };
    let nonce = text("nonce").ok_or(("MISSING_NONCE", "The message has no nonce"))?;
    let chain = chain_of(&payload["chainId"]).ok_or(("INVALID_CHAIN_ID", "The chain ID is not one"))?;
    let chain = chain.split_once(':').map_or("", |(_, reference)| reference);
    let statement = text("statement").map_or_else(String::new, |statement| format!("{statement}\n"));
    let mut message = format!(
        "{domain} wants you to sign in with your {account} account:\n{address}\n\n{statement}\nURI: {uri}\nVersion: {}\n\
         Chain ID: {chain}\nNonce: {nonce}\nIssued At: {issued_at}",
        text("version").unwrap_or("1"),
    );
    for (name, time) in [("Expiration Time", text("expirationTime")), ("Not Before", text("notBefore"))] {
        if let Some(time) = time {
            message += &format!("\n{name}: {time}");
        }
    }
    if let Some(resources) = payload["resources"].as_array().filter(|resources| !resources.is_empty()) {
        message += "\nResources:";
        for resource in resources {
            message += &format!("\n- {}", resource.as_str().unwrap_or_default());
        }
    }
    Ok(message)
}

/// A chain's identifier (CAIP-2), from a number, its reference or itself.
fn chain_of(id: &Value) -> Option<String> {
    let text = match id {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return None,
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once(':') {
        Some(("eip155", number)) if is_number(number) => Some(text),
        Some(("solana", cluster)) if !cluster.is_empty() => Some(text),
        None if is_number(&text) => Some(format!("eip155:{text}")),
        // The reference of a Solana cluster is the start of a hash in base58.
        None if text.len() == 32 && bs58::decode(&text).into_vec().is_ok() => Some(format!("solana:{text}")),
        _ => None,
    }
}

/// The lines of a message.
#[derive(Debug)]
struct Message<'m> {
    is_solana: bool,
    domain: &'m str,
    address: &'m str,
    version: Option<&'m str>,
    chain: Option<&'m str>,
    nonce: Option<&'m str>,
    issued_at: Option<&'m str>,
    expiration_time: Option<&'m str>,
    not_before: Option<&'m str>,
}

impl<'m> Message<'m> {
    /// Reads a text in which nothing is left out, added or out of order, but lines of fields may be missing.
    fn parse(text: &'m str, account: &str) -> Option<Self> {
        if text.chars().any(|character| character.is_control() && character != '\n') {
            return None;
        }
        let mut lines = text.split('\n').peekable();
        let domain = lines.next()?.strip_suffix(&format!(" wants you to sign in with your {account} account:"))?;
        let address = lines.next()?;
        let blank = |lines: &mut dyn Iterator<Item = &'m str>| lines.next().filter(|line| line.is_empty());
        blank(&mut lines)?;
        // Without a statement there are two blank lines.
        if !lines.next()?.is_empty() {
            blank(&mut lines)?;
        }
        let mut field = |name: &str| {
            let value = lines.peek()?.strip_prefix(name)?.strip_prefix(": ")?;
            lines.next();
            Some(value)
        };
        field("URI")?;
        let message = Self {
            is_solana: account == "Solana",
            domain,
            address,
            version: field("Version"),
            chain: field("Chain ID"),
            nonce: field("Nonce"),
            issued_at: field("Issued At"),
            expiration_time: field("Expiration Time"),
            not_before: field("Not Before"),
        };
        field("Request ID");
        if lines.next_if_eq(&"Resources:").is_some() {
            while lines.next_if(|line| line.starts_with("- ")).is_some() {}
        }
        lines.next().is_none().then_some(message)
    }

    fn check_chain(&self, sent: &Value) -> Result<(), Refusal> {
        let invalid = ("INVALID_CHAIN_ID", "The chain ID is not one");
        // A message without the line is for Ethereum's main network.
        let own = chain_of(&self.chain.unwrap_or("1").into()).ok_or(invalid)?;
        if !sent.is_null() && chain_of(sent).ok_or(invalid)? != own {
            return Err(("CHAIN_MISMATCH", "The chain ID of the header is not that of the message"));
        }
        if own.starts_with("solana:") != self.is_solana {
            return Err(("CHAIN_MISMATCH", "The chain ID is not one of the wallet's chain"));
        }
        if own != BASE && own != SOLANA {
            return Err(("UNSUPPORTED_CHAIN", "The chain is not supported"));
        }
        Ok(())
    }

    fn check_address(&self, sent: &str) -> Result<Address, Refusal> {
        let parsed = |text: &str| {
            let address =
                Address::parse(text).filter(|address| matches!(address, Address::Solana(_)) == self.is_solana);
            address.ok_or(("INVALID_WALLET", "The address is not that of a wallet"))
        };
        let (sent, own) = (parsed(sent)?, parsed(self.address)?);
        if sent != own {
            return Err(("ADDRESS_MISMATCH", "The address of the header is not that of the message"));
        }
        if own.to_string() != self.address {
            return Err(("INVALID_MESSAGE", "The address of the message has no checksum"));
        }
        Ok(own)
    }

    fn check_content(&self) -> Result<(), Refusal> {
        let nonce = self.nonce.ok_or(("MISSING_NONCE", "The message has no nonce"))?;
        if nonce.len() < 8 || !nonce.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(("INVALID_MESSAGE", "The nonce has fewer than 8 letters and digits, or other characters"));
        }
        if self.version != Some("1") {
            return Err(("INVALID_MESSAGE", "The version of the message is not 1"));
        }
        let host = self.domain.split_once("://").map_or(self.domain, |(_, rest)| rest);
        if !DOMAINS.contains(&host.split(['/', ':']).next().unwrap_or_default()) {
            return Err(("DOMAIN_MISMATCH", "The message is for another domain"));
        }
        Ok(())
    }

    fn check_times(&self, sent: &Value, now: Duration) -> Result<(), Refusal> {
        let read = |text: &str| time::parse(text).ok_or(("INVALID_MESSAGE", "A time of the message is not one"));
        let issued = read(self.issued_at.ok_or(("INVALID_MESSAGE", "The message has no time of issue"))?)?;
        let expires = self.expiration_time.map(read).transpose()?;
        let not_before = self.not_before.map(read).transpose()?;
        if issued > now + MAX_AHEAD {
            return Err(("FUTURE_TIMESTAMP", "The message was issued in the future"));
        }
        if now.saturating_sub(issued) > MAX_AGE || expires.is_some_and(|expires| expires <= now) {
            return Err(("EXPIRED", "The message has expired"));
        }
        if not_before.is_some_and(|start| start > now) {
            return Err(("NOT_BEFORE", "The message is not valid yet"));
        }
        if sent.is_null() {
            return Ok(());
        }
        let sent = sent.as_u64().ok_or(("INVALID_PAYLOAD", "The timestamp is no number of milliseconds"))?;
        if Duration::from_millis(sent).abs_diff(issued) > MAX_AHEAD {
            return Err(("TIMESTAMP_MISMATCH", "The timestamp is not the time of issue"));
        }
        Ok(())
    }
}
