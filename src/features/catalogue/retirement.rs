//! `Retirement`: when a model is removed, and its replacement.

use std::time::SystemTime;

use super::CatalogueModel;
use crate::runtime::timestamp::Timestamp;

/// When a model is removed, and what happens to calls of it; from [`CatalogueModel::retirement`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retirement {
    /// When it is removed. `None` if the API sends no valid time.
    pub removes_at: Option<SystemTime>,
    /// From when on replies have a warning.
    pub warns_from: Option<SystemTime>,
    /// The replacement.
    pub replacement: Option<String>,
    /// Whether calls go to another model afterwards. If not, they are answered 410.
    pub is_remapped: bool,
}

impl CatalogueModel {
    /// When it is removed and its replacement; `None` if that is not planned.
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

    /// Whether it will be removed, or was.
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

    /// Whether it is removed at a time, such as now. It may still be listed for a while.
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
