//! [`Worker`]: one call after the other, of all kinds, each read to its end or dropped on the way.

use std::future::IntoFuture;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use venice_ai::cost::Budget;
use venice_ai::tools::ToolBox;
use venice_ai::types::{
    ChatCompletionRequest, CreateEmbeddingRequest, CreateTranscriptionRequest, GenerateImageRequest, QueueVideoRequest,
    Tool,
};
use venice_ai::{Client, ErrorKind, Upload};

use crate::Failure;
use crate::fast::FastClock;
use crate::random::Random;

/// The longest that a call may take, with its retries: far more than its time-outs.
const PATIENCE: Duration = Duration::from_secs(120);

/// What all workers share.
#[derive(Debug)]
pub struct Shared {
    pub stopped: AtomicBool,
    pub calls: AtomicU64,
    /// Chat completions that were answered whole, so that their cost is known.
    pub answered: AtomicU64,
    pub folder: PathBuf,
    pub budget: Budget,
    paid: Client,
    poor: Client,
    free: Client,
    hostile: Client,
}

impl Shared {
    /// Clients of both servers.
    pub fn new(mock: &str, hostile: &str, folder: &Path) -> Result<Self, Failure> {
        let budget = Budget::usd("1000000");
        let clock = FastClock::new();
        let builder = |url: &str| {
            let builder = Client::builder().api_key("mock-admin-key-of-venice-ai-k2V9xQ").base_url(url).no_proxy();
            builder.clock(clock).timeout(Duration::from_secs(2)).stream_idle_timeout(Duration::from_secs(1))
        };
        Ok(Self {
            stopped: AtomicBool::new(false),
            calls: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            folder: folder.to_owned(),
            paid: builder(mock).budget(budget.clone()).build()?,
            poor: builder(mock).budget(Budget::usd("0.0000001")).build()?,
            free: builder(mock).build()?,
            hostile: builder(hostile).build()?,
            budget,
        })
    }
}

/// A task that makes calls until it is stopped.
#[derive(Debug)]
pub struct Worker {
    pub shared: Arc<Shared>,
    pub number: u64,
    pub random: Random,
    made: u64,
}

impl Worker {
    pub fn new(shared: Arc<Shared>, seed: u64, number: u64) -> Self {
        Self { shared, number, random: Random::new(seed, 100 + number), made: 0 }
    }

    /// Makes calls. An error is a rule that was broken; that calls fail is part of the plan.
    pub async fn run(mut self) -> Result<(), Failure> {
        while !self.shared.stopped.load(Ordering::Relaxed) {
            let kind = self.random.below(16);
            let call = tokio::time::timeout(PATIENCE, Box::pin(self.call(kind)));
            call.await.map_err(|_| format!("a call of kind {kind} did not end within {PATIENCE:?}"))??;
            self.shared.calls.fetch_add(1, Ordering::Relaxed);
            let pause = self.random.time(20);
            tokio::time::sleep(pause).await;
        }
        Ok(())
    }

    async fn call(&mut self, kind: u64) -> Result<(), Failure> {
        let shared = Arc::clone(&self.shared);
        match kind {
            0 | 1 => {
                if shared.paid.chat().create(self.question("call")).await.is_ok() {
                    shared.answered.fetch_add(1, Ordering::Relaxed);
                }
            }
            2 => {
                let call = shared.paid.chat().create(self.question("call"));
                self.dropped(call).await;
            }
            3 | 4 => self.stream(usize::MAX).await,
            5 => {
                let chunks = self.random.below(20) as usize;
                self.stream(chunks).await;
            }
            6 => {
                let call = shared.paid.chat().stream(self.question("call"));
                self.dropped(call).await;
            }
            7 => self.batch().await,
            8 | 9 => self.job().await,
            10 => {
                let upload = Upload::bytes("a.wav", self.bytes(8 * 1024));
                let _ = shared.free.audio().transcribe(CreateTranscriptionRequest::new("m", upload)).await;
            }
            11 => {
                let request = GenerateImageRequest::new("murano-image", "a canal");
                if let Ok(image) = shared.free.images().generate(request).await.and_then(|reply| reply.into_image()) {
                    image.save(self.file("png")).await?;
                }
            }
            12 => self.tools().await,
            13 => {
                let error = shared.poor.chat().create(self.question("refused")).await.err();
                // Prices may not be here: the list of models fails, too.
                if error.is_none_or(|error| error.kind() == ErrorKind::InsufficientBalance) {
                    return Err("a call that exceeds its budget was sent".into());
                }
            }
            14 => {
                let texts: Vec<String> = (0..self.random.below(60)).map(|n| format!("text {n}")).collect();
                let batch = shared.free.embeddings().batch(CreateEmbeddingRequest::new("altana-embedding", texts));
                let call = batch.with_texts_per_request(8).with_concurrency(3).into_future();
                self.dropped(call).await;
            }
            _ => self.hostile().await,
        }
        Ok(())
    }

