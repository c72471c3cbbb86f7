//! The API's table of error codes: infers a code from status and message, and a kind from a code.

use reqwest::StatusCode;

use super::ErrorKind;

/// Status, part of the message in lower case, code. The first matching row counts; an empty text matches every message.
///
/// The API documents these codes and leaves them out of most bodies.
const INFERRED: &[(u16, &str, &str)] = &[
    (400, "'content-type' must be", "INVALID_CONTENT_TYPE"),
    (400, "invalid model", "INVALID_MODEL"),
    (400, "request id is invalid", "REQUEST_ID_NOT_FOUND"),
    (400, "invalid audio format", "INVALID_AUDIO_FORMAT"),
    (400, "invalid video format", "INVALID_VIDEO_FORMAT"),
    (400, "invalid image format", "INVALID_IMAGE_FORMAT"),
    (400, "corrupted or unreadable", "CORRUPTED_IMAGE"),
    (400, "dimensions are too small", "IMAGE_TOO_SMALL"),
    (400, "maximum context", "TOO_MANY_TOKENS"),
    (400, "", "INVALID_REQUEST"),
    (401, "pro subscription is inactive", "AUTHENTICATION_FAILED_INACTIVE_KEY"),
    (401, "available to pro users", "PRO_ONLY_MODEL"),
    (401, "sign-in-with-x", "X402_INVALID_SIGN_IN"),
    (401, "invalid api key", "INVALID_API_KEY"),
    (401, "authentication failed", "AUTHENTICATION_FAILED"),
    (401, "", "AUTHENTICATION_FAILED"),
    (402, "diem spend limit", "API_KEY_DIEM_SPEND_LIMIT_EXCEEDED"),
    (402, "usd spend limit", "API_KEY_USD_SPEND_LIMIT_EXCEEDED"),
    (402, "insufficient", "INSUFFICIENT_BALANCE"),
    (402, "authentication required", "AUTHENTICATION_FAILED"),
    (403, "api access has been disabled", "API_ACCESS_DISABLED"),
    (403, "your own wallet", "X402_WALLET_MISMATCH"),
    (403, "this api key is set to", "MODEL_PRIVACY_RESTRICTED"),
    (403, "unauthorized", "UNAUTHORIZED"),
    (404, "model not found", "MODEL_NOT_FOUND"),
    (404, "has been deprecated", "MODEL_NOT_FOUND"),
    (404, "no character", "CHARACTER_NOT_FOUND"),
    (404, "media could not", "MEDIA_NOT_FOUND"),
    (413, "", "PAYLOAD_TOO_LARGE"),
    (415, "", "INVALID_CONTENT_TYPE"),
    (422, "duration exceeds", "VIDEO_DURATION_TOO_LONG"),
    (422, "duration is too short", "VIDEO_DURATION_TOO_SHORT"),
    (422, "dimensions exceed", "IMAGE_TOO_LARGE"),
    (422, "could not be processed for transcription", "ASR_UPSTREAM_VALIDATION_FAILED"),
    (422, "content polic", "CONTENT_POLICY_VIOLATION"),
    (429, "overloaded", "MODEL_OVERLOADED"),
    (429, "rate limit", "RATE_LIMIT_EXCEEDED"),
    (429, "", "RATE_LIMIT_EXCEEDED"),
    (500, "inference processing failed", "INFERENCE_FAILED"),
    (500, "upscaling failed", "UPSCALE_FAILED"),
    (500, "image edit failed", "IMAGE_EDIT_ERROR"),
    (500, "unknown error", "UNKNOWN_ERROR"),
    // A fault of the caller that the API reports as its own.
    (502, "nonce must be", "INVALID_REQUEST"),
    (502, "attestation", "TEE_ATTESTATION_FAILED"),
    (502, "tee signature", "TEE_SIGNATURE_FAILED"),
    (502, "transcription failed", "ASR_UPSTREAM_FAILED"),
    (503, "offline", "MODEL_OFFLINE"),
    (503, "at capacity", "MODEL_AT_CAPACITY"),
    (504, "", "REQUEST_TIMEOUT"),
];

/// The code for a status and a message.
pub(super) fn inferred(status: StatusCode, message: &str) -> Option<&'static str> {
    let message = message.to_ascii_lowercase();
    let fits = |row: &&(u16, &str, &str)| row.0 == status.as_u16() && message.contains(row.1);
    INFERRED.iter().find(fits).map(|row| row.2)
}

