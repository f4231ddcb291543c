//! Holds no code: the tests of this crate check the source of the whole workspace.
