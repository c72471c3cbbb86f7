//! Seeds of `fuzz/` on the stable toolchain, and inputs that would show more than linear work.

mod growth;
mod replay;
mod wander;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use self::growth::assert_linear;
use self::replay::replay;
use self::wander::wander;
use super::{TARGETS, Target};

/// `fuzz/`, which is not in the package.
fn fuzz() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    folder.join("Cargo.toml").is_file().then_some(folder)
}

#[test]
fn each_target_has_a_program_and_small_seeds() {
    let Some(fuzz) = fuzz() else { return };
    let names = |folder: &str| -> BTreeSet<String> {
        let files = fs::read_dir(fuzz.join(folder)).unwrap();
        files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    // `spec` is that of the generator: tools/spec/src/fuzzing.rs.
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| *name).chain(["spec"]).map(str::to_owned).collect();
    assert_eq!(names("fuzz_targets"), targets);
    assert_eq!(names("seeds"), targets);
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    assert!(targets.iter().all(|name| manifest.contains(&format!("name = \"{name}\""))));
    let seeds = targets.iter().flat_map(|name| fs::read_dir(fuzz.join("seeds").join(name)).unwrap());
    let bytes: u64 = seeds.map(|seed| seed.unwrap().metadata().unwrap().len()).sum();
    assert!(bytes < 500_000, "the seeds have {bytes} bytes");
}

fn target(name: &str) -> Target {
    TARGETS.iter().find(|(known, _)| *known == name).expect("a target").1
}

/// `VENICE_FUZZ=sse,chat VENICE_FUZZ_SECONDS=60 cargo test --lib fuzzing -- --ignored --nocapture`
#[test]
#[ignore = "it takes as long as one wants"]
fn random_changes_of_seeds_break_no_promise() {
    let Some(fuzz) = fuzz() else { return };
    let set = |name: &str| std::env::var(name).ok();
    let wanted = set("VENICE_FUZZ");
    let seconds = set("VENICE_FUZZ_SECONDS").and_then(|seconds| seconds.parse().ok()).unwrap_or(1);
    for (name, target) in TARGETS {
        if wanted.as_ref().is_none_or(|wanted| wanted.split(',').any(|wanted| wanted == name)) {
            let count = wander(&fuzz.join("seeds").join(name), Duration::from_secs(seconds), target);
            println!("{name}: {count} inputs in {seconds} s");
        }
    }
}

/// A test of each target with the seeds, and one with inputs of two sizes.
macro_rules! targets {
    ($($name:ident: $inputs:expr;)*) => {
        mod seeds_of {$(
            #[test]
            fn $name() {
                let Some(fuzz) = super::fuzz() else { return };
                let name = stringify!($name);
                // Those with elliptic curves take milliseconds without optimization.
                let places = if matches!(name, "encrypted_chat" | "envelope") { 4 } else { 64 };
                let count = super::replay(&fuzz.join("seeds").join(name), places, super::target(name));
                assert!(count > 20, "{count} inputs");
            }
        )*}

        mod work_is_linear_in_the_input_of {$(
            #[test]
            fn $name() {
                #[allow(unused_imports)]
                use super::{PAGE, around, file, lines, listed, repeated};
                let name = stringify!($name);
                let inputs: &[(&str, &dyn Fn(usize) -> Vec<u8>)] = &$inputs;
                for (what, input) in inputs {
                    super::assert_linear(&format!("{name}, {what}"), super::target(name), super::SIZE, input);
                }
            }
        )*}

        #[test]
        fn each_target_is_tested() {
            assert_eq!([$(stringify!($name)),*], TARGETS.map(|(name, _)| name));
        }
    };
}

/// The bytes of the smaller input.
const SIZE: usize = 4 * 1024;

/// A part, again and again.
fn repeated(part: &str, size: usize) -> Vec<u8> {
    part.repeat(size / part.len()).into_bytes()
}

fn around(before: &str, part: &str, after: &str, size: usize) -> Vec<u8> {
    [before.as_bytes(), &repeated(part, size), after.as_bytes()].concat()
}

