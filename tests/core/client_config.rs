//! The settings of a client, and its requests.

use std::process::Command;

use serde_json::Value;
use venice_ai::http::Method;
use venice_ai::{Client, ClientBuilder, ErrorKind, RetryPolicy};

use crate::support::{Answer, KEY, Server, TestClock, builder, once};

/// The environment is process-wide, so each of these runs in its own process: this test binary again, with one test selected, which reads
/// the environment and otherwise does nothing.
fn in_environment(test: &str, variables: &[(&str, &str)]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([&*format!("client_config::{test}"), "--exact", "--ignored", "--nocapture"]);
    for name in ["VENICE_API_KEY", "VENICE_BASE_URL", "VENICE_TIMEOUT", "VENICE_MAX_RETRIES", "VENICE_PROXY"] {
        command.env_remove(name);
    }
    let output = command.envs(variables.iter().copied()).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && shown.contains("1 passed"), "{shown}");
}

#[test]
fn the_environment_gives_key_and_base_url() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let url = server.url("/api/v1");
    in_environment("child_reads_models", &[("VENICE_API_KEY", " vk-env\n"), ("VENICE_BASE_URL", &url)]);
    let request = &server.requests()[0];
    assert_eq!(request.target, "/api/v1/models");
    assert_eq!(request.header("authorization"), Some("Bearer vk-env"));
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_reads_models() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = Client::from_env().unwrap();
    runtime.block_on(client.request::<Value>(Method::GET, "/models").into_future()).unwrap();
}

#[test]
fn a_missing_or_empty_key_in_the_environment_names_the_variable() {
    in_environment("child_finds_no_key", &[]);
    in_environment("child_finds_no_key", &[("VENICE_API_KEY", "")]);
    in_environment("child_finds_no_key", &[("VENICE_API_KEY", " \n")]);
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_finds_no_key() {
    let error = Client::from_env().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingApiKey);
    assert!(error.is_authentication());
    assert!(error.to_string().contains("VENICE_API_KEY"), "{error}");
    assert!(ClientBuilder::from_env().is_err());
}

#[test]
fn a_base_url_of_the_environment_is_checked_too() {
    in_environment("child_finds_a_bad_url", &[("VENICE_API_KEY", "k"), ("VENICE_BASE_URL", "venice")]);
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_finds_a_bad_url() {
    let error = Client::from_env().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("base URL"), "{error}");
}

#[test]
fn the_environment_gives_time_out_retries_and_proxy() {
    let proxy = Server::answering([Answer::silence()]);
    let variables = [
        ("VENICE_API_KEY", "k"),
        ("VENICE_BASE_URL", "http://127.0.0.1:9/api/v1"),
        ("VENICE_TIMEOUT", " 0.25 "),
        ("VENICE_MAX_RETRIES", "3"),
        ("VENICE_PROXY", &proxy.url("")),
    ];
    in_environment("child_times_out", &variables);
    assert_eq!(proxy.count(), 4, "one attempt and three retries");
    assert_eq!(proxy.requests()[0].target, "http://127.0.0.1:9/api/v1/models");
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_times_out() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = ClientBuilder::from_env().unwrap().clock(TestClock::without_jitter()).build().unwrap();
    let error = runtime.block_on(client.request::<Value>(Method::GET, "/models").into_future()).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 4), "{error}");
    assert!(error.to_string().contains("250ms"), "{error}");
}

