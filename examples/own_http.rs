//! The network: headers for a gateway, a private CA, a proxy, time-outs, and an HTTP client of one's own.
//!
//! ```text
//! cargo run --example own_http
//! COMPANY_CA=ca.pem COMPANY_PROXY=http://proxy.example:3128 VENICE_API_KEY=… cargo run --example own_http
//! ```

mod common;

use std::time::Duration;

use venice_ai::http::{HeaderValue, header};
use venice_ai::{Client, ClientBuilder, reqwest};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (_, mock) = common::client_or_mock().await?;
    let builder = || match &mock {
        Some(mock) => Ok(mock.client_builder()),
        None => ClientBuilder::from_env(),
    };

    // What most need has a setting.
    let mut with_settings = builder()?
        .user_agent_suffix("my-app/1.0")
        .default_header(header::ACCEPT_LANGUAGE, HeaderValue::from_static("it"))
        .connect_timeout(Duration::from_secs(3));
    if let Some(file) = std::env::var_os("COMPANY_CA") {
        with_settings = with_settings.add_root_certificate(std::fs::read(file)?);
    }
    if let Ok(proxy) = std::env::var("COMPANY_PROXY") {
        with_settings = with_settings.proxy(proxy);
    }
    ask(&with_settings.build()?).await?;

    // For everything else: without redirects, so that the key stays with this host, and without a total time-out.
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(4)
        .tcp_keepalive(Duration::from_secs(30))
        .no_proxy()
        .build()?;
    ask(&builder()?.http_client(http).build()?).await?;

    for request in mock.iter().flat_map(|mock| mock.requests()) {
        println!("{:?} {:?}", request.header("user-agent"), request.header("accept-language"));
    }
    Ok(())
}

async fn ask(venice: &Client) -> Result<(), venice_ai::Error> {
    println!("{}", venice.chat().create("Why is the sky blue?").with_header("x-trace", 4711).await?);
    Ok(())
}
