//! `Stage`: the state of a job, as its progress reports.

use crate::api::generated::types::{JobProgress, JobStatus};

/// The state of a job. The API writes statuses in capitals and does not document all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Queued,
    /// Running, or an undocumented status: the end of a job would be reported.
    Running,
    Completed,
    Failed,
    Expired,
}

impl Stage {
    pub(super) fn of(report: &JobProgress) -> Self {
        let status = report.status.as_str().to_ascii_uppercase();
        match status.as_str() {
            "" if report.extra.get("error").is_some_and(|error| !error.is_null()) => Self::Failed,
            "QUEUED" | "PENDING" => Self::Queued,
            "COMPLETED" | "COMPLETE" | "SUCCEEDED" | "DONE" => Self::Completed,
            "FAILED" | "ERROR" | "CANCELED" | "CANCELLED" => Self::Failed,
            "EXPIRED" => Self::Expired,
            _ => Self::Running,
        }
    }
}

/// The status in the API's usual spelling.
pub(super) fn status_of(report: &JobProgress) -> JobStatus {
    match Stage::of(report) {
        Stage::Queued => JobStatus::Queued,
        Stage::Completed => JobStatus::Completed,
        Stage::Failed => JobStatus::Failed,
        Stage::Expired => JobStatus::Expired,
        Stage::Running if report.status.as_str().eq_ignore_ascii_case("processing") => JobStatus::Processing,
        Stage::Running => report.status.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_ignore_case_and_unknown_ones_are_running() {
        let stage = |json: serde_json::Value| Stage::of(&serde_json::from_value(json).unwrap());
        for (status, expected) in [
            ("QUEUED", Stage::Queued),
            ("Processing", Stage::Running),
            ("completed", Stage::Completed),
            ("failed", Stage::Failed),
            ("Expired", Stage::Expired),
            ("POLISHING", Stage::Running),
            ("", Stage::Running),
        ] {
            assert_eq!(stage(serde_json::json!({"status": status})), expected, "{status}");
        }
        assert_eq!(stage(serde_json::json!({})), Stage::Running);
        assert_eq!(stage(serde_json::json!({"status": null, "error": "out of memory"})), Stage::Failed);
    }
}
