//! Nothing: the test beside it is all that this package has.