#[test]
fn an_invalid_variable_is_named_and_a_setter_replaces_it() {
    for (name, value) in [
        ("VENICE_TIMEOUT", "soon"),
        ("VENICE_TIMEOUT", "-1"),
        ("VENICE_TIMEOUT", "0"),
        ("VENICE_TIMEOUT", "inf"),
        ("VENICE_TIMEOUT", "1e300"),
        ("VENICE_MAX_RETRIES", "1.5"),
        ("VENICE_MAX_RETRIES", "-2"),
        ("VENICE_MAX_RETRIES", "99999999999"),
        ("VENICE_PROXY", "http://user:swordfish@"),
        ("VENICE_PROXY", "http://user:swordfish@pro xy:port"),
    ] {
        in_environment("child_finds_an_invalid_variable", &[("VENICE_API_KEY", "k"), (name, value)]);
    }
    in_environment("child_finds_nothing_invalid", &[("VENICE_API_KEY", "k")]);
    let blank = [("VENICE_API_KEY", "k"), ("VENICE_TIMEOUT", " "), ("VENICE_MAX_RETRIES", ""), ("VENICE_PROXY", "")];
    in_environment("child_finds_nothing_invalid", &blank);
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_finds_an_invalid_variable() {
    let of_tests = ["VENICE_TIMEOUT", "VENICE_MAX_RETRIES", "VENICE_PROXY"];
    let name = of_tests.into_iter().find(|name| std::env::var_os(name).is_some()).unwrap();
    let base = || ClientBuilder::from_env().unwrap().base_url("http://127.0.0.1:1");
    let error = base().build().unwrap_err();
    let shown = format!("{error} {error:?} {:?}", base());
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains(name) && !shown.contains("swordfish"), "{shown}");
    let replaced = match name {
        "VENICE_TIMEOUT" => base().timeout(std::time::Duration::from_secs(9)),
        "VENICE_MAX_RETRIES" => base().retry(venice_ai::RetryPolicy::disabled()),
        _ => base().no_proxy(),
    };
    let client = replaced.build().unwrap();
    if name == "VENICE_TIMEOUT" {
        assert!(format!("{client:?}").contains("timeout: 9s"), "{client:?}");
    }
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_finds_nothing_invalid() {
    let client = ClientBuilder::from_env().unwrap().base_url("http://127.0.0.1:1").build().unwrap();
    let shown = format!("{client:?}");
    assert!(shown.contains("timeout: 600s") && shown.contains("max_retries: 2"), "{shown}");
}

#[cfg(not(any(feature = "rustls", feature = "rustls-ring", feature = "native-tls")))]
#[test]
fn without_tls_the_features_that_bring_it_are_named() {
    let error = Client::new("k").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let shown = error.to_string();
    assert!(shown.contains("https") && shown.contains("native-tls"), "{shown}");
    assert!(Client::builder().base_url("http://127.0.0.1:1").build().is_ok(), "plain connections need none");
}

#[cfg(any(feature = "rustls", feature = "rustls-ring", feature = "native-tls"))]
#[test]
fn the_default_is_the_real_api() {
    let client = Client::new("k").unwrap();
    assert!(format!("{client:?}").contains("https://api.venice.ai/api/v1"));
}

#[tokio::test]
async fn a_request_says_who_asks_and_what_it_takes() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let client = builder(&server).user_agent_suffix("my-app/1.0").build().unwrap();
    client.request::<Value>(Method::GET, "models").await.unwrap();
    let request = &server.requests()[0];
    assert_eq!((&*request.method, &*request.target), ("GET", "/api/v1/models"));
    assert_eq!(request.header("accept"), Some("application/json"));
    let agent = request.header("user-agent").unwrap();
    assert!(agent.starts_with("venice-ai-rust/") && agent.ends_with(" my-app/1.0"), "{agent}");
    assert_eq!(request.header("authorization").unwrap(), format!("Bearer {KEY}"));
    assert!(request.body.is_empty());
}

#[tokio::test]
async fn default_headers_are_sent_unless_the_call_has_its_own() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let client =
        builder(&server).default_header("x-team", "search").default_header("accept", "text/plain").build().unwrap();
    client.request::<Value>(Method::GET, "/x").await.unwrap();
    client.request::<Value>(Method::GET, "/x").with_header("X-Team", "other").await.unwrap();
    let requests = server.requests();
    assert_eq!(requests[0].header("x-team"), Some("search"));
    assert_eq!(requests[0].header("accept"), Some("text/plain"));
    assert_eq!(requests[1].header("x-team"), Some("other"));
}

#[tokio::test]
async fn header_names_and_values_may_be_typed() {
    use venice_ai::http::{HeaderName, HeaderValue};

    let server = Server::answering([Answer::json(200, "{}")]);
    let value = HeaderValue::from_static("7");
    let client = builder(&server).default_header(HeaderName::from_static("x-team"), &value).build().unwrap();
    let call = client.request::<Value>(Method::GET, "/x").with_header(HeaderName::from_static("x-trace"), 4711);
    call.with_header(String::from("x-span"), String::from("8")).await.unwrap();
    let request = server.only();
    let sent = ["x-team", "x-trace", "x-span"].map(|name| request.header(name));
    assert_eq!(sent, [Some("7"), Some("4711"), Some("8")]);
}

#[test]
fn the_host_of_the_api_without_its_path_is_rejected() {
    let error = Client::builder().base_url("https://api.venice.ai").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("lacks the path `/api/v1`"), "{error}");
}

/// The address of a proxy that is not running, and its URL with a password.
fn dead_proxy() -> (String, String) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let url = format!("http://user:swordfish@{address}");
    (address, url)
}

