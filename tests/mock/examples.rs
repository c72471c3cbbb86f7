//! The examples, run as a reader runs them.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime};

use venice_ai_mock::{Answer, Fault, MockRequest, MockVenice};

use crate::support::Folder;

/// The built example. `cargo test` builds the examples before it runs the tests; `cargo test --test mock` does not.
fn built(name: &str) -> PathBuf {
    let deps = std::env::current_exe().unwrap();
    let program =
        deps.ancestors().nth(2).unwrap().join("examples").join(name).with_extension(std::env::consts::EXE_EXTENSION);
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let sources = [examples.join(name).with_extension("rs"), examples.join("common/mod.rs")];
    let changed =
        |path: &Path| std::fs::metadata(path).and_then(|data| data.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let stale = sources.iter().any(|source| changed(source) > changed(&program));
    assert!(program.exists() && !stale, "{} is missing or old: run `cargo build --examples` first", program.display());
    program
}

pub fn example(name: &str) -> Command {
    let mut command = Command::new(built(name));
    command.env_remove("VENICE_API_KEY").env_remove("VENICE_BASE_URL").env("NO_PROXY", "127.0.0.1");
    // Files saved by examples stay in the build folder.
    command.env("TMPDIR", env!("CARGO_TARGET_TMPDIR"));
    command
}

/// The example with a key, with the mock in place of the real API.
pub fn with_key(name: &str, mock: &MockVenice) -> Command {
    let mut command = example(name);
    command.env("VENICE_API_KEY", mock.api_key()).env("VENICE_BASE_URL", mock.base_url());
    command
}

/// The output of a run that must succeed.
pub fn printed(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let stdout = String::from_utf8(stdout).unwrap();
    assert!(status.success(), "{status}\n{stdout}\n{}", String::from_utf8_lossy(&stderr));
    stdout
}

/// The requests that create, change or delete keys.
fn changes_to_keys(mock: &MockVenice) -> Vec<&'static str> {
    let changes = |request: &MockRequest| request.path.starts_with("/api_keys") && request.method != "GET";
    mock.requests().iter().filter(|request| changes(request)).filter_map(|request| request.operation).collect()
}

fn keys_of(mock: &MockVenice) -> usize {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(async { mock.client().api_keys().list().await.unwrap().len() })
}

const EXAMPLES: &[&str] = &[
    "api_keys",
    "audio",
    "billing",
    "blocking",
    "characters",
    "chat_history",
    "chat_stream",
    "cost",
    "crypto_rpc",
    "decisions",
    "embeddings",
    "hello",
    "images",
    "many",
    "multimodal",
    "otel",
    "own_http",
    "quickstart",
    "responses",
    "structured_output",
    "tools",
    "web",
];

#[test]
fn the_first_line_says_who_is_talked_to() {
    for_each_example(|name| {
        let alone = printed(&mut example(name));
        let first = alone.lines().next().unwrap();
        assert!(first.starts_with("Talking to the bundled mock at http://127.0.0.1:"), "{name}: {first}");
        let mock = MockVenice::start_blocking().unwrap();
        let with_key = printed(&mut with_key(name, &mock));
        let first = with_key.lines().next().unwrap();
        assert_eq!(first, "Talking to the real API, with the key in VENICE_API_KEY.", "{name}");
        assert!(!mock.requests().is_empty());
    });
}

/// All examples concurrently: most of their time they wait for servers and pauses.
fn for_each_example(run: impl Fn(&str) + Copy + Send) {
    std::thread::scope(|threads| {
        for name in EXAMPLES {
            threads.spawn(move || run(name));
        }
    });
}

#[test]
fn an_empty_key_is_not_a_key() {
    let text = printed(example("quickstart").env("VENICE_API_KEY", " "));
    assert!(text.starts_with("Talking to the bundled mock"), "{text}");
}

#[test]
fn the_mock_is_reached_past_a_proxy() {
    let nobody = "http://127.0.0.1:9";
    let mut command = example("api_keys");
    command
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env("HTTP_PROXY", nobody)
        .env("http_proxy", nobody)
        .env("ALL_PROXY", nobody);
    assert!(printed(&mut command).contains("Rotated it"));
}

