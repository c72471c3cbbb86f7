//! Audio, images, video, their jobs, uploads and downloads.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use venice_ai_test_support as support;

mod audio;
mod audio_jobs;
mod augment;
mod downloads;
mod images;
mod jobs;
mod no_files;
mod uploads;
mod video;
mod video_refused;
mod voice_changer;
