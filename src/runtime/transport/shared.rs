//! `Shared`: the settings and the state that a client shares with its clones and their calls.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderMap;

use super::base_url::BaseUrl;
use super::exchange::Middleware;
use super::http::Http;
use super::interceptor::CallInterceptors;
use super::limits::ReplyLimits;
use super::trace::Observe;
use super::{ApiKey, Clock, FailureBudget, KeyProvider, RetryPolicy, WalletSlots};
use crate::runtime::slots::Slots;
use crate::runtime::wallet::ClientWallet;

/// The settings and the state of a client.
pub(crate) struct Shared {
    pub(crate) http: Http,
    pub(crate) base_url: BaseUrl,
    pub(crate) key: Option<ApiKey>,
    /// Whether it is one of several, among which a feature chooses.
    pub(crate) is_pooled: bool,
    /// The source of keys, instead of one.
    pub(crate) key_provider: Option<KeyProvider>,
    /// The client's wallet, for calls without their own credential.
    pub(crate) wallet: Option<ClientWallet>,
    /// The default headers of requests.
    pub(crate) headers: HeaderMap,
    /// The time limit of an attempt.
    pub(crate) timeout: Duration,
    pub(crate) stream_idle_timeout: Duration,
    pub(crate) limits: ReplyLimits,
    pub(crate) retry: RetryPolicy,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) budget: FailureBudget,
    pub(crate) wallets: WalletSlots,
    /// What is around each request to the API.
    pub(crate) middleware: Option<Arc<dyn Middleware>>,
    /// The interceptors of each call, in this order.
    pub(crate) interceptors: CallInterceptors,
    /// What observes each call.
    pub(crate) observe: Vec<Arc<dyn Observe>>,
    /// The state of features.
    pub(crate) slots: Slots,
}
