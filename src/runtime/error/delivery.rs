//! `Delivery`: whether the API executed the request behind an error.

use super::{Error, ErrorKind};
use crate::runtime::operation::{OperationRef, RetryClass};

/// Whether the API executed the request behind an [`Error`], from [`Error::delivery`].
///
/// Retries, [`many`](crate::many), the [budget](crate::cost::Budget), jobs, long speech and embedding batches depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Delivery {
    /// The request did not reach the API: it was rejected locally, or there was no connection. Not charged.
    NotSent,
    /// The API rejected the request and did not execute it. Not charged.
    Refused,
    /// The request was sent, and may have been executed and charged: it timed out, the connection was lost, the server failed, or a gateway
    /// in front of the API answered.
    Unknown,
    /// The API executed the request, but its answer cannot be used or does not have the requested form. Charged.
    Answered,
}

impl Delivery {
    /// The request may have been executed and charged: [`Unknown`](Self::Unknown) or [`Answered`](Self::Answered).
    #[must_use]
    pub fn may_have_run(self) -> bool {
        matches!(self, Self::Unknown | Self::Answered)
    }
}

impl Error {
    /// Whether the API executed the request, derived from the kind of the error, the status, the operation's
    /// [`RetryClass`](crate::RetryClass), and whether the body is from the API or from a gateway.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.delivery().may_have_run() {
    ///     println!("look at the usage history before you send it again");
    /// }
    /// # }
    /// ```
    pub fn delivery(&self) -> Delivery {
        use ErrorKind::*;
        if let Some(known) = self.inner.delivery {
            return known;
        }
        let status = self.status().map(|status| status.as_u16());
        match self.kind() {
            Configuration | MissingApiKey | NoRuntime | BlockingInAsync | Signing | BudgetExceeded | PaceExceeded
            | PriceLimit | Connect | Journal | SharedState => Delivery::NotSent,
            // Without a reply it is about the file to send; an incomplete request is not executed.
            Io if status.is_none() => Delivery::NotSent,
            Privacy if status.is_none() => Delivery::NotSent,
            Io | Attestation | Encryption | Privacy | Decode | Truncated | Refusal | InvalidJson | SchemaMismatch
            | ToolCalls | NoAnswer | Rpc | KeyHandOver | JobFailed | JobExpired | ToolRun | EndlessList => {
                Delivery::Answered
            }
            Redirect => Delivery::Refused,
            Timeout | Transport | Middleware | StreamInterrupted | OutcomeUnknown | UnexpectedStatus => {
                Delivery::Unknown
            }
            InvalidRequest | Authentication | Permission | PaymentRequired | InsufficientBalance | NotFound
            | Conflict | ConsentRequired | Gone | PayloadTooLarge | ContentPolicy => match status {
                None => Delivery::NotSent,
                // An error in a reply that began as a success.
                Some(200..300) => Delivery::Unknown,
                Some(_) if self.is_payment_in_progress() => Delivery::Unknown,
                Some(_) => Delivery::Refused,
            },
            RateLimited | Overloaded | Server => match status {
                Some(429) => Delivery::Refused,
                // Of a payment only the code says that it was not carried out.
                Some(503)
                    if self.retry_class() == RetryClass::Payment && self.code() != Some("X402_NOT_CONFIGURED") =>
                {
                    Delivery::Unknown
                }
                // A gateway's 503 may follow a request that it forwarded.
                Some(503) if self.is_from_api() => Delivery::Refused,
                Some(408)
                    if self.is_from_api() && matches!(self.retry_class(), RetryClass::Safe | RetryClass::Inference) =>
                {
                    Delivery::Refused
                }
                _ => Delivery::Unknown,
            },
        }
    }

    /// Whether a retry of the same request may help and is safe.
    pub(crate) fn is_repeatable(&self) -> bool {
        use ErrorKind::*;
        let class = self.retry_class();
        let status = self.status().map(|status| status.as_u16());
        let is_lost = matches!(self.kind(), Timeout | Transport);
        if class == RetryClass::Payment {
            // The API credits a signed payment once, however often it arrives.
            return is_lost || status == Some(504) || self.is_payment_in_progress();
        }
        let may_pass = match self.kind() {
            Connect => true,
            // The kind is checked first: with some bodies a status that is usually transient is a fault of the request.
            RateLimited | Overloaded | Server => matches!(status, Some(408 | 429 | 500 | 502..=504 | 520..=524)),
            _ => false,
        };
        match class {
            RetryClass::Safe => may_pass || is_lost,
            _ => may_pass && !self.delivery().may_have_run(),
        }
    }

