//! The format of `import ndjson` and `export`: one JSON object a line, each with all that belongs to one user.

mod line;
mod reader;
mod writer;

pub(super) use reader::NdjsonSource;
pub(super) use writer::NdjsonWriter;

/// What the first line of an export says.
const FORMAT: &str = "doorward-accounts";
/// The version of the format.
const VERSION: u32 = 1;
/// The longest line: more than a user with a thousand sessions has.
const MAX_LINE_BYTES: usize = 4 * 1024 * 1024;
