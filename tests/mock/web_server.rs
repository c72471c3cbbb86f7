//! The example `axum_sse`: answers streamed by a web server.

use std::io::BufRead as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use venice_ai::reqwest;
use venice_ai_mock::{Answer, Fault, MockVenice};

use crate::examples::with_key;

/// The example `axum_sse` on a free port, and its URL.
fn web_server(mock: &MockVenice) -> (Child, String) {
    let mut command = with_key("axum_sse", mock);
    let mut server = command.arg("127.0.0.1:0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let output = std::io::BufReader::new(server.stdout.as_mut().unwrap());
    let url = output.lines().find_map(|line| line.unwrap().strip_prefix("Listening on ").map(str::to_owned)).unwrap();
    (server, url)
}

#[tokio::test]
async fn a_web_server_streams_answers_and_hides_its_own_failures() {
    let mock = MockVenice::start().await.unwrap();
    let (mut server, url) = web_server(&mock);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let post = |path: &str, body: String| {
        http.post(format!("{url}{path}")).header("content-type", "application/json").body(body).send()
    };

    mock.answer(Answer::chunks(["High ", "water."]).times(3));
    let events = post("/chat", "When?".to_owned()).await.unwrap().text().await.unwrap();
    assert_eq!(events, "data: \"High \"\n\ndata: \"water.\"\n\n");
    let request = |stream: bool| {
        serde_json::json!({"model": "default", "stream": stream, "messages": [{"role": "user", "content": "When?"}]})
            .to_string()
    };
    let whole = post("/v1/chat/completions", request(false)).await.unwrap().text().await.unwrap();
    let whole: venice_ai::types::ChatCompletion = serde_json::from_str(&whole).unwrap();
    assert_eq!(whole.text(), "High water.");
    let chunks = post("/v1/chat/completions", request(true)).await.unwrap().text().await.unwrap();
    assert!(chunks.contains("\"High \"") && chunks.ends_with("data: [DONE]\n\n"), "{chunks}");

    for (fault, status, says) in [
        (Fault::status(401), 500, "no answer is available"),
        (Fault::status(402), 500, "no answer is available"),
        (Fault::status(400).json(serde_json::json!({"error": "Too hot"})), 400, "Too hot"),
        (Fault::disconnect(), 502, "no answer is available"),
    ] {
        mock.fault(fault);
        let reply = post("/chat", "When?".to_owned()).await.unwrap();
        assert_eq!(reply.status().as_u16(), status);
        assert!(reply.text().await.unwrap().contains(says));
    }
    mock.fault(Fault::status(429).header("retry-after", "99"));
    let busy = post("/chat", "When?".to_owned()).await.unwrap();
    assert_eq!((busy.status().as_u16(), busy.headers()["retry-after"].to_str().unwrap()), (503, "99"));
    server.kill().unwrap();
    server.wait().unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_web_server_finishes_its_streams_when_it_is_stopped() {
    let mock = MockVenice::builder().pause(Duration::from_millis(30)).start().await.unwrap();
    let (mut server, url) = web_server(&mock);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();

    mock.answer(Answer::chunks(["High ", "water ", "is ", "at ", "nine."]));
    let mut reply = http.post(format!("{url}/chat")).body("When?").send().await.unwrap();
    let mut text = reply.chunk().await.unwrap().unwrap().to_vec();
    let stopped = Command::new("kill").args(["-INT", &server.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    while let Some(piece) = reply.chunk().await.unwrap() {
        text.extend_from_slice(&piece);
    }
    let text = String::from_utf8(text).unwrap();
    assert!(text.ends_with("data: \"nine.\"\n\n"), "{text}");
    drop(http);
    assert!(server.wait().unwrap().success());
}
