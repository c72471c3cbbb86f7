//! Tools whose arguments are types.

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
    /// Adds a function as a tool. The type of its argument is a struct, and describes itself: the model gets its JSON Schema in the
    /// strict form, in which doc comments are descriptions, and is held to it.
    ///
    /// Without a description the tool has the doc comment of the type. What the function gives is its result, whatever it is; for one
    /// that gives a `Result` there is [`try_tool`](Self::try_tool). A type that no strict schema describes, such as a map or one that
    /// holds itself, is refused when the box is used; describe it yourself and [`implement`](Self::implement) it.
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
    ///     .tool("tide", None, tide)
    ///     .tool("wind", "The wind at a station, now", |at: Tide| async move { format!("calm at {}", at.station) });
    /// ```
    pub fn tool<'d, A, F, W>(
        self,
        name: impl Into<String>,
        description: impl Into<Option<&'d str>>,
        function: F,
    ) -> Self
    where
        A: DeserializeOwned + JsonSchema,
        F: Fn(A) -> W + Send + Sync + 'static,
        W: Future<Output: Serialize> + Send + 'static,
    {
        let entry = |shape: Option<Shape>| Function::of(move |text: &str| read(shape.as_ref(), text), function);
        self.described::<A>(name.into(), description.into(), entry)
    }

    /// As [`tool`](Self::tool), with a function that may fail. The model reads the error in place of a result, and the run goes on;
    /// [`ToolError::stop`] ends it.
    ///
    /// ```
    /// use schemars::JsonSchema;
    /// use serde::Deserialize;
    /// use venice_ai::tools::{ToolBox, ToolError};
    ///
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
    /// let tools = ToolBox::new().try_tool("read", "Reads a file", read);
    /// ```
    pub fn try_tool<'d, A, F, W, O, E>(
        self,
        name: impl Into<String>,
        description: impl Into<Option<&'d str>>,
        function: F,
    ) -> Self
    where
        A: DeserializeOwned + JsonSchema,
        F: Fn(A) -> W + Send + Sync + 'static,
        W: Future<Output = Result<O, E>> + Send + 'static,
        O: Serialize,
        E: Into<ToolError>,
    {
        let entry = |shape: Option<Shape>| Function::fallible(move |text: &str| read(shape.as_ref(), text), function);
        self.described::<A>(name.into(), description.into(), entry)
    }

    /// Adds a function with the description that its type has.
    fn described<A: JsonSchema>(
        mut self,
        name: String,
        description: Option<&str>,
        function: impl FnOnce(Option<Shape>) -> Function,
    ) -> Self {
        let mut tool = types::Function::new(name).strict(true);
        tool.description = description.map(str::to_owned);
        let problem = match strict_schema::<A>() {
            Ok(mut schema) => {
                if tool.description.is_none()
                    && let Some(Value::String(of_type)) = schema.remove("description")
                {
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

/// Reads arguments that follow the strict schema, in which what may be left out is null.
fn read<A: DeserializeOwned>(shape: Option<&Shape>, text: &str) -> Result<A, String> {
    use crate::features::structured::schema::Unfit;

    let Some(shape) = shape else { return arguments::read(text) };
    shape.read(arguments::given(text)).map_err(|unfit| match unfit {
        Unfit::Syntax(error) => arguments::no_json(&error),
        Unfit::Data(text, error) => arguments::misfit(&text, &error),
    })
}
