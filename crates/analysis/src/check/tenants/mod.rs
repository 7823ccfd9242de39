use super::Find;

pub(super) const FIND: &[Find] = &[];
