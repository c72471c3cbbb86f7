//! One request on its way to what the mock says to it.

use hyper::http::request::Parts;
use venice_ai::Operation;

use super::answer::handler;
use super::asked::Asked;
use super::auth;
use super::given::{self, Given};
use super::headers::{self, Standing};
use super::reply::Reply;
use super::request::MockRequest;
use super::route::Route;
use super::scripted::Answer;
use super::state::{Shared, State};
use super::violation::Violation;
use super::{check, default, errors, jobs};

/// A request that arrived.
#[derive(Debug)]
pub(super) struct Exchange<'r> {
    pub(super) shared: &'r Shared,
    pub(super) head: &'r Parts,
    pub(super) route: &'r Route,
    pub(super) request: &'r MockRequest,
}

/// What there is to say.
enum Decision {
    Reply(Reply),
    /// What the test planned, for an account in this standing.
    Planned(Answer, Standing),
}

impl Exchange<'_> {
    /// What is answered unless a fault wants something else.
    pub(super) async fn usual(&self) -> Reply {
        let decision = self.decide(&mut self.shared.lock());
        match decision {
            Decision::Reply(mut reply) => {
                headers::every(&mut self.shared.lock(), &mut reply);
                reply
            }
            Decision::Planned(answer, standing) => {
                // A function of the test may ask the mock for what it knows, so nothing is locked here.
                let (delay, canned) = answer.made_for(self.request);
                tokio::time::sleep(delay).await;
                canned.over(|reply| {
                    let state = &mut self.shared.lock();
                    standing.tell(state, reply);
                    headers::every(state, reply);
                })
            }
        }
    }

    fn decide(&self, state: &mut State) -> Decision {
        let Some(operation) = self.route.operation else {
            if let Some(file) = jobs::file(state, &self.request.method, self.route) {
                return Decision::Reply(file);
            }
            let problem = format!("The API has no {} {}", self.request.method, self.route.path);
            state.violations.push(Violation::new(None, "", problem));
            return Decision::Reply(errors::error(404, "Not found"));
        };
        let caller = match auth::caller(state, operation, self.head) {
            Ok(caller) => caller,
            Err(refusal) => return Decision::Reply(refusal),
        };
        let standing = Standing::before(state, caller.clone());
        state.limits.count_request();
        let answered = match self.understood(state, operation) {
            Err(refusal) => Err(refusal),
            Ok(given) => {
                if let Some(answer) = state.answers.take(Some(operation.id)) {
                    return Decision::Planned(answer, standing);
                }
                let (caller, headers, route) = (&caller, &self.head.headers, self.route);
                let checks_models = self.shared.settings.check_models;
                let asked = Asked { route, caller, headers, checks_models, body: given.body, files: given.files };
                match handler(operation) {
                    Some(handler) => handler(state, &asked),
                    None => default::answer(state, &asked, operation),
                }
            }
        };
        let mut reply = answered.unwrap_or_else(|refusal| refusal);
        standing.tell(state, &mut reply);
        Decision::Reply(reply)
    }

    /// What the request says, if the API would take it.
    fn understood(&self, state: &mut State, operation: &'static Operation) -> Result<Given, Reply> {
        let media = self.request.header("content-type");
        let given = given::read(operation, media, &self.request.body).map_err(|unreadable| {
            state.violations.push(Violation::new(Some(operation.id), unreadable.field, unreadable.problem));
            unreadable.reply
        })?;
        let settings = &self.shared.settings;
        if settings.check_requests {
            let issues = check::request(operation, self.route, &given, settings.unknown_members);
            if !issues.is_empty() {
                state.violations.extend(issues.violations(operation.id));
                return Err(issues.refusal());
            }
        }
        Ok(given)
    }
}
