//! A file of 512 MiB over loopback, sent and saved, by the SDK and by plain `reqwest`.

use std::path::{Path, PathBuf};

use futures_util::StreamExt;
use tokio::io::AsyncWriteExt;
use venice_ai::http::Method;
use venice_ai::types::CreateTranscriptionRequest;
use venice_ai::{Client, Upload};

use crate::processes::{self, Comparison};
use crate::server::Server;
use crate::{Failure, Flavor};

const MEBIBYTES: usize = 512;
const PROCESSES: usize = 5;
const KEY: &str = "a key";
const CONTENDERS: [&str; 2] = ["reqwest", "venice-ai"];

/// What is done with the file.
#[derive(Clone, Copy, Debug)]
enum Direction {
    Upload,
    Download,
}

impl Direction {
    fn of(name: &str) -> Result<Self, Failure> {
        match name {
            "upload" => Ok(Self::Upload),
            "download" => Ok(Self::Download),
            _ => Err("the directions are `upload` and `download`".into()),
        }
    }
}

pub fn run() -> Result<(), Failure> {
    println!("## Files\n");
    println!(
        "{MEBIBYTES} MiB: a multipart upload from a file, and a download to a file that is synchronised with the disk. {PROCESSES} processes each."
    );
    for direction in ["upload", "download"] {
        let contenders = CONTENDERS.map(|who| (who, vec!["files-once", direction, who])).into();
        Comparison { title: direction.to_owned(), unit: "MiB", contenders, processes: PROCESSES }.print(&[])?;
    }
    Ok(())
}

/// The figures of one contender, for the process that started this one.
pub fn once(direction: &str, who: &str) -> Result<(), Failure> {
    let direction = Direction::of(direction)?;
    let folder = Folder::new()?;
    let file = folder.0.join("file.wav");
    let server = match direction {
        Direction::Upload => {
            std::fs::File::create(&file)?.set_len((MEBIBYTES as u64) << 20)?;
            Server::start(&["json", r#"{"text":"hello"}"#])?
        }
        Direction::Download => Server::start(&["file", &MEBIBYTES.to_string()])?,
    };
    let runtime = Flavor::MultiThread.runtime()?;
    let url = server.base_url.as_str();
    let figures = match who {
        "venice-ai" => {
            let client = Client::builder().api_key(KEY).base_url(url).build()?;
            processes::measure(MEBIBYTES, 0, 1, || runtime.block_on(venice(&client, direction, &file)))
        }
        "reqwest" => {
            let client = reqwest::Client::new();
            processes::measure(MEBIBYTES, 0, 1, || runtime.block_on(by_hand(&client, url, direction, &file)))
        }
        _ => Err("there is no such contender".into()),
    }?;
    if std::fs::metadata(&file)?.len() != (MEBIBYTES as u64) << 20 {
        return Err("the file is not what was sent".into());
    }
    figures.print();
    Ok(())
}

async fn venice(client: &Client, direction: Direction, file: &Path) -> Result<(), Failure> {
    match direction {
        Direction::Upload => {
            let request = CreateTranscriptionRequest::new("bench-1", Upload::path(file));
            client.raw().create_transcription(&request).await?.text().await?;
        }
        Direction::Download => {
            client.request_raw(Method::GET, "/file").await?.save(file).await?;
        }
    }
    Ok(())
}

async fn by_hand(http: &reqwest::Client, url: &str, direction: Direction, file: &Path) -> Result<(), Failure> {
    match direction {
        Direction::Upload => {
            let form = reqwest::multipart::Form::new().text("model", "bench-1").file("file", file).await?;
            let request = http.post(format!("{url}/audio/transcriptions")).bearer_auth(KEY).multipart(form);
            request.send().await?.error_for_status()?.text().await?;
        }
        Direction::Download => {
            let response = http.get(format!("{url}/file")).bearer_auth(KEY).send().await?.error_for_status()?;
            let mut pieces = response.bytes_stream();
            let mut saved = tokio::fs::File::create(file).await?;
            while let Some(piece) = pieces.next().await {
                saved.write_all(&piece?).await?;
            }
            saved.flush().await?;
            saved.sync_all().await?;
        }
    }
    Ok(())
}

/// A folder beside the program, which is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, Failure> {
        let folder = std::env::current_exe()?.with_file_name(format!("bench-files-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
