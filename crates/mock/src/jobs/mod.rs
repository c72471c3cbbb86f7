//! `Jobs`: handlers of asynchronous jobs (video, music, voice changer): quote, queue, poll, complete.

mod plan;

use std::collections::VecDeque;

use serde_json::{Value, json};

pub use self::plan::MockJob;
use self::plan::{End, Kind};
use super::MockVenice;
use super::errors::error;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::route::Route;
use super::state::State;

/// The path of results with a `download_url`. It is not below the base URL, and needs no key.
const FILES: &str = "/files/";

/// The jobs of the mock.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    /// Scheme, host and port of the mock.
    pub(super) origin: String,
    /// The plans of the next jobs.
    plans: VecDeque<MockJob>,
    queued: Vec<QueuedJob>,
}

#[derive(Debug)]
struct QueuedJob {
    kind: Kind,
    model: String,
    id: String,
    plan: MockJob,
    polls: u32,
    deletions: u32,
    deleted: bool,
    /// Its `download_url` was revoked; it can still be retrieved.
    revoked: bool,
}

impl MockVenice {
    /// Sets the plan of the next queued job; plans are used up in order. Without one, a job is processing at the first poll and done at the
    /// second.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// use venice_ai_mock::{MockJob, MockVenice};
    /// use venice_ai::types::QueueVideoRequest;
    ///
    /// let mock = MockVenice::start().await?;
    /// mock.job(MockJob::failed("The model ran out of memory").after_polls(0));
    /// let request = QueueVideoRequest::new("laguna-video").prompt("Fog over a lagoon");
    /// let error = mock.client().video().generate(request).await.unwrap_err();
    /// assert!(error.kind() == venice_ai::ErrorKind::JobFailed && error.message().contains("out of memory"));
    /// # Ok(()) }
    /// ```
    pub fn job(&self, plan: MockJob) {
        self.shared.lock().jobs.plans.push_back(plan);
    }
}

impl Jobs {
    /// An unknown id is a 400, and a deleted result a 404.
    fn find(&mut self, kind: Kind, body: &Value) -> Result<&mut QueuedJob, Reply> {
        let fits = |job: &&mut QueuedJob| job.kind == kind && job.model == body["model"] && job.id == body["queue_id"];
        let job = self.queued.iter_mut().find(fits).ok_or_else(|| error(400, "Request ID is invalid."))?;
        if job.deleted { Err(error(404, "The requested media could not be found")) } else { Ok(job) }
    }
}

pub(super) fn quote_video(_: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let seconds = seconds(&request.body["duration"]);
    Ok(Reply::json(200, &json!({"quote": price(seconds, 0.05)})))
}

pub(super) fn quote_audio(_: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let seconds = seconds(&request.body["duration_seconds"]);
    Ok(Reply::json(200, &json!({"quote": price(seconds, 0.005)})))
}

/// Whole minutes are billed.
pub(super) fn quote_voice_changer(_: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let seconds = seconds(&request.body["duration_seconds"]);
    let minutes = (seconds / 60.0).ceil();
    Ok(Reply::json(200, &json!({"quote": price(minutes, 0.35), "duration_seconds": seconds})))
}

/// A text without a length in seconds counts as five of them.
fn seconds(duration: &Value) -> f64 {
    let text = duration.to_string();
    text.trim_matches(['s', '"']).parse().ok().filter(|seconds| *seconds > 0.0).unwrap_or(5.0)
}

fn price(units: f64, usd_a_unit: f64) -> f64 {
    (units * usd_a_unit * 1000.0).round() / 1000.0
}

/// The measured length of every recording.
const SOURCE_SECONDS: f64 = 42.5;

pub(super) fn queue_video(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    queue(state, Kind::Video, &request.body)
}

pub(super) fn queue_audio(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    queue(state, Kind::Audio, &request.body)
}

pub(super) fn queue_voice_changer(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let has_file = request.file("file").is_ok();
    if has_file == request.body["audio_url"].is_string() {
        return Err(error(400, "Provide exactly one of `file` and `audio_url`"));
    }
    queue(state, Kind::VoiceChanger, &request.body)
}

