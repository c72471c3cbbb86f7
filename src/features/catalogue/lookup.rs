//! `Catalogue`: a snapshot of all models, with lookup by name.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::names::{Names, forms, without_suffix};
use super::read::Read;
use super::{CatalogueModel, suggest};
use crate::api::generated::operations;
use crate::api::generated::types::ModelType;
use crate::runtime::error::{Error, ErrorKind};

/// A snapshot of all models, from [`Models::catalogue`](super::Models::catalogue). Immutable and cheap to clone.
///
/// Models are found by id, by trait (`default`) and by another vendor's model id (`gpt-4o`), with or without a suffix
/// (`default:enable_web_search=on`) and the prefix `venice-`, as the API resolves them. Other vendors' ids are known for the types that
/// were [requested](super::CatalogueRequest::with_compatible_names).
///
/// ```no_run
/// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
/// let catalogue = venice.models().catalogue().await?;
/// let private = catalogue.iter().filter(|model| model.is_private() == Some(true));
/// println!("{} of {} models are private", private.count(), catalogue.len());
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Catalogue {
    list: Arc<ModelList>,
    names: Arc<Names>,
}

/// The result of one list request.
pub(super) struct ModelList {
    read: Read,
    pub(super) at: Instant,
    fetched_at: SystemTime,
}

impl ModelList {
    pub(super) fn new(read: Read, at: Instant, fetched_at: SystemTime) -> Self {
        Self { read, at, fetched_at }
    }
}

impl Catalogue {
    pub(super) fn new(list: Arc<ModelList>, names: Arc<Names>) -> Self {
        Self { list, names }
    }

    /// The same models, with these names.
    pub(super) fn named(self, names: Arc<Names>) -> Self {
        Self { names, ..self }
    }