const BEHIND_A_PROXY: &str = "http://lagoon.localhost/api/v1";

#[tokio::test]
async fn a_proxy_that_cannot_be_reached_is_named() {
    let (address, url) = dead_proxy();
    let client = Client::builder().base_url(BEHIND_A_PROXY).proxy(url).retry(RetryPolicy::disabled()).build().unwrap();
    let error = client.request::<Value>(Method::GET, "/x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    let shown = error.to_string();
    assert!(shown.contains(&format!("cannot connect to lagoon.localhost:80 through the proxy {address}: ")), "{shown}");
    assert!(!format!("{error:?} {client:?}").contains("swordfish"), "{error:?}");

    let direct = Client::builder()
        .base_url(format!("http://{address}"))
        .no_proxy()
        .retry(RetryPolicy::disabled())
        .build()
        .unwrap();
    let error = direct.request::<Value>(Method::GET, "/x").await.unwrap_err();
    assert!(error.to_string().contains(&format!("cannot connect to {address}: ")), "{error}");
}

#[test]
fn a_proxy_of_the_environment_that_cannot_be_reached_is_named() {
    let (address, url) = dead_proxy();
    let of_client = [("VENICE_API_KEY", "k"), ("VENICE_BASE_URL", BEHIND_A_PROXY), ("VENICE_MAX_RETRIES", "0")];
    let of_proxy = [("http_proxy", &*url), ("HTTP_PROXY", &*url), ("EXPECTED_PROXY", &*address)];
    let exempt = |hosts| [("no_proxy", hosts), ("NO_PROXY", hosts)];
    let variables = |hosts| [&of_client[..], &of_proxy, &exempt(hosts)].concat();
    in_environment("child_names_the_proxy", &variables(""));
    in_environment("child_names_no_proxy", &variables("lagoon.localhost"));
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_names_the_proxy() {
    let expected = format!("through the proxy {}: ", std::env::var("EXPECTED_PROXY").unwrap());
    let error = unconnected();
    assert!(error.contains(&expected), "{error}");
}

#[test]
#[ignore = "runs in a process of its own"]
fn child_names_no_proxy() {
    let error = unconnected();
    assert!(error.contains("cannot connect to lagoon.localhost:80: "), "{error}");
}

/// The error of a client of the environment that cannot connect.
fn unconnected() -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = Client::from_env().unwrap();
    let error = runtime.block_on(client.request::<Value>(Method::GET, "/x").into_future()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    error.to_string()
}

#[test]
fn a_socks_proxy_needs_its_feature_and_tls() {
    let built = Client::builder().base_url("http://127.0.0.1:1").proxy("socks5h://127.0.0.1:9050").build();
    if cfg!(all(feature = "socks", any(feature = "rustls", feature = "rustls-ring", feature = "native-tls"))) {
        assert!(built.is_ok());
    } else {
        let error = built.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains("feature `socks`") && error.to_string().contains("TLS"), "{error}");
    }
}

#[cfg(all(feature = "socks", any(feature = "rustls", feature = "rustls-ring", feature = "native-tls")))]
#[tokio::test]
async fn requests_pass_a_socks_proxy() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let server = Server::answering([Answer::json(200, r#"{"through": "socks"}"#)]);
    let target = server.url("").trim_start_matches("http://").to_owned();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("socks5h://{}", listener.local_addr().unwrap());
    let relay = tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut greeting = [0; 3];
        client.read_exact(&mut greeting).await.unwrap();
        assert_eq!(greeting, [5, 1, 0], "SOCKS 5 without a password");
        client.write_all(&[5, 0]).await.unwrap();
        let mut head = [0; 5];
        client.read_exact(&mut head).await.unwrap();
        assert_eq!(head[..4], [5, 1, 0, 3], "connect to a name");
        let mut name = vec![0; usize::from(head[4]) + 2];
        client.read_exact(&mut name).await.unwrap();
        client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
        let mut upstream = tokio::net::TcpStream::connect(target).await.unwrap();
        tokio::io::copy_bidirectional(&mut client, &mut upstream).await.ok();
        String::from_utf8_lossy(&name[..name.len() - 2]).into_owned()
    });
    let client = Client::builder().base_url("http://lagoon.localhost:80/api/v1").proxy(proxy).build().unwrap();
    let reply = client.request::<Value>(Method::GET, "/x").await.unwrap();
    assert_eq!(reply["through"], "socks");
    drop(client);
    assert_eq!(relay.await.unwrap(), "lagoon.localhost");
}

#[tokio::test]
async fn a_slash_at_the_end_of_the_base_url_makes_no_difference() {
    let server = Server::answering([Answer::json(200, "{}")]);
    for base in ["/api/v1", "/api/v1/", ""] {
        let client = Client::builder().base_url(server.url(base)).build().unwrap();
        client.request::<Value>(Method::GET, "/x").await.unwrap();
    }
    let targets: Vec<_> = server.requests().into_iter().map(|request| request.target).collect();
    assert_eq!(targets, ["/api/v1/x", "/api/v1/x", "/x"]);
}

#[tokio::test]
async fn clones_share_their_connections() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let client = once(&server);
    for _ in 0..3 {
        client.clone().request::<Value>(Method::GET, "/x").await.unwrap();
    }
    assert_eq!((server.count(), server.connections()), (3, 1));
}

