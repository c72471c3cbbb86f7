//! The collateral of a PCCS: fetched once, without credentials, from one host.

use futures_util::future::join_all;
use venice_ai::attestation::AttestationCheck;
use venice_ai::{Client, ErrorKind, RetryPolicy};
use venice_ai_mock::{Fault, MockVenice};

use super::{MODEL, failed, signing, verify};
use crate::support::{Answer, Server};

fn fetches(mock: &MockVenice) -> usize {
    mock.requests().iter().filter(|request| request.path.contains("/certification/v4/")).count()
}

#[tokio::test]
async fn concurrent_verifications_share_one_fetch_and_later_ones_the_cache() {
    let mock = signing().await;
    let verifier = mock.attestation_verifier();
    let outcomes = join_all((0..8).map(|_| verify(&mock, &verifier))).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(fetches(&mock), 4);
    verify(&mock, &verifier.clone()).await.unwrap();
    assert_eq!(fetches(&mock), 4);
    // Another verifier has a cache of its own.
    verify(&mock, &mock.attestation_verifier()).await.unwrap();
    assert_eq!(fetches(&mock), 8);
}

#[tokio::test]
async fn supplied_collateral_needs_no_server() {
    let mock = signing().await;
    let verifier = mock.attestation_verifier().collateral(mock.attestation_collateral().unwrap());
    verify(&mock, &verifier).await.unwrap();
    verify(&mock, &verifier.offline()).await.unwrap();
    assert_eq!(fetches(&mock), 0);
    assert_eq!(failed(verify(&mock, &mock.attestation_verifier().offline()).await), AttestationCheck::Level);
}

#[tokio::test]
async fn the_server_gets_no_credentials_and_no_other_host_is_asked() {
    let mock = signing().await;
    let elsewhere = Server::start(|_, _| Answer::json(200, "{}"));
    let target = elsewhere.url("/sgx");
    let pccs = Server::start(move |_, _| Answer::redirect(302, &target));
    let venice = Client::builder()
        .base_url(mock.base_url())
        .api_key(mock.api_key())
        .no_proxy()
        .default_header("x-secret", "for the API only")
        .retry(RetryPolicy::disabled())
        .build()
        .unwrap();
    let verifier = mock.attestation_verifier().pccs_url(pccs.url(""));
    let error = venice.tee().verify(MODEL).with_verifier(&verifier).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect, "{error}");
    assert_eq!(error.attestation_error().unwrap().check(), AttestationCheck::Collateral);
    assert_eq!(elsewhere.connections(), 0);
    for request in pccs.requests() {
        assert_eq!((request.header("authorization"), request.header("x-secret")), (None, None));
    }
    assert!(!pccs.requests().is_empty());
}

#[tokio::test]
async fn a_server_that_fails_is_tried_again_and_its_error_says_what_it_is_about() {
    let mock = signing().await;
    // The attestation, then the first request for collateral.
    mock.fault(Fault::delay(std::time::Duration::ZERO));
    mock.fault(Fault::status(503).header("retry-after", "0"));
    verify(&mock, &mock.attestation_verifier()).await.unwrap();
    assert_eq!(fetches(&mock), 5);

    let gone = Server::start(|_, _| Answer::json(404, "{}"));
    let error = verify(&mock, &mock.attestation_verifier().pccs_url(gone.url(""))).await.unwrap_err();
    assert_eq!(error.attestation_error().unwrap().check(), AttestationCheck::Collateral, "{error}");
}

#[tokio::test]
async fn a_server_without_encryption_is_asked_only_on_this_machine() {
    let mock = signing().await;
    for url in [
        "http://pccs.example",
        "ftp://pccs.example",
        "pccs.example",
        "https://me@pccs.example",
        "https://pccs.example/?a=b",
    ] {
        let error = verify(&mock, &mock.attestation_verifier().pccs_url(url)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{url}");
    }
}
