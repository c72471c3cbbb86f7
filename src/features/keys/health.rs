//! `Health`: a health check of the API, the client's key and its account.

use std::fmt;
use std::time::Duration;

use crate::api::generated::types::{KeyBalances, ModelType};
use crate::features::flow::Flow;
use crate::runtime::call::Response;
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind, PaymentCause};
use crate::runtime::timestamp::Timestamp;
use crate::runtime::transport::RetryPolicy;

/// Whether the API answers, accepts the client's key, and lets it make requests, from [`Client::health`].
///
/// `Display` is one line for people: `the API answers in 87ms; the key is accepted; requests are permitted; left: 42.5 USD, 3.75 DIEM`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Health {
    /// Whether the API itself answered, and not a gateway.
    pub reachable: bool,
    /// What the API says about the key.
    pub key: KeyHealth,
    /// Whether the key may make paid requests now: balance, limits of the key, state of the account. `None` if it is not known.
    pub access_permitted: Option<bool>,
    /// What the key may still spend, within its own limits. Empty if it is not known.
    pub balances: KeyBalances,
    /// When the key expires, if it does.
    pub key_expires: Option<Timestamp>,
    /// The time until the reply. `None` without one.
    pub latency: Option<Duration>,
    /// The server's version, such as `20260918.184256`.
    pub server_version: Option<String>,
    /// What failed.
    pub problem: Option<Error>,
}

/// What the API says about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyHealth {
    /// It is valid.
    Accepted,
    /// It is unknown, deleted or expired.
    Rejected,
    /// The client has none, so only public endpoints work.
    Missing,
    /// There was no answer about it.
    Unknown,
}

impl Client {
    /// Checks the API, the client's key and its account with one request, which is free, is not retried and waits for no turn. What fails is
    /// part of the result. A client without a key asks a public endpoint; of a [pool](crate::keys::KeyPool) the first key is checked:
    /// [`with_api_key`](Self::with_api_key) checks another.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use std::time::Duration;
    ///
    /// let health = venice.health().with_time_limit(Duration::from_secs(5)).await?;
    /// println!("{health}");
    /// std::process::exit(if health.is_ok() { 0 } else { 1 });
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Only [`ErrorKind::NoRuntime`].
    #[doc(alias("ping", "status", "doctor"))]
    pub fn health(&self) -> Flow<Health> {
        Flow::new(self, "a health check", |mut client| async move {
            let options = client.options_mut();
            (options.paced, options.retry) = (true, Some(RetryPolicy::disabled()));
            Ok(check(&client).await)
        })
        .settled_at_limit(|error| Ok(Health::failed(error)))
    }
}

async fn check(client: &Client) -> Health {
    let has_provider = client.shared().key_provider.is_some();
    let begun = client.clock().now();
    let latency = || Some(client.clock().now().saturating_duration_since(begun));
    let health = match client.api_keys().rate_limits().with_meta().await {
        Ok(Response { value, meta }) => Health {
            reachable: true,
            key: KeyHealth::Accepted,
            access_permitted: Some(value.access_permitted),
            balances: value.balances,
            key_expires: value.key_expiration,
            server_version: meta.server_version().map(str::to_owned),
            ..Health::unknown()
        },
        Err(error) if error.kind() == ErrorKind::MissingApiKey && !has_provider => {
            let answer = client.models().traits(ModelType::Text).with_meta().await;
            let health = match answer {
                Ok(Response { meta, .. }) => Health {
                    reachable: true,
                    server_version: meta.server_version().map(str::to_owned),
                    ..Health::unknown()
                },
                Err(error) => Health::failed(error),
            };
            Health { key: KeyHealth::Missing, ..health }
        }
        Err(error) => Health::failed(error),
    };
    let is_answered = health.problem.as_ref().is_none_or(|problem| problem.status().is_some());
    Health { latency: latency().filter(|_| is_answered), ..health }
}

impl Health {
    /// Whether nothing failed and requests are permitted. Of a client without a key: whether the API answers.
    pub fn is_ok(&self) -> bool {
        self.problem.is_none() && self.access_permitted != Some(false)
    }

    fn unknown() -> Self {
        Self {
            reachable: false,
            key: KeyHealth::Unknown,
            access_permitted: None,
            balances: KeyBalances::default(),
            key_expires: None,
            latency: None,
            server_version: None,
            problem: None,
        }
    }

    fn failed(problem: Error) -> Self {
        let reachable = problem.status().is_some() && problem.is_from_api();
        let cause = problem.payment_cause().filter(|cause| *cause != PaymentCause::NoCredential);
        let is_known = reachable && (cause.is_some() || problem.kind() == ErrorKind::Permission);
        let key = match problem.kind() {
            _ if is_known => KeyHealth::Accepted,
            ErrorKind::Authentication if reachable => KeyHealth::Rejected,
            _ => KeyHealth::Unknown,
        };
        let server_version = problem.meta().and_then(|meta| meta.server_version()).map(str::to_owned);
        let access_permitted = is_known.then_some(false);
        Self { reachable, key, access_permitted, server_version, problem: Some(problem), ..Self::unknown() }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.reachable, self.latency) {
            (true, Some(latency)) => write!(f, "the API answers in {}ms", latency.as_millis())?,
            (true, None) => f.write_str("the API answers")?,
            (false, _) => f.write_str("the API does not answer")?,
        }
        f.write_str(match self.key {
            KeyHealth::Accepted => "; the key is accepted",
            KeyHealth::Rejected => "; the key is rejected",
            KeyHealth::Missing => "; there is no key",
            KeyHealth::Unknown => "",
        })?;
        if let Some(expiry) = &self.key_expires {
            write!(f, " until {expiry}")?;
        }
        f.write_str(match self.access_permitted {
            Some(true) => "; requests are permitted",
            Some(false) => "; requests are not permitted",
            None => "",
        })?;
        let KeyBalances { usd, diem, bundled_credits, .. } = &self.balances;
        let left = [(usd, "USD"), (diem, "DIEM"), (bundled_credits, "USD of bundled credits")];
        let left = left.into_iter().filter_map(|(amount, unit)| Some(format!("{} {unit}", amount.as_ref()?)));
        match left.collect::<Vec<_>>() {
            left if left.is_empty() => {}
            left => write!(f, "; left: {}", left.join(", "))?,
        }
        self.problem.as_ref().map_or(Ok(()), |problem| write!(f, ": {problem}"))
    }
}