    /// All models, in the order of the API.
    ///
    /// ```no_run
    /// # fn look(catalogue: venice_ai::models::Catalogue) {
    /// for model in catalogue.iter().filter(|model| model.supports_tools() == Some(true)) {
    ///     println!("{}", model.id());
    /// }
    /// # }
    /// ```
    pub fn iter(&self) -> std::slice::Iter<'_, CatalogueModel> {
        self.list.read.models.iter()
    }

    /// The models of one type.
    pub fn of_type(&self, kind: impl Into<ModelType>) -> impl Iterator<Item = &CatalogueModel> {
        let kind = kind.into();
        self.iter().filter(move |model| *model.kind() == kind)
    }

    /// The number of models.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.read.models.len()
    }

    /// Whether the API listed no model at all.
    ///
    /// ```no_run
    /// # fn look(catalogue: venice_ai::models::Catalogue) {
    /// assert!(!catalogue.is_empty());
    /// # }
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.read.models.is_empty()
    }

    /// Finds a model by name. If a name refers to models of several types, as `default` does, it is the text model;
    /// [`find_of_type`](Self::find_of_type) finds the others.
    ///
    /// ```no_run
    /// # fn look(catalogue: venice_ai::models::Catalogue) {
    /// if let Some(model) = catalogue.find("most_uncensored") {
    ///     println!("{}", model.id());
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&CatalogueModel> {
        forms(name).find_map(|name| {
            let with_trait = || text_first(self.iter().filter(|model| model.has_trait(name)));
            let of_others = || text_first(self.names.of_all(name).filter_map(|(kind, id)| self.by_id(kind, id)));
            self.iter().find(|model| model.id() == name).or_else(with_trait).or_else(of_others)
        })
    }

    /// Finds a model of one type by name.
    #[must_use]
    pub fn find_of_type(&self, kind: impl Into<ModelType>, name: &str) -> Option<&CatalogueModel> {
        let kind = kind.into();
        forms(name).find_map(|name| {
            let with_trait = || self.of_type(kind.clone()).find(|model| model.has_trait(name));
            let of_others = || self.by_id(&kind, self.names.of(&kind)?.get(name)?);
            self.by_id(&kind, name).or_else(with_trait).or_else(of_others)
        })
    }

    /// Like [`find`](Self::find), with an error for an unknown name.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]; [`Error::did_you_mean`] has suggestions.
    #[inline]
    pub fn require(&self, name: &str) -> Result<&CatalogueModel, Error> {
        self.find(name).ok_or_else(|| self.not_found(None, name))
    }

    #[inline]
    pub(super) fn not_found(&self, kind: Option<&ModelType>, name: &str) -> Error {
        let suggestions = match kind {
            Some(kind) => self.suggestions_of_type(kind.clone(), name),
            None => self.suggestions(name),
        };
        let what = kind.map_or_else(|| "model".to_owned(), |kind| format!("{kind} model"));
        let name = without_suffix(name);
        let message = match &*suggestions {
            [] => format!("there is no {what} {name:?}"),
            some => format!("there is no {what} {name:?}; did you mean {}?", some.join(", ")),
        };
        let error = Error::new(ErrorKind::NotFound, message).with_did_you_mean(suggestions);
        error.with_operation(&operations::LIST_MODELS)
    }

    /// Suggestions for an unknown name, the closest first, at most three.
    #[must_use]
    pub fn suggestions(&self, name: &str) -> Vec<String> {
        let names = self.iter().flat_map(CatalogueModel::own_names);
        suggest::closest(without_suffix(name), names.chain(self.names.all()))
    }

    /// Like [`suggestions`](Self::suggestions), of one type.
    #[must_use]
    pub fn suggestions_of_type(&self, kind: impl Into<ModelType>, name: &str) -> Vec<String> {
        let kind = kind.into();
        let others = self.names.of(&kind).into_iter().flat_map(BTreeMap::keys).map(String::as_str);
        let names = self.of_type(kind.clone()).flat_map(CatalogueModel::own_names);
        suggest::closest(without_suffix(name), names.chain(others))
    }

    /// Whether other vendors' model ids were fetched for this type. If not, an unknown name may be one of them.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::ModelType;
    /// let catalogue = venice.models().catalogue().with_compatible_names(ModelType::Text).await?;
    /// assert!(catalogue.knows_compatible_names(ModelType::Text));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn knows_compatible_names(&self, kind: impl Into<ModelType>) -> bool {
        self.names.of(&kind.into()).is_some()
    }

    /// When it was fetched, by the local clock.
    #[must_use]
    pub fn fetched_at(&self) -> SystemTime {
        self.list.fetched_at
    }

    /// How old it is.
    #[cfg(feature = "privacy")]
    pub(crate) fn age(&self, now: Instant) -> std::time::Duration {
        now.saturating_duration_since(self.list.at)
    }

    /// The number of models that are left out because their entry cannot be decoded. [`Models::list`](super::Models::list) reports the
    /// first such error.
    ///
    /// ```no_run
    /// # fn look(catalogue: venice_ai::models::Catalogue) {
    /// assert_eq!(catalogue.unreadable(), 0);
    /// # }
    /// ```
    #[must_use]
    pub fn unreadable(&self) -> usize {
        self.list.read.unreadable
    }

    fn by_id(&self, kind: &ModelType, id: &str) -> Option<&CatalogueModel> {
        self.iter().find(|model| model.id() == id && model.kind() == kind)
    }
}

/// Of models that share a name, the text model, which is the API's default.
fn text_first<'a>(models: impl Iterator<Item = &'a CatalogueModel>) -> Option<&'a CatalogueModel> {
    let mut models = models.peekable();
    let first = models.peek().copied();
    models.find(|model| *model.kind() == ModelType::Text).or(first)
}

impl<'a> IntoIterator for &'a Catalogue {
    type Item = &'a CatalogueModel;
    type IntoIter = std::slice::Iter<'a, CatalogueModel>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalogue")
            .field("models", &self.len())
            .field("unreadable", &self.unreadable())
            .field("fetched_at", &self.fetched_at())
            .finish_non_exhaustive()
    }
}
