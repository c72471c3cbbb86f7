//! The same request, with its reply read as another type.

use serde::de::DeserializeOwned;

use super::{Call, decode};

impl<T> Call<T> {
    /// Reads the JSON of the reply as a type that suits it better than the generated one.
    pub(crate) fn read_as<U: DeserializeOwned + 'static>(self) -> Call<U> {
        Call { core: self.core, decode: Box::new(decode::json::<U>) }
    }
}
