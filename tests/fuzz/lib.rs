//! The checks of the fuzz targets. An ordinary test runs them on the corpus.

#![forbid(unsafe_code)]

pub mod checks;
