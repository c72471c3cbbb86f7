//! `Verdict`: what a failure means for the run: retry, fail the request, or stop.

use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::operation::RetryClass;
use crate::runtime::transport::Outgoing;

/// What a failure means for the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Not executed: retry without a limit.
    Retry,
    /// The request failed; the others continue.
    Failed { may_be_paid: bool },
    /// Not executed, and no other request would be: the run stops, and sends this request first when it is resumed.
    Stop,
}

impl Verdict {
    /// `most_repeats`: the most retries of failures that do not rule out that the request was executed.
    pub(super) fn of(failure: &Error, outgoing: &Outgoing, most_repeats: u32) -> Self {
        let class = outgoing.scope.operation().retry();
        if outgoing.signs_again && !outgoing.signed_again {
            return Self::Retry;
        }
        if failure.is_abuse_block() && class != RetryClass::Payment && outgoing.is_repeatable() {
            return Self::Retry;
        }
        if is_fatal_for_run(failure) {
            return Self::Stop;
        }
        let may_have_run = failure.delivery().may_have_run();
        if failure.is_repeatable() && outgoing.is_repeatable() && (!may_have_run || outgoing.sent <= most_repeats) {
            return Self::Retry;
        }
        Self::Failed { may_be_paid: class != RetryClass::Safe && may_have_run }
    }
}

/// Whether the key, the account or a setting is at fault, not the request.
fn is_fatal_for_run(failure: &Error) -> bool {
    use ErrorKind::*;
    match failure.kind() {
        Authentication | MissingApiKey | InsufficientBalance | PaymentRequired | BudgetExceeded => true,
        Signing | Redirect => true,
        Configuration | NoRuntime | BlockingInAsync | Journal | SharedState => true,
        // A 401 that asks for a subscription is about one model.
        Permission => failure.status().is_some_and(|status| status.as_u16() == 403) && !is_about_one_model(failure),
        _ => false,
    }
}

/// A 403 about the privacy or the region of a model, and not about the key, the account or the address.
fn is_about_one_model(failure: &Error) -> bool {
    let message = failure.message().to_ascii_lowercase();
    failure.code().is_some_and(|code| code.starts_with("MODEL_"))
        || ["model", "region", "country"].iter().any(|word| message.contains(word))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use reqwest::header::HeaderMap;
    use reqwest::{Method, Request, StatusCode};

    use super::*;
    use crate::api::generated::operations;
    use crate::runtime::client::Client;
    use crate::runtime::meta::Meta;
    use crate::runtime::operation::OperationRef;
    use crate::runtime::transport::ReplyForm;

    const RETRY: Verdict = Verdict::Retry;
    const OWN: Verdict = Verdict::Failed { may_be_paid: false };
    const PAID: Verdict = Verdict::Failed { may_be_paid: true };
    const STOP: Verdict = Verdict::Stop;

    fn outgoing(operation: &'static crate::runtime::operation::Operation, sent: u32) -> Box<Outgoing> {
        let client = Client::without_api_key().unwrap();
        let request = Request::new(Method::POST, "http://127.0.0.1/".parse().unwrap());
        let mut outgoing =
            Outgoing::new(client.shared(), None, operation.into(), Ok((Box::new(request), None)), ReplyForm::Json);
        outgoing.sent = sent;
        outgoing
    }

    fn answered(operation: &'static crate::runtime::operation::Operation, status: u16, body: &str) -> Error {
        let meta = Meta::new(StatusCode::from_u16(status).unwrap(), HeaderMap::new(), std::time::SystemTime::now(), 1);
        crate::runtime::error::api_error(&OperationRef::from(operation), meta, Bytes::from(body.to_owned()))
    }

    #[test]
    fn each_failure_of_a_paid_call_has_its_verdict() {
        let chat = outgoing(&operations::CREATE_CHAT_COMPLETION, 100);
        let cases = [
            (429, r#"{"error": "Rate limit exceeded"}"#, RETRY),
            (429, r#"{"error": "The model is currently overloaded."}"#, RETRY),
            (503, r#"{"error": "The model is at capacity"}"#, RETRY),
            (503, "<html>", PAID),
            (408, r#"{"error": "Request timed out"}"#, RETRY),
            (500, r#"{"error": "Inference processing failed"}"#, PAID),
            (502, "", PAID),
            (504, "", PAID),
            (529, "", PAID),
            (408, "", PAID),
            (400, r#"{"error": "wrong"}"#, OWN),
            (404, r#"{"error": "Specified model not found"}"#, OWN),
            (422, r#"{"error": "content policy"}"#, OWN),
            (413, "", OWN),
            (401, r#"{"error": "This model is only available to Pro users"}"#, OWN),
            (401, r#"{"error": "Authentication failed"}"#, STOP),
            (402, r#"{"error": "Insufficient USD or Diem balance to complete request"}"#, STOP),
            (402, r#"{"error": "API key USD spend limit exceeded"}"#, STOP),
            (403, r#"{"error": "Unauthorized"}"#, STOP),
            (403, r#"{"error": "API access has been disabled"}"#, STOP),
            (403, r#"{"error": "This API key is restricted to configured IP addresses."}"#, STOP),
            (403, r#"{"error": "This API key is set to 'PRIVATE_ONLY', but gondola-9b is an Anonymous model."}"#, OWN),
            (403, r#"{"error": "Not available in your region"}"#, OWN),
        ];
        for (status, body, verdict) in cases {
            assert_eq!(
                Verdict::of(&answered(&operations::CREATE_CHAT_COMPLETION, status, body), &chat, 2),
                verdict,
                "{status} {body}"
            );
        }
        for (kind, verdict) in [
            (ErrorKind::Connect, RETRY),
            (ErrorKind::Timeout, PAID),
            (ErrorKind::Transport, PAID),
            (ErrorKind::Decode, PAID),
            (ErrorKind::Io, OWN),
            (ErrorKind::InvalidRequest, OWN),
            (ErrorKind::Redirect, STOP),
            (ErrorKind::MissingApiKey, STOP),
            (ErrorKind::BudgetExceeded, STOP),
            (ErrorKind::SharedState, STOP),
        ] {
            assert_eq!(Verdict::of(&Error::new(kind, ""), &chat, 2), verdict, "{kind:?}");
        }
    }

    #[test]
    fn free_calls_are_retried_a_few_times() {
        let list = |sent| outgoing(&operations::LIST_MODELS, sent);
        let answered = |status| answered(&operations::LIST_MODELS, status, "");
        let timeout = Error::new(ErrorKind::Timeout, "").with_operation(&operations::LIST_MODELS);
        for failure in [answered(500), timeout] {
            assert_eq!(Verdict::of(&failure, &list(2), 2), RETRY);
            assert_eq!(Verdict::of(&failure, &list(3), 2), OWN);
        }
        assert_eq!(Verdict::of(&answered(429), &list(100), 2), RETRY);
    }

    #[test]
    fn calls_that_create_are_retried_only_after_errors_of_the_api_itself() {
        let verdict =
            |operation, status, body: &str| Verdict::of(&answered(operation, status, body), &outgoing(operation, 1), 2);
        let queue = &operations::QUEUE_VIDEO;
        assert_eq!(verdict(queue, 503, r#"{"error": "offline"}"#), RETRY);
        assert_eq!(verdict(queue, 503, "<html>"), PAID);
        assert_eq!(verdict(&operations::TOP_UP_X402_BALANCE, 429, ""), OWN);
    }
}
