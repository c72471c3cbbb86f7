//! TLS: trusted CAs, and errors for untrusted ones.

use std::process::Command;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use venice_ai::http::Method;
use venice_ai::jobs::JobHandle;
use venice_ai::{Client, ClientBuilder, Error, ErrorKind, RetryPolicy, reqwest};

use crate::support::{Answer, Folder, Server, builder, own_http_client};

/// A server that speaks TLS with a certificate of its own CA, and answers every request with a file.
struct TlsServer {
    url: String,
    ca: CertificateDer<'static>,
}

impl TlsServer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let ca_key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // OpenSSL distinguishes certificates by name.
        params.distinguished_name.push(DnType::CommonName, format!("CA of {address}"));
        let ca = params.self_signed(&ca_key).unwrap().der().clone();
        let issuer = Issuer::new(params, ca_key);

        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();

        let acceptor = TlsAcceptor::from(Arc::new(config));
        let url = format!("https://{address}/api/v1");
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                // A client that does not trust the certificate ends the handshake.
                let Ok(mut stream) = acceptor.accept(socket).await else { continue };
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                let reply =
                    b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\nconnection: close\r\ncontent-length: 4\r\n\r\nfilm";
                stream.write_all(reply).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        });
        Self { url, ca }
    }

    fn client(&self) -> ClientBuilder {
        Client::builder().base_url(&self.url).no_proxy().retry(RetryPolicy::disabled())
    }

    fn pem(&self) -> String {
        let base64 = STANDARD.encode(&self.ca);
        let lines: Vec<_> = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    }
}

async fn fetch(venice: &Client) -> Result<Vec<u8>, Error> {
    Ok(venice.request_raw(Method::GET, "/file").await?.bytes().await?.to_vec())
}

#[tokio::test]
async fn an_added_root_certificate_is_trusted_as_pem_and_as_der() {
    let server = TlsServer::start().await;
    let other = TlsServer::start().await;
    let bundle = format!("The company's two CAs:\n{}{}", other.pem(), server.pem());
    for ca in [server.pem().into_bytes(), server.ca.to_vec(), bundle.into_bytes()] {
        let venice = server.client().add_root_certificate(&other.ca).add_root_certificate(ca).build().unwrap();
        assert_eq!(fetch(&venice).await.unwrap(), b"film");
    }
    let venice = server.client().add_root_certificate(other.pem()).build().unwrap();
    assert_eq!(fetch(&venice).await.unwrap_err().kind(), ErrorKind::Connect);
}

#[tokio::test]
async fn an_untrusted_ca_is_named_as_the_cause_with_its_remedies() {
    let server = TlsServer::start().await;
    let error = fetch(&server.client().build().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    let shown = error.to_string();
    for part in ["not trusted", "ClientBuilder::add_root_certificate", "SSL_CERT_FILE"] {
        assert!(shown.contains(part), "{shown}");
    }
}

/// Where `SSL_CERT_FILE` is read: by rustls-native-certs and by OpenSSL.
#[cfg(all(unix, not(target_vendor = "apple")))]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn ssl_cert_file_names_the_cas_to_trust() {
    let server = TlsServer::start().await;
    let folder = Folder::new();
    let file = folder.file("ca.pem", server.pem());
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["tls::child_trusts_ssl_cert_file", "--exact", "--ignored", "--nocapture"])
        .env("SSL_CERT_FILE", file)
        .env_remove("SSL_CERT_DIR")
        .env("VENICE_API_KEY", "k")
        .env("VENICE_BASE_URL", &server.url)
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && shown.contains("1 passed"), "{shown}");
}

#[cfg(all(unix, not(target_vendor = "apple")))]
#[tokio::test]
#[ignore = "runs in a process of its own"]
async fn child_trusts_ssl_cert_file() {
    let venice = ClientBuilder::from_env().unwrap().no_proxy().build().unwrap();
    assert_eq!(fetch(&venice).await.unwrap(), b"film");
}

#[tokio::test]
async fn what_is_not_a_certificate_is_rejected_by_number() {
    let good = TlsServer::start().await.ca;
    let key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAAA\n-----END PRIVATE KEY-----\n";
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for bad in [b"".as_slice(), b"/etc/company/ca.pem", key.as_bytes(), broken.as_bytes(), &good[..good.len() - 1]] {
        let error = Client::builder().add_root_certificate(&good).add_root_certificate(bad).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let shown = error.to_string();
        assert!(shown.contains("root certificate 2 is not an X.509 certificate"), "{shown}");
    }
}

#[tokio::test]
async fn a_client_of_a_plain_base_url_fetches_files_by_https() {
    let files = TlsServer::start().await;
    let api = Server::answering([Answer::json(200, r#"{"status":"COMPLETED"}"#)]);
    let venice = builder(&api).add_root_certificate(files.pem()).build().unwrap();
    let job = JobHandle::video("laguna-video", "q-1").with_download_url(&*files.url);
    let media = venice.job(job).wait().await.unwrap();
    assert_eq!(&media.bytes().await.unwrap()[..], b"film");
}

/// Builds a client of its own, as the documentation of `http_client` shows it.
#[tokio::test]
async fn the_http_library_that_is_re_exported_makes_clients_that_work() {
    let server = TlsServer::start().await;
    let ca = reqwest::Certificate::from_der(&server.ca).unwrap();
    let http = own_http_client!().redirect(reqwest::redirect::Policy::none()).tls_certs_merge([ca]).build().unwrap();
    assert_eq!(fetch(&server.client().http_client(http).build().unwrap()).await.unwrap(), b"film");
}
