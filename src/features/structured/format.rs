//! `ResponseFormat::of`: the response format for a type.

use schemars::JsonSchema;

use crate::api::generated::types::{ChatCompletionRequest, ResponseFormat};
use crate::features::structured::schema::Shape;
use crate::runtime::validation::ValidationError;

const FIELD: &str = "response_format";

impl ResponseFormat {
    /// The response format for answers that follow the strict schema of a type, for requests that [`Chat::parse`](crate::Chat::parse) does
    /// not support; [`ChatCompletion::parse`](crate::types::ChatCompletion::parse) reads the reply. If the request has tools, set
    /// `parallel_tool_calls` to false: the API does not allow both.
    ///
    /// # Errors
    /// A type without a strict schema; see [`structured`](crate::chat::structured).
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
    // Without a schema the request cannot be sent.
    Shape::of::<T>().map_err(|error| refused(FIELD, format!("cannot be derived: {error}")))
}

/// Sets the response format of a request to this type.
pub(super) fn set<T: JsonSchema>(request: &mut ChatCompletionRequest) -> Result<Shape, ValidationError> {
    if request.response_format.is_some() {
        return Err(refused(FIELD, "is already set, and is derived from the type here; use `create` to send your own"));
    }
    let has_tools = request.tools.as_ref().is_some_and(|tools| !tools.is_empty());
    if has_tools && request.parallel_tool_calls.replace(false) == Some(true) {
        return Err(refused("parallel_tool_calls", "is true, which the API does not allow with a response schema"));
    }
    let shape = shape_of::<T>()?;
    request.response_format = Some(ResponseFormat::of_shape(&shape));
    Ok(shape)
}

fn refused(field: &str, problem: impl Into<String>) -> ValidationError {
    ValidationError::new(field, problem).into_fatal()
}
