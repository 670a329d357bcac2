//! The checks that the fuzz targets make; an ordinary test makes them on the corpus.

#![forbid(unsafe_code)]

pub mod checks;
