//! Amounts keep the digits that the API sends.

use serde_json::json;
use venice_ai::types::{
    ChatCompletion, ChatCompletionRequest, GetBillingUsageAnalyticsParams, GetBillingUsageHistoryParams,
    JsonRpcRequest, ModelFilter,
};
use venice_ai::{Amount, Client};

use crate::support::{Answer, Server, amount, once, replying};

/// A reply with this text as its cost.
async fn reply_costing(cost: &str) -> ChatCompletion {
    let body = format!(r#"{{"choices": [{{"index": 0, "message": {{"content": "Hi"}}}}], "cost": {cost}}}"#);
    let (_server, venice) = replying(Answer::json(200, &body));
    venice.chat().create(ChatCompletionRequest::new("m", ["Hello"])).await.unwrap()
}

fn streaming(chunks: &[&str]) -> (Server, Client) {
    let events: String = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
    let head = [("content-type", "text/event-stream")];
    replying(Answer::new(200, &head, format!("{events}data: [DONE]\n\n")))
}

#[tokio::test]
async fn a_cost_keeps_every_digit() {
    for (written, shown) in [
        ("0.0005813", "0.0005813"),
        ("1e-7", "0.0000001"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("0.00012525000000000001", "0.00012525000000000001"),
        ("0.1234567890123456789012345", "0.1234567890123456789012345"),
        ("\"0.25\"", "0.25"),
        ("3", "3"),
        ("-0.5", "-0.5"),
    ] {
        let cost = reply_costing(&format!(r#"{{"usd": {written}, "diem": 0}}"#)).await.cost().unwrap();
        assert_eq!((cost.usd.unwrap().to_string(), cost.diem), (shown.to_owned(), amount("0")), "{written}");
    }
}

#[tokio::test]
async fn a_cost_that_is_not_reported_is_unknown_and_not_0() {
    assert_eq!(reply_costing("null").await.cost(), None);
    assert_eq!(reply_costing("{}").await.cost(), None);
    assert_eq!(reply_costing(r#"{"usd": null, "diem": null}"#).await.cost(), None);
    let half = reply_costing(r#"{"usd": null, "diem": 0.5}"#).await.cost().unwrap();
    assert_eq!((half.usd, half.diem), (None, amount("0.5")));
    for odd in [r#""NaN""#, r#""free""#, "true", "[1]", "1e99", r#"{"amount": 1}"#] {
        let reply = reply_costing(&format!(r#"{{"usd": {odd}, "diem": 0.5}}"#)).await;
        assert_eq!((reply.cost().unwrap().usd, reply.cost().unwrap().diem), (None, amount("0.5")), "{odd}");
        assert_eq!(reply.text(), "Hi", "{odd}");
    }
}

#[tokio::test]
async fn balances_charges_and_quotes_keep_every_digit_and_what_is_not_reported_is_unknown() {
    const LONG: &str = "0.1234567890123456789012345";
    let (_server, venice) = replying(Answer::json(200, &format!(r#"{{"balances": {{"usd": {LONG}}}}}"#)));
    let left = venice.billing().balance().await.unwrap();
    assert_eq!((left.balances.usd, left.balances.diem, left.diem_epoch_allocation), (amount(LONG), None, None));

    let page = format!(r#"{{"data": [{{"amount": -{LONG}}}, {{"pricePerUnitUsd": "{LONG}"}}]}}"#);
    let (_server, venice) = replying(Answer::json(200, &page));
    let page = venice.billing().usage_history_page(GetBillingUsageHistoryParams::new()).await.unwrap();
    assert_eq!((page.data[0].amount, page.data[0].price_per_unit_usd), (amount(&format!("-{LONG}")), None));
    assert_eq!((page.data[1].amount, page.data[1].price_per_unit_usd), (None, amount(LONG)));

    let (_server, venice) =
        replying(Answer::json(200, &format!(r#"{{"byDate": [], "byModel": [{{"totalUsd": {LONG}}}]}}"#)));
    let sums = venice.billing().usage_analytics(GetBillingUsageAnalyticsParams::new()).await.unwrap();
    assert_eq!((sums.by_model[0].total_usd, sums.by_model[0].total_diem), (amount(LONG), None));

    let (_server, venice) = replying(Answer::json(200, &format!(r#"{{"quote": {LONG}}}"#)));
    assert_eq!(Some(venice.video().quote("laguna-video").await.unwrap().usd), amount(LONG));
}

#[tokio::test]
async fn what_was_read_is_written_as_the_number_that_it_was() {
    for written in ["0.0005813", "1e-7", "3", "0.1234567890123456789012345"] {
        let reply = reply_costing(&format!(r#"{{"diem":0,"usd":{written}}}"#)).await;
        let again = serde_json::to_string(&reply.cost).unwrap();
        let orders = [format!(r#"{{"diem":0,"usd":{written}}}"#), format!(r#"{{"usd":{written},"diem":0}}"#)];
        assert!(orders.contains(&again), "{again}");
    }
}

#[tokio::test]
async fn costs_of_many_replies_add_up_exactly() {
    let server = Server::answering(
        (0..10).map(|_| Answer::json(200, r#"{"choices": [{}], "cost": {"usd": 0.1, "diem": 0.0005813}}"#)),
    );
    let venice = once(&server);
    let mut costs = Vec::new();
    for _ in 0..10 {
        costs.push(venice.chat().create(ChatCompletionRequest::new("m", ["Hello"])).await.unwrap().cost().unwrap());
    }
    assert_eq!(Amount::checked_sum(costs.iter().flat_map(|cost| cost.usd)), amount("1"));
    assert_eq!(Amount::checked_sum(costs.iter().flat_map(|cost| cost.diem)), amount("0.005813"));
}

#[tokio::test]
async fn a_stream_knows_its_cost_at_its_end() {
    let finish = r#"{"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}], "usage": null}"#;
    let after = r#"{"choices": [{}], "cost": {"diem": 0, "usd": 0.00012525000000000001}}"#;
    let on_it = r#"{"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}], "cost": {"diem": 0, "usd": 0.00012525000000000001}}"#;
    for chunks in [&[finish, after][..], &[on_it]] {
        let request = || ChatCompletionRequest::new("m", ["Hello"]);
        let (_server, venice) = streaming(chunks);
        let mut stream = venice.chat().stream(request()).await.unwrap();
        assert_eq!(stream.cost(), None);
        while let Some(chunk) = stream.next().await {
            chunk.unwrap();
        }
        assert_eq!(stream.cost().unwrap().to_string(), "0.00012525000000000001 USD, 0 DIEM");

        #[cfg(feature = "collect")]
        {
            let (_server, venice) = streaming(chunks);
            let mut text = venice.chat().stream(request()).await.unwrap().text();
            assert_eq!((text.next().await.unwrap().unwrap(), text.next().await.is_none()), ("Hi".to_owned(), true));
            assert_eq!(text.cost().unwrap().usd, amount("0.00012525000000000001"));

            let (_server, venice) = streaming(chunks);
            let reply = venice.chat().stream(request()).await.unwrap().collect().await.unwrap();
            assert_eq!(reply.cost().unwrap().usd, amount("0.00012525000000000001"));
        }
    }
}

#[cfg(feature = "crypto-rpc")]
#[tokio::test]
async fn a_blockchain_call_reports_credits_and_dollars() {
    let headers =
        [("content-type", "application/json"), ("x-venice-rpc-credits", "20"), ("x-venice-rpc-cost-usd", "0.00001400")];
    let (_server, venice) = replying(Answer::new(200, &headers, r#"{"jsonrpc": "2.0", "id": 1, "result": "0x1"}"#));
    let request = JsonRpcRequest::new("eth_chainId");
    let reply = venice.crypto_rpc().call("ethereum-mainnet", request).with_meta().await.unwrap();
    assert_eq!(reply.meta.cost().unwrap().to_string(), "0.00001400 USD, 20 credits");
    assert_eq!(reply.value.cost(), reply.meta.cost());
}

#[tokio::test]
async fn prices_in_the_list_of_models_are_exact_and_unknown_where_they_are_not_reported() {
    let pricing = json!({"input": {"usd": 0.1, "diem": null}, "output": {"usd": 1e-7}, "cache_input": null});
    let list = json!({"data": [{"id": "m", "type": "text", "model_spec": {"pricing": pricing}}]});
    let (_server, venice) = replying(Answer::json(200, &list.to_string()));
    let models = venice.models().list(ModelFilter::Text).await.unwrap();
    let pricing = models[0].model_spec.pricing.as_ref().unwrap();
    let (input, output) = (pricing.input.as_ref().unwrap(), pricing.output.as_ref().unwrap());
    assert_eq!((input.usd, input.diem), (amount("0.1"), None));
    assert_eq!((output.usd.unwrap().to_string(), output.diem), ("0.0000001".to_owned(), None));
    assert!(pricing.cache_input.is_none());
}
