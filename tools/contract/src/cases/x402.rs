//! Wallets with prepaid credit. Nothing here is signed for real.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use venice_ai::x402::WalletTransactionsParams;

use super::Cost::{Free, TestServer};
use super::Size::{Maximal, Minimal, Only};
use super::{Case, case};

/// From the examples of EIP-55; its key is unknown.
pub const WALLET: &str = "0x52908400098527886E0F7030069857D2E4169EE7";
const NEEDS_WALLET: &str = "needs a wallet that signs";

pub fn cases() -> Vec<Case> {
    vec![
        // Without a payment it answers with its price.
        case("topUpX402Balance", Minimal, Free, |scene| async move {
            scene.venice().x402().payment_requirements().await?;
            Ok(())
        }),
        case("topUpX402Balance", Maximal, TestServer("needs a wallet that pays"), |scene| async move {
            let price = scene.venice().x402().payment_requirements().with_meta().await?;
            let header = price.meta.payment_required().map(decoded).unwrap_or_default();
            scene.venice().x402().top_up_with_payment(payment(&header["accepts"][0])).await?;
            Ok(())
        }),
        case("getX402Balance", Only, TestServer(NEEDS_WALLET), |scene| async move {
            scene.venice().x402().balance(WALLET).with_sign_in(signed()).await?;
            Ok(())
        }),
        case("getX402Transactions", Minimal, TestServer(NEEDS_WALLET), |scene| async move {
            let page = scene.venice().x402().transactions_page(WALLET, WalletTransactionsParams::new());
            page.with_sign_in(signed()).await?;
            Ok(())
        }),
        case("getX402Transactions", Maximal, TestServer(NEEDS_WALLET), |scene| async move {
            let params = WalletTransactionsParams::new().limit(5).offset(1);
            scene.venice().x402().transactions_page(WALLET, params).with_sign_in(signed()).await?;
            Ok(())
        }),
    ]
}

fn coded(document: &Value) -> String {
    STANDARD.encode(document.to_string())
}

fn decoded(header: &str) -> Value {
    STANDARD.decode(header).ok().and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default()
}

/// What a wallet would send to sign in.
fn signed() -> String {
    let message = "api.venice.ai wants you to sign in\n\nNonce: 7";
    coded(&json!({"address": WALLET, "message": message, "signature": format!("0x{:0130x}", 7), "chainId": 8453}))
}

/// A payment for one of the ways to pay.
fn payment(accepted: &Value) -> String {
    let authorization = json!({
        "from": WALLET, "to": accepted["payTo"], "value": "5000000", "validAfter": "0", "validBefore": "1787184000",
        "nonce": format!("0x{:064x}", 7),
    });
    let payload = json!({"signature": format!("0x{:0130x}", 9), "authorization": authorization});
    coded(&json!({"x402Version": 2, "payload": payload, "accepted": accepted}))
}
