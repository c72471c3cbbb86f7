//! `ConsentRequired::accept`: the consent to send with a video request.

use crate::api::generated::types::{SeedanceConsent, VideoConsents};
use crate::runtime::error::ConsentRequired;

impl ConsentRequired {
    /// The consents for the request when it is sent again: the user has confirmed everything that was asked. `None` if the API asks for a
    /// consent unknown to this version of the crate; then see `raw`.
    ///
    /// Consent is the user's decision. Show [`policy_text`](Self::policy_text), and call this only after the user agreed.
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client, confirmed: fn(&str) -> bool) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::QueueVideoRequest;
    ///
    /// let request = QueueVideoRequest::new("seedance").prompt("She waves").image_url("https://example.com/her.jpg");
    /// let job = match venice.video().queue(request.clone()).await {
    ///     Err(error) => {
    ///         let Some(consent) = error.consent_required() else { return Err(error) };
    ///         let policy = consent.policy_text.as_deref().unwrap_or_default();
    ///         let Some(given) = consent.accept().filter(|_| confirmed(policy)) else { return Err(error) };
    ///         venice.video().queue(request.consents(given)).await?
    ///     }
    ///     Ok(job) => job,
    /// };
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn accept(&self) -> Option<VideoConsents> {
        let is_known = self.flow.as_deref().is_none_or(|flow| flow.eq_ignore_ascii_case("seedance"));
        is_known.then(|| VideoConsents::new().seedance(SeedanceConsent::new(true, true, true)))
    }
}
