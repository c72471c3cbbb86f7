//! Billing: the balance, spending, every charge of a week, and all of them as a table for a spreadsheet.
//!
//! ```text
//! cargo run --example billing                              # on the bundled mock
//! cargo run --example billing -- charges.csv               # writes the table to a file
//! VENICE_API_KEY=… cargo run --example billing             # on a real account; it only reads
//! ```

mod common;

use std::collections::BTreeMap;

use venice_ai::types::{GetBillingUsageAnalyticsParams, GetBillingUsageHistoryParams};
use venice_ai::{Amount, Client, Error, Timestamp};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (venice, _mock) = common::client_or_mock().await?;

    let balance = venice.billing().balance().await?;
    println!("Left: {:?} DIEM, {:?} USD", balance.balances.diem, balance.balances.usd);

    let sums = venice.billing().usage_analytics(GetBillingUsageAnalyticsParams::new().lookback("7d")).await?;
    for model in &sums.by_model {
        println!(
            "{} cost {:?} USD and {:?} DIEM in {}",
            model.model_name, model.total_usd, model.total_diem, sums.lookback
        );
    }

    add_up(&venice).await?;

    if let Some(path) = std::env::args().nth(1) {
        let table = venice.billing().usage_history_table(GetBillingUsageHistoryParams::new());
        println!("Wrote {} bytes to {path}", table.save(&path).await?.bytes);
    }

    // The price of credit for a wallet. Asking is free.
    for option in venice.x402().payment_requirements().await?.accepts {
        let dollars = option.amount_usd().map_or_else(|| "?".to_owned(), |amount| amount.to_string());
        println!("A wallet may top up with {dollars} US dollars on {}", option.network.unwrap_or_default());
    }
    Ok(())
}

/// Reads every charge over all pages, and sums them by currency. Starts again where it stopped if the cursor has expired.
async fn add_up(venice: &Client) -> Result<(), Error> {
    let (mut count, mut sums) = (0, BTreeMap::<String, Amount>::new());
    let mut last = Timestamp::default();
    let mut history = venice.billing().usage_history(GetBillingUsageHistoryParams::new());
    let mut seen_at_last = 0;
    let mut to_skip = 0;
    while let Some(entry) = history.next().await {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.is_invalid_cursor() && !last.is_empty() => {
                let params = GetBillingUsageHistoryParams::new().start_timestamp(&last);
                history = venice.billing().usage_history(params);
                to_skip = seen_at_last;
                continue;
            }
            Err(error) => return Err(error),
        };
        if to_skip > 0 && entry.timestamp == last {
            to_skip -= 1;
            continue;
        }
        seen_at_last = if entry.timestamp == last { seen_at_last + 1 } else { 1 };
        last = entry.timestamp;
        count += 1;
        *sums.entry(entry.currency.to_string()).or_default() += entry.amount.unwrap_or_default();
    }
    println!("{count} charges, the last one at {last}: {sums:?}");
    Ok(())
}
