//! The program as a process: its command line, its settings, its signals, its log, and what survives its death.

mod audit;
mod commands;
mod nodes;
mod one_file;
pub mod program;
mod read_only;
mod settings;
mod stopping;
