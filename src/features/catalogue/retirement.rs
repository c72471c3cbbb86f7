//! Models that go.

use std::time::{Duration, SystemTime};

use super::CatalogueModel;
use crate::runtime::date::days_since_1970;
use crate::runtime::validation::is_calendar;

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
            removes_at: moment(&deprecation.removes_at).or_else(|| moment(&deprecation.date)),
            warns_from: deprecation.starts_at.as_deref().and_then(moment),
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

/// The time that a text in the form of ISO 8601 names: a day, or a moment in UTC.
fn moment(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    if !text.is_ascii() || !is_calendar(text) {
        return None;
    }
    let (day, time) = text.split_once('T').unwrap_or((text, "00:00:00"));
    let mut day = day.split('-').map(str::parse::<u64>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(date))) = (day.next(), day.next(), day.next()) else { return None };
    if !(1970..=9999).contains(&year) {
        return None;
    }
    let whole = time.trim_end_matches('Z').split('.').next().unwrap_or_default();
    let seconds = whole.split(':').map(str::parse::<u64>).try_fold(0, |sum, part| Some(sum * 60 + part.ok()?))?;
    let since_1970 = days_since_1970(year, month, date) * 24 * 60 * 60 + seconds;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(since_1970))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_day_or_a_time_in_utc() {
        let seconds = |text| Some(moment(text)?.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs());
        assert_eq!(seconds("2026-12-15"), Some(1_797_292_800));
        assert_eq!(seconds("2026-12-15T00:00:01.000Z"), Some(1_797_292_801));
        for wrong in ["", "soon", "2026-13-01", "2026-12-15T25:00:00Z", "1969-12-31", "99999-01-01", "2026-12-15T€"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
