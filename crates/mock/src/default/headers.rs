//! Documented response headers of a success.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::parsed_request::ParsedRequest;
use crate::reply::Reply;
use crate::state::State;

/// Adds the documented headers of this success.
pub(super) fn add(state: &mut State, reply: &mut Reply, success: &Value, request: &ParsedRequest<'_>, body: &Value) {
    let media = reply.media().unwrap_or_default().to_owned();
    for (name, _) in success["headers"].as_object().into_iter().flatten() {
        match name.to_ascii_lowercase().as_str() {
            "content-disposition" if media.starts_with("text/csv") => {
                let file = "attachment; filename=billing-usage-history-20260821T120000000Z.csv";
                reply.set("content-disposition", file);
            }
            "payment-response" => {
                let receipt =
                    json!({"success": true, "network": "eip155:8453", "payer": body["data"]["walletAddress"]});
                reply.set("payment-response", STANDARD.encode(receipt.to_string()));
            }
            "x-pagination-limit" => reply.set("x-pagination-limit", number(body, "pageSize")),
            "x-pagination-page" => reply.set("x-pagination-page", number(body, "page")),
            "x-pagination-total" => reply.set("x-pagination-total", number(body, "total")),
            "x-pagination-total-pages" => reply.set("x-pagination-total-pages", number(body, "totalPages")),
            "x-request-id" => reply.set("x-request-id", state.next_uuid()),
            "x-venice-rpc-cost-usd" => reply.set("x-venice-rpc-cost-usd", "0.00001400"),
            "x-venice-rpc-credits" => reply.set("x-venice-rpc-credits", 20),
            "x-venice-model-id" | "x-venice-model-name" => {
                if let Some(model) = request.body["model"].as_str() {
                    reply.set("x-venice-model-id", model);
                    reply.set("x-venice-model-name", model);
                }
            }
            // The others report something unusual.
            _ => {}
        }
    }
}

fn number(body: &Value, name: &str) -> u64 {
    body["pagination"][name].as_u64().unwrap_or(1)
}
