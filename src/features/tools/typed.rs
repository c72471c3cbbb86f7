//! `ToolBox::{tool, try_tool}`: tools whose arguments are types with a schema.

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::function::Function;
use super::toolbox::ToolEntry;
use super::{ToolBox, ToolError, arguments};
use crate::api::generated::types::{self, FunctionTool};
use crate::features::structured::schema::{Shape, strict_schema};

#[cfg_attr(docsrs, doc(cfg(feature = "structured")))]
impl ToolBox {
    /// Adds a function as a tool. Its argument is a struct: the model gets the strict JSON Schema of the type, with doc comments as
    /// descriptions, and is bound to it.
    ///
    /// The tool has the doc comment of the type as its description; [`with_description_of`](Self::with_description_of) replaces it. The
    /// returned value is the result; for a function that returns a `Result` see [`try_tool`](Self::try_tool). A type without a strict schema, such as a map or a recursive type, is rejected when the
    /// box is used; describe it yourself and [`implement`](Self::implement) it.
    ///
    /// ```
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    /// use venice_ai::tools::ToolBox;
    ///
    /// /// The water level at a station of the lagoon, now.
    /// #[derive(Deserialize, JsonSchema)]
    /// struct Tide {
    ///     /// Such as `Punta della Salute`.
    ///     station: String,
    /// }
    ///
    /// async fn tide(tide: Tide) -> String {
    ///     format!("62 cm at {}", tide.station)
    /// }
    ///
    /// let tools = ToolBox::new()
    ///     .tool("tide", tide)
    ///     .tool("wind", |at: Tide| async move { format!("calm at {}", at.station) })
    ///     .with_description_of("wind", "The wind at a station, now");
    /// ```
    #[doc(alias = "function_calling")]
    pub fn tool<A, F, W>(self, name: impl Into<String>, function: F) -> Self
    where
        A: DeserializeOwned + JsonSchema,
        F: Fn(A) -> W + Send + Sync + 'static,
        W: Future<Output: Serialize> + Send + 'static,
    {
        let entry = |shape: Option<Shape>| Function::of(move |text: &str| read(shape.as_ref(), text), function);
        self.typed::<A>(name.into(), entry)
    }

    /// Like [`tool`](Self::tool), with a function that may fail. The model reads the error as the result, and the run continues;
    /// [`ToolError::stop`] ends it.
    ///
    /// ```
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    /// use venice_ai::tools::{ToolBox, ToolError};
    ///
    /// /// Reads a file.
    /// #[derive(Deserialize, JsonSchema)]
    /// struct File {
    ///     /// Below the folder of the project.
    ///     path: String,
    /// }
    ///
    /// async fn read(file: File) -> Result<String, ToolError> {
    ///     if file.path.contains("..") {
    ///         return Err(ToolError::new("this is outside of the project"));
    ///     }
    ///     Ok(std::fs::read_to_string(file.path)?)
    /// }
    ///
    /// let tools = ToolBox::new().try_tool("read", read);
    /// ```
    pub fn try_tool<A, F, W, O, E>(self, name: impl Into<String>, function: F) -> Self
    where
        A: DeserializeOwned + JsonSchema,
        F: Fn(A) -> W + Send + Sync + 'static,
        W: Future<Output = Result<O, E>> + Send + 'static,
        O: Serialize,
        E: Into<ToolError>,
    {
        let entry = |shape: Option<Shape>| Function::fallible(move |text: &str| read(shape.as_ref(), text), function);
        self.typed::<A>(name.into(), entry)
    }

    /// Adds a function with the description and the schema of its type.
    fn typed<A: JsonSchema>(mut self, name: String, function: impl FnOnce(Option<Shape>) -> Function) -> Self {
        let mut tool = types::Function::new(name).strict(true);
        let problem = match strict_schema::<A>() {
            Ok(mut schema) => {
                if let Some(Value::String(of_type)) = schema.remove("description") {
                    tool.description = Some(of_type);
                }
                tool.parameters = Some(schema);
                None
            }
            Err(error) => Some(format!("cannot be strict: {error}. Describe the arguments yourself, with `implement`")),
        };
        let function = function(Shape::of::<A>().ok());
        self.tools.push(ToolEntry { tool: FunctionTool::new(tool).into(), function: Some(function), problem });
        self
    }
}

/// Deserialises arguments that follow the strict schema, in which an absent field is null.
fn read<A: DeserializeOwned>(shape: Option<&Shape>, text: &str) -> Result<A, String> {
    use crate::features::structured::schema::Unfit;

    let Some(shape) = shape else { return arguments::read(text) };
    shape.read(arguments::or_empty(text)).map_err(|unfit| match unfit {
        Unfit::Syntax(error) => arguments::no_json(&error),
        Unfit::Data(text, error) => arguments::misfit(&text, &error),
    })
}
