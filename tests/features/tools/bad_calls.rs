//! Invalid and failing calls: the model reads the error, and the run continues.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;
use venice_ai::tools::{NoArguments, ToolBox, ToolError};

use super::{calling, happenings, request, result, run_of, saying, serving, tide_and_wind, tool};

/// Parses `{"at": …}` with a number.
#[derive(Debug)]
struct Place {
    number: u8,
}

impl<'de> serde::Deserialize<'de> for Place {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = BTreeMap::<String, u8>::deserialize(deserializer)?;
        let number = members.get("at").copied().ok_or_else(|| serde::de::Error::missing_field("at"))?;
        Ok(Self { number })
    }
}

fn numbered() -> ToolBox {
    ToolBox::new().implement(tool("tide"), |place: Place| async move { place.number })
}

#[tokio::test]
async fn arguments_that_are_no_json_are_reported_to_the_model() {
    for broken in [r#"{"at": 1"#, "at 1", "{'at': 1}", r#"{"at": 1} {"at": 2}"#] {
        let (server, finished) = run_of(&numbered(), "tide", broken).await;
        assert!(result(&server).starts_with("The arguments are not JSON: "), "{}", result(&server));
        assert_eq!(finished.text(), "At ten.");
    }
}

#[tokio::test]
async fn arguments_that_do_not_fit_are_reported_to_the_model() {
    let told = async |arguments| result(&run_of(&numbered(), "tide", arguments).await.0);
    assert_eq!(told(r#"{"at": 7}"#).await, "7");
    assert!(told("").await.contains("missing field `at`"));
    let wrong = told(r#"{"at": "Rialto"}"#).await;
    assert!(wrong.contains("at `at`") && wrong.contains("expected u8"), "{wrong}");
    assert!(wrong.starts_with("The tool was not called: ") && wrong.ends_with("that follow its schema."), "{wrong}");
}

#[tokio::test]
async fn the_model_can_do_better_the_second_time() {
    let (server, venice) =
        serving([calling(&[("a", "tide", "{")]), calling(&[("b", "tide", r#"{"at":3}"#)]), saying("x")]);
    let mut run = venice.chat().run(request(), &numbered());
    let (seen, error) = happenings(&mut run).await;
    assert!(error.is_none());
    assert_eq!(seen, ["reply 1", "a BadArguments", "reply 2", "b started", "b Done", "reply 3"]);
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn an_unknown_tool_is_reported_to_the_model() {
    let (server, _) = run_of(&tide_and_wind(), "moon", "{}").await;
    assert_eq!(result(&server), r#"There is no tool named "moon". Available tools: tide, wind."#);
    let (server, _) = run_of(&ToolBox::new(), "", "{}").await;
    assert_eq!(result(&server), r#"There is no tool named "". Available tools: none."#);
}

#[tokio::test]
async fn an_error_of_a_tool_is_reported_to_the_model() {
    let failing = |tool: venice_ai::types::Tool| {
        ToolBox::new().try_implement(tool, |_: NoArguments| async { Err::<(), _>("no such station".to_owned()) })
    };
    let (server, _) = run_of(&failing(tool("tide")), "tide", "{}").await;
    assert_eq!(result(&server), "no such station");

    async fn nested(_: NoArguments) -> Result<u32, ToolError> {
        let number: u32 = "x".parse()?;
        Ok(number)
    }
    let (server, _) = run_of(&ToolBox::new().try_implement(tool("tide"), nested), "tide", "{}").await;
    assert_eq!(result(&server), "invalid digit found in string");
}

#[tokio::test]
async fn a_result_that_cannot_be_json_is_an_error_of_the_tool() {
    let tools = ToolBox::new().implement(tool("tide"), |_: NoArguments| async { BTreeMap::from([(vec![1], 2)]) });
    let (server, _) = run_of(&tools, "tide", "{}").await;
    assert!(result(&server).starts_with("The result cannot be serialised as JSON: "), "{}", result(&server));
}

#[tokio::test]
async fn a_tool_that_takes_too_long_is_dropped() {
    struct Gone(Arc<AtomicBool>);
    impl Drop for Gone {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let is_gone = Arc::new(AtomicBool::new(false));
    let flag = is_gone.clone();
    let tools = tide_and_wind()
        .implement(tool("moon"), move |_: Value| {
            let gone = Gone(flag.clone());
            async move {
                std::future::pending::<()>().await;
                drop(gone);
            }
        })
        .with_timeout_of("moon", Duration::from_millis(30));
    let (server, venice) = serving([calling(&[("a", "moon", "{}"), ("b", "wind", "{}")]), saying("x")]);
    let mut run = venice.chat().run(request(), &tools);
    let (seen, error) = happenings(&mut run).await;
    assert!(error.is_none());
    assert_eq!(seen, ["reply 1", "a started", "b started", "b Done", "a TimedOut", "reply 2"]);
    assert!(is_gone.load(Ordering::SeqCst));
    let told = super::results(&server.requests()[1]).remove(0).1;
    assert_eq!(told, "The tool did not finish within 30ms.");
}

#[tokio::test]
async fn one_time_out_is_for_all_that_have_none_of_their_own() {
    /// Dropped with the call that times out.
    struct Cut(Arc<Notify>);
    impl Drop for Cut {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }

    let is_cut = Arc::new(Notify::new());
    let cut = is_cut.clone();
    let endless = move |_: Value| {
        let cut = Cut(cut.clone());
        async move {
            std::future::pending::<()>().await;
            drop(cut);
        }
    };
    // The time-out of `tide` is reached when `wind` is done, however late both are.
    let patient = move |_: Value| {
        let is_cut = is_cut.clone();
        async move { is_cut.notified().await }
    };
    let tools = ToolBox::new()
        .implement(tool("tide"), endless)
        .implement(tool("wind"), patient)
        .with_timeout(Duration::from_millis(20))
        .with_timeout_of("wind", Duration::from_secs(20));
    let (_, venice) = serving([calling(&[("a", "tide", "{}"), ("b", "wind", "{}")]), saying("x")]);
    let mut run = venice.chat().run(request(), &tools);
    let (seen, _) = happenings(&mut run).await;
    assert_eq!(seen, ["reply 1", "a started", "b started", "a TimedOut", "b Done", "reply 2"]);
}
