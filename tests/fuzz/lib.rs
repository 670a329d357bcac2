//! The checks that the fuzz targets make; an ordinary test makes them on the corpus.

pub mod checks;
