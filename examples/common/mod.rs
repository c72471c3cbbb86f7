//! Shared code of the examples.

#[cfg(bundled_mock)]
use std::time::Duration;

use venice_ai::{Client, Error, ErrorKind};
#[cfg(bundled_mock)]
use venice_ai_mock::MockVenice;

/// The published package has no mock.
#[cfg(not(bundled_mock))]
#[derive(Debug)]
pub enum MockVenice {}

/// A client of the real API if `VENICE_API_KEY` is set, otherwise of the mock in `venice-ai-mock`. The mock lives as long as the second
/// value. Your program only needs `Client::from_env()?`.
#[allow(dead_code, reason = "not every example is async")]
pub async fn client_or_mock() -> Result<(Client, Option<MockVenice>), Error> {
    client_or_mock_blocking()
}

/// The same without async.
pub fn client_or_mock_blocking() -> Result<(Client, Option<MockVenice>), Error> {
    match Client::from_env() {
        Ok(venice) => {
            println!("Talking to the real API, with the key in VENICE_API_KEY.");
            Ok((venice, None))
        }
        #[cfg(bundled_mock)]
        Err(error) if error.kind() == ErrorKind::MissingApiKey => {
            let mock = MockVenice::builder().pause(Duration::from_millis(25)).start_blocking()?;
            println!("Talking to the bundled mock at {}, as VENICE_API_KEY is not set.", mock.base_url());
            Ok((mock.client(), Some(mock)))
        }
        Err(error) => Err(error),
    }
}

/// Whether the example may create and delete keys: on the mock always, on a real account only if allowed.
#[allow(dead_code, reason = "not every example manages keys")]
pub fn may_manage_keys(mock: Option<&MockVenice>) -> bool {
    mock.is_some() || std::env::args().any(|argument| argument == "--manage-keys")
}
