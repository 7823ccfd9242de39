//! Thumbprints of TLS certificates: the SHA-256 of the whole certificate, as 64 lowercase hexadecimal
//! digits.

use crate::random::hex;

/// The thumbprint of a certificate.
pub(super) fn of(certificate: &[u8]) -> String {
    hex(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, certificate).as_ref())
}
