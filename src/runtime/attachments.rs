//! `Attachments`: a type map with values of higher modules, on an error or on the metadata of a reply.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// A value that can be attached: shared between clones, and shown by `Debug`.
pub(crate) trait Attachment: Any + fmt::Debug + Send + Sync {}

impl<T: Any + fmt::Debug + Send + Sync> Attachment for T {}

/// At most one value per type. An empty map allocates nothing.
#[derive(Clone, Default)]
pub(crate) struct Attachments(Vec<Arc<dyn Attachment>>);

impl Attachments {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get<T: Attachment>(&self) -> Option<&T> {
        self.0.iter().find_map(|value| as_any(value).downcast_ref())
    }

    /// Replaces the value of the same type.
    pub(crate) fn insert<T: Attachment>(&mut self, value: T) {
        self.0.retain(|other| !as_any(other).is::<T>());
        self.0.push(Arc::new(value));
    }

    /// Changes a value, here and not in clones.
    pub(crate) fn update<T: Attachment + Clone>(&mut self, change: impl FnOnce(&mut T)) {
        if let Some(mut value) = self.get::<T>().cloned() {
            change(&mut value);
            self.insert(value);
        }
    }
}

fn as_any(value: &Arc<dyn Attachment>) -> &dyn Any {
    &**value
}

impl fmt::Debug for Attachments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_has_one_value_and_clones_are_independent() {
        let mut kept = Attachments::default();
        assert!(kept.is_empty() && kept.get::<u8>().is_none());
        kept.insert(1_u8);
        kept.insert("fog".to_owned());
        kept.insert(2_u8);
        assert_eq!(format!("{kept:?}"), r#"["fog", 2]"#);

        let mut copy = kept.clone();
        copy.update::<String>(|text| text.push_str("gy"));
        copy.update::<u64>(|_| unreachable!("there is none"));
        assert_eq!((kept.get::<String>(), copy.get::<String>()), (Some(&"fog".to_owned()), Some(&"foggy".to_owned())));
        assert_eq!((kept.get::<u8>(), copy.get::<u8>()), (Some(&2), Some(&2)));
    }
}