#[test]
fn the_quickstart_shows_what_it_promises() {
    let text = printed(&mut example("quickstart"));
    for wanted in [
        "5 text models, such as gondola-9b, squero-small, arsenale-coder, burano-vision, torcello-1b [",
        "gondola-9b answers [",
        "“Why is the sky blue? One sentence, please.”",
        ": *** [",
        "Read it back: it ends in ",
        "Deleted it",
        "A web3 token of ",
        " of 500 requests",
        "USD",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is missing in\n{text}");
    }
    let ids = text.matches("-VCE]").count();
    assert_eq!(ids, 4, "a request id for each of models, answer, key and token:\n{text}");
}

#[test]
fn the_multimodal_example_shows_what_it_promises() {
    let text = printed(&mut example("multimodal"));
    for wanted in [
        "squero-small saw the photo and the report: You said: “Does the report tell of the bridge in the photo?”",
        " tokens in, 0 of them out of the cache",
        "The web knows it[^1][^2]. You said: “When is high water?”",
        "\n\n[^1]: [Tide tables of the lagoon](https://tides.example/lagoon)\n[^2]: [Phases of the moon]",
        "gondola-9b with Default reasoned \"The user wants an answer.",
        "gondola-9b with Off reasoned \"\"",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is missing in\n{text}");
    }
    // With the user's own files.
    let mock = MockVenice::start_blocking().unwrap();
    let folder = Folder::new();
    let (photo, report) = (folder.join("photo"), folder.join("notes.txt"));
    std::fs::copy("tests/fixtures/images/canal.jpg", &photo).unwrap();
    std::fs::write(&report, "ebb").unwrap();
    printed(with_key("multimodal", &mock).args([&photo, &report]));
    let sent: serde_json::Value = mock.requests()[0].json().unwrap();
    let parts = &sent["messages"][1]["content"];
    assert!(parts[1]["image_url"]["url"].as_str().unwrap().starts_with("data:image/jpeg;base64,"), "{parts}");
    assert_eq!(
        parts[2]["file"],
        serde_json::json!({"file_data": "data:text/plain;base64,ZWJi", "filename": "notes.txt"})
    );
}

#[test]
fn the_answer_arrives_token_by_token() {
    for name in ["quickstart", "chat_stream"] {
        // On a busy machine the whole answer may arrive at once; the reader tries again then.
        let is_gradual = (0..crate::ATTEMPTS).any(|_| is_printed_gradually(name));
        assert!(is_gradual, "{name} printed its answer at once");
    }
}

/// Whether the tokens of the example's answer, about forty and 25 ms apart, are printed as they arrive.
fn is_printed_gradually(name: &str) -> bool {
    let mut child = example(name).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut output = child.stdout.take().unwrap();
    let (mut text, mut piece, mut begun) = (String::new(), [0; 256], None);
    loop {
        let read = output.read(&mut piece).unwrap();
        text.push_str(&String::from_utf8_lossy(&piece[..read]));
        if begun.is_none() && text.contains("You said:") {
            begun = Some(Instant::now());
        }
        if read == 0 || text.contains("between them") {
            break;
        }
    }
    let taken = begun.unwrap().elapsed();
    std::io::copy(&mut output, &mut std::io::sink()).unwrap();
    assert!(child.wait().unwrap().success());
    taken > Duration::from_millis(400)
}

#[test]
fn an_answer_that_breaks_off_is_a_failure() {
    let mock = MockVenice::start_blocking().unwrap();
    mock.fault(Fault::cut(4000).on("createChatCompletion"));
    let output = with_key("chat_stream", &mock).output().unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("The user wants"), "{errors}");
    assert!(text.contains("You said") && !text.contains("ended with"), "what came before the end is printed:\n{text}");
}

#[test]
fn the_cheapest_model_that_can_do_it_is_found() {
    let text = printed(&mut example("catalogue"));
    let count = text.lines().find_map(|line| line.strip_suffix(" models, 5 of them for text")).unwrap();
    assert!(count.parse::<usize>().unwrap() >= 16, "{text}");
    for wanted in [
        "squero-small: 0.20 USD, up to 8 images, 65536 tokens",
        "burano-vision: 1.75 USD",
        "take squero-small",
        "gpt-4o is gondola-9b",
        "did you mean default?",
        "arsenale-coder will be removed; use gondola-9b",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is missing in\n{text}");
    }
}

