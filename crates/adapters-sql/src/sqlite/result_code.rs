//! The result codes of SQLite.

/// SQLite's primary result codes, <https://www.sqlite.org/rescode.html>; those that mean something here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct ResultCode(i32);

impl ResultCode {
    pub(super) const PERM: Self = Self(3);
    pub(super) const BUSY: Self = Self(5);
    pub(super) const LOCKED: Self = Self(6);
    pub(super) const NOMEM: Self = Self(7);
    pub(super) const READONLY: Self = Self(8);
    pub(super) const INTERRUPT: Self = Self(9);
    pub(super) const IOERR: Self = Self(10);
    pub(super) const CORRUPT: Self = Self(11);
    pub(super) const FULL: Self = Self(13);
    pub(super) const CANTOPEN: Self = Self(14);
    pub(super) const PROTOCOL: Self = Self(15);
    pub(super) const NOLFS: Self = Self(22);
    pub(super) const NOTADB: Self = Self(26);

    /// The primary code of the extended one that sqlx tells: its low byte.
    pub(super) fn parse(code: &str) -> Self {
        Self(code.parse::<i32>().map_or(-1, |extended| extended & 0xff))
    }
}
