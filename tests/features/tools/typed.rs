//! Tools with arguments described by their types.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use venice_ai::tools::{NoArguments, ToolBox, ToolError};

use super::{request, result, run_of, saying, serving};
use crate::support::refused::assert_refused;

/// The water level at a station, now.
#[derive(Deserialize, JsonSchema)]
struct Tide {
    /// Such as `Punta della Salute`.
    station: String,
    unit: Option<Unit>,
    #[serde(default)]
    hours: u8,
}

#[derive(Deserialize, JsonSchema, Debug)]
#[serde(rename_all = "lowercase")]
enum Unit {
    Cm,
    M,
}

async fn tide(Tide { station, unit, hours }: Tide) -> String {
    format!("{station} {unit:?} {hours}")
}

async fn described(tools: ToolBox) -> Value {
    let (server, venice) = serving([saying("x")]);
    venice.chat().run(request(), &tools).await.unwrap();
    server.only().json()["tools"].clone()
}

#[tokio::test]
async fn the_type_describes_its_tool() {
    let tools = described(ToolBox::new().tool("tide", tide)).await;
    let function = &tools[0]["function"];
    assert_eq!((&function["name"], &function["strict"]), (&json!("tide"), &json!(true)));
    assert_eq!(function["description"], "The water level at a station, now.");
    let schema = &function["parameters"];
    assert_eq!((&schema["type"], &schema["additionalProperties"]), (&json!("object"), &json!(false)));
    assert_eq!(schema["required"].as_array().unwrap().len(), 3);
    assert_eq!(schema["properties"]["station"]["description"], "Such as `Punta della Salute`.");
    assert!(schema.get("description").is_none() && !schema.to_string().contains("$ref"), "{schema}");
}

#[tokio::test]
async fn a_description_of_ones_own_wins() {
    let tools = described(ToolBox::new().tool("tide", tide).with_description_of("tide", "How high it is")).await;
    assert_eq!(tools[0]["function"]["description"], "How high it is");
}

#[tokio::test]
async fn a_description_of_an_unknown_tool_is_rejected() {
    let tools = ToolBox::new().tool("tide", tide).with_description_of("tides", "How high it is");
    let (server, venice) = serving([saying("x")]);
    let error = venice.chat().run(request(), &tools).await.unwrap_err().into_parts().0;
    assert_refused(&server, &error, "createChatCompletion", &["tools"]);
    assert!(error.message().contains("\"tides\""), "{error}");
}

#[tokio::test]
async fn arguments_are_values_of_the_type() {
    let tools = ToolBox::new().tool("tide", tide);
    let told = async |arguments: &str| result(&run_of(&tools, "tide", arguments).await.0);
    assert_eq!(told(r#"{"station":"Lido","unit":"cm","hours":3}"#).await, "Lido Some(Cm) 3");
    assert_eq!(
        told(r#"{"station":"Lido","unit":null,"hours":null}"#).await,
        "Lido None 0",
        "as the strict form has it"
    );
    assert_eq!(told(r#"{"station":"Lido"}"#).await, "Lido None 0");
    let wrong = told(r#"{"station":"Lido","unit":"km","hours":1}"#).await;
    assert!(wrong.starts_with("The tool was not called: ") && wrong.contains("`unit`"), "{wrong}");
    assert!(told("").await.contains("missing field `station`"));
    assert!(told(r#"{"station":"#).await.starts_with("The arguments are not JSON: "));
    assert!(told("[1]").await.starts_with("The tool was not called: "));
}

#[tokio::test]
async fn errors_and_closures() {
    let tools = ToolBox::new()
        .try_tool("fails", |tide: Tide| async move { Err::<(), _>(format!("no {}", tide.station)) })
        .try_tool("parses", |tide: Tide| async move { Ok::<u32, ToolError>(tide.station.parse()?) })
        .tool("nothing", |_: NoArguments| async { json!({"fine": true}) });
    assert_eq!(result(&run_of(&tools, "fails", r#"{"station":"x"}"#).await.0), "no x");
    assert_eq!(result(&run_of(&tools, "parses", r#"{"station":"12"}"#).await.0), "12");
    assert_eq!(result(&run_of(&tools, "parses", r#"{"station":"x"}"#).await.0), "invalid digit found in string");
    assert_eq!(result(&run_of(&tools, "nothing", "").await.0), r#"{"fine":true}"#);
    let nothing = described(tools).await[2]["function"]["parameters"].clone();
    assert_eq!((&nothing["type"], &nothing["properties"]), (&json!("object"), &json!({})));
}

#[tokio::test]
async fn a_type_without_a_strict_schema_is_rejected_by_name() {
    #[derive(Deserialize, JsonSchema)]
    struct Knot {
        #[allow(dead_code)]
        within: Option<Box<Knot>>,
    }
    let boxes = [
        (ToolBox::new().tool("x", |_: BTreeMap<String, u8>| async {}), "Map"),
        (ToolBox::new().tool("x", |_: String| async {}), "is not an object"),
        (ToolBox::new().tool("x", |_: Knot| async {}), "Knot"),
        (ToolBox::new().try_tool("x", |_: Value| async { Ok::<_, ToolError>(1) }), "implement"),
    ];
    for (tools, says) in boxes {
        let (server, venice) = serving([saying("x")]);
        let error = venice.chat().run(request(), &tools).await.unwrap_err().into_parts().0;
        assert_refused(&server, &error, "createChatCompletion", &["tools[0].function.parameters"]);
        assert!(error.message().contains(says) && error.message().contains("implement"), "{error}");
    }
}
