//! `Jobs`: handlers of asynchronous video and music jobs: quote, queue, poll, complete.

mod plan;

use std::collections::VecDeque;

use serde_json::{Value, json};

use self::plan::End;
pub use self::plan::MockJob;
use super::MockVenice;
use super::errors::error;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::route::Route;
use super::state::State;

/// The path of results with a `download_url`. It is not below the base URL, and needs no key.
const FILES: &str = "/files/";

/// What the mock knows of jobs.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    /// Scheme, host and port of the mock.
    pub(super) origin: String,
    /// How the next ones go.
    plans: VecDeque<MockJob>,
    queued: Vec<QueuedJob>,
}

#[derive(Debug)]
struct QueuedJob {
    is_video: bool,
    model: String,
    id: String,
    plan: MockJob,
    polls: u32,
    deletions: u32,
    deleted: bool,
    /// Its `download_url` is revoked; it can still be retrieved.
    revoked: bool,
}

impl MockVenice {
    /// How the next queued job goes; plans are used up in the order in which they were added. Without one, a job is processing
    /// at the first poll and done at the second.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// use venice_ai_mock::{MockJob, MockVenice};
    /// use venice_ai::types::QueueVideoRequest;
    ///
    /// let mock = MockVenice::start().await?;
    /// mock.job(MockJob::failed("The model ran out of memory").after_polls(0));
    /// let request = QueueVideoRequest::new("laguna-film").prompt("Fog over a lagoon");
    /// let error = mock.client().video().generate(request).await.unwrap_err();
    /// assert!(error.kind() == venice_ai::ErrorKind::JobFailed && error.message().contains("out of memory"));
    /// # Ok(()) }
    /// ```
    pub fn job(&self, plan: MockJob) {
        self.shared.lock().jobs.plans.push_back(plan);
    }
}

impl Jobs {
    fn find(&mut self, is_video: bool, body: &Value) -> Result<&mut QueuedJob, Reply> {
        let fits = |job: &&mut QueuedJob| {
            job.is_video == is_video && job.model == body["model"] && job.id == body["queue_id"] && !job.deleted
        };
        self.queued.iter_mut().find(fits).ok_or_else(|| error(404, "The requested media could not be found"))
    }
}

pub(super) fn quote_video(_: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    quote(request.body["duration"].as_str().unwrap_or_default(), 0.05)
}

pub(super) fn quote_audio(_: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    quote(&request.body["duration_seconds"].to_string(), 0.005)
}

/// So much a second; what has no length in seconds counts as five of them.
fn quote(duration: &str, usd_a_second: f64) -> Result<Reply, Reply> {
    let seconds = duration.trim_matches(['s', '"']).parse().ok().filter(|seconds| *seconds > 0.0).unwrap_or(5.0);
    Ok(Reply::json(200, &json!({"quote": (seconds * usd_a_second * 1000.0).round() / 1000.0})))
}

pub(super) fn queue_video(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    queue(state, true, &request.body)
}

pub(super) fn queue_audio(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    queue(state, false, &request.body)
}

fn queue(state: &mut State, is_video: bool, body: &Value) -> Result<Reply, Reply> {
    let id = state.next_uuid();
    let jobs = &mut state.jobs;
    let wants_consent = jobs.plans.front().is_some_and(|plan| plan.needs_consent);
    if is_video && wants_consent && body["consents"]["seedance"].is_null() {
        return Err(Reply::json(409, &consent_needed()));
    }
    let plan = jobs.plans.pop_front().unwrap_or_else(MockJob::done);
    let model = body["model"].as_str().unwrap_or_default().to_owned();
    let mut reply = json!({"model": model, "queue_id": id});
    if !is_video {
        reply["status"] = "QUEUED".into();
    } else if plan.has_address {
        reply["download_url"] = format!("{}{FILES}{id}", jobs.origin).into();
    }
    jobs.queued.push(QueuedJob { is_video, model, id, plan, polls: 0, deletions: 0, deleted: false, revoked: false });
    Ok(Reply::json(200, &reply))
}

fn consent_needed() -> Value {
    json!({
        "error": {"code": "needs_consent", "message": "Media with faces need the user's consent"},
        "consent_flow": "seedance",
        "face_media_roles": ["image"],
        "consent": {
            "consent_version": "mock-1",
            "policy_text": "You may use these pictures, and you agree that they are examined.",
        },
        "docs_url": "https://docs.example.com/consent",
    })
}

pub(super) fn retrieve_video(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    retrieve(state, true, &request.body)
}

pub(super) fn retrieve_audio(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    retrieve(state, false, &request.body)
}

fn retrieve(state: &mut State, is_video: bool, body: &Value) -> Result<Reply, Reply> {
    let job = state.jobs.find(is_video, body)?;
    let plan = &job.plan;
    if job.polls < plan.polls {
        let report = json!({
            "status": "PROCESSING",
            "average_execution_time": (plan.poll_time * plan.polls).as_millis() as u64,
            "execution_duration": (plan.poll_time * job.polls).as_millis() as u64,
        });
        job.polls += 1;
        return Ok(Reply::json(200, &report));
    }
    match &plan.end {
        End::Failed(message) => Ok(Reply::json(200, &json!({"status": "FAILED", "error": message}))),
        End::Expired => Ok(Reply::json(200, &json!({"status": "EXPIRED"}))),
        End::Done if plan.has_address && is_video => Ok(Reply::json(200, &json!({"status": "COMPLETED"}))),
        End::Done => {
            let (media, bytes) = plan.result(is_video);
            job.deleted = body["delete_media_on_completion"] == true;
            Ok(Reply::new(200, &media, bytes))
        }
    }
}

pub(super) fn complete_video(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    complete(state, true, &request.body)
}

pub(super) fn complete_audio(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    complete(state, false, &request.body)
}

fn complete(state: &mut State, is_video: bool, body: &Value) -> Result<Reply, Reply> {
    let job = state.jobs.find(is_video, body)?;
    job.deletions += 1;
    job.deleted = job.deletions > job.plan.put_off;
    Ok(Reply::json(200, &json!({"success": job.deleted})))
}

/// A result at an address of its own.
pub(super) fn file(state: &mut State, method: &str, route: &Route) -> Option<Reply> {
    let id = route.path.strip_prefix(FILES)?;
    let job = state.jobs.queued.iter_mut().find(|job| job.plan.has_address && job.id == id && !job.revoked)?;
    match method {
        "GET" if job.polls >= job.plan.polls => {
            let (media, bytes) = job.plan.result(job.is_video);
            Some(Reply::new(200, &media, bytes))
        }
        "DELETE" => {
            job.revoked = true;
            Some(Reply::new(204, "text/plain", ""))
        }
        _ => None,
    }
}

pub(super) fn transcribe(_: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let text = "All right, so here we are in front of the elephants.";
    Ok(match request.body["response_format"].as_str() {
        Some("text") => Reply::text(200, text),
        _ => Reply::json(200, &json!({"transcript": text, "lang": "en"})),
    })
}
