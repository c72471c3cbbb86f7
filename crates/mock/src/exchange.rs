//! `Exchange`: authenticates, validates and answers one request.

use hyper::http::request::Parts;
use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;
use venice_ai::{Operation, operations};

use super::answer::Answer;
#[cfg(feature = "attestation")]
use super::attestation;
use super::auth::{self, Caller};
use super::chat::{self, ScriptedChat};
use super::dispatch::{self, Handler};
#[cfg(feature = "e2ee")]
use super::e2ee::EncryptionFault;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::reply_headers::{self, AccountSnapshot};
use super::request::MockRequest;
use super::request_body::{self, RequestBody};
use super::route::Route;
use super::state::{Shared, State};
use super::violation::Violation;
#[cfg(feature = "wallet")]
use super::wallet;
use super::{check, default, errors, jobs, retired};

/// A received request.
#[derive(Debug)]
pub(super) struct Exchange<'r> {
    pub(super) shared: &'r Shared,
    pub(super) head: &'r Parts,
    pub(super) route: &'r Route,
    pub(super) request: &'r MockRequest,
    #[cfg(feature = "e2ee")]
    pub(super) encryption_fault: Option<EncryptionFault>,
}

/// The reply, or the function that makes it.
enum Decision {
    Reply(Reply),
    /// The scripted reply, the account's headers, and the request.
    Planned(Box<(Answer, AccountSnapshot, Caller, RequestBody)>),
}

impl Exchange<'_> {
    /// The reply unless a fault replaces it.
    pub(super) async fn usual(&self) -> Reply {
        let mut permit = None;
        let decision = self.decide(&mut self.shared.lock(), &mut permit);
        let mut reply = self.execute(decision).await;
        reply.permit = permit;
        reply
    }

    async fn execute(&self, decision: Decision) -> Reply {
        match decision {
            Decision::Reply(mut reply) => {
                reply_headers::add(&mut self.shared.lock(), &mut reply);
                reply
            }
            Decision::Planned(planned) => {
                let (answer, account, caller, given) = *planned;
                // A function of the test may call the mock, so nothing is locked here.
                let (delay, canned) =
                    answer.made_for(self.request, &|script| self.scripted(script, &caller, given.body.clone()));
                tokio::time::sleep(delay).await;
                canned.over(|reply| {
                    let state = &mut self.shared.lock();
                    account.add_headers(state, reply);
                    reply_headers::add(state, reply);
                })
            }
        }
    }

    fn decide(&self, state: &mut State, permit: &mut Option<OwnedSemaphorePermit>) -> Decision {
        let Some(operation) = self.route.operation else {
            if let Some(file) = jobs::file(state, &self.request.method, self.route) {
                return Decision::Reply(file);
            }
            #[cfg(feature = "attestation")]
            if state.attestations.signs
                && let Some(reply) = attestation::service(state, self.route, &self.request.body)
            {
                return Decision::Reply(reply);
            }
            if let Some(gone) = retired::reply(&self.request.method, self.route) {
                return Decision::Reply(gone);
            }
            let problem = format!("The API has no {} {}", self.request.method, self.route.path);
            state.violations.push(Violation::new(None, "", problem));
            return Decision::Reply(errors::error(404, "Not found"));
        };
        let caller = match self.caller(state, operation, permit) {
            Ok(caller) => caller,
            Err(refusal) => return Decision::Reply(refusal),
        };
        let account = AccountSnapshot::before(state, caller.clone());
        state.limits.count_request();
        let answered = match self.understood(state, operation) {
            Err(refusal) => Err(refusal),
            Ok(given) => {
                if let Some(answer) = state.answers.take(Some(operation.id)) {
                    return Decision::Planned(Box::new((answer, account, caller, given)));
                }
                let request = self.parsed(&caller, given, None);
                self.answer(state, &request, operation)
            }
        };
        let mut reply = answered.unwrap_or_else(|refusal| refusal);
        account.add_headers(state, &mut reply);
        Decision::Reply(reply)
    }

    fn parsed<'r>(
        &'r self,
        caller: &'r Caller,
        given: RequestBody,
        script: Option<&'r ScriptedChat>,
    ) -> ParsedRequest<'r> {
        ParsedRequest {
            route: self.route,
            caller,
            headers: &self.head.headers,
            checks_models: self.shared.settings.check_models,
            #[cfg(feature = "e2ee")]
            encryption_fault: self.encryption_fault,
            body: given.body,
            files: given.files,
            script,
        }
    }

    /// A scripted chat completion.
    fn scripted(&self, script: &ScriptedChat, caller: &Caller, body: Value) -> Reply {
        let state = &mut self.shared.lock();
        let id = self.request.operation.unwrap_or_default();
        if id != operations::CREATE_CHAT_COMPLETION.id {
            let problem = format!("The mock: a chat completion is scripted as the answer of {id}");
            state.violations.push(Violation::new(self.request.operation, "", &*problem));
            return errors::error(400, &problem);
        }
        let given = RequestBody { body, ..RequestBody::default() };
        chat::create(state, &self.parsed(caller, given, Some(script))).unwrap_or_else(|refusal| refusal)
    }

    /// Who calls. A wallet gets a permit, as only a few of its requests run at the same time.
    fn caller(
        &self,
        state: &mut State,
        operation: &Operation,
        permit: &mut Option<OwnedSemaphorePermit>,
    ) -> Result<Caller, Reply> {
        #[cfg(feature = "wallet")]
        if self.shared.settings.verifies_wallets {
            let caller = wallet::caller(state, operation, self.head)?;
            if let Caller::Wallet(Some(address)) = &caller {
                *permit = state.ledger.enter(address)?;
            }
            return Ok(caller);
        }
        let _ = permit;
        auth::caller(state, operation, self.head)
    }

    fn answer(
        &self,
        state: &mut State,
        request: &ParsedRequest<'_>,
        operation: &'static Operation,
    ) -> Result<Reply, Reply> {
        #[cfg(feature = "wallet")]
        if self.shared.settings.verifies_wallets {
            let handler = wallet::handler(operation).or_else(|| dispatch::handler(operation));
            return wallet::charged(state, request, |state| answer_with(handler, state, request, operation));
        }
        answer_with(dispatch::handler(operation), state, request, operation)
    }

    /// The body, if the request is valid.
    fn understood(&self, state: &mut State, operation: &'static Operation) -> Result<RequestBody, Reply> {
        let media = self.request.header("content-type");
        let given = request_body::read(operation, media, &self.request.body).map_err(|unreadable| {
            state.violations.push(Violation::new(Some(operation.id), unreadable.field, unreadable.problem));
            unreadable.reply
        })?;
        let settings = &self.shared.settings;
        if settings.check_requests {
            let issues = check::request(operation, self.route, &given, settings.unknown_fields);
            if !issues.is_empty() {
                state.violations.extend(issues.violations(operation.id));
                return Err(issues.refusal());
            }
        }
        Ok(given)
    }
}

fn answer_with(
    handler: Option<Handler>,
    state: &mut State,
    request: &ParsedRequest<'_>,
    operation: &'static Operation,
) -> Result<Reply, Reply> {
    match handler {
        Some(handler) => handler(state, request),
        None => default::answer(state, request, operation),
    }
}
