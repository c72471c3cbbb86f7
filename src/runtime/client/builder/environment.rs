//! `ClientBuilder::from_env`: the settings of the environment.

use std::time::Duration;

use super::ClientBuilder;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::transport::RetryPolicy;
use crate::runtime::transport::http::ProxyChoice;

const API_KEY: &str = "VENICE_API_KEY";
const BASE_URL: &str = "VENICE_BASE_URL";
const TIMEOUT: &str = "VENICE_TIMEOUT";
const MAX_RETRIES: &str = "VENICE_MAX_RETRIES";
const PROXY: &str = "VENICE_PROXY";

impl ClientBuilder {
    /// A builder with the settings of the environment. White space around the values is ignored, and an empty value is as none. A setter that
    /// is called afterwards replaces the variable.
    ///
    /// | Variable | Value | Setter |
    /// |---|---|---|
    /// | `VENICE_API_KEY` | required | [`api_key`](Self::api_key) |
    /// | `VENICE_BASE_URL` | `https://gateway.example/api/v1` | [`base_url`](Self::base_url) |
    /// | `VENICE_TIMEOUT` | seconds of one attempt, more than 0: `90`, `2.5` | [`timeout`](Self::timeout) |
    /// | `VENICE_MAX_RETRIES` | a whole number; `0`: no retries | [`retry`](Self::retry) |
    /// | `VENICE_PROXY` | `http://user:password@proxy.example:3128`; comes before `HTTPS_PROXY` and the like | [`proxy`](Self::proxy), [`no_proxy`](Self::no_proxy) |
    ///
    /// ```no_run
    /// // VENICE_TIMEOUT=90 VENICE_MAX_RETRIES=5
    /// let venice = venice_ai::ClientBuilder::from_env()?.user_agent_suffix("my-app/1.0").build()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::MissingApiKey`] if `VENICE_API_KEY` is missing or empty. An invalid value of another variable is an error of
    /// [`build`](Self::build), unless a setter has replaced it.
    pub fn from_env() -> Result<Self, Error> {
        let mut builder = Self::default();
        let Some(key) = variable(API_KEY)? else {
            return Err(Error::new(
                ErrorKind::MissingApiKey,
                format!(
                    "the environment variable {API_KEY} is not set or empty; set it to an API key, or use \
                     Client::without_api_key() for the public endpoints"
                ),
            ));
        };
        builder.api_key = Some(key.into());
        if let Some(url) = variable(BASE_URL)? {
            builder.base_url = url;
        }
        if let Some(seconds) = variable(TIMEOUT)? {
            builder.timeout = timeout(&seconds);
        }
        if let Some(retries) = variable(MAX_RETRIES)? {
            builder.retry = match retries.parse() {
                Ok(retries) => Ok(RetryPolicy::default().with_max_retries(retries)),
                Err(_) => Err(invalid(MAX_RETRIES, &retries, "a whole number, such as 5 or 0")),
            };
        }
        if let Some(url) = variable(PROXY)? {
            builder.proxy = ProxyChoice::Proxy((url, PROXY));
        }
        Ok(builder)
    }
}

fn timeout(seconds: &str) -> Result<Duration, Error> {
    let parsed = seconds.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let timeout = parsed.filter(|timeout| !timeout.is_zero());
    timeout.ok_or_else(|| invalid(TIMEOUT, seconds, "a number of seconds above 0, such as 90 or 2.5"))
}

fn invalid(variable: &str, value: &str, expected: &str) -> Error {
    let shown: String = value.chars().take(40).collect();
    Error::configuration(format!("the environment variable {variable} is {shown:?}; set it to {expected}"))
}

/// A variable of the environment; `None` if it is not set or blank.
fn variable(name: &str) -> Result<Option<String>, Error> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value.trim().to_owned()).filter(|value| !value.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Error::configuration(format!("the environment variable {name} is not UTF-8")))
        }
    }
}
