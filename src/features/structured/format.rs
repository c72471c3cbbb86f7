//! The form of an answer, in a request.

use schemars::JsonSchema;

use crate::api::generated::types::{ChatCompletionRequest, ResponseFormat};
use crate::features::structured::schema::Shape;
use crate::runtime::validation::ValidationError;

const FIELD: &str = "response_format";

impl ResponseFormat {
    /// The answer is JSON that follows the strict schema of a type, for requests that [`Chat::parse`](crate::Chat::parse) is not
    /// for; [`ChatCompletion::parse`](crate::types::ChatCompletion::parse) reads the reply. Where the request has tools, set
    /// `parallel_tool_calls` to false: the API excludes one from the other.
    ///
    /// # Errors
    /// A type that has no strict schema; see [`structured`](crate::chat::structured).
    ///
    /// ```
    /// use venice_ai::types::{ChatCompletionRequest, ResponseFormat};
    ///
    /// #[derive(schemars::JsonSchema)]
    /// struct Island {
    ///     name: String,
    /// }
    ///
    /// let request = ChatCompletionRequest::new("default", ["Which island is the largest?"])
    ///     .response_format(ResponseFormat::of::<Island>()?);
    /// # Ok::<(), venice_ai::ValidationError>(())
    /// ```
    pub fn of<T: JsonSchema + ?Sized>() -> Result<Self, ValidationError> {
        shape_of::<T>().map(|shape| Self::of_shape(&shape))
    }

    fn of_shape(shape: &Shape) -> Self {
        Self::json_schema(shape.name(), shape.to_schema())
    }
}

pub(super) fn shape_of<T: JsonSchema + ?Sized>() -> Result<Shape, ValidationError> {
    // Without a schema there is no request that could be sent.
    Shape::of::<T>().map_err(|error| refused(FIELD, format!("cannot be made: {error}")))
}

/// Asks for answers of this type.
pub(super) fn set<T: JsonSchema>(request: &mut ChatCompletionRequest) -> Result<Shape, ValidationError> {
    if request.response_format.is_some() {
        return Err(refused(FIELD, "is set already, and is made from the type here; `create` takes it as it is"));
    }
    let has_tools = request.tools.as_ref().is_some_and(|tools| !tools.is_empty());
    if has_tools && request.parallel_tool_calls.replace(false) == Some(true) {
        return Err(refused("parallel_tool_calls", "is true, and the API excludes it where answers have a schema"));
    }
    let shape = shape_of::<T>()?;
    request.response_format = Some(ResponseFormat::of_shape(&shape));
    Ok(shape)
}

fn refused(field: &str, problem: impl Into<String>) -> ValidationError {
    ValidationError::new(field, problem).into_fatal()
}
