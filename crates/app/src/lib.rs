//! The use cases: the steps of each thing that a user does, one a file, and the services of operators. They reach the outside
//! only through the ports of the domain, and know neither their callers nor the code behind a port.

pub mod admin;
mod attempt;
mod change_password;
mod change_username;
mod credentials;
mod delete_account;
mod devices;
mod download_data;
mod export_accounts;
mod fault;
mod import_accounts;
mod issue_recovery_codes;
mod links;
mod list_sessions;
mod log_in;
mod log_out;
mod password_check;
mod recent_sign_ins;
mod recover_account;
mod reset_password;
mod revoke_sessions;
mod session_mint;
mod session_uses;
mod sign_up;
mod sweep;
#[cfg(test)]
mod test_support;
mod throttle;
mod use_cases;
mod validate_session;

pub use change_password::{ChangePassword, ChangePasswordError, PasswordPair};
pub use change_username::{ChangeUsername, ChangeUsernameError, NewUsername};
pub use credentials::{Credentials, InvalidCredentials};
pub use delete_account::{DeleteAccount, DeleteAccountError};
pub use devices::TrustedDevices;
pub use download_data::{DataPage, Download, DownloadData};
pub use export_accounts::{ExportAccounts, ExportError, Exported, OpenExport};
pub use fault::Fault;
pub use import_accounts::{
    Checked, Counts, Finding, ImportAccounts, ImportError, ImportObserver, ImportOptions, Imported, Part, Pass,
};
pub use issue_recovery_codes::{IssueRecoveryCodes, IssueRecoveryCodesError, IssuedCodes};
pub use links::{InvalidLink, LinkError, Links};
pub use list_sessions::ListSessions;
pub use log_in::{LogIn, LogInError};
pub use log_out::LogOut;
pub use password_check::PasswordCheck;
pub use recent_sign_ins::RecentSignIns;
pub use recover_account::{InvalidClaim, RecoverAccount, RecoverAccountError, Recovered, RecoveryClaim};
pub use reset_password::{ResetPassword, ResetPasswordError};
pub use revoke_sessions::RevokeSessions;
pub use session_mint::{OpenedSession, SessionMint};
pub use session_uses::SessionUses;
pub use sign_up::{SignUp, SignUpError, SignUpMode, SignUpPolicy};
pub use sweep::{Sweep, Swept};
pub use throttle::{AttemptKind, Throttle};
pub use use_cases::{Admin, Policies, Ports, UseCases};
pub use validate_session::{ValidSession, ValidateSession};
