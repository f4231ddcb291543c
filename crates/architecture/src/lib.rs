//! Tests that check the source code of the whole workspace. The library itself is empty.
