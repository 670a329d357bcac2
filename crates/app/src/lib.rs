//! The use cases: the order of steps of each thing that a person does, one a file. They speak to the outside only
//! through the ports of the domain; who they are called by, and what is behind a port, they do not know.

mod credentials;
mod fault;
mod log_in;
mod log_out;
mod session_mint;
mod sign_up;
mod sweep_sessions;
#[cfg(test)]
mod test_support;
mod validate_session;

pub use credentials::Credentials;
pub use fault::Fault;
pub use log_in::{LogIn, LogInError};
pub use log_out::LogOut;
pub use session_mint::{OpenedSession, SessionMint};
pub use sign_up::{SignUp, SignUpError, SignUpPolicy};
pub use sweep_sessions::SweepSessions;
pub use validate_session::{ValidSession, ValidateSession};