fn queue(state: &mut State, kind: Kind, body: &Value) -> Result<Reply, Reply> {
    let id = state.next_uuid();
    let jobs = &mut state.jobs;
    let wants_consent = jobs.plans.front().is_some_and(|plan| plan.needs_consent);
    if kind == Kind::Video && wants_consent && body["consents"]["seedance"].is_null() {
        return Err(Reply::json(409, &consent_needed()));
    }
    let plan = jobs.plans.pop_front().unwrap_or_else(MockJob::done);
    let model = body["model"].as_str().unwrap_or_default().to_owned();
    let mut reply = json!({"model": model, "queue_id": id});
    match kind {
        Kind::Video if plan.has_address => reply["download_url"] = format!("{}{FILES}{id}", jobs.origin).into(),
        Kind::Video => {}
        Kind::Audio => reply["status"] = "QUEUED".into(),
        Kind::VoiceChanger => {
            reply["status"] = "QUEUED".into();
            reply["duration_seconds"] = SOURCE_SECONDS.into();
        }
    }
    jobs.queued.push(QueuedJob { kind, model, id, plan, polls: 0, deletions: 0, deleted: false, revoked: false });
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
    retrieve(state, Kind::Video, &request.body)
}

pub(super) fn retrieve_audio(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    retrieve(state, Kind::Audio, &request.body)
}

pub(super) fn retrieve_voice_changer(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    retrieve(state, Kind::VoiceChanger, &request.body)
}

fn retrieve(state: &mut State, kind: Kind, body: &Value) -> Result<Reply, Reply> {
    let job = state.jobs.find(kind, body)?;
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
        // The voice changer has only the status PROCESSING.
        End::Failed(message) if kind == Kind::VoiceChanger => {
            Err(Reply::json(500, &json!({"error": message, "credits_refunded": true})))
        }
        End::Expired if kind == Kind::VoiceChanger => Err(Reply::json(
            404,
            &json!({"error": "The requested media could not be found", "credits_refunded": false}),
        )),
        End::Failed(message) => Ok(Reply::json(200, &json!({"status": "FAILED", "error": message}))),
        End::Expired => Ok(Reply::json(200, &json!({"status": "EXPIRED"}))),
        End::Done if plan.has_address && kind == Kind::Video => Ok(Reply::json(200, &json!({"status": "COMPLETED"}))),
        End::Done => {
            let (media, bytes) = plan.result(kind);
            job.deleted = kind == Kind::VoiceChanger || body["delete_media_on_completion"] == true;
            let reply = Reply::new(200, &media, bytes);
            Ok(match kind {
                Kind::VoiceChanger => reply.with("x-venice-audio-format", "mp3").with("x-venice-inference-time", "1.5"),
                Kind::Video | Kind::Audio => reply,
            })
        }
    }
}

pub(super) fn complete_video(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    complete(state, Kind::Video, &request.body)
}

pub(super) fn complete_audio(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    complete(state, Kind::Audio, &request.body)
}

/// It may be repeated; after the delivery there is nothing left to delete.
pub(super) fn complete_voice_changer(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    match complete(state, Kind::VoiceChanger, &request.body) {
        Err(reply) if reply.status == 404 => Ok(Reply::json(200, &json!({"success": true}))),
        answered => answered,
    }
}

fn complete(state: &mut State, kind: Kind, body: &Value) -> Result<Reply, Reply> {
    let job = state.jobs.find(kind, body)?;
    job.deletions += 1;
    job.deleted = job.deletions > job.plan.put_off;
    Ok(Reply::json(200, &json!({"success": job.deleted})))
}

/// A result at its own URL.
pub(super) fn file(state: &mut State, method: &str, route: &Route) -> Option<Reply> {
    let id = route.path.strip_prefix(FILES)?;
    let job = state.jobs.queued.iter_mut().find(|job| job.plan.has_address && job.id == id && !job.revoked)?;
    match method {
        "GET" if job.polls >= job.plan.polls => {
            let (media, bytes) = job.plan.result(job.kind);
            Some(Reply::new(200, &media, bytes))
        }
        "DELETE" => {
            job.revoked = true;
            Some(Reply::new(204, "text/plain", ""))
        }
        _ => None,
    }
}
