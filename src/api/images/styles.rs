//! `Styles`: the list of styles.

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::Value;

use crate::api::generated::types::ImageStyleList;

/// The names of the styles: an object with a list (the document), or only the list (a vendor guide).
pub(super) struct Styles(Vec<String>);

impl Styles {
    pub(super) fn into_names(self) -> Vec<String> {
        self.0
    }
}

impl<'de> Deserialize<'de> for Styles {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let reply = Value::deserialize(deserializer)?;
        if reply.is_array() {
            return serde_json::from_value(reply).map(Self).map_err(D::Error::custom);
        }
        serde_json::from_value(reply).map(|list: ImageStyleList| Self(list.data)).map_err(D::Error::custom)
    }
}