    /// Waits for a call, or drops it on the way.
    async fn dropped<F: IntoFuture>(&mut self, call: F) -> Option<F::Output> {
        let patience = self.random.time(30);
        tokio::time::timeout(patience, Box::pin(call.into_future())).await.ok()
    }

    async fn stream(&mut self, chunks: usize) {
        let request = self.question("call");
        let Ok(mut stream) = self.shared.paid.chat().stream(request).await else { return };
        for _ in 0..chunks {
            match stream.next().await {
                None => {
                    self.shared.answered.fetch_add(1, Ordering::Relaxed);
                    return;
                }
                Some(Err(_)) => return,
                Some(Ok(_)) => {}
            }
        }
    }

    /// A batch that is dropped on the way, and another run that resumes it from the journal.
    async fn batch(&mut self) {
        let journal = self.file("jsonl");
        let questions: Vec<_> = (0..10).map(|_| self.question("batch")).collect();
        for outcomes in [self.random.below(10), u64::MAX] {
            let many = self.shared.paid.chat().many(questions.clone());
            let mut answers = many.with_journal(&journal).with_concurrency(4);
            for _ in 0..outcomes {
                let Some(Ok(_)) = answers.next().await else { break };
            }
        }
        let _ = std::fs::remove_file(&journal);
    }

    /// A job that is waited for, saved, or abandoned.
    async fn job(&mut self) {
        let video = self.shared.free.video();
        let request = QueueVideoRequest::new("wan-2.5-preview-text-to-video").prompt("fog");
        let interval = Duration::from_millis(500);
        match self.random.below(3) {
            0 => drop(video.generate(request).with_poll_interval(interval).await),
            1 => {
                let path = self.file("mp4");
                let _ = video.generate_to(request, &path).with_poll_interval(interval).await;
                let _ = std::fs::remove_file(&path);
            }
            _ => drop(self.dropped(video.generate(request).with_poll_interval(interval)).await),
        }
    }

    async fn tools(&mut self) {
        let tide = Tool::function("tide", "The water level", json!({"type": "object"}));
        let tools = ToolBox::new().implement(tide, |_: serde_json::Value| async { "62 cm" });
        let chat = self.shared.paid.clone();
        let request = self.question("call");
        let run = if self.random.below(2) == 0 {
            chat.chat().run(request, &tools)
        } else {
            chat.chat().run_stream(request, &tools)
        };
        match self.random.below(3) {
            0 => drop(self.dropped(run).await),
            _ => drop(run.await),
        }
    }

    async fn hostile(&mut self) {
        let venice = self.shared.hostile.clone();
        match self.random.below(5) {
            0 => drop(venice.chat().create(self.question("call")).await),
            1 => {
                if let Ok(mut stream) = venice.chat().stream(self.question("call")).await {
                    while let Some(Ok(_)) = stream.next().await {}
                }
            }
            2 => {
                let upload = Upload::bytes("a.wav", self.bytes(1 << 20));
                drop(venice.audio().transcribe(CreateTranscriptionRequest::new("m", upload)).await);
            }
            3 => drop(venice.api_keys().list().await),
            _ => {
                let request = GenerateImageRequest::new("murano-image", "a canal");
                drop(self.dropped(venice.images().generate(request)).await);
            }
        }
    }

    /// A question that no other call asks. Its first word says how often it may be charged.
    fn question(&mut self, first: &str) -> ChatCompletionRequest {
        self.made += 1;
        let question = format!("{first} {}-{}", self.number, self.made);
        ChatCompletionRequest::new("gondola-9b", [question]).max_completion_tokens(16)
    }

    fn bytes(&mut self, most: u64) -> Vec<u8> {
        vec![b'x'; self.random.below(most) as usize]
    }

    fn file(&self, extension: &str) -> PathBuf {
        self.shared.folder.join(format!("{}.{extension}", self.number))
    }
}