/// Codes, and error types in OpenAI's form, that are not inferred from a message, with their statuses.
const NAMED: &[(&str, u16)] = &[
    ("AMOUNT_TOO_HIGH", 400),
    ("AMOUNT_TOO_LOW", 400),
    ("CONTEXT_LENGTH_EXCEEDED", 400),
    ("INVALID_AMOUNT", 400),
    ("INVALID_FILE_SIZE", 400),
    ("INVALID_PAYMENT", 400),
    ("INVALID_PAYMENT_FORMAT", 400),
    ("INVALID_PAYMENT_PAYER", 400),
    ("INVALID_PAYMENT_RECIPIENT", 400),
    ("INVALID_REQUEST_ERROR", 400),
    ("PAYMENT_HEADER_NOT_ACCEPTED", 400),
    ("PAYMENT_VERIFICATION_FAILED", 400),
    ("UNSUPPORTED_NETWORK", 400),
    ("UNSUPPORTED_SCHEME", 400),
    ("UNSUPPORTED_TOKEN", 400),
    ("X402_INVALID_PAYMENT", 400),
    ("AUTHENTICATION_ERROR", 401),
    ("PAYMENT_REQUIRED", 402),
    ("SETTLEMENT_FAILED", 402),
    ("MODEL_PRIVACY_RESTRICTED", 403),
    ("PERMISSION_ERROR", 403),
    ("NOT_FOUND_ERROR", 404),
    // A new attestation has to be fetched first.
    ("E2EE_ATTESTATION_STALE", 409),
    ("NEEDS_CONSENT", 409),
    ("PAYMENT_IN_PROGRESS", 409),
    ("CONTENT_BLOCKED_BY_PROVIDER", 422),
    ("CONTENT_FILTER_ERROR", 422),
    ("PROVIDER_CONTENT_POLICY", 422),
    ("RATE_LIMIT_ERROR", 429),
    ("X402_CONCURRENCY_LIMIT", 429),
    ("API_ERROR", 500),
    ("SERVER_ERROR", 500),
    ("UPSTREAM_ERROR", 502),
    ("OVERLOADED_ERROR", 503),
    ("X402_NOT_CONFIGURED", 503),
    ("SETTLEMENT_TIMEOUT", 504),
];

/// The status of a code, for errors that have none. A code may be a status, as a number.
pub(super) fn status_of(code: &str) -> Option<StatusCode> {
    if let Some(status) = code.parse().ok().filter(|status| (400..600).contains(status)) {
        return StatusCode::from_u16(status).ok();
    }
    let inferred = INFERRED.iter().find(|row| row.2.eq_ignore_ascii_case(code)).map(|row| row.0);
    let named = || NAMED.iter().find(|row| row.0.eq_ignore_ascii_case(code)).map(|row| row.1);
    // A wallet's signature has a dozen error codes.
    let sign_in = || code.get(..SIGN_IN.len()).filter(|start| start.eq_ignore_ascii_case(SIGN_IN)).map(|_| 401);
    StatusCode::from_u16(inferred.or_else(named).or_else(sign_in)?).ok()
}

const SIGN_IN: &str = "X402_SIGN_IN_";

/// The status and the code inferred from a message alone.
pub(super) fn by_message(message: &str) -> Option<(StatusCode, &'static str)> {
    let message = message.to_ascii_lowercase();
    let row = INFERRED.iter().find(|row| !row.1.is_empty() && message.contains(row.1))?;
    Some((StatusCode::from_u16(row.0).ok()?, row.2))
}

/// The kind for a status and a code. A known code takes precedence over the status.
pub(super) fn kind(status: StatusCode, code: Option<&str>) -> ErrorKind {
    let is = |names: &[&str]| code.is_some_and(|code| names.iter().any(|name| name.eq_ignore_ascii_case(code)));
    if is(&["PRO_ONLY_MODEL"]) {
        return ErrorKind::Permission;
    }
    // No funds moved, but the balance may be sufficient.
    if is(&["SETTLEMENT_FAILED"]) && (status == StatusCode::PAYMENT_REQUIRED || status.is_success()) {
        return ErrorKind::PaymentRequired;
    }
    if is(&[
        "CONTENT_POLICY_VIOLATION",
        "PROVIDER_CONTENT_POLICY",
        "CONTENT_BLOCKED_BY_PROVIDER",
        "CONTENT_FILTER_ERROR",
    ]) {
        return ErrorKind::ContentPolicy;
    }
    if is(&["NEEDS_CONSENT"]) {
        return ErrorKind::ConsentRequired;
    }
    if is(&["MODEL_OVERLOADED", "MODEL_OFFLINE", "MODEL_AT_CAPACITY"]) {
        return ErrorKind::Overloaded;
    }
    let named = code.filter(|code| !code.starts_with(|c: char| c.is_ascii_digit())).and_then(status_of);
    match named.unwrap_or(status).as_u16() {
        400 | 405 | 406 | 411 | 414 | 415 | 417 | 422 | 431 => ErrorKind::InvalidRequest,
        401 => ErrorKind::Authentication,
        402 => ErrorKind::InsufficientBalance,
        403 | 451 => ErrorKind::Permission,
        404 => ErrorKind::NotFound,
        409 => ErrorKind::Conflict,
        410 => ErrorKind::Gone,
        413 => ErrorKind::PayloadTooLarge,
        429 => ErrorKind::RateLimited,
        503 | 529 => ErrorKind::Overloaded,
        408 | 425 | 500..=599 => ErrorKind::Server,
        _ => ErrorKind::UnexpectedStatus,
    }
}

/// The message with which the API blocks requests until the window of the failure budget ends.
pub(super) fn is_abuse_block(message: &str) -> bool {
    message.to_ascii_lowercase().contains("too many failed attempts")
}
