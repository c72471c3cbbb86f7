//! `PickedModel`: the model that was chosen, and its price.

use std::ops::Deref;

use crate::api::generated::types::Money;
use crate::features::catalogue::CatalogueModel;
use crate::runtime::amount::Amount;

/// The model that [`Models::pick`](crate::Models::pick) chose. It can be used where a request takes a model.
#[derive(Clone, Debug)]
pub struct PickedModel {
    pub(super) model: CatalogueModel,
    pub(super) price: Option<Money>,
}

impl PickedModel {
    /// What was compared: the price of the tokens, the image, the text or the recording that [`Pick`](super::Pick) describes, or the quote
    /// of the API. `None` if the price is unknown and was not asked for.
    #[must_use]
    pub fn price(&self) -> Option<Money> {
        self.price.clone()
    }

    /// The amount to compare: dollars, or DIEM where only that is known.
    pub(super) fn amount(&self) -> Option<Amount> {
        let price = self.price.as_ref()?;
        price.usd.or(price.diem)
    }
}

impl Deref for PickedModel {
    type Target = CatalogueModel;

    fn deref(&self) -> &CatalogueModel {
        &self.model
    }
}

impl From<PickedModel> for String {
    fn from(model: PickedModel) -> Self {
        model.id().to_owned()
    }
}

impl From<&PickedModel> for String {
    fn from(model: &PickedModel) -> Self {
        model.id().to_owned()
    }
}
