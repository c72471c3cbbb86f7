//! PCCS: fetches collateral, and caches it until it expires. Concurrent verifications share one fetch.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use dcap_qvl::QuoteCollateralV3;
use reqwest::dns::Resolve;
use reqwest::{Method, Request, Url};

use super::collateral::{Collateral, Fmspc, MAX_BYTES, Signed};
use super::error::AttestationError;
use super::level::AttestationCheck;
use super::quote::TdxQuote;
use super::verified::VerifiedAttestation;
use crate::features::hex;
use crate::features::single_flight::{SingleFlight, Work};
use crate::runtime::call::Call;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::meta::Meta;
use crate::runtime::operation::{AuthScheme, Operation, RetryClass, unknown_to_the_document};
use crate::runtime::transport::ReplyForm;
use crate::runtime::transport::redirect::HostPolicy;
use crate::runtime::url::{is_loopback, percent_decoded, web_address};

pub(super) const DEFAULT_PCCS: &str = "https://pccs.phala.network";
/// Intel's own service has everything but the CRL of the root, which has a host of its own.
const INTEL_PCS: &str = "api.trustedservices.intel.com";
const INTEL_ROOT_CRL: &str = "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der";
const TIMEOUT: Duration = Duration::from_secs(20);
/// CPU models in the cache. There are some dozens.
const MAX_CACHED: usize = 64;

static COLLATERAL: Operation =
    unknown_to_the_document("getAttestationCollateral", "GET", "{pccs}", RetryClass::Safe, AuthScheme::Anonymous);

/// A CPU model, and the CA of its certificate.
pub(super) type Key = (Fmspc, &'static str);

/// The collateral of a verifier and its clones.
#[derive(Default)]
pub(super) struct CollateralCache {
    known: Mutex<Vec<Cached>>,
    fetches: SingleFlight<Key, Result<Collateral, Error>>,
}

struct Cached {
    key: Key,
    collateral: Collateral,
    /// When its first part expires, as far as that is known: a verification finds the dates of CRLs and certificates.
    expires: SystemTime,
    /// Whether a quote was verified with it.
    is_proven: bool,
}

impl CollateralCache {
    fn known(&self) -> MutexGuard<'_, Vec<Cached>> {
        // Nothing panics while the lock is held.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, key: Key, now: SystemTime) -> Option<Collateral> {
        let mut known = self.known();
        known.retain(|cached| now <= cached.expires);
        known.iter().find(|cached| cached.key == key).map(|cached| cached.collateral.clone())
    }

    fn put(&self, key: Key, collateral: Collateral) {
        let mut known = self.known();
        known.retain(|cached| cached.key != key);
        if known.len() >= MAX_CACHED {
            known.remove(0);
        }
        let expires = collateral.expires();
        known.push(Cached { key, collateral, expires, is_proven: false });
    }

    /// Records the outcome of a verification: until when its collateral is valid, or that it may be at fault.
    pub(super) fn settle(&self, key: Key, outcome: &Result<VerifiedAttestation, AttestationError>) {
        let mut known = self.known();
        match outcome {
            Ok(verified) => known.iter_mut().filter(|cached| cached.key == key).for_each(|cached| {
                cached.expires = cached.expires.min(verified.collateral_expires().unwrap_or(cached.expires));
                cached.is_proven = true;
            }),
            Err(failed) if matches!(failed.check(), AttestationCheck::Collateral | AttestationCheck::Quote) => {
                known.retain(|cached| cached.key != key || cached.is_proven);
            }
            Err(_) => {}
        }
    }
}

/// The collateral for a quote.
pub(super) async fn collateral(
    client: &Client,
    pccs: &str,
    cache: &Arc<CollateralCache>,
    quote: &TdxQuote,
) -> Result<Collateral, Error> {
    let key = (quote.fmspc(), quote.ca());
    let server = Pccs::new(pccs)?;
    let known = || cache.get(key, client.clock().system_time()).map(Ok);
    if let Some(known) = known() {
        return known;
    }
    let begin = || -> Work<Result<Collateral, Error>> {
        let (client, server, cache) = (client.clone(), server.clone(), Arc::clone(cache));
        Box::pin(async move {
            let collateral = server.fetch(&client, key).await?;
            cache.put(key, collateral.clone());
            Ok(collateral)
        })
    };
    cache.fetches.outcome(key, known, begin).await.map_err(|error| {
        let failed =
            AttestationError::new(AttestationCheck::Collateral, format!("the PCCS has no collateral: {error}"));
        error.attach(failed)
    })
}

/// A server with collateral.
#[derive(Clone)]
struct Pccs {
    base: Url,
}

/// Only this host, at any address: a company's PCCS is in its own network.
pub(super) struct OnlyHost {
    pub(super) url: Url,
}

