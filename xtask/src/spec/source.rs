//! The source of a document: a file or a URL.

use std::{path::PathBuf, time::Duration};

use crate::{failure::Failure, workspace};

/// How long a download may take in all.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The largest document that is accepted; the real one is half a megabyte.
const LIMIT: usize = 64 * 1024 * 1024;

/// The text of a document and the name under which errors show it.
pub struct Source {
    pub name: String,
    pub text: String,
}

/// Reads a file, or fetches what begins with `http://` or `https://`.
pub fn read(source: &str) -> Result<Source, Failure> {
    let text = if source.starts_with("http://") || source.starts_with("https://") {
        fetch(source)?
    } else {
        workspace::read(&PathBuf::from(source))?
    };
    Ok(Source { name: source.to_owned(), text })
}

fn fetch(url: &str) -> Result<String, Failure> {
    let failed = |error: &dyn std::error::Error| {
        let mut text = format!("cannot fetch {url}: {error}");
        let mut source = error.source();
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        Failure::new(text, "check the URL and the network; without a network, give a file")
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| failed(&error))?;
    let bytes = runtime.block_on(async {
        let client = reqwest::Client::builder().timeout(TIMEOUT).build().map_err(|error| failed(&error))?;
        let mut response = client
            .get(url)
            .header("accept", "application/yaml, application/json, */*")
            .send()
            .await
            .map_err(|error| failed(&error.without_url()))?;
        if !response.status().is_success() {
            return Err(Failure::new(
                format!("{url} answered with status {}", response.status().as_u16()),
                "check the URL, or download the document and give the file",
            ));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error.without_url()))? {
            if bytes.len() + chunk.len() > LIMIT {
                return Err(Failure::new(
                    format!("the reply of {url} is larger than {LIMIT} bytes"),
                    "check that the URL leads to the document itself",
                ));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    })?;
    String::from_utf8(bytes).map_err(|_| {
        Failure::new(format!("the reply of {url} is not UTF-8 text"), "check that the URL leads to the document itself")
    })
}