#[tokio::test]
async fn a_proxy_gets_the_request() {
    let proxy = Server::answering([Answer::json(200, "[\"from the proxy\"]")]);
    let builder = Client::builder().api_key(KEY).base_url("http://venice.invalid/api/v1").allow_insecure_http(true);
    let client = builder.proxy(proxy.url("")).build().unwrap();
    let reply: Value = client.request(Method::GET, "/x").await.unwrap();
    assert_eq!(reply[0], "from the proxy");
    assert_eq!(proxy.requests()[0].target, "http://venice.invalid/api/v1/x");
}

#[tokio::test]
async fn of_a_proxy_and_none_the_last_one_counts() {
    let (server, proxy) = (Server::answering([Answer::json(200, "{}")]), Server::answering([Answer::json(200, "{}")]));
    let nobody = "http://127.0.0.1:9";
    let direct = builder(&server).proxy(nobody).no_proxy().build().unwrap();
    direct.request::<Value>(Method::GET, "/x").await.unwrap();
    assert_eq!(server.requests()[0].target, "/api/v1/x");
    let through = builder(&server).no_proxy().proxy(proxy.url("")).build().unwrap();
    through.request::<Value>(Method::GET, "/x").await.unwrap();
    assert_eq!((server.requests().len(), proxy.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_client_of_the_callers_is_used() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let headers = [("x-own".parse().unwrap(), "yes".parse().unwrap())];
    let own = crate::support::own_http_client!()
        .default_headers(headers.into_iter().collect())
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let client = builder(&server).http_client(own).build().unwrap();
    client.request::<Value>(Method::GET, "/x").await.unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.header("x-own"), Some("yes"));
    assert!(request.header("user-agent").unwrap().starts_with("venice-ai-rust/"));
}

#[cfg(feature = "gzip")]
#[tokio::test]
async fn whole_replies_may_be_compressed_and_raw_ones_may_not() {
    /// `{"small":true}`.
    const SMALL: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x2a\xce\x4d\xcc\xc9\x51\xb2\x2a\x29\x2a\x4d\xad\x05\x00\x5e\x35\xcf\x38\x0e\x00\x00\x00";
    let server = Server::answering([Answer::new(200, &[("content-encoding", "gzip")], SMALL)]);
    let client = once(&server);
    let reply: Value = client.request(Method::GET, "/x").await.unwrap();
    assert_eq!(reply["small"], true);
    drop(client.request_raw(Method::GET, "/x").await.unwrap());
    let requests = server.requests();
    assert_eq!(requests[0].header("accept-encoding"), Some("gzip"));
    assert_eq!(requests[1].header("accept-encoding"), Some("identity"));
}

#[tokio::test]
async fn a_connection_that_takes_too_long_fails_soon() {
    // An address reserved for documentation: nothing answers there, not even with a refusal.
    let client = Client::builder()
        .api_key("k")
        .base_url("http://192.0.2.1:9")
        .allow_insecure_http(true)
        .connect_timeout(std::time::Duration::from_millis(100))
        .retry(venice_ai::RetryPolicy::disabled())
        .build()
        .unwrap();
    let begun = std::time::Instant::now();
    let error = client.request::<Value>(Method::GET, "/x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    assert!(begun.elapsed() < crate::support::PATIENCE);
}

#[test]
fn a_call_outside_a_runtime_is_an_error_and_no_panic() {
    let client = Client::builder().base_url("http://127.0.0.1:1").build().unwrap();
    let mut future = Box::pin(client.request::<Value>(Method::GET, "/x").into_future());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(outcome) = future.as_mut().poll(&mut context) else { panic!("not ready") };
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoRuntime);
    assert_eq!(error.operation(), Some("GET /x"));
    assert!(future.as_mut().poll(&mut context).is_pending(), "polled once too often");
}