#[test]
fn requests_that_do_not_fit_are_reported_mended_or_rejected() {
    let text = printed(&mut example("preflight"));
    for wanted in [
        "found: `logprobs` needs a model that returns log probabilities, and gondola-9b does not",
        "refused: logprobs",
        "logprobs was Dropped",
        "gondola-9b answered",
        "`tools` needs a model that calls functions, and torcello-1b does not",
        "`steps` is 500, and murano-image takes 30 at most; `width` is 1001, and murano-image takes multiples of 8",
        "`model` is \"defualt\", which is no image model; did you mean default?",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is missing in\n{text}");
    }
}

#[test]
fn a_streamed_answer_ends_with_what_it_cost() {
    let text = printed(example("chat_stream").args(["How", "deep", "is", "it?"]));
    assert!(text.contains("“How deep is it?”") && text.contains("gondola-9b ended with Some(Stop)"), "{text}");
    assert!(text.lines().last().unwrap().ends_with(" USD"), "{text}");
}

#[test]
fn middleware_sees_each_attempt_and_the_end_of_a_dropped_stream() {
    let mock = MockVenice::start_blocking().unwrap();
    let text = printed(&mut example("middleware"));
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("createChatCompletion")).collect();
    let ends: Vec<&str> = lines.iter().map(|line| line.split(" after ").next().unwrap()).collect();
    assert_eq!(ends[1], "createChatCompletion #1: 503 Service Unavailable", "{text}");
    assert_eq!(ends[2], "createChatCompletion #1: failed (overloaded)", "{text}");
    assert_eq!(ends[4], "createChatCompletion #2: 200 OK", "{text}");
    assert!(ends[5].ends_with("bytes of reply"), "{text}");
    assert_eq!(ends.last(), Some(&"createChatCompletion #1: cancelled"), "{text}");
    assert!(text.ends_with("The provider was asked for 3 keys.\n"), "{text}");

    // With a key, as on the real API.
    let text = printed(&mut with_key("middleware", &mock));
    assert!(text.ends_with("The provider was asked for 2 keys.\n"), "{text}");
    let chats = mock.requests_of("createChatCompletion");
    assert_eq!(chats.len(), 2);
    assert!(chats.iter().all(|request| request.header("x-team") == Some("search")), "{chats:?}");
}

#[test]
fn a_budget_rejects_what_it_has_no_room_for_and_a_tally_reports_where_it_went() {
    let mock = MockVenice::start_blocking().unwrap();
    let text = printed(&mut with_key("cost", &mock));
    let line =
        |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}: {text}"));
    assert!(line("Before: ").ends_with(" USD at most"), "{text}");
    // The charge is the list price.
    let after: Vec<&str> = line("After: ").split_whitespace().collect();
    assert_eq!((after[1], after[2]), (after[6], "USD,"), "{text}");
    assert!(
        line("Refused: ").contains("of the budget of 0.001 USD") && line("Refused: ").ends_with("nothing was sent")
    );
    // Each call that was sent is counted.
    let calls = mock.requests_of("createChatCompletion").len();
    let counted: Vec<&str> = line("all ").split_whitespace().collect();
    assert!(calls > 2 && counted[1] == calls.to_string(), "{calls} calls:\n{text}");
    assert!(line(&format!("{} USD spent", counted[4])).ends_with(" USD left"), "{text}");
}

#[test]
fn a_guide_is_a_value_and_grows_while_it_is_written() {
    let text = printed(&mut example("structured_output"));
    for wanted in [
        "- mock (1, Stone)",
        "It cost 0.0",
        "0 characters, 0 bridges",
        "4 characters, 1 bridges",
        "All of it: 1 bridges",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is missing in\n{text}");
    }
    let mock = MockVenice::start_blocking().unwrap();
    mock.answer(Answer::json(&serde_json::json!({"choices": [{"message": {"content": "I do not know."}}]})));
    let output = with_key("structured_output", &mock).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && errors.contains("not JSON"), "{errors}");
}