/// Parts with their numbers.
fn lines(size: usize, part: impl Fn(usize) -> String) -> Vec<u8> {
    let count = size / part(1000).len();
    (0..count).map(part).collect::<String>().into_bytes()
}

/// Parts with their numbers in a list.
fn listed(before: &str, size: usize, part: impl Fn(usize) -> String, after: &str) -> Vec<u8> {
    let count = size / (part(1000).len() + 1);
    let parts: Vec<String> = (0..count).map(part).collect();
    format!("{before}{}{after}", parts.join(",")).into_bytes()
}

/// A file with this head.
fn file(head: &[u8], part: &[u8], size: usize) -> Vec<u8> {
    [head, &part.repeat(size / part.len())].concat()
}

const PAGE: &str = r#"[{"title":"Tides","url":"https://tides.example","content":"High water at <b>10:40</b>"}]"#;

targets! {
    attestation: [
        ("events", &|n| listed(r#"{"event_log":["#, n, |i| format!(r#"{{"imr":{},"digest":"{}"}}"#, i % 4, "ab".repeat(48)), "]}")),
        ("parts of a token", &|n| repeated("e30.", n)),
        ("a token without an end", &|n| repeated("e30", n)),
        ("keys", &|n| listed(r#"{"keys":["#, n, |i| format!(r#"{{"kty":"EC","crv":"P-384","kid":"{i}"}}"#), "]}")),
        ("a compose file", &|n| around(r#"{"info":{"tcb_info":{"app_compose":""#, "x", "\"}}}", n)),
        ("a quote", &|n| file(include_bytes!("../../tests/fixtures/attestation/tdx_quote"), &[0], n)),
        ("lists in lists", &|n| repeated("[", n)),
    ];
    chat: [
        ("short chunks", &|n| repeated("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n", n)),
        ("empty chunks", &|n| repeated("data:{}\n\n", n)),
        ("tool calls", &|n| lines(n, |i| format!("data: {{\"choices\":[{{\"delta\":{{\"tool_calls\":[{{\"index\":{i},\"id\":\"c{i}\",\"function\":{{\"name\":\"f\"}}}}]}}}}]}}\n\n"))),
        ("pieces of a tool call", &|n| repeated("data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"a\"}}]}}]}\n\n", n)),
        ("choices", &|n| listed("data: {\"choices\":[", n, |i| format!("{{\"index\":{i},\"delta\":{{}}}}"), "]}\n\n")),
        ("choices in chunks", &|n| lines(n, |i| format!("data: {{\"choices\":[{{\"index\":{i},\"delta\":{{}}}}]}}\n\n"))),
        ("unknown fields", &|n| lines(n, |i| format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"f{i}\":1}}}}],\"g{i}\":[]}}\n\n"))),
        ("details of reasoning", &|n| lines(n, |i| format!("data: {{\"choices\":[{{\"delta\":{{\"reasoning_details\":[{{\"type\":\"t\",\"index\":{},\"text\":\"a\"}}]}}}}]}}\n\n", i % 2))),
        ("probabilities", &|n| repeated("data: {\"choices\":[{\"delta\":{},\"logprobs\":{\"content\":[{\"token\":\"a\",\"logprob\":-1}]}}]}\n\n", n)),
        ("citations", &|n| repeated("data: {\"venice_parameters\":{\"web_search_citations\":[{\"title\":\"a\",\"url\":\"b\"}]}}\n\n", n)),
        ("fields of other types", &|n| repeated("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"logprobs\":7}],\"usage\":\"x\"}\n\n", n)),
        ("numbers out of range", &|n| repeated("data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"x\":1e999}\n\n", n)),
        ("escapes", &|n| around("data: {\"choices\":[{\"delta\":{\"content\":\"", "\\u00e9", "\"}}]}\n\n", n)),
        ("objects in objects", &|n| around("data: ", "{\"a\":", "\n\n", n)),
        ("a chunk of many lines", &|n| around("data: {\"choices\":[", "\ndata: {},", "\ndata: {}]}\n\n", n)),
    ];
    citations: [
        ("markers", &|n| around("", "tide^1^ ", &format!("\0{PAGE}"), n)),
        ("markers of many pages", &|n| {
            let pages = listed("\0[", n / 2, |i| format!(r#"{{"title":"{i}","url":"https://{i}.example"}}"#), "]");
            [lines(n / 2, |i| format!("tide^{}^ ", i % 1000)), pages].concat()
        }),
        ("markers of a long page", &|n| {
            let page = around("\0[{\"url\":\"https://a.example/", "x", "\"}]", n / 2);
            [repeated("a^1^ ", n / 2), page].concat()
        }),
        ("markers of a page with long content", &|n| {
            let page = around("\0[{\"url\":\"https://a.example\",\"content\":\"", "x", "\"}]", n / 2);
            [repeated("a^1^ ", n / 2), page].concat()
        }),
        ("long markers", &|n| around("", "^1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", &format!("\0{PAGE}"), n)),
        ("carets", &|n| around("", "^", &format!("\0{PAGE}"), n)),
        ("backticks", &|n| around("", "`", &format!("\0{PAGE}"), n)),
        ("tildes in lines", &|n| around("", "~~~\n", &format!("\0{PAGE}"), n)),
        ("open references", &|n| around("", "[REF]1", &format!("\0{PAGE}"), n)),
        ("backslashes", &|n| around("", "\\", &format!("\0{PAGE}"), n)),
        ("letters", &|n| around("", "é", &format!("\0{PAGE}"), n)),
        ("open tags", &|n| around("a^1^\0[{\"url\":\"b\",\"title\":\"", "<b", "\"}]", n)),
        ("open comments", &|n| around("a^1^\0[{\"url\":\"b\",\"content\":\"", "<!--", ">\"}]", n)),
        ("entities", &|n| around("a^1^\0[{\"url\":\"b\",\"content\":\"", "&amp", "\"}]", n)),
    ];
    csv: [
        ("short lines", &|n| around("a,b\n", "1,2\n", "", n)),
        ("a line without an end", &|n| repeated("a,", n)),
        ("empty lines", &|n| repeated("\n", n)),
        ("long lines", &|n| around("a,b\n", &("x".repeat(1000) + "\r\n"), "", n)),
        ("a long header", &|n| [around("", "a,", "\n", n / 2), repeated("1\n", 64)].concat()),
    ];
    data_url: [
        ("digits", &|n| repeated("AAAA", n)),
        ("space", &|n| repeated("A \n", n)),
        ("parameters", &|n| around("data:", ";a", ";base64,AA", n)),
        ("data", &|n| around("data:image/png;base64,", "iVBOR", "!", n)),
    ];
    encrypted_chat: [
        ("short chunks", &|n| repeated("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"}}]}\n\n", n)),
        ("a long envelope", &|n| around("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"", "ab", "\"}}]}\n\n", n)),
        ("fields", &|n| listed("data: {\"choices\":[{\"index\":0,\"delta\":{", n, |i| format!("\"f{i}\":null"), "}}]}\n\n")),
        ("choices", &|n| listed("data: {\"choices\":[", n, |_| "{\"index\":0,\"delta\":{}}".to_owned(), "]}\n\n")),
    ];
    envelope: [
        ("a text", &|n| repeated("tide ", n)),
        ("digits", &|n| repeated("04", n)),
    ];
    error: [
        ("issues", &|n| listed(r#"{"issues":["#, n, |i| format!(r#"{{"path":["m",{i}],"message":"x"}}"#), "]}")),
        ("issues of unions", &|n| listed(r#"{"issues":["#, n, |_| r#"{"unionErrors":[{"issues":[{"unionErrors":[]}]}]}"#.to_owned(), "]}")),
        ("a long path", &|n| listed(r#"{"issues":[{"message":"x","path":["#, n, |i| i.to_string(), "]}]}")),
        ("a tree", &|n| listed(r#"{"details":{"#, n, |i| format!(r#""f{i}":{{"_errors":["x"]}}"#), "}}")),
        ("a deep tree", &|n| around(r#"{"details":"#, r#"{"a":"#, "", n)),
        ("a message", &|n| around(r#"{"error":""#, "tide ", "\"}", n)),
        ("suggestions", &|n| around(r#"{"error":"Did you mean: "#, "a,", "\"}", n)),
        ("escapes", &|n| around(r#"{"error":""#, "\\u0041", "\"}", n)),
        ("secrets", &|n| around(r#"{"error":""#, "venice-secret-7f3a91c2 ", "\"}", n)),
        ("text", &|n| repeated("tide ", n)),
        ("a page", &|n| around("<html><title>", "<", "", n)),
        ("payment options", &|n| listed(r#"{"x402Version":2,"accepts":["#, n, |_| r#"{"amount":"5000000"}"#.to_owned(), "]}")),
        ("lists in lists", &|n| repeated("[", n)),
    ];
    headers: [
        ("lines", &|n| lines(n, |i| format!("x-h{i}: 1\n"))),
        ("the same name", &|n| repeated("link: <a>; rel=b\n", n)),
        ("links", &|n| around("link: ", "<a>,", "\n", n)),
        ("digits", &|n| around("x-ratelimit-reset-requests: ", "9", "\n", n)),
        ("an amount", &|n| around("x-venice-balance-usd: 0.", "0", "\n", n)),
        ("a fraction of a second", &|n| around("x: 2026-01-01T00:00:00.", "1", "Z\n", n)),
        ("percent signs", &|n| around("x-venice-enhanced-prompt: ", "%41", "\n", n)),
        ("a version", &|n| around("x-venice-version: ", "2026.", "\n", n)),
    ];
    image: [
        ("fill bytes", &|n| file(&[0xFF, 0xD8], &[0xFF], n)),
        ("segments", &|n| file(&[0xFF, 0xD8], &[0xFF, 0xE1, 0, 2], n)),
        ("entries", &|n| file(b"II*\0\x08\0\0\0\xff\xff", &[0; 12], n)),
        ("boxes", &|n| file(b"\0\0\0\x10ftypavif\0\0\0\0", b"\0\0\0\x08free", n)),
        ("sizes", &|n| file(b"\0\0\0\x10ftypavif\0\0\0\0\xff\xff\xff\xffmeta", b"\0\0\0\x14ispe\0\0\0\0\0\0\x03\x20\0\0\x02\x58", n)),
    ];
    journal: [
        ("sent requests", &|n| [super::JOURNAL.as_bytes(), &lines(n, |i| format!("{{\"sent\":\"{i}\",\"request\":\"r\"}}\n"))].concat()),
        ("failed requests", &|n| [super::JOURNAL.as_bytes(), &lines(n, |i| format!("{{\"sent\":\"{i}\",\"request\":\"r\"}}\n{{\"failed\":\"{i}\",\"kind\":\"transport\",\"message\":\"\"}}\n"))].concat()),
        ("one request again and again", &|n| around(super::JOURNAL, "{\"sent\":\"a\",\"request\":\"r\"}\n{\"refused\":\"a\"}\n", "", n)),
        ("a line without an end", &|n| around(super::JOURNAL, "{\"sent\":", "", n)),
        ("blocks that were not written", &|n| around(super::JOURNAL, "\0", "", n)),
        ("a long reply", &|n| around(&format!("{}{{\"sent\":\"a\",\"request\":\"r\"}}\n{{\"done\":\"a\",\"status\":200,\"headers\":[],\"at\":1,\"body\":\"", super::JOURNAL), "\\u00e9", "\"}\n", n)),
    ];
    multipart: [
        ("a content", &|n| around("prompt\0", "tide\r\n--venice-", "", n)),
        ("a name", &|n| repeated("\"\r\n", n)),
        ("a file", &|n| around("a\0b\0c\0", "\x01\r\n", "", n)),
    ];
    sse: [
        ("lines", &|n| repeated("a\n", n)),
        ("events", &|n| repeated("data\n\n", n)),
        ("lines of data", &|n| repeated("data: x\n", n)),
        ("empty data", &|n| repeated("data\n", n)),
        ("a line without an end", &|n| around("data: ", "x", "", n)),
        ("line ends", &|n| repeated("\r", n)),
        ("comments", &|n| repeated(":\n", n)),
        ("ids", &|n| repeated("id: 7f3a91c2\n", n)),
        ("names", &|n| repeated("event: error\n", n)),
        ("byte order marks", &|n| repeated("\u{feff}", n)),
        ("large events", &|n| repeated(&format!("data: {}\n\n", "x".repeat(80)), n)),
    ];
    structured: [
        ("lists in lists", &|n| repeated("[", n)),
        ("objects in objects", &|n| repeated("{\"a\":", n)),
        ("items below the deepest list", &|n| around(&"[".repeat(126), "1,", "1", n)),
        ("fields", &|n| listed("{", n, |i| format!("\"f{i}\":1"), "}")),
        ("a text", &|n| around("{\"a\":\"", "x", "\"}", n)),
        ("escapes", &|n| around("{\"a\":\"", "\\ud83d\\ude00", "\"}", n)),
        ("a number", &|n| around("[", "1", "]", n)),
        ("a name", &|n| around("{\"", "a", "\":1}", n)),
        ("space", &|n| around("{\"a\":", " ", "1}", n)),
        ("braces in prose", &|n| around("so ", "{", "", n)),
        ("lists in prose", &|n| around("so ", "[1] ", "", n)),
        ("broken lists", &|n| around("so ", "[1,\n", "", n)),
        ("documents", &|n| around("so ", "{\"a\":1} ", "", n)),
        ("reasoning", &|n| repeated("<think></think>", n)),
        ("ends of reasoning", &|n| around("so ", "</think>", "", n)),
        ("fences", &|n| repeated("```", n)),
        ("open tags", &|n| repeated("<think", n)),
    ];
    wallet: [
        ("payment options", &|n| listed(r#"{"x402Version":2,"accepts":["#, n, |_| r#"{"scheme":"exact","network":"eip155:8453","amount":"5000000"}"#.to_owned(), "]}")),
        ("resources", &|n| listed(r#"{"x402Version":2,"accepts":[],"extensions":{"sign-in-with-x":{"info":{"domain":"api.venice.ai","uri":"https://api.venice.ai","version":"1","nonce":"0123456789abcdef","issuedAt":"2026-01-01T00:00:00Z","resources":["#, n, |i| format!("\"https://{i}.example\""), "]}}}}")),
        ("chains", &|n| listed(r#"{"x402Version":2,"accepts":[],"extensions":{"sign-in-with-x":{"info":{"domain":"api.venice.ai","uri":"https://api.venice.ai","version":"1","nonce":"0123456789abcdef","issuedAt":"2026-01-01T00:00:00Z"},"supportedChains":["#, n, |i| format!("{{\"chainId\":{i}}}"), "]}}}")),
        ("digits of an address", &|n| repeated("2", n)),
        ("a text", &|n| around("{\"reason\":\"", "x", "\"}", n)),
    ];
    wav: [
        ("chunks", &|n| file(b"RIFF\0\0\0\0WAVE", b"LIST\0\0\0\0", n)),
        ("formats", &|n| file(b"RIFF\0\0\0\0WAVE", b"fmt \x10\0\0\0\x01\0\x01\0\xc0\x5d\0\0\x80\xbb\0\0\x02\0\x10\0", n)),
        ("samples", &|n| file(b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\xc0\x5d\0\0\x80\xbb\0\0\x02\0\x10\0data\xff\xff\xff\xff", &[1, 2], n)),
    ];
}

/// The first line of every journal.
const JOURNAL: &str = "{\"journal\":\"venice-ai many\",\"version\":1}\n";
