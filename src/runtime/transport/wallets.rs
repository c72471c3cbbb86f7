//! `WalletSlots`: a semaphore per wallet, as the API accepts five concurrent requests of one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderValue;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::runtime::error::{Delivery, Error, ErrorKind};
use crate::runtime::wallet;

/// The most requests of a wallet in flight.
pub(crate) const MOST_OF_A_WALLET: usize = 5;

/// A permit for a request of a wallet, until it is dropped.
#[derive(Debug)]
pub(crate) struct WalletSlot {
    _permit: Option<OwnedSemaphorePermit>,
}

/// The wallets with requests in flight.
#[derive(Debug, Default)]
pub(crate) struct WalletSlots {
    wallets: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl WalletSlots {
    /// Waits, at most for `limit`, until the wallet that signed with this header may send another request.
    pub(super) async fn enter(&self, sign_in: &HeaderValue, limit: Duration) -> Result<WalletSlot, Error> {
        // An invalid signature is left to the API.
        let Some(slots) = self.of(sign_in) else { return Ok(WalletSlot { _permit: None }) };
        match tokio::time::timeout(limit, slots.acquire_owned()).await {
            Ok(permit) => Ok(WalletSlot { _permit: permit.ok() }),
            Err(_) => {
                let message = format!(
                    "{MOST_OF_A_WALLET} requests of this wallet are in flight, which is the most that the API takes, and none ended \
                     within {limit:?}; nothing was sent. Read or drop open streams, or set a longer time-out"
                );
                Err(Error::new(ErrorKind::Timeout, message).with_delivery(Delivery::NotSent))
            }
        }
    }

    fn of(&self, sign_in: &HeaderValue) -> Option<Arc<Semaphore>> {
        let document = wallet::decoded(sign_in.to_str().ok()?)?;
        let address = document.get("address").and_then(Value::as_str)?;
        // The case of an EVM address is a checksum; Solana addresses are case-sensitive.
        let address = if address.starts_with("0x") { address.to_ascii_lowercase() } else { address.to_owned() };
        let mut wallets = self.wallets.lock().unwrap_or_else(PoisonError::into_inner);
        wallets.retain(|known, slots| *known == address || Arc::strong_count(slots) > 1);
        let slots = wallets.entry(address).or_insert_with(|| Arc::new(Semaphore::new(MOST_OF_A_WALLET)));
        Some(Arc::clone(slots))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(address: &str) -> HeaderValue {
        let document = serde_json::json!({"address": address, "message": "m", "signature": "s"}).to_string();
        HeaderValue::try_from(crate::runtime::media::base64::encoded(document.as_bytes())).unwrap()
    }

    #[tokio::test]
    async fn five_requests_of_a_wallet_are_in_flight() {
        let (slots, short) = (WalletSlots::default(), Duration::from_millis(20));
        let mut held = Vec::new();
        for n in 0..MOST_OF_A_WALLET {
            let address = if n % 2 == 0 { "0xAB" } else { "0xab" };
            held.push(slots.enter(&signed(address), short).await.unwrap());
        }
        let error = slots.enter(&signed("0xab"), short).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, Delivery::NotSent));
        slots.enter(&signed("0xcd"), short).await.unwrap();
        slots.enter(&HeaderValue::from_static("unreadable"), short).await.unwrap();
        held.pop();
        held.push(slots.enter(&signed("0xab"), short).await.unwrap());
        held.clear();
        slots.enter(&signed("0xef"), short).await.unwrap();
        assert_eq!(slots.wallets.lock().unwrap().len(), 1, "wallets without a request are forgotten");
    }
}
