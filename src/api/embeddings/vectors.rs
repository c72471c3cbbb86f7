//! `EmbeddingVectors`: the vectors of a reply, in the order of the texts.

use std::fmt;

use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use super::floats;
use crate::api::generated::types::{CreateEmbeddingRequest, EmbeddingInput, EmbeddingUsage};
use crate::runtime::wire::{self, Field, Object};

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
    pub(super) fn sorted(self, reply: Reply) -> Result<EmbeddingVectors, String> {
        let Reply { data, model, usage } = reply;
        if data.len() != self.texts {
            return Err(format!("the reply has {} vectors for {} texts", data.len(), self.texts));
        }
        let without_index = data.iter().all(|item| item.index.is_none());
        let mut vectors = vec![Vec::new(); self.texts];
        for (position, item) in data.into_iter().enumerate() {
            // If none has an index they are in order; a single one without an index could belong to any text.
            let index = if without_index { i64::try_from(position).ok() } else { item.index };
            let index = index.ok_or_else(|| format!("the vector at `data[{position}]` has no index"))?;
            let place = usize::try_from(index).ok().and_then(|index| vectors.get_mut(index));
            let place = place.ok_or_else(|| format!("there is a vector for text {index} of {} texts", self.texts))?;
            if !place.is_empty() {
                return Err(format!("there are two vectors for text {index}"));
            }
            if item.vector.0.is_empty() {
                return Err(format!("the vector for text {index} is empty"));
            }
            *place = item.vector.0;
        }
        self.checked_dimensions(&vectors)?;
        Ok(EmbeddingVectors { vectors, model, usage })
    }

    #[inline]
    fn checked_dimensions(self, vectors: &[Vec<f32>]) -> Result<(), String> {
        let first = vectors.first().map_or(0, Vec::len);
        let dimensions = self.dimensions.and_then(|dimensions| usize::try_from(dimensions).ok());
        if let Some(dimensions) = dimensions.filter(|dimensions| *dimensions != first) {
            return Err(format!(
                "the vectors have {first} numbers, but `dimensions` is {dimensions}; the model may not support `dimensions`"
            ));
        }
        match vectors.iter().map(Vec::len).enumerate().find(|(_, length)| *length != first) {
            Some((index, length)) => {
                Err(format!("the vector for text {index} has {length} numbers, that for text 0 has {first}"))
            }
            None => Ok(()),
        }
    }
}

/// A reply whose vectors are decoded while they are read.
#[derive(Debug, Default)]
pub(super) struct Reply {
    data: Vec<EmbeddingItem>,
    model: String,
    usage: Option<EmbeddingUsage>,
}

impl Object for Reply {
    const NAME: &'static str = "Embeddings";

    fn empty() -> Self {
        Self::default()
    }

    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "data" => wire::required(&mut self.data, map),
            "model" => wire::required(&mut self.model, map),
            "usage" => wire::optional(&mut self.usage, map),
            _ => wire::ignore(map),
        }
    }
}

wire::object_impls!(Reply);

#[derive(Debug, Default)]
struct EmbeddingItem {
    index: Option<i64>,
    vector: Vector,
}

impl Object for EmbeddingItem {
    const NAME: &'static str = "Embedding";

    fn empty() -> Self {
        Self::default()
    }

    fn member<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "index" => wire::optional(&mut self.index, map),
            "embedding" => wire::required(&mut self.vector, map),
            _ => wire::ignore(map),
        }
    }
}

wire::object_impls!(EmbeddingItem);

/// A vector: base64, or numbers if the server does not support base64.
#[derive(Debug, Default)]
struct Vector(Vec<f32>);

impl Field for Vector {
    fn blank() -> Self {
        Self::default()
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Numbers;

        impl<'de> Visitor<'de> for Numbers {
            type Value = Vec<f32>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a vector, as numbers or in base64")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<f32>, E> {
                floats::decode(text).map_err(E::custom)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<Vec<f32>, A::Error> {
                let mut vector = Vec::with_capacity(numbers.size_hint().unwrap_or(1024).min(16_384));
                while let Some(number) = numbers.next_element()? {
                    vector.push(number);
                }
                Ok(vector)
            }
        }

        deserializer.deserialize_any(Numbers).map(Self)
    }
}
