//! Models that go.

use std::time::SystemTime;

use super::CatalogueModel;
use crate::runtime::timestamp::Timestamp;

/// When a model goes, and what becomes of calls to it; from [`CatalogueModel::retirement`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retirement {
    /// When it goes. `None` if the API names no time that can be read.
    pub removes_at: Option<SystemTime>,
    /// From when on replies warn of it.
    pub warns_from: Option<SystemTime>,
    /// The model to move to.
    pub replacement: Option<String>,
    /// Whether calls go to another model afterwards. If not, they are answered 410.
    pub is_remapped: bool,
}

impl CatalogueModel {
    /// When it goes, and what to move to; `None` while nobody means to take it away.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// if let Some(retirement) = model.retirement() {
    ///     println!("{} goes; move to {:?}", model.id(), retirement.replacement);
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn retirement(&self) -> Option<Retirement> {
        let deprecation = self.spec().deprecation.as_ref()?;
        Some(Retirement {
            removes_at: deprecation.removes_at.to_system_time().or_else(|| deprecation.date.to_system_time()),
            warns_from: deprecation.starts_at.as_ref().and_then(Timestamp::to_system_time),
            replacement: deprecation.replacement_model_id.clone().filter(|id| !id.is_empty()),
            is_remapped: deprecation.auto_remap,
        })
    }

    /// Whether it is to go, or gone.
    ///
    /// ```no_run
    /// # fn look(catalogue: venice_ai::models::Catalogue) {
    /// for model in catalogue.iter().filter(|model| model.is_deprecated()) {
    ///     println!("{} goes", model.id());
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn is_deprecated(&self) -> bool {
        self.spec().deprecation.is_some()
    }

    /// Whether its time is over at a moment, such as now. It may be listed for a while all the same.
    ///
    /// ```no_run
    /// # fn look(model: venice_ai::models::CatalogueModel) {
    /// assert!(!model.is_removed_by(std::time::SystemTime::now()));
    /// # }
    /// ```
    #[must_use]
    pub fn is_removed_by(&self, moment: SystemTime) -> bool {
        self.retirement().and_then(|retirement| retirement.removes_at).is_some_and(|end| end <= moment)
    }
}
