//! How the operator's site presents itself on the pages: its name, its colour, its logo.

mod color;
mod logo;

pub use color::{Color, InvalidColor};
pub use logo::{InvalidLogo, Logo};

/// What an operator may change of how the pages look. What is not given is Doorward's own.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// What the site is called.
    pub name: Option<String>,
    /// The colour of buttons and links.
    pub color: Option<Color>,
    /// The picture above every page's heading.
    pub logo: Option<Logo>,
}
