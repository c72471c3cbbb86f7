//! `Checksum`, without the feature `checksum`: nothing is compared.

use crate::runtime::meta::Meta;

pub(super) struct Checksum;

impl Checksum {
    pub(super) fn of(_meta: &Meta) -> Self {
        Self
    }

    pub(super) fn update(&mut self, _bytes: &[u8]) {}

    pub(super) fn matches(&self) -> bool {
        true
    }
}
