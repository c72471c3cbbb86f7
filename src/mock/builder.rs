//! The settings of a mock.

use std::time::Duration;

use super::MockVenice;
use super::state::Shared;
use crate::Error;

/// Fast enough for tests, slow enough to see the tokens come.
const PAUSE: Duration = Duration::from_millis(10);

/// The settings of a [`MockVenice`].
///
/// ```
/// # use std::time::Duration;
/// # use venice_ai::mock::MockVenice;
/// let mock = MockVenice::builder().pause(Duration::from_millis(40)).start_blocking()?;
/// # Ok::<(), venice_ai::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "it does nothing until it is started"]
pub struct MockBuilder {
    pause: Duration,
}

impl Default for MockBuilder {
    fn default() -> Self {
        Self { pause: PAUSE }
    }
}

impl MockBuilder {
    /// The pause between two chunks of a stream; 10 ms unless set. Without one, chunks reach the client several at a time.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use venice_ai::mock::MockVenice;
    /// let mock = MockVenice::builder().pause(Duration::ZERO).start_blocking()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// As [`MockVenice::start`].
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// let mock = venice_ai::mock::MockVenice::builder().start().await?;
    /// # Ok(()) }
    /// ```
    pub async fn start(self) -> Result<MockVenice, Error> {
        // The server runs in its own thread and is there at once, so there is nothing to wait for.
        self.start_blocking()
    }

    /// Starts it without an async runtime.
    ///
    /// # Errors
    ///
    /// As [`MockVenice::start`].
    ///
    /// ```
    /// let mock = venice_ai::mock::MockVenice::builder().start_blocking()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn start_blocking(self) -> Result<MockVenice, Error> {
        MockVenice::launch(Shared::new(self.pause))
    }
}
