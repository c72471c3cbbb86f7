//! Bodies of bytes: in memory, in pieces, and to disk.

mod save;
