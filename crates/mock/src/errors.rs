//! Error replies as the API sends them.

use serde_json::json;

use super::reply::Reply;

/// The API's usual error: a status and a message.
pub(super) fn error(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({"error": message}))
}

/// The error body for a status. The API has codes in only a few bodies, so the messages differ.
pub(super) fn of_status(status: u16) -> Reply {
    let message = match status {
        200..=299 => return Reply::json(status, &json!({})),
        300..=399 => return Reply::text(status, ""),
        400 => "The request is not valid",
        401 => "Authentication failed",
        402 => "Insufficient USD or DIEM balance",
        403 => "Unauthorized access",
        404 => "Not found",
        408 => "The request did not arrive in time",
        409 => "The request clashes with another one",
        410 => "Gone for good",
        413 => return Reply::json(413, &json!({"code": "PAYLOAD_TOO_LARGE", "error": "The body is too large"})),
        415 => "This content type is not taken here",
        422 => "The prompt violates the content policies",
        429 => "Rate limit exceeded",
        500 => "Inference processing failed",
        502 | 520..=530 => return gateway(status),
        503 => "The model is at capacity",
        504 => "The request took too long",
        _ => "Something went wrong",
    };
    error(status, message)
}

/// Gateways in front of the API answer in HTML.
fn gateway(status: u16) -> Reply {
    let page = format!(
        "<!DOCTYPE html>\n<html><head><title>{status}: Bad gateway</title></head>\n<body><h1>Error {status}</h1></body></html>\n"
    );
    Reply::new(status, "text/html; charset=UTF-8", page)
}
