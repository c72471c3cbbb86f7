//! `answer`: routes a request to the handler of its operation, and applies faults.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use venice_ai::Operation;

use super::body::{Broken, PacedBody};
use super::exchange::Exchange;
use super::fault::{End, Fault, What};
use super::parsed_request::ParsedRequest;
use super::reply::{Content, Reply};
use super::request::MockRequest;
use super::route::Route;
use super::state::{Shared, State};
use super::{
    audio, augment, billing, characters, chat, crypto_rpc, decisions, embeddings, errors, images, jobs, keys, models,
    reply_headers, responses, retired, tee, web3, x402,
};

pub(super) type Handler = fn(&mut State, &ParsedRequest<'_>) -> Result<Reply, Reply>;

/// The handler of an operation. One without an entry here is answered from the document: [`default`].
pub(super) fn handler(operation: &Operation) -> Option<Handler> {
    let handler: Handler = match operation.id {
        "getApiKeys" => keys::list,
        "getApiKeyById" => keys::retrieve,
        "createApiKey" => keys::create,
        "updateApiKey" => keys::update,
        "deleteApiKey" => keys::delete,
        "getApiKeyRateLimits" => keys::limits::current,
        "getApiKeyRateLimitLogs" => keys::limits::log,
        "getApiKeyGenerateWeb3Key" => web3::token,
        "postApiKeyGenerateWeb3Key" => web3::create,
        "listModels" => models::list,
        "listModelTraits" => models::traits,
        "listModelCompatibilityMapping" => models::compatibility_mapping,
        "createChatCompletion" => chat::create,
        "listCharacters" => characters::list,
        "getCharacterBySlug" => characters::retrieve,
        "getCharacterReviews" => characters::reviews,
        "getBillingBalance" => billing::balance,
        "getBillingUsage" => retired::billing_usage,
        "getBillingUsageAnalytics" => billing::analytics,
        "getBillingUsageHistory" => billing::history,
        "getX402Balance" => x402::balance,
        "getX402Transactions" => x402::transactions,
        "topUpX402Balance" => x402::top_up,
        "quoteVideo" => jobs::quote_video,
        "queueVideo" => jobs::queue_video,
        "retrieveVideo" => jobs::retrieve_video,
        "completeVideo" => jobs::complete_video,
        "quoteAudio" => jobs::quote_audio,
        "queueAudio" => jobs::queue_audio,
        "retrieveAudio" => jobs::retrieve_audio,
        "completeAudio" => jobs::complete_audio,
        "quoteVoiceChanger" => jobs::quote_voice_changer,
        "queueVoiceChanger" => jobs::queue_voice_changer,
        "retrieveVoiceChanger" => jobs::retrieve_voice_changer,
        "completeVoiceChanger" => jobs::complete_voice_changer,
        "createDecision" | "createDecisionSystemOne" => decisions::create,
        "createEmbedding" => embeddings::create,
        "createResponse" => responses::create,
        "cryptoRpcProxy" => crypto_rpc::proxy,
        "getTeeAttestation" => tee::attestation,
        "getTeeSignature" => tee::signature,
        "listCryptoRpcNetworks" => crypto_rpc::networks,
        "createSpeech" => audio::speech,
        "createTranscription" => audio::transcription,
        "createClonedVoice" => audio::voice,
        "webScrape" => augment::scrape,
        "webSearch" => augment::search,
        "createTextParser" => augment::parse,
        "generateImage" => images::generate,
        "simpleGenerateImage" => images::generations,
        "listImageStyles" => images::styles,
        "editImage" | "multiEditImage" => images::edit,
        "upscaleImage" | "backgroundRemoveImage" => images::to_png,
        _ => return None,
    };
    Some(handler)
}

/// Answers a request. An error closes the connection without an answer.
pub(super) async fn answer(
    shared: Arc<Shared>,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<PacedBody>, Broken> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let route = Route::of(head.method.as_str(), target);
    let request = MockRequest::new(&head, &route, body);
    let (misplanned, fault) = {
        let mut state = shared.lock();
        state.requests.push(request.clone());
        let misplanned = state.misplanned();
        let fault = if misplanned.is_empty() { state.faults.take(request.operation) } else { None };
        (misplanned, fault)
    };
    if let Some(fault) = &fault {
        tokio::time::sleep(fault.waits()).await;
    }
    let exchange = Exchange {
        shared: &shared,
        head: &head,
        route: &route,
        request: &request,
        #[cfg(feature = "e2ee")]
        encryption_fault: fault.as_ref().and_then(Fault::encryption),
    };
    let reply = match &*misplanned {
        [] => reply(&exchange, fault.as_ref()).await?,
        // A test with a mistake in its plan must not continue as if it had none.
        problems => errors::error(400, &format!("The mock: {}", problems.join("; "))),
    };
    if let Some(operation) = route.operation {
        let (media, endpoint) = (request.header("content-type"), (operation.method, operation.path));
        shared.recorder.record(endpoint, media, reply.status, reply.media());
    }
    let end = fault.map_or(End::Whole, |fault| fault.end());
    let mut response = hyper::Response::new(PacedBody::new(reply.content, shared.settings.pause, end, reply.permit));
    *response.status_mut() = hyper::StatusCode::from_u16(reply.status).map_err(|_| Broken)?;
    *response.headers_mut() = *reply.headers;
    Ok(response)
}

async fn reply(exchange: &Exchange<'_>, fault: Option<&Fault>) -> Result<Reply, Broken> {
    let what = fault.map(Fault::what);
    if matches!(what, Some(What::Answer(_) | What::Disconnect)) && fault.is_some_and(Fault::is_executed) {
        drop(exchange.usual().await);
    }
    match what {
        None | Some(What::Usual) => Ok(exchange.usual().await),
        #[cfg(feature = "e2ee")]
        Some(What::Encryption(_)) => Ok(exchange.usual().await),
        Some(What::Garbage) => {
            let mut reply = exchange.usual().await;
            reply.content = Content::Whole(Bytes::from_static(b"\xff\xfe{\"gar\xc3\x28bage\": \x00"));
            Ok(reply)
        }
        Some(What::Answer(canned)) => Ok(canned.over(|reply| reply_headers::add(&mut exchange.shared.lock(), reply))),
        Some(What::Disconnect) => Err(Broken),
    }
}
