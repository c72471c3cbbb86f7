//! `Measurements`: the hashes in a TDX quote that identify what runs in the virtual machine.

use std::fmt;

use dcap_qvl::quote::TDReport10;

use crate::features::hex;

/// A SHA-384 hash.
pub type Sha384Digest = [u8; 48];

/// The measurements of a TDX quote whose signature was verified.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Measurements {
    /// MRTD: the initial memory, which is the virtual firmware.
    pub mrtd: Sha384Digest,
    /// RTMR 0 to 3: the firmware's configuration; kernel; its command line and initial file system; and the application. Which is which
    /// depends on the guest.
    pub rtmr: [Sha384Digest; 4],
    /// MRCONFIGID: set by the host, and checked by the guest. Guests of dstack have the hash of the compose file in it.
    pub mrconfigid: Sha384Digest,
    /// MROWNER: set by the host.
    pub mrowner: Sha384Digest,
    /// MROWNERCONFIG: set by the host.
    pub mrownerconfig: Sha384Digest,
    /// MRSEAM: the TDX module.
    pub mrseam: Sha384Digest,
    /// The attributes of the virtual machine, little-endian.
    pub td_attributes: [u8; 8],
    /// The CPU features that it may use, little-endian.
    pub xfam: [u8; 8],
}

impl Measurements {
    pub(super) fn of(report: &TDReport10) -> Self {
        Self {
            mrtd: report.mr_td,
            rtmr: [report.rt_mr0, report.rt_mr1, report.rt_mr2, report.rt_mr3],
            mrconfigid: report.mr_config_id,
            mrowner: report.mr_owner,
            mrownerconfig: report.mr_owner_config,
            mrseam: report.mr_seam,
            td_attributes: report.td_attributes,
            xfam: report.xfam,
        }
    }

    /// The fields that a [`MeasurementPolicy`](super::MeasurementPolicy) can pin, with their names there.
    pub(super) fn named(&self) -> [(&'static str, &Sha384Digest); 6] {
        let [rtmr0, rtmr1, rtmr2, rtmr3] = &self.rtmr;
        [
            ("mrtd", &self.mrtd),
            ("rtmr0", rtmr0),
            ("rtmr1", rtmr1),
            ("rtmr2", rtmr2),
            ("rtmr3", rtmr3),
            ("mrconfigid", &self.mrconfigid),
        ]
    }
}

impl fmt::Debug for Measurements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("Measurements");
        for (name, digest) in self.named() {
            fields.field(name, &format_args!("{}", hex::encode(digest)));
        }
        fields.finish_non_exhaustive()
    }
}
