//! The program as a process: command line, settings, signals, log, and data that survives a kill.

mod audit;
mod check;
mod commands;
mod helping_users;
mod memory;
mod nodes;
mod one_file;
mod operator;
pub mod program;
mod read_only;
mod setting_hints;
mod settings;
mod stopping;
mod unix_socket;
mod unread_log;
