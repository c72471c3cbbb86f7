//! `with_privacy`: a stricter privacy policy for one call. `privacy_report`: what the policy says of a call.

use std::sync::Arc;

use super::{PrivacyInterceptor, PrivacyPolicy, PrivacyReport, judge};
use crate::runtime::call::{Call, in_runtime};
use crate::runtime::error::Error;
use crate::runtime::transport::CallOptions;
use crate::runtime::transport::interceptor::CallInterceptorChange;

impl CallOptions {
    /// A stricter privacy policy than the client's ([`ClientBuilder::privacy`](crate::ClientBuilder::privacy)). A looser one is an error
    /// when the call is sent, and nothing is sent: a lower level, a name that the client's policy does not
    /// [allow](PrivacyPolicy::allow), an older catalogue. What the client's policy allows by name is not allowed unless it is named here too.
    pub fn with_privacy(mut self, policy: impl Into<PrivacyPolicy>) -> Self {
        self.interceptors.push(CallInterceptorChange::Set(Arc::new(PrivacyInterceptor::new(policy.into()))));
        self
    }
}

impl<T> Call<T> {
    /// A stricter privacy policy for this call: [`CallOptions::with_privacy`].
    pub fn with_privacy(self, policy: impl Into<PrivacyPolicy>) -> Self {
        self.with_options(CallOptions::new().with_privacy(policy))
    }

    /// What the privacy policy says of this call, without sending it. The catalogue is fetched if it is not cached.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// # let mock = venice_ai_mock::MockVenice::start().await?;
    /// # let venice = mock.client();
    /// use venice_ai::Privacy;
    /// use venice_ai::types::ChatCompletionRequest;
    ///
    /// let request = ChatCompletionRequest::new("default:enable_web_search=on", ["My diagnosis is …"]);
    /// let report = venice.chat().create(request).with_privacy(Privacy::PrivateModels).privacy_report().await?;
    /// let refused: Vec<&str> = report.refusals().map(|finding| finding.field.as_str()).collect();
    /// assert_eq!(refused, ["venice_parameters.enable_web_search"]);
    /// assert!(report.is_refused() && mock.requests().is_empty());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of an invalid request. A refusal is not an error here.
    pub fn privacy_report(self) -> impl Future<Output = Result<PrivacyReport, Error>> + Send + use<T> {
        let mut outgoing = self.core;
        async move {
            in_runtime("a privacy report")?;
            outgoing.finish()?;
            let interceptor = outgoing.interceptors.get::<PrivacyInterceptor>();
            let policy = interceptor.map(|known| known.policy().clone()).unwrap_or_default();
            Ok(Box::pin(judge::judge(&policy, &outgoing)).await.report())
        }
    }
}