impl HostPolicy for OnlyHost {
    fn check(&self, url: &Url) -> Result<(), &'static str> {
        let origin =
            |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port_or_known_default());
        if origin(url) == origin(&self.url) { Ok(()) } else { Err("is another host") }
    }

    fn resolver(&self) -> Option<Arc<dyn Resolve>> {
        None
    }
}

/// The address of a service: https, or http on this machine.
pub(super) fn service(name: &str, text: &str) -> Result<Url, Error> {
    let refused = |problem: &str| Error::configuration(format!("the URL of the {name} {problem}"));
    let url = web_address(text.trim()).ok_or_else(|| refused("is not an https URL"))?;
    if url.scheme() != "https" && !is_loopback(&url) {
        return Err(refused("is not https"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(refused("has credentials, a query or a fragment"));
    }
    Ok(url)
}

impl Pccs {
    fn new(url: &str) -> Result<Self, Error> {
        service("PCCS", url).map(|base| Self { base })
    }

    async fn fetch(&self, client: &Client, (fmspc, ca): Key) -> Result<Collateral, Error> {
        let get = |path: &str| {
            let text = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
            get(client, &COLLATERAL, &text)
        };
        let root_crl = match self.base.host_str() {
            Some(INTEL_PCS) => super::pccs::get(client, &COLLATERAL, INTEL_ROOT_CRL),
            _ => get("/sgx/certification/v4/rootcacrl"),
        };
        let fmspc = hex::encode(&fmspc).to_uppercase();
        let info = get(&format!("/tdx/certification/v4/tcb?fmspc={fmspc}&update=standard"));
        let identity = get("/tdx/certification/v4/qe/identity?update=standard");
        let pck_crl = get(&format!("/sgx/certification/v4/pckcrl?ca={ca}&encoding=der"));
        let (info, identity, pck_crl, root_crl) =
            futures_util::future::try_join4(info, identity, pck_crl, root_crl).await?;
        let (tcb_info, tcb_info_signature) = signed(&info)?;
        let (qe_identity, qe_identity_signature) = signed(&identity)?;
        let collateral = Collateral::of(QuoteCollateralV3 {
            pck_crl_issuer_chain: chain(&pck_crl, &["sgx-pck-crl-issuer-chain"])?,
            root_ca_crl: der(&root_crl.1),
            pck_crl: der(&pck_crl.1),
            tcb_info_issuer_chain: chain(&info, &["tcb-info-issuer-chain", "sgx-tcb-info-issuer-chain"])?,
            tcb_info,
            tcb_info_signature,
            qe_identity_issuer_chain: chain(&identity, &["sgx-enclave-identity-issuer-chain"])?,
            qe_identity,
            qe_identity_signature,
            pck_certificate_chain: None,
        });
        Ok(collateral?)
    }
}

/// A complete reply of another host, which gets no credentials.
pub(super) type Fetched = (Meta, Bytes);

/// A call of a service.
pub(super) fn call(client: &Client, operation: &'static Operation, method: Method, url: &str) -> Call<Fetched> {
    let url = web_address(url).ok_or_else(|| Error::configuration("not a URL"));
    let policy = url.as_ref().ok().map(|url| Arc::new(OnlyHost { url: url.clone() }) as _);
    let mut call = Call::raw(client, operation, url.map(|url| (Box::new(Request::new(method, url)), None)));
    call.core.elsewhere = policy;
    call.read(ReplyForm::Whole, |reply| Ok((reply.meta.clone(), reply.bytes().clone())))
        .with_max_reply_bytes(MAX_BYTES)
        .with_timeout(TIMEOUT)
}

fn get(client: &Client, operation: &'static Operation, url: &str) -> <Call<Fetched> as IntoFuture>::IntoFuture {
    call(client, operation, Method::GET, url).into_future()
}

fn broken(problem: impl Into<String>) -> Error {
    AttestationError::new(AttestationCheck::Collateral, problem).into()
}

/// The text of a document, as it was signed, and its signature.
fn signed(fetched: &Fetched) -> Result<(String, Vec<u8>), Error> {
    let read: Signed<'_> = serde_json::from_slice(&fetched.1)
        .map_err(|error| broken(format!("the PCCS sent no signed document: {error}")))?;
    let signature = hex::decode(&read.signature).ok_or_else(|| broken("the PCCS sent a signature that is not hex"))?;
    Ok((read.document.get().to_owned(), signature))
}

/// An issuer chain, which is in a header.
fn chain(fetched: &Fetched, names: &[&str]) -> Result<String, Error> {
    let found = names.iter().find_map(|name| fetched.0.header(name));
    found.map(percent_decoded).ok_or_else(|| broken(format!("the PCCS sent no header `{}`", names[0])))
}

/// A CRL as DER, which some servers send as hex.
fn der(body: &Bytes) -> Vec<u8> {
    std::str::from_utf8(body).ok().and_then(|text| hex::decode(text.trim())).unwrap_or_else(|| body.to_vec())
}
