//! `Checksum`: the SHA-256 of a file, if its server sent it.

use std::fmt;

use crate::runtime::media::base64;
use crate::runtime::meta::Meta;

/// Compares what is received with the digest of the reply's headers; without one, everything matches.
pub(super) struct Checksum(Option<(hmac_sha256::Hash, Vec<u8>)>);

impl Checksum {
    /// The digest of RFC 9530, of its predecessor, or of S3. All others are ignored.
    pub(super) fn of(meta: &Meta) -> Self {
        let structured = |name: &str| member(meta.header(name)?, "sha-256")?.strip_prefix(':')?.strip_suffix(':');
        let digest = structured("repr-digest")
            .or_else(|| structured("content-digest"))
            .or_else(|| member(meta.header("digest")?, "sha-256"))
            .or_else(|| meta.header("x-amz-checksum-sha256"))
            .and_then(|text| base64::decoded(text.trim()).ok())
            .filter(|digest| digest.len() == 32);
        Self(digest.map(|digest| (hmac_sha256::Hash::new(), digest)))
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        if let Some((hash, _)) = &mut self.0 {
            hash.update(bytes);
        }
    }

    /// What is wrong if all that was received has another digest.
    pub(super) fn mismatch(&self) -> Option<String> {
        let (hash, digest) = self.0.as_ref()?;
        let differs = (*hash).finalize()[..] != digest[..];
        differs.then(|| "the file differs from the checksum that its server sent".to_owned())
    }
}

/// The member of a list such as `md5=:…:, sha-256=:…:`.
fn member<'a>(list: &'a str, name: &str) -> Option<&'a str> {
    let mut members = list.split(',').filter_map(|member| member.trim().split_once('='));
    members.find(|(known, _)| known.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Checksum").field(&self.0.is_some()).finish()
    }
}
