//! `EmbeddingVectors`: the vectors of a reply, in the order of the texts.

use serde_json::Value;

use super::floats;
use crate::api::generated::types::{
    CreateEmbeddingRequest, EmbeddingInput, EmbeddingList, EmbeddingUsage, EmbeddingVector,
};
use crate::runtime::error::Error;

/// One vector per text, in the order of the texts.
///
/// ```no_run
/// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
/// use venice_ai::types::CreateEmbeddingRequest;
///
/// let request = CreateEmbeddingRequest::new("text-embedding-bge-m3", ["a lagoon", "a mountain"]);
/// let reply = venice.embeddings().create(request).await?;
/// for vector in &reply.vectors {
///     println!("{} numbers, the first is {:?}", vector.len(), vector.first());
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct EmbeddingVectors {
    /// The vectors. All have the same length, and none is empty.
    pub vectors: Vec<Vec<f32>>,
    /// The model that answered.
    pub model: String,
    /// The tokens used, of all requests together. `None` if the API did not say.
    pub usage: Option<EmbeddingUsage>,
}

/// The vectors, one after the other.
impl IntoIterator for EmbeddingVectors {
    type Item = Vec<f32>;
    type IntoIter = std::vec::IntoIter<Vec<f32>>;

    fn into_iter(self) -> Self::IntoIter {
        self.vectors.into_iter()
    }
}

/// What a reply must have to answer a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    texts: usize,
    dimensions: Option<u32>,
}

impl Wanted {
    pub(super) fn of(request: &CreateEmbeddingRequest) -> Self {
        let texts = match &request.input {
            EmbeddingInput::List(texts) => texts.len(),
            _ => 1,
        };
        Self { texts, dimensions: request.dimensions }
    }

    /// The vectors in the order of their texts, or what is wrong with them. A vector of another text is worse than none.
    #[inline]
    pub(super) fn sorted(self, reply: EmbeddingList) -> Result<EmbeddingVectors, Error> {
        let EmbeddingList { data, model, usage, .. } = reply;
        if data.len() != self.texts {
            return wrong(format!("the reply has {} vectors for {} texts", data.len(), self.texts));
        }
        let without_index = data.iter().all(|item| item.index.is_none());
        let mut vectors = vec![Vec::new(); self.texts];
        for (position, item) in data.into_iter().enumerate() {
            // If none has an index they are in order; a single one without an index could belong to any text.
            let Some(index) = item.index.or(i64::try_from(position).ok().filter(|_| without_index)) else {
                return wrong(format!("the vector at `data[{position}]` has no index"));
            };
            let Some(place) = usize::try_from(index).ok().and_then(|index| vectors.get_mut(index)) else {
                return wrong(format!("there is a vector for text {index} of {} texts", self.texts));
            };
            if !place.is_empty() {
                return wrong(format!("there are two vectors for text {index}"));
            }
            *place = numbers(item.embedding).map_err(|problem| {
                let error = Error::decode(format!("the vector for text {index} is {problem}"));
                error.with_json_path(Some(format!("data[{position}].embedding")))
            })?;
        }
        self.checked_dimensions(&vectors)?;
        Ok(EmbeddingVectors { vectors, model, usage })
    }

    #[inline]
    fn checked_dimensions(self, vectors: &[Vec<f32>]) -> Result<(), Error> {
        let first = vectors.first().map_or(0, Vec::len);
        let dimensions = self.dimensions.and_then(|dimensions| usize::try_from(dimensions).ok());
        if let Some(dimensions) = dimensions.filter(|dimensions| *dimensions != first) {
            return wrong(format!(
                "the vectors have {first} numbers, but `dimensions` is {dimensions}; the model may not support `dimensions`"
            ));
        }
        match vectors.iter().map(Vec::len).enumerate().find(|(_, length)| *length != first) {
            Some((index, length)) => {
                wrong(format!("the vector for text {index} has {length} numbers, that for text 0 has {first}"))
            }
            None => Ok(()),
        }
    }
}

fn wrong<T>(problem: String) -> Result<T, Error> {
    Err(Error::decode(problem))
}

/// The numbers of a vector, in either form.
fn numbers(vector: EmbeddingVector) -> Result<Vec<f32>, String> {
    let numbers = match vector {
        EmbeddingVector::Base64(text) => floats::decode(&text)?,
        EmbeddingVector::Floats(numbers) => numbers.into_iter().map(|number| number as f32).collect(),
        EmbeddingVector::Unknown(Value::Null) => Vec::new(),
        EmbeddingVector::Unknown(_) => return Err("of an invalid type: neither numbers nor base64".to_owned()),
    };
    if numbers.is_empty() { Err("empty".to_owned()) } else { Ok(numbers) }
}