    /// Whether the API is still settling a payment that it received.
    pub(crate) fn is_payment_in_progress(&self) -> bool {
        self.code() == Some("PAYMENT_IN_PROGRESS")
    }

    /// Whether the API limits concurrent requests of this wallet, or of this caller of a blockchain. One ends soon.
    pub(crate) fn is_concurrency_limit(&self) -> bool {
        self.kind() == ErrorKind::RateLimited
            && (self.code() == Some("X402_CONCURRENCY_LIMIT")
                || self.message().to_ascii_lowercase().contains("another request for this user is in flight"))
    }

    /// The retry class of the operation. Unknown operations are retried as rarely as `Once`.
    fn retry_class(&self) -> RetryClass {
        self.inner.operation.as_ref().map_or(RetryClass::Once, OperationRef::retry)
    }

    /// Sets what is known of it, instead of deriving it from the kind.
    pub(crate) fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.inner.delivery = Some(delivery);
        self
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use reqwest::StatusCode;
    use reqwest::header::HeaderMap;

    use super::*;
    use crate::runtime::meta::Meta;
    use crate::runtime::operation::{AuthScheme, Operation, unknown_to_the_document};

    static LIST: Operation = operation(RetryClass::Safe, AuthScheme::Bearer);
    static CHAT: Operation = operation(RetryClass::Inference, AuthScheme::BearerOrWallet);
    static QUEUE: Operation = operation(RetryClass::Once, AuthScheme::BearerOrWallet);
    static TOP_UP: Operation = operation(RetryClass::Payment, AuthScheme::Public);

    const fn operation(retry: RetryClass, auth: AuthScheme) -> Operation {
        unknown_to_the_document("light", "POST", "/lanterns", retry, auth)
    }

    const OWN: &str = r#"{"error": "no"}"#;
    const GATEWAY: &str = "<html><title>no</title></html>";
    const REPLIES: [(u16, &str); 7] =
        [(408, OWN), (429, OWN), (500, OWN), (502, OWN), (503, OWN), (503, GATEWAY), (529, OWN)];

    fn meta(status: u16) -> Meta {
        Meta::new(StatusCode::from_u16(status).unwrap(), HeaderMap::new(), std::time::SystemTime::now(), 1)
    }

    fn answered(operation: &'static Operation, status: u16, body: &str) -> Error {
        crate::runtime::error::api_error(&operation.into(), meta(status), Bytes::from(body.to_owned()))
    }

    fn letter(delivery: Delivery) -> char {
        match delivery {
            Delivery::NotSent => 'N',
            Delivery::Refused => 'R',
            Delivery::Unknown => 'U',
            Delivery::Answered => 'A',
        }
    }

    /// The deliveries without a status, and with each of the replies.
    fn row(kind: ErrorKind) -> String {
        let error = || Error::new(kind, "").with_operation(&CHAT);
        let with = REPLIES.iter().map(|(status, body)| {
            let mut error = error().with_meta(meta(*status));
            error.inner.from_api = *body == OWN;
            error
        });
        std::iter::once(error()).chain(with).map(|error| letter(error.delivery())).collect()
    }

    #[test]
    fn delivery_follows_from_kind_and_status() {
        // None, 408, 429, 500, 502, own 503, a gateway's 503, 529.
        let table = [
            (
                "NNNNNNNN",
                "configuration missing_api_key no_runtime blocking_in_async signing budget_exceeded price_limit",
            ),
            ("NNNNNNNN", "connect journal pace_exceeded shared_state"),
            ("NRRRRRRR", "invalid_request authentication permission payment_required insufficient_balance not_found"),
            ("NRRRRRRR", "conflict consent_required gone payload_too_large content_policy"),
            ("RRRRRRRR", "redirect"),
            ("URRUURUU", "rate_limited overloaded server"),
            ("UUUUUUUU", "timeout transport middleware stream_interrupted outcome_unknown unexpected_status"),
            ("NAAAAAAA", "io privacy"),
            (
                "AAAAAAAA",
                "attestation encryption decode truncated refusal invalid_json schema_mismatch tool_calls no_answer rpc",
            ),
            ("AAAAAAAA", "job_failed job_expired key_hand_over tool_run endless_list"),
        ];
        for kind in ErrorKind::ALL {
            let of_kind = |kinds: &str| kinds.split(' ').any(|name| name == kind.as_str());
            let expected = table.iter().find(|(_, kinds)| of_kind(kinds)).map(|(row, _)| *row);
            assert_eq!(Some(&*row(*kind)), expected, "{kind:?}");
        }
    }