#[test]
fn tools_are_called_at_the_same_time_and_the_answer_is_streamed() {
    let text = printed(&mut example("tools"));
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(lines[0], r#"-> tide({"station":"mock"})"#);
    assert_eq!(lines[1], r#"-> wind({"station":"mock","unit":"Knots"})"#);
    assert_eq!(lines[2], r#"<- Done: {"station":"mock","centimetres":62}"#);
    assert_eq!(lines[3], r#"<- Failed: no station "mock"; there is Lido"#);
    assert!(lines[4].starts_with("The tools say: “{"), "{text}");
    assert_eq!(lines[6], "2 replies, 5 messages");
    assert!(lines[7].contains(" tokens, 0.") && lines[7].contains(" USD"), "{text}");
}

#[test]
fn a_text_is_read_aloud_and_written_down_again() {
    let text = printed(&mut example("audio"));
    for wanted in [
        "greeting.mp3 has ",
        " bytes of audio/mpeg",
        "book.wav has ",
        "made in 3 requests",
        "10.4s of speech",
        "0.00 s  A",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is missing in\n{text}");
    }
}

#[test]
fn a_book_is_read_on_after_a_failure() {
    let mock = MockVenice::start_blocking().unwrap();
    mock.fault(Fault::delay(Duration::ZERO).on("createSpeech"));
    mock.fault(Fault::delay(Duration::ZERO).on("createSpeech"));
    mock.fault(Fault::cut(600).on("createSpeech"));
    let output = with_key("audio", &mock).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && errors.contains("of 3: "), "{errors}");
    let asked = mock.requests().iter().filter(|request| request.operation == Some("createSpeech")).count();
    assert_eq!(asked, 5, "the greeting, three pieces, and one of them again");
}

#[test]
fn the_web_is_searched_and_read() {
    let text = printed(example("web").arg("boots"));
    for wanted in [
        "Page 1 about boots <https://",
        "no date",
        "The first page begins: # example.org",
        "tides.md has 8 tokens",
        "noon.",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is missing in\n{text}");
    }
}

#[test]
fn a_key_is_made_rotated_and_deleted() {
    let text = printed(&mut example("api_keys"));
    for wanted in [
        "Created ",
        "limited to a cent a month, until 2099-12-31T",
        "Rotated it: ",
        "The account's keys:",
        "Deleted ",
        "A wallet ",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is missing in\n{text}");
    }
    let listed: Vec<&str> = text.lines().filter(|line| line.starts_with("  ")).collect();
    assert_eq!(listed.len(), 2, "the mock's own key and the new one, without the old one:\n{text}");
}

#[test]
fn keys_of_a_real_account_are_left_alone_unless_allowed() {
    for_each_example(|name| {
        let mock = MockVenice::start_blocking().unwrap();
        printed(&mut with_key(name, &mock));
        assert_eq!(changes_to_keys(&mock), [""; 0], "{name}");
    });
    for (name, changes) in [
        ("quickstart", &["createApiKey", "deleteApiKey"][..]),
        ("api_keys", &["createApiKey", "createApiKey", "deleteApiKey", "deleteApiKey"]),
    ] {
        let mock = MockVenice::start_blocking().unwrap();
        printed(with_key(name, &mock).arg("--manage-keys"));
        assert_eq!(changes_to_keys(&mock), changes, "{name}");
        assert_eq!(keys_of(&mock), 1, "{name} cleans up");
    }
}

#[test]
fn no_key_stays_behind_when_an_example_fails() {
    for (name, fault) in [
        ("quickstart", Fault::status(404).on("getApiKeyById")),
        ("api_keys", Fault::status(404).on("getApiKeyById")),
        ("api_keys", Fault::status(403).on("getApiKeyRateLimits")),
        ("api_keys", Fault::status(400).on("deleteApiKey")),
    ] {
        let mock = MockVenice::start_blocking().unwrap();
        mock.fault(fault.clone());
        let output = with_key(name, &mock).arg("--manage-keys").output().unwrap();
        assert!(!output.status.success(), "{name} did not notice {fault:?}");
        assert!(changes_to_keys(&mock).contains(&"createApiKey"));
        assert_eq!(keys_of(&mock), 1, "{name} with {fault:?}");
    }
}

#[test]
fn the_nearest_text_comes_first() {
    let text = printed(&mut example("embeddings"));
    let found: Vec<&str> = text.lines().filter(|line| line.starts_with(['+', '-'])).collect();
    assert_eq!(found.len(), 4, "{text}");
    assert!(found[0].contains("moor a boat at the Arsenale"), "{text}");
    assert!(text.contains("(altana-embedding, 1024 numbers)") && text.contains(" tokens"), "{text}");
}

#[test]
fn a_message_is_judged_by_probabilities() {
    let text = printed(&mut example("decisions"));
    assert!(text.contains("technical: 0.60 <-") && text.contains("anger: 1.") && text.contains(" tokens"), "{text}");
}

#[test]
fn each_call_to_a_chain_has_its_own_outcome() {
    let text = printed(example("crypto_rpc").arg("base-mainnet"));
    for wanted in [
        "base-mainnet is at block 0x15f2a3c",
        "eth_chainId: 0x1",
        "eth_getBalance: 0xde0b6b3a7640000",
        "eth_mintMoney: the node returned an error: the method eth_mintMoney does not exist (-32601)",
        "45 credits, 0.00003150 USD",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is missing in\n{text}");
    }
}

#[test]
fn a_function_is_called_and_its_answer_used() {
    let text = printed(&mut example("responses"));
    assert!(text.contains("The model calls tide."), "{text}");
    assert!(text.contains("You asked “How high is the water?”."), "{text}");
}

#[test]
fn characters_are_searched_and_one_of_them_answers() {
    let text = printed(example("characters").arg("murano"));
    assert!(text.contains("7 characters:") && text.contains(" of Murano"), "{text}");
    assert!(text.contains("from one star to five: [10, 10, 9, 9, 9]"), "{text}");
    assert!(text.lines().last().unwrap().contains(" says: "), "{text}");

    let mock = MockVenice::start_blocking().unwrap();
    printed(&mut with_key("characters", &mock));
    let pages = mock.requests().into_iter().filter(|request| request.operation == Some("listCharacters")).count();
    assert_eq!(pages, 2, "no more pages than are looked at");
    assert!(printed(example("characters").arg("nobody")).contains("0 characters:"));
}

#[test]
fn charges_are_added_up_even_if_a_cursor_is_forgotten() {
    let plain = printed(&mut example("billing"));
    let sum = plain.lines().find(|line| line.contains("charges, the last one")).unwrap();
    assert!(sum.starts_with("2345 charges"), "{plain}");
    assert!(plain.contains("top up with 10.00 US dollars on eip155:8453"), "{plain}");

    let mock = MockVenice::start_blocking().unwrap();
    let first_page = Fault::delay(Duration::ZERO).on("getBillingUsageHistory");
    mock.fault(first_page);
    let forgotten = Fault::status(400).json(serde_json::json!({"error": "Invalid or expired cursor"}));
    mock.fault(forgotten.on("getBillingUsageHistory"));
    let text = printed(&mut with_key("billing", &mock));
    assert!(text.contains(sum), "{text}");
    let pages = mock.requests().into_iter().filter(|request| request.operation == Some("getBillingUsageHistory"));
    assert_eq!(pages.count(), 4, "one before the cursor is forgotten, that refusal, and two from there on");
}

#[test]
fn charges_are_written_to_a_file() {
    let path = std::env::temp_dir().join(format!("venice-example-{}.csv", std::process::id()));
    let text = printed(example("billing").arg(&path));
    let table = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(text.contains(&format!("Wrote {} bytes", table.len())), "{text}");
    assert_eq!(table.lines().count(), 2_346);
}

#[test]
fn images_are_generated_edited_upscaled_and_cut_out_on_disk() {
    let mock = MockVenice::start_blocking().unwrap();
    let text = printed(with_key("images", &mock).arg("a red boat"));
    let mut folder = None;
    for name in ["drawn.webp", "in-snow.png", "enlarged.png", "cut-out.png"] {
        let line = text.lines().find(|line| line.ends_with(name)).unwrap_or_else(|| panic!("no {name} in\n{text}"));
        let (size, path) = line.split_once(" bytes  ").unwrap();
        assert_eq!(std::fs::metadata(path).unwrap().len().to_string(), size.trim());
        folder = Path::new(path).parent().map(Path::to_owned);
    }
    std::fs::remove_dir_all(folder.unwrap()).unwrap();
    let asked: Vec<_> = mock.requests().into_iter().map(|request| request.operation.unwrap()).collect();
    assert_eq!(asked, ["generateImage", "editImage", "upscaleImage", "backgroundRemoveImage"]);
    assert!(String::from_utf8_lossy(&mock.requests()[0].body).contains("a red boat"));
}

/// An example that writes files, in its own folder.
fn in_folder<'c>(command: &'c mut Command, folder: &Folder) -> &'c mut Command {
    command.env("TMPDIR", folder.as_ref())
}

#[test]
fn a_video_is_queued_watched_and_saved() {
    let folder = Folder::new();
    let text = printed(in_folder(&mut example("video"), &folder));
    for wanted in ["Talking to the bundled mock", "It costs 0.25 USD", "Queued ", "Deleted on the server: true"] {
        assert!(text.contains(wanted), "{wanted:?} is missing in\n{text}");
    }
    assert_eq!(folder.names(), ["venice-video.mp4"], "the ticket is gone when the video is there");
}

#[test]
fn a_video_whose_request_was_dropped_is_fetched_and_not_queued_again() {
    let folder = Folder::new();
    let mock = MockVenice::start_blocking().unwrap();
    mock.fault(Fault::status(401).on("retrieveVideo"));
    let output = in_folder(&mut with_key("video", &mock), &folder).output().unwrap();
    assert!(!output.status.success());
    assert_eq!(folder.names(), ["venice-video.json"]);

    let text = printed(in_folder(&mut with_key("video", &mock), &folder));
    assert!(text.contains("Deleted on the server: true"), "{text}");
    assert_eq!(folder.names(), ["venice-video.mp4"]);
    let orders = mock.requests().iter().filter(|request| request.operation == Some("queueVideo")).count();
    assert_eq!(orders, 1);
}

#[test]
fn two_hundred_questions_are_answered_in_two_runs() {
    let folder = Folder::new();
    let mock = MockVenice::start_blocking().unwrap();
    mock.fault(Fault::status(429).header("retry-after", "0.1").on("createChatCompletion").times(2));
    let text = printed(in_folder(&mut with_key("many", &mock), &folder));
    let (answers, _) = text.lines().find_map(|line| line.split_once(" answers, ")).unwrap();
    let answers: usize = answers.parse().unwrap();
    let asked = mock.requests_of("createChatCompletion").len();
    assert!((190..=200).contains(&answers), "what was on its way is not asked again:\n{text}");
    assert!((answers + 2..=202).contains(&asked), "{asked} requests\n{text}");
    let (_, interrupted) = text.split_once("Interrupted: ").unwrap();
    let (done, _) = interrupted.split_once(" of 200 done").unwrap();
    // Several may have finished by the time that the last one of them is checked.
    assert!((100..=110).contains(&done.parse().unwrap()) && text.contains(" from the journal"), "{text}");
    assert!(folder.names().is_empty());

    // With its own mock it has its own faults.
    let text = printed(in_folder(&mut example("many"), &folder));
    assert!(text.contains(": createChatCompletion: 400 ") && text.contains("may have been paid"), "{text}");
}

#[test]
fn three_workers_share_a_batch_and_a_budget() {
    let mock = MockVenice::start_blocking().unwrap();
    let text = printed(with_key("workers", &mock).env_remove("REDIS_URL"));
    if text.contains("There is no Redis") {
        assert!(std::env::var_os("CI").is_none() || !cfg!(target_os = "linux"), "CI must have redis-server");
        println!("skipped: redis-server is not installed");
        return;
    }
    let asked = text.lines().filter_map(|line| line.strip_prefix("Worker ")?.split(' ').nth(2)?.parse::<usize>().ok());
    let asked: Vec<usize> = asked.collect();
    assert_eq!((asked.len(), asked.iter().sum::<usize>()), (3, 60), "{text}");
    assert_eq!(mock.requests_of("createChatCompletion").len(), 60, "{text}");
    assert!(text.contains("Together: 60 of 60 done, 60 from the journal"), "{text}");
    let (_, spent) = text.split_once("Of 1 USD ").unwrap();
    let spent: f64 = spent.split_once(" are spent.").unwrap().0.parse().unwrap();
    assert!(spent > 0.0 && spent <= 1.0, "{text}");
    // Its own mock works, too.
    let text = printed(example("workers").env_remove("REDIS_URL").arg("6"));
    assert!(text.contains("Together: 6 of 6 done"), "{text}");
}

#[test]
fn music_is_made_within_a_price() {
    let folder = Folder::new();
    let text = printed(in_folder(&mut example("music"), &folder));
    for wanted in ["Queued ", "PROCESSING after 0 s", "COMPLETED after ", "bytes of Some(\"audio/mpeg\")"] {
        assert!(text.contains(wanted), "{wanted:?} is missing in\n{text}");
    }
    assert_eq!(folder.names(), ["venice-music.mp3"]);
}

#[test]
fn a_wallet_buys_credit_once_and_gets_a_key() {
    let text = printed(&mut example("wallet"));
    let lines: Vec<&str> = text.lines().collect();
    let has = |wanted: &str| lines.iter().filter(|line| line.contains(wanted)).count();
    assert_eq!((has("has 0.0 USD of credit"), has("402 PAYMENT_REQUIRED")), (1, 1), "{text}");
    assert_eq!((has("Payment of 5 USD: paid"), has("5.0 USD of credit")), (1, 1), "{text}");
    assert_eq!((has("TOP_UP 5.0 USD"), has("CHARGE -0.0001305 USD"), has("With a key: You said")), (1, 1, 1), "{text}");
    assert_eq!(lines.last(), Some(&"1 payment, 4.9998695 USD left"), "{text}");
}

#[test]
fn an_attestation_is_verified_and_pinned() {
    let text = printed(&mut example("attestation"));
    for wanted in ["level              quote_verified", "With pinned measurements: measurements_pinned", " signed 1a1a"]
    {
        assert!(text.contains(wanted), "{wanted:?} is missing in\n{text}");
    }
}

#[test]
fn a_private_chat_is_read_by_the_model_only() {
    let text = printed(example("private_chat").arg("Is the quarantania deep?"));
    for wanted in [
        "The key of arsenale-coder is attested",
        "You said: “Is the quarantania deep?”",
        "with the question in plaintext: false",
        "The model read \"Is the quarantania deep?\"",
        "Rejected: createChatCompletion: ",
        "`content` of the reply is not encrypted",
    ] {
        assert!(text.contains(wanted), "{wanted:?} is missing in\n{text}");
    }
}

#[test]
fn the_tour_covers_every_line_of_the_overview() {
    let folder = Folder::new();
    let text = printed(in_folder(&mut example("tour"), &folder));
    assert!(text.lines().last().unwrap().contains(" requests, files in "), "{text}");

    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| std::fs::read_to_string(root.join(name)).unwrap();
    let (overview, tour) = (read("docs/guide/overview.md"), read("examples/tour.rs"));
    let lines = overview.lines().filter(|line| line.starts_with("- "));
    let spans = lines.flat_map(|line| line.split('`').skip(1).step_by(2));
    let calls: Vec<&str> = spans
        .flat_map(|code| code.split('.').skip(1))
        .filter_map(|part| part.split_once('('))
        .map(|(name, _)| name.split("::").next().unwrap())
        .collect();
    assert!(calls.len() > 60, "{calls:?}");
    for name in calls {
        let is_called = tour.contains(&format!(".{name}(")) || tour.contains(&format!(".{name}::<"));
        assert!(is_called, "{name} of the overview is not in the tour");
    }
}
