//! Hashes of the starts and ends of a value.

use super::keys::KeyKind;

/// A hash that is available at every length.
#[derive(Clone, Copy)]
pub(super) struct Running(u64);

impl Default for Running {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Running {
    pub(super) fn extend(&mut self, bytes: impl Iterator<Item = u8>) {
        for byte in bytes {
            let mixed = (self.0 ^ u64::from(byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            self.0 = mixed ^ (mixed >> 32);
        }
    }

    pub(super) fn key(self, subject: u32, kind: KeyKind) -> u64 {
        let salted =
            self.0 ^ (u64::from(subject) << 3 | kind as u64).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let mixed = salted.wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^ (mixed >> 29)
    }

    pub(super) fn of(kind: KeyKind, text: &str) -> Self {
        let mut hash = Self::default();
        match kind {
            KeyKind::Suffix => hash.extend(text.bytes().rev()),
            _ => hash.extend(text.bytes()),
        }
        hash
    }
}
