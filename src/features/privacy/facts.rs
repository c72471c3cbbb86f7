//! `Facts`: what the catalogue says of the models of a call.

use std::time::Duration;

use super::Privacy;
use super::report::ModelName;
use crate::features::catalogue::names::without_suffix;
use crate::features::catalogue::{Catalogue, CatalogueModel, store};
use crate::runtime::client::Client;
use crate::runtime::error::Error;

/// The catalogue, as far as the names of one operation's models are concerned.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    catalogue: Catalogue,
    /// The types of models of the operation.
    types: &'static [&'static str],
}

impl Facts {
    /// Fetches the catalogue, unless the cached one is fresh. One that is older than `limit` is not used.
    pub(super) async fn fetch(client: &Client, limit: Duration, types: &'static [&'static str]) -> Result<Self, Error> {
        let catalogue = store::catalogue_within(client, limit).await?;
        tracing::trace!(age = ?catalogue.age(client.clock().now()), "the catalogue for the privacy policy");
        Ok(Self { catalogue, types })
    }

    /// The models of the operation's types.
    pub(super) fn of_types(&self) -> impl Iterator<Item = &CatalogueModel> {
        self.types.iter().flat_map(|kind| self.catalogue.of_type(*kind))
    }

    /// Finds a model as the API does. Other vendors' ids are those that were fetched last.
    pub(super) fn find(&self, name: &str) -> Option<(&CatalogueModel, ModelName)> {
        let bare = without_suffix(name.trim());
        let is = |known: &str| known == bare || bare.strip_prefix("venice-") == Some(known);
        let of_type = self.types.iter().find_map(|kind| self.catalogue.find_of_type(*kind, name));
        // A model of another type has its name to itself only if that is its id.
        let model = of_type.or_else(|| self.catalogue.find(name).filter(|model| is(model.id())))?;
        let by = match () {
            () if is(model.id()) => ModelName::Id,
            () if model.traits().iter().any(|known| is(known)) => ModelName::Trait,
            () => ModelName::Compatible,
        };
        Some((model, by))
    }

    /// Finds a model, and fetches other vendors' ids if it is neither an id nor a trait.
    pub(super) async fn resolve(
        &mut self,
        client: &Client,
        limit: Duration,
        name: &str,
    ) -> Result<Option<(CatalogueModel, ModelName)>, Error> {
        let found = |facts: &Self| facts.find(name).map(|(model, by)| (model.clone(), by));
        if let Some(known) = found(self).filter(|(_, by)| *by != ModelName::Compatible) {
            return Ok(Some(known));
        }
        for kind in self.types {
            let (named, failure) =
                store::with_names(client, self.catalogue.clone(), &(*kind).into(), Some(limit)).await;
            self.catalogue = named;
            if let Some(failure) = failure {
                return Err(failure);
            }
        }
        Ok(found(self))
    }
}

/// The strictest level that a model complies with; `None` if the catalogue does not say. A model that is listed as anonymized complies with
/// none, whatever its other flags say.
pub(super) fn privacy_of(model: &CatalogueModel) -> Option<Privacy> {
    match model.is_private() {
        Some(false) => Some(Privacy::Any),
        _ if model.supports_e2ee() == Some(true) => Some(Privacy::EndToEnd),
        _ if model.supports_tee() == Some(true) => Some(Privacy::Tee),
        Some(true) => Some(Privacy::PrivateModels),
        None => None,
    }
}
