//! What the command line says.

use std::path::PathBuf;

use lexopt::{Arg, ValueExt as _};
use reqwest::Url;

use crate::failure::Failure;

/// The real API.
pub const LIVE: &str = "https://api.venice.ai/api/v1";

pub const USAGE: &str = "\
cargo xtask contract [OPTIONS]

Sends a minimal and a maximal request of each operation through the SDK, and compares what comes back with the API's document.

  --url URL           another server than the bundled mock, by its base URL; it gets the key in VENICE_CONTRACT_KEY, or a made-up one
  --live              the real API with the key in VENICE_API_KEY: only what is free and changes nothing, unless the next two say more;
                      with --url, through a proxy that passes requests on to the real API
  --cassette FILE     send nothing, and compare the replies that were recorded in this file; may be given several times
  --allow-paid USD    also what costs money, as long as the estimates add up to no more than this
  --manage-keys       also make, change and delete API keys
  --only OPERATION    only this operation; may be given several times
  --baseline FILE     a JSON report of an earlier run: only what is not in it counts
  --format text|json  how the report is printed (text)
  --out FILE          write the report there instead of printing it
  --spec DIR          the folder with the document and its overlay (spec/ of the workspace)
  --list              print the requests, and what each needs, and send nothing
  -h, --help          print this

Exit codes:
  0  the replies are as the document says, or as they were in the baseline
  1  something is new: unknown or missing members, nulls, other types, enum values, media types or statuses, refused requests
  2  nothing new, but some requests failed (the server's fault or the network's), so not everything was compared
  3  nothing was compared: bad options, an unreadable file, no key, no server

The report never holds a key, a prompt or any other value: JSON paths, types, counts, and enum values if they look like one.
";

/// Where the requests go.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// The mock that comes with the SDK.
    Mock,
    /// Another test server.
    Test(Url),
    /// The real API, or a proxy before it.
    Live(Url),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

#[derive(Debug)]
pub struct Options {
    pub target: Target,
    /// In US dollars; nothing paid without it.
    pub allow_paid: Option<f64>,
    pub manage_keys: bool,
    pub only: Vec<String>,
    /// Recordings to compare instead of sending anything.
    pub cassettes: Vec<PathBuf>,
    pub baseline: Option<PathBuf>,
    pub format: Format,
    pub out: Option<PathBuf>,
    pub spec: PathBuf,
    pub list: bool,
    pub help: bool,
}

impl Options {
    pub fn parse(mut args: lexopt::Parser) -> Result<Self, Failure> {
        let (mut url, mut live) = (None, false);
        let mut options = Self {
            target: Target::Mock,
            allow_paid: None,
            manage_keys: false,
            only: Vec::new(),
            cassettes: Vec::new(),
            baseline: None,
            format: Format::Text,
            out: None,
            spec: concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec").into(),
            list: false,
            help: false,
        };
        while let Some(arg) = args.next()? {
            match arg {
                Arg::Long("url") => url = Some(base_url(&text(&mut args)?)?),
                Arg::Long("live") => live = true,
                Arg::Long("allow-paid") => options.allow_paid = Some(dollars(&text(&mut args)?)?),
                Arg::Long("manage-keys") => options.manage_keys = true,
                Arg::Long("only") => options.only.push(text(&mut args)?),
                Arg::Long("cassette") => options.cassettes.push(args.value()?.into()),
                Arg::Long("baseline") => options.baseline = Some(args.value()?.into()),
                Arg::Long("format") => options.format = format(&text(&mut args)?)?,
                Arg::Long("out") => options.out = Some(args.value()?.into()),
                Arg::Long("spec") => options.spec = args.value()?.into(),
                Arg::Long("list") => options.list = true,
                Arg::Long("help") | Arg::Short('h') => options.help = true,
                other => return Err(Failure::usage(other.unexpected())),
            }
        }
        if !options.cassettes.is_empty() && (url.is_some() || live || !options.only.is_empty()) {
            return Err(Failure::usage("--cassette sends nothing, so --url, --live and --only are not for it"));
        }
        options.target = target(url, live)?;
        if !live && (options.allow_paid.is_some() || options.manage_keys) {
            return Err(Failure::usage(
                "--allow-paid and --manage-keys are for --live; other servers get every request",
            ));
        }
        Ok(options)
    }
}

fn target(url: Option<Url>, live: bool) -> Result<Target, Failure> {
    match (url, live) {
        (None, false) => Ok(Target::Mock),
        (None, true) => Ok(Target::Live(base_url(LIVE)?)),
        (Some(url), true) => Ok(Target::Live(url)),
        (Some(url), false)
            if url.host_str().is_some_and(|host| host == "venice.ai" || host.ends_with(".venice.ai")) =>
        {
            Err(Failure::usage("--url names the real API, which is what --live is for"))
        }
        (Some(url), false) => Ok(Target::Test(url)),
    }
}

fn text(args: &mut lexopt::Parser) -> Result<String, Failure> {
    Ok(args.value()?.string()?)
}

/// The message does not repeat the URL: it may carry credentials.
fn base_url(text: &str) -> Result<Url, Failure> {
    let url = Url::parse(text).map_err(|error| Failure::usage(format!("--url is no URL: {error}")))?;
    let wrong = |problem: &str| Err(Failure::usage(format!("--url {problem}")));
    match url.scheme() {
        "http" | "https" if url.query().is_some() || url.fragment().is_some() => wrong("has a query or a fragment"),
        "http" | "https" if !url.username().is_empty() || url.password().is_some() => {
            wrong("has credentials; put the key into VENICE_CONTRACT_KEY")
        }
        "http" | "https" => Ok(url),
        _ => wrong("does not begin with http:// or https://"),
    }
}

fn dollars(text: &str) -> Result<f64, Failure> {
    let amount = text.parse::<f64>().ok().filter(|amount| amount.is_finite() && *amount > 0.0);
    amount.ok_or_else(|| Failure::usage("--allow-paid takes an amount of US dollars above zero, such as 0.50"))
}

fn format(text: &str) -> Result<Format, Failure> {
    match text {
        "text" => Ok(Format::Text),
        "json" => Ok(Format::Json),
        other => Err(Failure::usage(format!("--format is `{other}`, and there are text and json"))),
    }
}
