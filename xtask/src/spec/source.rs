//! Where a document comes from: a file or a URL.

use std::{path::PathBuf, time::Duration};

use crate::{failure::Failure, workspace};

/// How long a download may take in all.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The largest document that is accepted; the real one is half a megabyte.
const LIMIT: u64 = 64 * 1024 * 1024;

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
    let failed = |error: ureq::Error| match error {
        ureq::Error::StatusCode(status) => Failure::new(
            format!("{url} answered with status {status}"),
            "check the URL, or download the document and give the file",
        ),
        error => Failure::new(
            format!("cannot fetch {url}: {error}"),
            "check the URL and the network; without a network, give a file",
        ),
    };
    let agent = ureq::Agent::config_builder().timeout_global(Some(TIMEOUT)).build().new_agent();
    let mut response =
        agent.get(url).header("accept", "application/yaml, application/json, */*").call().map_err(failed)?;
    let bytes = response.body_mut().with_config().limit(LIMIT).read_to_vec().map_err(failed)?;
    String::from_utf8(bytes).map_err(|_| {
        Failure::new(
            format!("what {url} answered is not text in UTF-8"),
            "check that the URL leads to the document itself",
        )
    })
}