    /// The delivery for each reply; in upper case if a retry is safe.
    fn by_class(operation: &'static Operation) -> String {
        let letter = |(status, body): &(u16, &str)| {
            let error = answered(operation, *status, body);
            let letter = letter(error.delivery());
            if error.is_repeatable() { letter } else { letter.to_ascii_lowercase() }
        };
        let gateway = [(408, GATEWAY), (429, GATEWAY), (504, OWN), (524, GATEWAY)];
        REPLIES.iter().chain(&gateway).map(letter).collect()
    }

    #[test]
    fn a_paid_call_is_retried_only_when_it_is_known_not_to_have_been_executed() {
        // Own 408, 429, 500, 502, own 503, a gateway's 503, 529; a gateway's 408 and 429, 504, 524.
        assert_eq!(by_class(&LIST), "RRUURUuURUU");
        assert_eq!(by_class(&CHAT), "RRuuRuuuRuu");
        assert_eq!(by_class(&QUEUE), "uRuuRuuuRuu");
        assert_eq!(by_class(&TOP_UP), "uruuuuuurUu");
    }

    #[test]
    fn unsent_requests_are_retried_and_lost_ones_only_if_that_is_safe() {
        let repeats =
            |operation: &'static Operation, kind| Error::new(kind, "").with_operation(operation).is_repeatable();
        use ErrorKind::{Connect, Io, Timeout, Transport};
        for (operation, expected) in [
            (&LIST, [true, true, true, false]),
            (&CHAT, [true, false, false, false]),
            (&QUEUE, [true, false, false, false]),
            (&TOP_UP, [false, true, true, false]),
        ] {
            assert_eq!(
                [Connect, Timeout, Transport, Io].map(|kind| repeats(operation, kind)),
                expected,
                "{:?}",
                operation.retry
            );
        }
    }

    #[test]
    fn an_error_in_a_reply_that_began_as_a_success_is_unknown() {
        for event in [r#"{"error": {"code": "model_overloaded", "message": "busy"}}"#, r#"{"error": "no such model"}"#]
        {
            let event = Bytes::from_static(event.as_bytes());
            let error = crate::runtime::error::in_band_error(&(&CHAT).into(), meta(200), event);
            assert_eq!((error.delivery(), error.is_repeatable()), (Delivery::Unknown, false), "{error}");
        }
    }

    #[test]
    fn json_of_a_gateway_is_not_from_the_api() {
        let gateway = answered(&CHAT, 503, r#"{"message": "no healthy upstream"}"#);
        assert_eq!((gateway.delivery(), gateway.is_repeatable()), (Delivery::Unknown, false));
    }

    #[test]
    fn a_payment_in_progress_is_retried_and_a_failed_one_moved_no_funds() {
        let pays = |status, code: &str| answered(&TOP_UP, status, &format!(r#"{{"error": "{code}", "message": "x"}}"#));
        let delivery_of = |error: Error| (error.delivery(), error.is_repeatable());
        assert_eq!(delivery_of(pays(409, "PAYMENT_IN_PROGRESS")), (Delivery::Unknown, true));
        assert_eq!(delivery_of(pays(504, "SETTLEMENT_TIMEOUT")), (Delivery::Unknown, true));
        assert_eq!(delivery_of(pays(503, "X402_NOT_CONFIGURED")), (Delivery::Refused, false));
        assert_eq!(delivery_of(pays(503, "SERVICE_UNAVAILABLE")), (Delivery::Unknown, false));
        assert_eq!(delivery_of(pays(402, "SETTLEMENT_FAILED")), (Delivery::Refused, false));
        assert_eq!(delivery_of(pays(400, "INVALID_PAYMENT")), (Delivery::Refused, false));
    }
}
