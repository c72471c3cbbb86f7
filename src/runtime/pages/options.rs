//! `Pages::with_…`: per-call options for each page.

use std::time::Duration;

use super::{Batch, Pages};
use crate::runtime::call::Call;
use crate::runtime::secret::Secret;
use crate::runtime::transport::RetryPolicy;
use crate::runtime::wallet::{SignInRequest, Signer};

type Change<T> = Box<dyn Fn(Call<Batch<T>>) -> Call<Batch<T>> + Send>;

/// What the caller wants of each call.
pub(super) struct Options<T>(Vec<Change<T>>);

impl<T> Default for Options<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Options<T> {
    pub(super) fn apply(&self, call: Call<Batch<T>>) -> Call<Batch<T>> {
        self.0.iter().fold(call, |call, change| change(call))
    }
}

/// Options, which hold for the call of every page. They are those of [`Call`].
impl<T> Pages<T> {
    /// How long one attempt to fetch a page may take: [`Call::with_timeout`].
    pub fn with_timeout(self, timeout: Duration) -> Self {
        self.each(move |call| call.with_timeout(timeout))
    }

    /// How often and when a page is asked for again: [`Call::with_retry`].
    pub fn with_retry(self, policy: RetryPolicy) -> Self {
        self.each(move |call| call.with_retry(policy.clone()))
    }

    /// A header of every request: [`Call::with_header`].
    pub fn with_header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        self.each(move |call| call.with_header(&name, &value))
    }

    /// The key for every request, in place of the client's: [`Call::with_api_key`].
    pub fn with_api_key(self, key: impl Into<Secret>) -> Self {
        let key = key.into();
        self.each(move |call| call.with_api_key(&key))
    }

    /// Whether the parameters are checked before they are sent: [`Call::with_validation`].
    pub fn with_validation(self, validate: bool) -> Self {
        self.each(move |call| call.with_validation(validate))
    }

    /// One signature of a wallet for all pages: [`Call::with_sign_in`]. It may be too old, or used up, when the second page is
    /// asked for; [`with_signer`](Self::with_signer) signs each request.
    pub fn with_sign_in(self, value: impl Into<Secret>) -> Self {
        let value = value.into();
        self.each(move |call| call.with_sign_in(&value))
    }

    /// A wallet that signs each request anew: [`Call::with_signer`].
    ///
    /// ```no_run
    /// # use venice_ai::Secret;
    /// # async fn sign(url: &str) -> Result<Secret, std::io::Error> { Ok(Secret::from("")) }
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let wallet = "0x52908400098527886E0F7030069857D2E4169EE7";
    /// let transactions = venice.x402().transactions(wallet);
    /// let mut transactions = transactions.with_signer(|request| async move { sign(&request.url).await });
    /// while let Some(transaction) = transactions.next().await {
    ///     println!("{:?}", transaction?.amount);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn with_signer<F, E>(self, sign: impl Fn(SignInRequest) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Secret, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let signer = Signer::new(sign);
        self.each(move |call| call.signed_by(signer.clone()))
    }

    fn each(mut self, change: impl Fn(Call<Batch<T>>) -> Call<Batch<T>> + Send + 'static) -> Self {
        self.options.0.push(Box::new(change));
        self
    }
}
