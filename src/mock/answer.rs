//! From a request to its answer.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::http::request::Parts;
use serde_json::Value;

use super::asked::Asked;
use super::auth;
use super::body::{Broken, PacedBody};
use super::fault::{self, End, Fault, What};
use super::headers::{self, Standing};
use super::reply::{Content, Reply};
use super::request::MockRequest;
use super::route::Route;
use super::state::{Shared, State};
use super::{
    audio, augment, billing, characters, chat, crypto_rpc, embeddings, errors, given, images, jobs, keys, models,
    record, responses, tee, web3, x402,
};
use crate::Operation;

type Handler = fn(&mut State, &Asked<'_>) -> Result<Reply, Reply>;

/// What answers an operation. An area that is added here is answered.
fn handler(operation: &Operation) -> Handler {
    match operation.id {
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
        "getBillingUsage" => billing::tombstone,
        "getBillingUsageAnalytics" => billing::analytics,
        "getBillingUsageHistory" => billing::history,
        "getX402Balance" => x402::balance,
        "getX402Transactions" => x402::transactions,
        "topUpX402Balance" => x402::top_up,
        "quoteVideo" => jobs::quote_video,
        "queueVideo" => jobs::queue_video,
        "retrieveVideo" => jobs::retrieve_video,
        "completeVideo" => jobs::complete_video,
        "createVideoTranscription" => jobs::transcribe,
        "quoteAudio" => jobs::quote_audio,
        "queueAudio" => jobs::queue_audio,
        "retrieveAudio" => jobs::retrieve_audio,
        "completeAudio" => jobs::complete_audio,
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
        _ => |_, _| Err(errors::error(501, "The mock has no answer for this operation yet")),
    }
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
    let fault = {
        let mut state = shared.lock();
        state.requests.push(MockRequest::new(&head, &route, body.clone()));
        state.faults.take(route.operation.map(|operation| operation.id))
    };
    if let Some(fault) = &fault {
        tokio::time::sleep(fault.waits()).await;
    }
    let reply = reply(&mut shared.lock(), fault.as_ref(), &head, &route, &body)?;
    let media = head.headers.get("content-type").and_then(|media| media.to_str().ok());
    record::record(head.method.as_str(), &route.path, media, reply.status, reply.media());
    let end = fault.map_or(End::Whole, |fault| fault.end());
    let mut response = hyper::Response::new(PacedBody::new(reply.content, shared.pause, end));
    *response.status_mut() = hyper::StatusCode::from_u16(reply.status).map_err(|_| Broken)?;
    *response.headers_mut() = *reply.headers;
    Ok(response)
}

fn reply(state: &mut State, fault: Option<&Fault>, head: &Parts, route: &Route, body: &Bytes) -> Result<Reply, Broken> {
    let mut reply = match fault.map(Fault::what) {
        None | Some(What::Usual) => usual(state, head, route, body),
        Some(What::Garbage) => {
            let mut reply = usual(state, head, route, body);
            reply.content = Content::Whole(Bytes::from_static(b"\xff\xfe{\"gar\xc3\x28bage\": \x00"));
            reply
        }
        Some(What::Answer { status, headers, body }) => {
            let mut reply = Reply::json(*status, &Value::Null);
            headers::every(state, &mut reply);
            let given = fault::answer(*status, headers, body.as_ref());
            reply.headers.extend(*given.headers);
            reply.content = given.content;
            return Ok(reply);
        }
        Some(What::Disconnect) => return Err(Broken),
    };
    headers::every(state, &mut reply);
    Ok(reply)
}

fn usual(state: &mut State, head: &Parts, route: &Route, body: &Bytes) -> Reply {
    let Some(operation) = route.operation else {
        let file = jobs::file(state, head.method.as_str(), route);
        return file.unwrap_or_else(|| errors::error(404, "Not found"));
    };
    let caller = match auth::caller(state, operation, head) {
        Ok(caller) => caller,
        Err(refusal) => return refusal,
    };
    let standing = Standing::before(state, caller.clone());
    state.limits.count_request();
    let media = head.headers.get("content-type").and_then(|media| media.to_str().ok());
    let answered = given::read(operation, media, body).and_then(|given| {
        let asked = Asked { route, caller: &caller, headers: &head.headers, body: given.body, files: given.files };
        handler(operation)(state, &asked)
    });
    let mut reply = answered.unwrap_or_else(|refusal| refusal);
    standing.tell(state, &mut reply);
    reply
}
