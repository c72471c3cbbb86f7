//! `DownloadPolicy`: which URLs a file may be downloaded from (protection against server-side request forgery).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::runtime::media::off_thread::OffThread;
use crate::runtime::transport::failure::RefusedHost;
use crate::runtime::transport::redirect::HostPolicy;
use crate::runtime::url::{ip_address, is_localhost};

/// Decides whether a `download_url`, or its redirect target, may be requested. It comes from a reply, so it could point to a service in the
/// program's network, which would receive a GET and a DELETE.
#[derive(Clone, Debug)]
pub(super) struct DownloadPolicy {
    /// The base URL is `http`, so files may be too.
    http: bool,
    /// The base URL is a private address, so files may be too.
    private: bool,
    /// The host of the base URL, which is trusted.
    api: String,
}

impl DownloadPolicy {
    pub(super) fn of(base: &Url) -> Self {
        let api = base.host_str().unwrap_or_default().to_owned();
        Self { http: base.scheme() == "http", private: is_private_host(base), api }
    }
}

impl HostPolicy for DownloadPolicy {
    fn check(&self, url: &Url) -> Result<(), &'static str> {
        if url.scheme() != "https" && !(self.http && url.scheme() == "http") {
            return Err("is not https");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("has a user name or a password");
        }
        if is_private_host(url) && !self.private && url.host_str() != Some(&self.api) {
            return Err("leads to this machine or into its private network, where the API is not");
        }
        Ok(())
    }

    fn resolver(&self) -> Option<Arc<dyn Resolve>> {
        (!self.private).then(|| Arc::new(PublicAddresses { api: self.api.clone() }) as _)
    }
}

/// Whether a URL has a literal private address. Other names are checked when they are resolved.
fn is_private_host(url: &Url) -> bool {
    match ip_address(url) {
        Some(address) => is_private(address),
        None => url.host_str().is_some_and(is_localhost),
    }
}

/// Whether an address is of this machine, of its network, or unassigned.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => {
            let [first, second, ..] = address.segments();
            let own = address.is_loopback() || address.is_unspecified() || address.is_multicast();
            // Unique local, link-local and site-local addresses.
            own || first & 0xfe00 == 0xfc00
                || first & 0xff80 == 0xfe80
                || embedded(address).is_some_and(is_private_v4)
                || (first, second) == (0x64, 0xff9b) && address.segments()[2] == 1
        }
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    // `0.0.0.0/8` is this machine on many systems, `100.64.0.0/10` a provider's network, and above `224.0.0.0` there are no hosts.
    first == 0
        || first >= 224
        || (first == 100 && second & 0xc0 == 64)
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
}

/// The IPv4 address in an IPv6 address: mapped or compatible, NAT64 (RFC 6052), 6to4.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let last = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            Some(last(high, low))
        }
        _ => None,
    }
}

const PRIVATE_ADDRESS: &str =
    "its name resolves to an address of this machine or of its private network, where the API is not";

/// A resolver that omits private addresses. It runs as part of the connection, so no second lookup can return another address.
#[derive(Debug)]
struct PublicAddresses {
    api: String,
}

impl Resolve for PublicAddresses {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let any = host == self.api || is_proxy(&host);
        Box::pin(async move {
            let resolving = move || Ok((host.as_str(), 0).to_socket_addrs()?.collect());
            let mut found: Vec<SocketAddr> = OffThread::run(resolving).await?;
            found.retain(|address| any || !is_private(address.ip()));
            if found.is_empty() {
                return Err(RefusedHost(PRIVATE_ADDRESS).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether the environment sets this host as a proxy, which then resolves other names itself.
fn is_proxy(host: &str) -> bool {
    ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].iter().any(|variable| {
        let Ok(value) = std::env::var(variable) else { return false };
        let value = if value.contains("://") { value } else { format!("http://{value}") };
        Url::parse(&value).is_ok_and(|proxy| proxy.host_str() == Some(host))
    })
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;
    use crate::runtime::transport::http::{HttpConfig, ProxyChoice};
    use crate::runtime::transport::tls::RootCertificates;

    fn policy(base: &str) -> DownloadPolicy {
        DownloadPolicy::of(&Url::parse(base).unwrap())
    }

    fn takes(base: &str, url: &str) -> bool {
        policy(base).check(&Url::parse(url).unwrap()).is_ok()
    }

    const API: &str = "https://api.example/api/v1";

    #[test]
    fn files_of_the_api_are_public_and_encrypted() {
        assert!(takes(API, "https://files.example:8443/a?sig=1"));
        assert!(takes(API, "https://8.8.8.8/a") && takes(API, "https://[2606:4700::1]/a"));
        for url in ["http://files.example/a", "https://me@files.example/a", "https://:secret@files.example/a"] {
            assert!(!takes(API, url), "{url}");
        }
    }

    #[test]
    fn private_addresses_are_rejected_in_every_form() {
        for host in [
            "localhost",
            "localhost.",
            "a.localhost",
            "127.0.0.1",
            "127.1",
            "0x7f000001",
            "2130706433",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[fd00::1]",
            "[fe80::1]",
            "[febf::1]",
            "[fec0::1]",
            "[ff02::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:a9fe:a9fe]",
            "[::7f00:1]",
            "[64:ff9b::10.0.0.1]",
            "[64:ff9b:1::1]",
            "[2002:7f00:1::]",
        ] {
            assert!(!takes(API, &format!("https://{host}/a")), "{host}");
        }
        for host in ["172.32.0.1", "100.128.0.1", "[64:ff9b::8.8.8.8]", "[2002:808:808::]", "localhost.example"] {
            assert!(takes(API, &format!("https://{host}/a")), "{host}");
        }
    }

    #[test]
    fn files_may_be_where_the_base_url_is() {
        assert!(takes("http://127.0.0.1:4010/api/v1", "http://127.0.0.1:4011/a"));
        assert!(takes("http://127.0.0.1:4010/api/v1", "https://10.0.0.1/a"));
        assert!(
            takes("https://10.0.0.1/api/v1", "https://10.0.0.2/a")
                && !takes("https://10.0.0.1/api/v1", "http://10.0.0.2/a")
        );
        assert!(
            takes("http://api.example", "http://files.example/a") && !takes("http://api.example", "http://10.0.0.2/a")
        );
    }

    #[tokio::test]
    async fn a_name_of_a_private_address_is_not_connected_to() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://localhost:{}/a", listener.local_addr().unwrap().port());
        let client = |api: &str| {
            let config = HttpConfig {
                connect_timeout: Duration::from_secs(5),
                proxy: ProxyChoice::Direct,
                root_certificates: RootCertificates::parse(&[]).unwrap(),
                https: false,
            };
            let policy = DownloadPolicy { http: true, private: false, api: api.to_owned() };
            config.build_for(&policy).unwrap()
        };
        let asking = client("api.example").get(&url).timeout(Duration::from_secs(20)).send();
        let mut error: &dyn std::error::Error = &asking.await.unwrap_err();
        while let Some(source) = error.source() {
            error = source;
        }
        assert!(error.is::<RefusedHost>(), "{error}");
        assert!(listener.accept().is_err());
        // The API itself may have such a name.
        let api = client("localhost");
        let asking = tokio::spawn(async move { api.get(&url).send().await });
        while listener.accept().is_err() {
            tokio::task::yield_now().await;
        }
        asking.abort();
    }

    #[test]
    fn an_api_at_a_private_address_needs_no_resolver() {
        assert!(policy(API).resolver().is_some() && policy("http://api.example").resolver().is_some());
        assert!(policy("http://localhost:1").resolver().is_none() && policy("https://10.0.0.1").resolver().is_none());
    }
}
